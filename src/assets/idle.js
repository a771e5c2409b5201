// Warns before the session locks, lets the person stay, and hides the page when time is over.
// The server decides; this only counts. Times are compared with the wall clock, so a computer that slept wakes to the truth.
(() => {
  'use strict';
  const { locksIn, totalEndsIn } = document.body.dataset;
  const dialog = document.getElementById('idle');
  if (!locksIn || !dialog || !dialog.showModal) return;
  const WARN = 120000;
  const form = dialog.querySelector('form');
  const clock = dialog.querySelector('[data-countdown]');
  const tabs = self.BroadcastChannel && new BroadcastChannel('portico-idle');
  let locks = 0;
  let ends = 0;
  let leaving = false;
  let typed = null;

  const later = (seconds, known) => Math.max(known, Date.now() + Number(seconds) * 1000);
  const extend = (lock, total) => {
    locks = later(lock, locks);
    ends = later(total, ends);
    // Only a page load or the button extends, and both were seen by the server: the other tabs may believe it.
    if (tabs) tabs.postMessage({ locks, ends });
  };
  // What somebody typed and did not send is kept for them alone, and nothing is done with it.
  const handOver = (unsent) => {
    const secret = (name) => unsent.querySelector(`[name="${CSS.escape(name)}"]:is([type=password], [autocomplete=one-time-code])`);
    const at = location.pathname + location.search;
    const to = new URL(unsent.getAttribute('action') || '', location.href).pathname;
    const last = document.createElement('form');
    Object.assign(last, { method: 'post', action: '/unsent' });
    for (const [name, value] of [...new FormData(unsent), ['unsent_page', at], ['unsent_action', to]]) {
      if (secret(name)) continue;
      const input = document.createElement('input');
      Object.assign(input, { type: 'hidden', name, value });
      last.append(input);
    }
    const long = [...last.elements].reduce((sum, input) => sum + input.value.length, 0) > 10000;
    if (long) {
      for (const input of [...last.elements]) if (!/^(csrf|unsent_.*)$/.test(input.name)) input.remove();
      last.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'unsent_cut', value: '1' }));
    }
    document.body.append(last);
    last.submit();
  };
  const leave = () => {
    leaving = true;
    if (typed && typed.isConnected) return handOver(typed);
    location.assign('/locked?then=' + encodeURIComponent(location.pathname + location.search));
  };
  const warn = (left) => {
    const last = ends <= locks;
    document.getElementById('idle-lock').hidden = last;
    document.getElementById('idle-end').hidden = !last;
    form.hidden = last;
    const seconds = Math.ceil(left / 1000);
    clock.textContent = Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
    if (!dialog.open && !(last && dialog.dataset.seen)) dialog.showModal();
  };
  const look = () => {
    if (leaving) return;
    const left = Math.min(locks, ends) - Date.now();
    if (left <= 0) leave();
    else if (left <= WARN) warn(left);
    else if (dialog.open) dialog.close();
  };
  const stay = async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: 'application/json' },
        credentials: 'same-origin',
      });
      if (answer.status === 401 || answer.status === 403) return leave();
      if (!answer.ok) return;
      const now = await answer.json();
      extend(now.locks_in, now.total_ends_in);
      look();
    } catch (failed) {
      // No connection: the dialog stays, the person can press again.
    }
  };

  document.addEventListener('input', (event) => {
    const of = event.target.form;
    if (of && of.method === 'post' && of.enctype !== 'multipart/form-data' && of.closest('main')) typed = of;
  });
  form.addEventListener('submit', stay);
  // Esc means "I am here" while staying is possible, and "I have read it" when it is not.
  dialog.addEventListener('cancel', (event) => {
    if (form.hidden) dialog.dataset.seen = 'yes';
    else stay(event);
  });
  if (tabs) {
    tabs.addEventListener('message', ({ data }) => {
      locks = Math.max(locks, data.locks);
      ends = Math.max(ends, data.ends);
      look();
    });
  }
  extend(locksIn, totalEndsIn || locksIn);
  setInterval(look, 1000);
  document.addEventListener('visibilitychange', look);
  addEventListener('pageshow', (event) => {
    if (event.persisted) leaving = false;
    look();
  });
})();
