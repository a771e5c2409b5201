// The client portal in a real browser: a mail scanner that runs everything and presses everything, two devices, leaving in
// a hurry; and every page of it judged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Authenticators } from "./authenticator.js";
import { startBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { judge, watch } from "./judge.js";
import { typePassword } from "./people.js";
import { scan } from "./scanner.js";

const AWAY = "https://www.wikipedia.org/";
let demo, browser, home;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  home = demo.practice();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A browser of its own, in which the page people leave for is a blank one: tests reach no other computer. */
async function device() {
  const context = await browser.newContext();
  await context.route(AWAY, (route) => route.fulfill({ contentType: "text/html", body: "<title>Away</title>away" }));
  return context.newPage();
}

/** Asks for a mail at a practice; answers its link and code. Another test's minute must not count. */
async function ask(page, email = "jo@example.com", where = home) {
  for (const region of ["au", "uk"]) demo.sql("DELETE FROM tries", region);
  const before = (await demo.sent(email)).length;
  await page.goto(`${where}/portal`);
  await page.getByLabel("Email address").fill(email);
  await page.getByRole("button", { name: "Email me a link" }).click();
  await page.waitForURL("**/portal/sent?**");
  while ((await demo.sent(email)).length === before) await page.waitForTimeout(50);
  const [mail] = await demo.sent(email);
  return { link: mail.text.match(/https?:\/\/\S*\/link\/\S*/)[0], code: mail.text.match(/^\d{6}$/m)[0], html: mail.html };
}

/** Lets sessions lie idle: the server believes what it remembers of them for four seconds, and their last use for longer. */
async function idle(page) {
  demo.sql("UPDATE session SET idle_seconds = 3");
  await page.waitForTimeout(5000);
}

// AC-058: such programs have no cookies of ours, run all scripts, press each button and submit each form.
test("a mail scanner presses everything and the person still gets in", async () => {
  const jo = await device();
  const { link } = await ask(jo);
  const scanner = await device();
  const count = await scan(scanner, link);
  assert.ok(count >= 4, `the page has ${count} things to press`);
  const cookies = await scanner.context().cookies();
  assert.ok(!cookies.some(({ name }) => name === "__Host-session"), "the scanner is not signed in");
  await jo.goto(link);
  await jo.getByRole("button", { name: "Sign in", exact: true }).click();
  await jo.waitForURL("**/me");
  await jo.getByRole("heading", { name: "My info" }).waitFor();
});

test("the number typed on the phone lets the laptop go on by itself", async () => {
  const laptop = await device();
  const phone = await device();
  const { link } = await ask(laptop);
  const number = (await laptop.locator(".number").textContent()).trim();
  await phone.goto(link);
  await phone.getByLabel("Number on the other screen").fill(number);
  await phone.getByRole("button", { name: "Let the other device go on" }).click();
  await phone.getByText("You can close this page").waitFor();
  await laptop.waitForURL("**/me", { timeout: 10_000 });
});

test("leaving in a hurry: by button, by Esc three times, and without a script", async () => {
  for (const way of ["button", "keys", "plain"]) {
    const context = await browser.newContext({ javaScriptEnabled: way !== "plain" });
    await context.route(AWAY, (route) => route.fulfill({ contentType: "text/html", body: "<title>Away</title>away" }));
    const page = await context.newPage();
    const { link } = await ask(page);
    await page.goto(link);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL("**/me");
    const session = (await context.cookies()).find(({ name }) => name === "__Host-session").value;
    const entries = () => page.evaluate(() => history.length);
    const before = way === "plain" ? 0 : await entries();
    if (way === "keys") for (let n = 0; n < 3; n += 1) await page.keyboard.press("Escape");
    else await page.getByRole("button", { name: "Exit quickly" }).click();
    await page.waitForURL(AWAY);
    if (way !== "plain") assert.equal(await entries(), before, "the page is replaced, not left behind");
    const ended = () => demo.sql("SELECT ended_at IS NOT NULL FROM session ORDER BY id DESC LIMIT 1");
    for (let n = 0; n < 100 && ended() !== "1"; n += 1) await page.waitForTimeout(50);
    assert.equal(ended(), "1", way);
    // The session is over before the answer that takes the cookies has come.
    const left = async () => (await context.cookies()).map(({ name }) => name).filter((name) => name !== "__Host-browser");
    for (let n = 0; n < 100 && (await left()).length > 0; n += 1) await page.waitForTimeout(50);
    assert.deepEqual(await left(), [], way);
    // Going back shows nothing of it, not even with the old secret.
    await context.addCookies([{ name: "__Host-session", value: session, url: home.replace("http:", "https:"), secure: true }]);
    await page.goto(`${home}/me`);
    assert.ok(!page.url().endsWith("/me"), page.url());
    await context.close();
  }
});

test("every page of the portal is accessible, light and within the screen", async () => {
  const page = await device();
  const watched = watch(page.context());
  const wrong = [];
  const look = async (name) => wrong.push(...(await judge(page, name)));
  await page.goto(`${home}/portal`);
  await look("portal");
  const { link, code } = await ask(page);
  await look("sent");
  await page.getByLabel("Code from the email").fill(code === "111111" ? "222222" : "111111");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("4 more tries").first().waitFor();
  await look("wrong code");
  const other = await device();
  await other.goto(link);
  wrong.push(...(await judge(other, "elsewhere")));
  await page.goto(`${home}/link/nothing-of-the-kind`);
  await look("unknown link");
  await page.goto(link);
  await look("link");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/me");
  await look("a client's own page");
  await other.goto(link);
  wrong.push(...(await judge(other, "used link")));
  const family = await ask(other, "family@example.com", demo.practice("thames-therapy"));
  await other.goto(family.link);
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await other.getByText("K. A.").waitFor();
  wrong.push(...(await judge(other, "who are you")));
  await idle(page);
  await page.goto(`${home}/me`);
  await page.waitForURL("**/portal/locked?**");
  await look("locked");
  wrong.push(...watched.troubles());
  assert.deepEqual(wrong, []);
});

// C4, C5, A2, C8: the client's page and the practice's, side by side.
test("stuck: the practice sees it, issues a PIN, and sets up a lock", async () => {
  const wrong = [];
  const jo = await device();
  await ask(jo);
  await jo.getByRole("link", { name: "I can't get the email" }).click();
  const number = (await jo.locator(".number").textContent()).trim();
  wrong.push(...(await judge(jo, "stuck")));
  await jo.getByLabel("How can they reach you?").fill("0491 570 158");
  await jo.getByRole("button", { name: "Send to your practice" }).click();
  await jo.getByText("Your practice has your message").waitFor();

  const sam = demo.person("sam@example.com");
  const desk = await device();
  await typePassword(desk, sam);
  await desk.waitForURL("**/me");
  await desk.getByRole("link", { name: "Clients" }).click();
  wrong.push(...(await judge(desk, "clients")));
  await desk.getByRole("link", { name: "One person is stuck now" }).click();
  await desk.getByText("Asks for help").waitFor();
  wrong.push(...(await judge(desk, "who is stuck")));
  await desk.getByRole("link", { name: "Jo Lindqvist" }).first().click();
  wrong.push(...(await judge(desk, "one client")));
  const client = desk.url();
  await desk.getByRole("link", { name: "Issue a PIN" }).click();
  wrong.push(...(await judge(desk, "PIN, form")));
  await desk.getByLabel("I called them back on the number on file").check();
  await desk.getByLabel("Request number").fill(number);
  await desk.getByRole("button", { name: "Issue a PIN" }).click();
  const pin = (await desk.locator(".number").textContent()).trim();
  wrong.push(...(await judge(desk, "PIN, shown")));
  await jo.getByLabel("PIN").fill(pin);
  await jo.getByRole("button", { name: "Sign in", exact: true }).click();
  await jo.waitForURL("**/me");

  await desk.goto(`${client}/privacy`);
  wrong.push(...(await judge(desk, "privacy, the practice's")));
  await desk.getByLabel("New passphrase").fill("tide over pebbles, softly");
  await desk.getByLabel("Safe word", { exact: true }).fill("blue heron");
  await desk.getByRole("button", { name: "Turn on private sign-in" }).click();
  await desk.getByText("Private sign-in is on").waitFor();
  for (const region of ["au", "uk"]) demo.sql("DELETE FROM tries", region);
  const phone = await device();
  await phone.goto(`${home}/portal`);
  await phone.getByLabel("Email address").fill("jo@example.com");
  await phone.getByRole("button", { name: "Email me a link" }).click();
  const mail = await demo.message("jo@example.com", ({ subject }) => subject === "Your code");
  assert.doesNotMatch(mail.text + mail.from, /Harbour|http/);
  await phone.getByLabel("Code from the email").fill(mail.text.match(/^\d{6}$/m)[0]);
  await phone.getByRole("button", { name: "Sign in", exact: true }).click();
  await phone.waitForURL("**/portal/lock");
  wrong.push(...(await judge(phone, "lock")));
  await phone.getByLabel("Passphrase").fill("tide over pebbles, softly");
  await phone.getByRole("button", { name: "Sign in", exact: true }).click();
  await phone.waitForURL("**/me");
  await phone.goto(`${home}/me/privacy`);
  wrong.push(...(await judge(phone, "privacy, the client's")));
  assert.deepEqual(wrong, []);
});

/** Presses the button of the open link in the browser that asked. */
async function follow(page, link) {
  await page.goto(link);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Clients as on the first day; what earlier tests did to them is gone. A passkey is offered where `off` is NULL. */
function plainly(off) {
  demo.sql(`DELETE FROM passkey; UPDATE person SET passkey_lock_since = NULL, passphrase = NULL, private_since = NULL,
    safe_word = NULL, mail_form = 'plain', passkey_offer_off_at = ${off} WHERE kind = 'client'`);
}

// C10, C11: a virtual device stands for the phone's finger. A question in the email field is answered by it at once, as by
// somebody who always takes the first entry of the list, so its hands are off where the button is to be pressed.
test("fingerprint: offered after the link, then one press, by button and in the email field", async () => {
  const wrong = [];
  plainly("NULL");
  const page = await device();
  const watched = watch(page.context());
  const keys = await Authenticators.of(page);
  const phone = await keys.add();
  const { link } = await ask(page);
  await follow(page, link);
  await page.waitForURL("**/me/passkeys/offer?**");
  wrong.push(...(await judge(page, "the offer to a client")));
  await page.getByRole("button", { name: "Create a passkey" }).click();
  await page.getByLabel("Passkey name").waitFor();
  wrong.push(...(await judge(page, "the new passkey's name")));
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL("**/me?done=passkey-added-client");
  assert.equal((await keys.passkeys(phone)).length, 1);
  await page.goto(`${home}/me/passkeys`);
  wrong.push(...(await judge(page, "a client's passkeys")));
  await page.getByRole("link", { name: "Delete" }).click();
  await page.getByText("From then on you sign in with a link by email").waitFor();
  wrong.push(...(await judge(page, "deleting a client's passkey")));

  await keys.answers(phone, false);
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await page.waitForURL("**/portal");
  await page.getByLabel("Keep me signed in on this device").check();
  await keys.answers(phone, true);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.waitForURL("**/me");
  assert.equal(demo.sql("SELECT kept FROM session WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1"), "1", "the box went with it");

  await page.getByRole("button", { name: "Log out", exact: true }).click();
  // Nothing is pressed: the field's own list is enough.
  await page.waitForURL("**/me");
  wrong.push(...watched.troubles());
  assert.deepEqual(wrong, []);
});

// C8: the passkey is the lock; whoever has the mailbox stands before it.
test("a passkey as the lock: the mailbox stands before it, the finger opens it", async () => {
  const wrong = [];
  plainly(1);
  const page = await device();
  const watched = watch(page.context());
  const keys = await Authenticators.of(page);
  const phone = await keys.add();
  const first = await ask(page);
  await follow(page, first.link);
  await page.waitForURL("**/me");
  demo.sql("UPDATE session SET fresh_at = 0");
  await page.waitForTimeout(5000);
  await page.goto(`${home}/me/privacy/passkey`);
  await page.waitForURL("**/portal/confirm?**");
  wrong.push(...(await judge(page, "fresh proof of a client")));
  // Earlier tests left Jo mails with links that are over.
  const before = (await demo.sent("jo@example.com")).length;
  await page.getByRole("button", { name: "Email me a link" }).click();
  await page.waitForURL("**/portal/sent?**");
  while ((await demo.sent("jo@example.com")).length === before) await page.waitForTimeout(50);
  const [mail] = await demo.sent("jo@example.com");
  await follow(page, mail.text.match(/https?:\/\/\S*\/link\/\S*/)[0]);
  await page.waitForURL("**/me/passkeys/new?**");
  wrong.push(...(await judge(page, "a client makes a passkey")));
  await page.getByRole("button", { name: "Create a passkey" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL("**/me/privacy/passkey");
  wrong.push(...(await judge(page, "passkeys as the lock")));
  await page.getByRole("button", { name: "Make my passkeys my lock" }).click();
  await page.getByText("Your passkeys are your lock now").waitFor();
  wrong.push(...(await judge(page, "privacy with a passkey as the lock")));

  const partner = await device();
  const { link } = await ask(partner);
  await follow(partner, link);
  await partner.waitForURL("**/portal/lock");
  await partner.getByText("Use your passkey").first().waitFor();
  wrong.push(...(await judge(partner, "the lock, a passkey")));
  await partner.goto(`${home}/me`);
  assert.ok(!partner.url().endsWith("/me"), partner.url());
  assert.doesNotMatch(await partner.content(), /Lindqvist/);

  // Idle at home: the same finger opens it again.
  await idle(page);
  await page.goto(`${home}/me`);
  await page.waitForURL("**/portal/locked?**");
  wrong.push(...(await judge(page, "locked, opened by a passkey")));
  demo.sql("UPDATE session SET idle_seconds = 3600");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL("**/me");

  // And the practice, with Jo in the room.
  const desk = await device();
  await typePassword(desk, demo.person("sam@example.com"));
  await desk.waitForURL("**/me");
  await desk.goto(`${home}/practice/clients`);
  await desk.getByRole("link", { name: "Jo Lindqvist" }).first().click();
  wrong.push(...(await judge(desk, "one client with a passkey")));
  await desk.getByRole("link", { name: "Delete passkeys" }).click();
  await desk.getByRole("checkbox").first().check();
  await desk.getByLabel("They are here with me").check();
  await desk.getByRole("button", { name: "Delete these passkeys" }).click();
  await desk.getByText("are the client's own lock").waitFor();
  wrong.push(...(await judge(desk, "the last passkey of a lock")));
  assert.equal((await keys.passkeys(phone)).length, 1);
  wrong.push(...watched.troubles());
  assert.deepEqual(wrong, []);
});
