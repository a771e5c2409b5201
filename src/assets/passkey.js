// Passkeys: takes the server's question to the browser and the browser's answer to the form. What went otherwise is said
// by templates of the page. One request at a time: each ends the one before.
(() => {
  'use strict';
  const STALE = 240000;
  const JUST = 10000;
  const AT_ONCE = 500;
  const PAUSE = 30000;
  const FIELD = 'input[autocomplete~=webauthn]';
  const able = self.PublicKeyCredential && navigator.credentials && self.PublicKeyCredential;
  const find = (selector) => document.querySelector(selector);
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

  // By hand both ways: older browsers cannot, and extensions that stand in for the browser often break it.
  const decoded = (form) => {
    const one = (item) => Object.assign({}, item, { id: bytes(item.id) });
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user = one(options.user);
    for (const list of ['allowCredentials', 'excludeCredentials']) {
      if (options[list]) options[list] = options[list].map(one);
    }
    return options;
  };
  const encoded = (credential) => {
    const { id, rawId, type, authenticatorAttachment, response } = credential;
    const answer = {};
    for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (response[part]) answer[part] = text(response[part]);
    }
    if (response.getTransports) answer.transports = response.getTransports();
    const clientExtensionResults = credential.getClientExtensionResults ? credential.getClientExtensionResults() : {};
    return JSON.stringify({ id, rawId: text(rawId), type, authenticatorAttachment, response: answer, clientExtensionResults });
  };

  // Words of the page's own stand after the general ones.
  const say = (form, when) => {
    const words = [...form.querySelectorAll(`template[data-say="${when}"]`)].pop();
    form.querySelector('[data-passkey-say]').replaceChildren(...(words ? [words.content.cloneNode(true)] : []));
  };

  let pending = null;
  const ask = async (kind, request) => {
    if (pending) {
      pending.controller.abort();
      await pending.over;
    }
    const controller = new AbortController();
    const asked = navigator.credentials[kind](Object.assign({ signal: controller.signal }, request));
    const own = { controller, over: asked.catch(() => {}) };
    pending = own;
    try {
      return await asked;
    } catch (error) {
      throw controller.signal.aborted ? new DOMException('', 'Ours') : error;
    } finally {
      if (pending === own) pending = null;
    }
  };

  const born = new Map();
  const renewed = new Map();
  const forgetful = new Set();
  const post = (path, fields) => fetch(path, { method: 'POST', body: new URLSearchParams(fields) });
  // A question older than the server waits for is asked anew, with what the page's forms need beside it, so that whoever presses
  // presses once. Before one is made it always is: another tab may have made one. Answers whether the server was asked.
  const fresh = async (form) => {
    if (Date.now() - (renewed.get(form) || 0) < (forgetful.has(form) ? STALE : JUST)) return false;
    if (form.dataset.passkey !== 'create' && Date.now() - born.get(form) < STALE) return false;
    const { csrf, ceremony } = form.elements;
    const answer = await post('/passkey/options', { csrf: csrf.value, ceremony: ceremony.value }).catch(() => {
      throw new DOMException('', 'Unreached');
    });
    // The one that the page has is the last that may be asked here.
    if (answer.status === 204) return Boolean(renewed.set(form, Date.now()));
    // Also where the practice's address is another by now: loading again leads there.
    if ([403, 404, 409, 410].includes(answer.status)) throw new DOMException('', 'Stale');
    if (!answer.ok) throw new DOMException('', 'Unreached');
    const anew = await answer.json();
    for (const [name, value] of Object.entries(anew.hidden)) {
      for (const field of document.querySelectorAll(`input[name=${name}]`)) field.value = value;
    }
    ceremony.value = anew.ceremony;
    form.dataset.options = JSON.stringify(anew.options);
    born.set(form, Date.now());
    renewed.set(form, Date.now());
    return true;
  };
  const send = (form, credential) => {
    const { elements } = form;
    elements.credential.value = encoded(credential);
    for (const name of ['keep', 'shared']) {
      const box = find(`input[type=checkbox][name=${name}]`);
      if (elements[name] && box) elements[name].value = box.checked ? box.value : '';
    }
    if (form.requestSubmit) form.requestSubmit();
    else form.submit();
  };
  const outcome = (error, kind, late) => ({
    NotAllowedError: late ? 'timeout' : 'cancelled',
    AbortError: late ? 'timeout' : 'cancelled',
    InvalidStateError: kind === 'create' ? 'exists' : 'failed',
    SecurityError: 'security',
    NotSupportedError: 'unsupported',
    ConstraintError: 'unsupported',
    Stale: 'stale',
    Unreached: 'unreached',
  })[error.name] || 'failed';

  let can = {};
  let offers = false;
  let anywhere = false;
  // A list of passkeys that was asked for before one is made does not name it.
  let making = false;
  const pressed = new Set();
  const press = async (form) => {
    if (pressed.has(form)) return;
    pressed.add(form);
    try {
      await run(form);
    } finally {
      pressed.delete(form);
    }
  };
  const run = async (form) => {
    const kind = form.dataset.passkey;
    const begun = Date.now();
    let options = {};
    let here = false;
    let waited = 0;
    say(form, '');
    making = making || kind === 'create';
    try {
      if (await fresh(form)) waited = Date.now();
      options = decoded(form);
      // Where the browser can tell that this device has none, it need not show a QR code.
      here = kind === 'get' && can.immediateGet && !anywhere && !(options.allowCredentials || []).length;
      const request = { publicKey: options };
      if (here) Object.assign(request, { uiMode: 'immediate', signal: undefined });
      send(form, await ask(kind, request));
    } catch (error) {
      // Ended by ourselves for another one, which says what comes of it.
      if (error.name === 'Ours') return;
      // Faster than anybody closes a window.
      if (waited && error.name === 'NotAllowedError' && Date.now() - waited < AT_ONCE) forgetful.add(form);
      const late = options.timeout && Date.now() - begun > options.timeout - 1000;
      let when = outcome(error, kind, late);
      // Passkeys belong to the practice's first address; not every browser lets another address of the practice use them.
      const home = options.rpId || (options.rp && options.rp.id);
      if (when === 'security' && home && home !== location.hostname) when = 'moved';
      say(form, here && when === 'cancelled' ? 'not-here' : when);
      if (offers) offer(form);
    }
  };

  // In the email field's own list, as long as the page is looked at; the question is renewed before it is too old.
  const offer = async (form) => {
    const seen = () => new Promise((done) => {
      const look = () => {
        if (!document.hidden) done(document.removeEventListener('visibilitychange', look));
      };
      document.addEventListener('visibilitychange', look);
      look();
    });
    // A device that wakes has its network later; a server in trouble is asked less often.
    let length = PAUSE;
    const pause = () => new Promise((done) => {
      const over = () => {
        clearTimeout(timer);
        removeEventListener('online', over);
        document.removeEventListener('visibilitychange', over);
        done();
      };
      const timer = setTimeout(over, length);
      length = Math.min(length * 2, 16 * PAUSE);
      addEventListener('online', over);
      document.addEventListener('visibilitychange', over);
    });
    for (let refused = 0, renewed = true; renewed && refused < 3;) {
      renewed = false;
      await seen();
      try {
        await fresh(form);
        length = PAUSE;
        if (pending || pressed.size) return;
        const asked = ask('get', { mediation: 'conditional', publicKey: decoded(form) });
        const own = pending;
        const timer = setTimeout(() => {
          renewed = own === pending;
          if (renewed) {
            refused = 0;
            own.controller.abort();
          }
        }, STALE);
        asked.catch(() => {}).then(() => clearTimeout(timer));
        return send(form, await asked);
      } catch (error) {
        if (error.name === 'Stale') return;
        if (error.name === 'Unreached') {
          await pause();
          renewed = true;
        } else if (error.name !== 'AbortError' && error.name !== 'Ours') {
          refused += 1;
          renewed = true;
        }
      }
    }
  };

  // The browser's lists follow ours: it is told which passkeys are good, and the name they stand under.
  // That it was asked is said only once it took that.
  const tell = async (what, values) => {
    if (!able || !able[what]) return;
    try {
      await able[what](values);
    } catch {
      return;
    }
    for (const words of document.querySelectorAll(`[data-passkey-told="${what}"] template`)) {
      words.parentElement.replaceChildren(words.content);
    }
  };
  const agree = async () => {
    if (!able || !able.signalAllAcceptedCredentials) return;
    const answer = await fetch('/me/passkeys/signal');
    // Whoever never had one has nothing to tell (204).
    if (answer.status !== 200) return;
    const { rpId, userId, allAcceptedCredentialIds, name, displayName } = await answer.json();
    // The page after the making tells the whole list.
    if (making) return;
    await tell('signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds });
    await tell('signalCurrentUserDetails', { rpId, userId, name, displayName });
  };
  const quietly = async (form) => {
    if (!can.conditionalCreate || pending || pressed.size) return;
    const made = await ask('create', { mediation: 'conditional', publicKey: decoded(form) });
    form.elements.credential.value = encoded(made);
    const answer = await post(form.action, new FormData(form));
    if (answer.ok) return location.replace(form.dataset.done);
    // What was not kept never works, so the device may forget it.
    const { unknown } = await answer.json();
    const { id } = JSON.parse(form.dataset.options).rp;
    if (unknown) tell('signalUnknownCredential', { rpId: id, credentialId: unknown });
  };

  const start = async () => {
    const field = find('input[name=passkey_able]');
    const platform = field && able && able.isUserVerifyingPlatformAuthenticatorAvailable;
    if (platform && await able.isUserVerifyingPlatformAuthenticatorAvailable()) field.value = '1';
    if (able && able.getClientCapabilities) can = await able.getClientCapabilities().catch(() => ({}));
    const form = find(FIELD) && find('form[data-passkey=get]');
    const waits = form && able && able.isConditionalMediationAvailable;
    offers = Boolean(waits && await able.isConditionalMediationAvailable());
    if (offers) offer(form);
    const silent = find('form[data-passkey=silent]');
    if (!silent) return;
    // First the list as it is, then a passkey that is not in it yet.
    await agreed;
    await quietly(silent);
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    born.set(form, Date.now());
    form.elements.credential.value = '';
    form.addEventListener('submit', (event) => {
      if (form.elements.credential.value) return;
      // Without support the server's page says how to go on; nothing can be made there, so that is said here.
      if (!able && form.dataset.passkey === 'get') return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (able) press(form);
      else say(form, 'unsupported');
    }, true);
  }
  addEventListener('click', ({ target }) => {
    const button = target.closest && target.closest('[data-passkey-anywhere]');
    const form = find('form[data-passkey=get]');
    if (!button || !form) return;
    anywhere = true;
    form.requestSubmit();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    for (const form of born.keys()) {
      born.set(form, 0);
      renewed.delete(form);
      form.elements.credential.value = '';
    }
  });
  const unknown = find('[data-passkey-unknown]');
  if (unknown) {
    const { rpId, rp } = JSON.parse(unknown.dataset.options);
    tell('signalUnknownCredential', { rpId: rpId || rp.id, credentialId: unknown.dataset.passkeyUnknown });
  }
  const agreed = find('[data-passkey-signal]') ? agree().catch(() => {}) : null;
  start().catch(() => {});
})();
