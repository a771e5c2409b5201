// Lets this browser prove that it is the one recognised before: a key that cannot leave it signs the server's challenge.
// Never in the way: on any failure, or after a second and a half, the form goes without.
(() => {
  'use strict';
  const forms = document.querySelectorAll('form[data-device]');
  if (!forms.length || !self.indexedDB || !self.crypto || !crypto.subtle) return;
  const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
  const PATIENCE = 1500;

  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const store = async (mode) => {
    const opening = indexedDB.open('portico', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('device');
    const base = await asked(opening);
    return base.transaction('device', mode).objectStore('device');
  };
  const load = async () => asked((await store('readonly')).get('key'));
  const create = async () => {
    const pair = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
    await asked((await store('readwrite')).put(pair, 'key'));
    return pair;
  };
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const fill = async (form, late) => {
    const { device_key: key, device_signature: signature, device_challenge: challenge, keep } = form.elements;
    const kept = keep && (keep.type === 'hidden' ? keep.value : keep.checked);
    const pair = (await found) || (kept ? await create() : null);
    if (!pair) return;
    const words = 'portico-device\n' + location.host + '\n' + challenge.value;
    const signed = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, new TextEncoder().encode(words));
    const open = await crypto.subtle.exportKey('spki', pair.publicKey);
    if (late.yes) return;
    key.value = text(open);
    signature.value = text(signed);
  };
  const send = (form, button) => {
    if (form.requestSubmit) return form.requestSubmit(button);
    // Safari before 16: submit() forgets the pressed button, so its name goes along in a field.
    if (button && button.name) {
      const field = document.createElement('input');
      Object.assign(field, { type: 'hidden', name: button.name, value: button.value });
      form.append(field);
    }
    form.submit();
  };

  const found = load().catch(() => null);
  for (const form of forms) {
    let state = 'waiting';
    form.addEventListener('submit', async (event) => {
      if (state === 'ready') return;
      event.preventDefault();
      if (state === 'busy') return;
      state = 'busy';
      const button = event.submitter || null;
      const late = { yes: false };
      const tired = new Promise((done) => setTimeout(done, PATIENCE));
      await Promise.race([fill(form, late).catch(() => {}), tired]);
      late.yes = true;
      // A form cannot be submitted again while its submit event is still on its way round the page.
      setTimeout(() => {
        state = 'ready';
        send(form, button);
        state = 'waiting';
      });
    });
  }
})();
