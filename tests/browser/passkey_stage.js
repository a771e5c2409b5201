// What tests of passkeys stand on. A waiting request in the email field is answered by Chromium's authenticators at once, as by a
// person who always picks the first entry; `quiet` is a person who does not.
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { Authenticators, SYNCED } from "./authenticator.js";
import { startBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { watch } from "./judge.js";
import { App } from "./people.js";

export const PATIENCE = 15_000;
export const LIMIT = { timeout: 90_000 };
export let demo, browser, sam;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  sam = demo.person("sam@example.com");
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/**
 * A browser of somebody's own with one place for passkeys. Nothing is left of what earlier tests did. What its scripts ask is refused
 * only where `refused` says so.
 */
export async function fresh(work, { kind = SYNCED, offers = false, refused = /^$/, ...options } = {}) {
  demo.sql(`DELETE FROM passkey; DELETE FROM passkey_gone; UPDATE session SET ended_at = 1 WHERE ended_at IS NULL;
    UPDATE device SET ended_at = 1 WHERE ended_at IS NULL; UPDATE practice SET silent_passkeys = 0;
    UPDATE person SET totp_secret = NULL, passkey_offer_off_at = ${offers ? "NULL" : 1} WHERE kind = 'staff'`);
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(listen);
  const watched = watch(context);
  try {
    const page = await context.newPage();
    const keys = await Authenticators.of(page);
    await work(page, keys, kind && (await keys.add(kind)), context);
    assert.deepEqual(watched.troubles().filter((trouble) => !refused.test(trouble)), []);
  } finally {
    await context.close();
  }
}

/** Writes down what the page asks of the browser. */
export function listen() {
  globalThis.asked = [];
  if (!globalThis.CredentialsContainer) return;
  const { get } = CredentialsContainer.prototype;
  CredentialsContainer.prototype.get = function (options) {
    globalThis.asked.push(options.mediation ?? options.uiMode ?? "plain");
    return get.call(this, options);
  };
}

/** For a person who never takes what the email field offers; a virtual device would, on every page, at once. */
export function ignoreTheField() {
  const { get } = CredentialsContainer.prototype;
  CredentialsContainer.prototype.get = function (options) {
    if (options.mediation !== "conditional") return get.call(this, options);
    globalThis.asked.push("conditional");
    return new Promise((_, reject) => options.signal.addEventListener("abort", () => reject(options.signal.reason)));
  };
}

export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const link = (page, name) => page.getByRole("link", { name });
export const says = (page, text) => page.locator("[data-passkey-say]").getByText(text).waitFor();

/** With the person's hands off the device, which then answers nothing. */
export async function quiet(keys, place, work) {
  if (place) await keys.answers(place, false);
  await work();
  if (place) await keys.answers(place, true);
}

/** For a page whose question was asked a moment before something changed: it is not asked anew. */
export const keepTheQuestion = (page) => page.route("**/passkey/options", (route) => route.fulfill({ status: 204 }));

/** The log-in page, asking quietly in its email field. */
export async function door(page, keys, place, path = "/sign-in", home = sam.home) {
  await quiet(keys, place, async () => {
    await page.goto(home + path);
    await waiting(page);
  });
}

export async function waiting(page) {
  await page.waitForFunction(async () => {
    const can = globalThis.PublicKeyCredential && (await PublicKeyCredential.isConditionalMediationAvailable());
    return !can || globalThis.asked.includes("conditional");
  });
  // The browser hears a page's questions in their order: once it answers these, it has the one from the field.
  await page.evaluate(async () => {
    for (let i = 0; i < 3; i += 1) await globalThis.PublicKeyCredential?.isConditionalMediationAvailable();
  });
}

/** Email and password, by somebody who ignores what the field offers. */
export async function type(page, keys, place, person = sam, path = "/sign-in") {
  await door(page, keys, place, path, person.home);
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  // What the script found out of this browser by now; a person takes longer to type.
  await page.waitForFunction(async () => {
    const can = globalThis.PublicKeyCredential && (await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable());
    return !can || document.querySelector("[name=passkey_able]").value;
  });
  await button(page, "Log in").click();
}

export async function logIn(page, keys, place) {
  await type(page, keys, place);
  await page.waitForURL(/\/me$|\/sign-in\/passkey$/);
  if (page.url().endsWith("/passkey")) await button(page, "Use a passkey").click();
  await page.waitForURL("**/me");
}

export async function byButton(page, keys, place) {
  await door(page, keys, place);
  await button(page, "Log in with a passkey").click();
}

export async function logOut(page, keys, place) {
  await quiet(keys, place, async () => {
    await button(page, "Log out").first().click();
    await page.getByText("You are logged out").waitFor();
    await waiting(page);
  });
}

/** From My info, by somebody who proved who they are within five minutes. */
export async function create(page, name = "") {
  await page.goto(sam.home + "/me/passkeys/new");
  await button(page, "Create a passkey").click();
  await page.waitForURL("**/name?new=1**");
  if (name) await page.getByLabel("Passkey name").fill(name);
  await button(page, "Save").click();
  await page.getByText("Your passkey is ready").waitFor();
}

/** A node may remember a session for four seconds. */
export async function openUntil(page, path, wanted) {
  for (const until = Date.now() + PATIENCE; Date.now() < until && !page.url().includes(wanted); ) await page.goto(sam.home + path);
  assert.ok(page.url().includes(wanted), page.url());
}

/** From the page that asks for a second factor: codes from an app, which is answered. */
export async function setUpCodes(page, home) {
  await page.waitForURL("**/sign-in/set-up");
  await page.locator('form[action="/sign-in/set-up"] button.button').first().click();
  await page.goto(home + "/sign-in/set-up/key");
  const app = new App(await page.locator("code.key").textContent());
  await page.goto(home + "/sign-in/set-up/code");
  await page.getByLabel("Verification code").fill(app.code());
  await button(page, "Enable 2 factor authentication").click();
  await page.locator('form[action="/sign-in/set-up/done"] button').click();
}
