// The passkey script by itself, in a world whose clock, network and authenticator are handed to it: what takes minutes or
// hours in a real browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const SOURCE = readFileSync(new URL('../../src/assets/passkey.js', import.meta.url), 'utf8');
const OPTIONS = JSON.stringify({ challenge: 'AAAA', rpId: 'practice.example' });

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
};

const place = (what) => {
  const words = { content: 'asked' };
  words.parentElement = { said: 'by hand', replaceChildren(said) { this.said = said; } };
  return { what, words };
};

// A page with a form that asks for a passkey, and what happens in it.
const world = async ({ field = true, unknown = null, places = [], signal = async () => {} } = {}) => {
  const seen = { gets: 0, fetches: 0, said: [], online: true, now: 1e12, timers: [], heard: new Map() };
  const listen = (name, heard) => seen.heard.set(name, [...(seen.heard.get(name) || []), heard]);
  const drop = (name, heard) => seen.heard.set(name, (seen.heard.get(name) || []).filter((one) => one !== heard));
  const submits = [];
  const form = {
    dataset: { passkey: 'get', options: OPTIONS },
    elements: { csrf: { value: 'c' }, ceremony: { value: 'x' }, credential: { value: '' } },
    addEventListener: (name, heard) => submits.push(heard),
    querySelectorAll: (selector) => [{ content: { cloneNode: () => selector } }],
    querySelector: () => ({ replaceChildren: (...said) => seen.said.push(...said) }),
  };
  const document = {
    hidden: false,
    querySelector: (selector) => {
      if (selector === '[data-passkey-unknown]') return unknown;
      if (selector.includes('autocomplete')) return field ? {} : null;
      return selector === 'form[data-passkey=get]' ? form : null;
    },
    querySelectorAll: (selector) => {
      if (selector === 'form[data-passkey]') return [form];
      return places.filter((one) => selector === `[data-passkey-told="${one.what}"] template`).map((one) => one.words);
    },
    addEventListener: listen,
    removeEventListener: drop,
  };
  class Clock extends Date {
    static now() { return seen.now; }
  }
  const get = ({ signal: ended }) => {
    seen.gets += 1;
    return new Promise((_, refuse) => ended.addEventListener('abort', () => refuse(new DOMException('', 'AbortError'))));
  };
  const all = {
    document, DOMException, AbortController, URLSearchParams, Uint8Array, atob, btoa,
    Date: Clock,
    setTimeout: (run, after) => seen.timers.push({ run, at: seen.now + after }),
    clearTimeout: (id) => { if (id) seen.timers[id - 1].run = () => {}; },
    PublicKeyCredential: { isConditionalMediationAvailable: async () => true, signalUnknownCredential: signal },
    navigator: { credentials: { get } },
    location: { hostname: 'practice.example' },
    addEventListener: listen,
    removeEventListener: drop,
    fetch: async () => {
      seen.fetches += 1;
      if (!seen.online) throw new TypeError('offline');
      const json = async () => ({ hidden: {}, ceremony: 'y', options: JSON.parse(OPTIONS) });
      return { status: 200, ok: true, json };
    },
  };
  all.self = all;
  vm.runInNewContext(SOURCE, all);
  await settle();
  seen.press = async () => {
    for (const heard of submits) heard({ preventDefault() {}, stopImmediatePropagation() {} });
    await settle();
  };
  seen.hear = async (name) => {
    for (const heard of seen.heard.get(name) || []) heard({});
    await settle();
  };
  // Lets time go by, in which whatever is due by then runs once.
  seen.wait = async (milliseconds) => {
    seen.now += milliseconds;
    const due = seen.timers.filter((timer) => timer.at <= seen.now);
    for (const timer of due) {
      const { run } = timer;
      timer.run = () => {};
      timer.at = Infinity;
      run();
    }
    await settle();
  };
  return seen;
};

test('a device that wakes before its network offers passkeys again once it is there', async () => {
  const page = await world();
  assert.equal(page.gets, 1);
  page.online = false;
  await page.wait(8 * 3600e3);
  const tried = page.fetches;
  assert.equal(tried, 1, 'no more than one try at once');
  for (let minute = 0; minute < 10; minute += 1) await page.wait(60e3);
  assert.equal(page.gets, 1);
  assert.ok(page.fetches > tried + 3, 'and it goes on trying');
  page.online = true;
  await page.hear('online');
  assert.equal(page.gets, 2, 'at once when the network is back');
  await page.wait(240e3);
  assert.equal(page.gets, 3, 'and from then on as ever');
});

test('a server that cannot be reached is not called a passkey that could not be used', async () => {
  const page = await world({ field: false });
  page.online = false;
  await page.wait(241e3);
  await page.press();
  assert.deepEqual(page.said, ['template[data-say=""]', 'template[data-say="unreached"]']);
  assert.equal(page.gets, 0, 'the browser was asked nothing');
});

test('what the browser was asked is said only once it took that', async () => {
  const unknown = { dataset: { options: OPTIONS, passkeyUnknown: 'AAAA' } };
  const refused = place('signalUnknownCredential');
  await world({ unknown, places: [refused], signal: async () => { throw new DOMException('', 'SecurityError'); } });
  assert.equal(refused.words.parentElement.said, 'by hand');
  const taken = place('signalUnknownCredential');
  await world({ unknown, places: [taken] });
  assert.equal(taken.words.parentElement.said, 'asked');
});
