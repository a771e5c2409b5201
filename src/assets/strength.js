// Says while a new password is typed how strong it is; the server judges, and judges again when the form is sent.
(() => {
  'use strict';
  const box = document.querySelector('[data-strength]');
  const form = box && box.closest('form');
  const input = form && form.querySelector('input[autocomplete="new-password"]');
  const csrf = form && form.elements.csrf;
  if (!input || !csrf || !self.AbortController) return;
  const words = box.querySelector('[aria-live]');
  let timer = 0;
  let asked = null;

  const show = (answer) => {
    box.hidden = false;
    box.dataset.score = answer.score;
    box.dataset.ok = answer.ok;
    if (words.textContent !== answer.words) words.textContent = answer.words;
  };
  const ask = async () => {
    asked = new AbortController();
    const { signal } = asked;
    try {
      const answer = await fetch('/password/strength', {
        method: 'POST',
        body: new URLSearchParams({ password: input.value, csrf: csrf.value, least: box.dataset.strength || '' }),
        credentials: 'same-origin',
        signal,
      });
      if (!answer.ok) return;
      const judged = await answer.json();
      if (!signal.aborted) show(judged);
    } catch (failed) {
      // The meter is a help, not a gate: without it the form works as before.
    }
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    if (asked) asked.abort();
    if (input.value) timer = setTimeout(ask, 300);
    else box.hidden = true;
  });
})();
