// Copy, save or print the backup codes; the page shows them without this script too.
(() => {
  'use strict';
  const box = document.querySelector('[data-codes]');
  if (!box) return;
  const status = box.querySelector('[role=status]');
  const text = () => {
    const codes = Array.from(box.querySelectorAll('li code'), (code) => code.textContent.trim());
    return [box.dataset.heading, ''].concat(codes, '').join('\r\n');
  };
  const say = (words) => {
    // Emptied first, so that the same words are read out a second time.
    status.textContent = '';
    setTimeout(() => { status.textContent = words; }, 50);
  };
  const acts = {
    async copy(button) {
      try {
        await navigator.clipboard.writeText(text());
        say(button.dataset.done);
      } catch (refused) {
        say(button.dataset.failed);
      }
    },
    download(button) {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text()], { type: 'text/plain' }));
      link.download = box.dataset.file;
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      say(button.dataset.done);
    },
    print() {
      print();
    },
  };
  for (const button of box.querySelectorAll('[data-do]')) {
    const act = acts[button.dataset.do];
    if (!act || (button.dataset.do === 'copy' && !navigator.clipboard)) continue;
    button.hidden = false;
    button.addEventListener('click', () => act(button));
  }
})();
