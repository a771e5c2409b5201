// Leaves a client's page at once, goes on when the mailbox was proved on another device, and shows when the next mail can be
// asked for. Each works without this script too.
(() => {
  'use strict';
  const exit = document.querySelector('form[data-exit]');
  const leave = () => {
    document.documentElement.hidden = true;
    // The ending travels by itself; this page and its place in the history are gone whether it arrives or not.
    const body = new URLSearchParams(new FormData(exit));
    if (!navigator.sendBeacon || !navigator.sendBeacon(exit.action, body)) {
      fetch(exit.action, { method: 'POST', body, keepalive: true, credentials: 'same-origin' }).catch(() => {});
    }
    location.replace(exit.dataset.exit);
  };
  if (exit) {
    let presses = [];
    exit.addEventListener('submit', (event) => {
      event.preventDefault();
      leave();
    });
    document.addEventListener('keydown', ({ key }) => {
      presses = key === 'Escape' ? presses.concat(Date.now()).filter((at) => Date.now() - at < 2000) : [];
      if (presses.length > 2) leave();
    });
  }

  const pause = document.querySelector('[data-pause]');
  if (pause) setTimeout(() => { pause.hidden = true; }, Number(pause.dataset.pause) * 1000);

  const go = document.querySelector('form[data-waiting]');
  const look = async () => {
    try {
      if (!document.hidden) {
        const answer = await fetch(go.dataset.waiting, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
        const said = await answer.json();
        if (said.go) return go.submit();
        if (said.over) return location.reload();
      }
    } catch (failed) {
      // No connection: the next look may have one.
    }
    setTimeout(look, 2500);
  };
  if (go) setTimeout(look, 2500);
})();
