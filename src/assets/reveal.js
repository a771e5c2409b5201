// Show or hide a password, and take a form only once however often its button is pressed.
(() => {
  'use strict';
  const hide = (button, input) => {
    input.type = 'password';
    button.textContent = button.dataset.show;
  };
  for (const button of document.querySelectorAll('[data-reveal]')) {
    const input = document.getElementById(button.dataset.reveal);
    if (!input) continue;
    button.hidden = false;
    button.addEventListener('click', () => {
      if (input.type === 'text') return hide(button, input);
      input.type = 'text';
      button.textContent = button.dataset.hide;
    });
    // Browsers remember the text of a plain field; a password must be one again before it leaves.
    if (input.form) input.form.addEventListener('submit', () => hide(button, input));
  }

  const sent = new Set();
  const buttons = (form) => Array.from(form.elements).filter((el) => el.type === 'submit');
  const free = (form) => {
    sent.delete(form);
    for (const button of buttons(form)) button.removeAttribute('aria-disabled');
  };
  // On the document, so that a form's own script has already said whether it holds the form back.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === 'dialog') return;
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
    // aria-disabled, because a truly disabled button loses its name from the form and the reader's place on the page.
    for (const button of buttons(form)) button.setAttribute('aria-disabled', 'true');
    // A download or a lost connection leaves the page standing: the button must work again.
    setTimeout(free, 8000, form);
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) sent.forEach(free);
  });
})();
