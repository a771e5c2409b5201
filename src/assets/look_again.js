// Looks at a list again by itself while it is in view, and leaves it alone while somebody uses the page. After ten looks that
// nobody answered it rests, so that an empty chair still locks; the button that looks again is there without this script.
(() => {
  'use strict';
  const said = document.querySelector('[data-look-again]');
  if (!said) return;
  said.hidden = false;
  if (said.dataset.lookAgain !== 'on') return;
  const EVERY = 30000;
  const MOST = 10;
  const looks = () => Number(sessionStorage.getItem('looks')) || 0;
  let touched = Date.now();
  const touch = () => {
    touched = Date.now();
    sessionStorage.setItem('looks', '0');
  };
  for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) {
    document.addEventListener(kind, touch, { passive: true });
  }
  setInterval(() => {
    const busy = document.hidden || document.activeElement !== document.body || String(getSelection()) !== '' || document.querySelector('dialog[open]');
    if (busy || Date.now() - touched < EVERY || looks() >= MOST) return;
    sessionStorage.setItem('looks', String(looks() + 1));
    location.reload();
  }, 5000);
})();
