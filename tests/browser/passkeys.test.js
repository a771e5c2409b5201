// Passkeys in a real browser: made, shown wherever they are asked for, refused by either side, taken away; and what the
// page says then. A waiting request in the email field is answered by Chromium's authenticators at once, as by a person
// who always picks the first entry; `quiet` is a person who does not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Authenticators, KEY, PLATFORM, SYNCED, TOUCH } from "./authenticator.js";
import { startBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { judge, watch } from "./judge.js";
import { App, typePassword } from "./people.js";

const PATIENCE = 15_000;
const LIMIT = { timeout: 90_000 };
let demo, browser, sam;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  sam = demo.person("sam@example.com");
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A browser of somebody's own with one place for passkeys. Nothing is left of what earlier tests did. */
async function fresh(work, { kind = SYNCED, offers = false, ...options } = {}) {
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
    assert.deepEqual(watched.troubles(), []);
  } finally {
    await context.close();
  }
}

/** Writes down what the page asks of the browser. */
function listen() {
  globalThis.asked = [];
  if (!globalThis.CredentialsContainer) return;
  const { get } = CredentialsContainer.prototype;
  CredentialsContainer.prototype.get = function (options) {
    globalThis.asked.push(options.mediation ?? options.uiMode ?? "plain");
    return get.call(this, options);
  };
}

/** For a person who never takes what the email field offers; a virtual device would, on every page, at once. */
function ignoreTheField() {
  const { get } = CredentialsContainer.prototype;
  CredentialsContainer.prototype.get = function (options) {
    if (options.mediation !== "conditional") return get.call(this, options);
    globalThis.asked.push("conditional");
    return new Promise((_, reject) => options.signal.addEventListener("abort", () => reject(options.signal.reason)));
  };
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name });
const says = (page, text) => page.locator("[data-passkey-say]").getByText(text).waitFor();

/** With the person's hands off the device, which then answers nothing. */
async function quiet(keys, place, work) {
  if (place) await keys.answers(place, false);
  await work();
  if (place) await keys.answers(place, true);
}

/** The log-in page, asking quietly in its email field. */
async function door(page, keys, place, path = "/sign-in", home = sam.home) {
  await quiet(keys, place, async () => {
    await page.goto(home + path);
    await waiting(page);
  });
}

async function waiting(page) {
  await page.waitForFunction(async () => {
    const can = globalThis.PublicKeyCredential && (await PublicKeyCredential.isConditionalMediationAvailable());
    return !can || globalThis.asked.includes("conditional");
  });
}

/** Email and password, by somebody who ignores what the field offers. */
async function type(page, keys, place, person = sam, path = "/sign-in") {
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

async function logIn(page, keys, place) {
  await type(page, keys, place);
  await page.waitForURL(/\/me$|\/sign-in\/passkey$/);
  if (page.url().endsWith("/passkey")) await button(page, "Use a passkey").click();
  await page.waitForURL("**/me");
}

async function byButton(page, keys, place) {
  await door(page, keys, place);
  await button(page, "Log in with a passkey").click();
}

async function logOut(page, keys, place) {
  await quiet(keys, place, async () => {
    await button(page, "Log out").first().click();
    await page.getByText("You are logged out").waitFor();
    await waiting(page);
  });
}

/** From My info, by somebody who proved who they are within five minutes. */
async function create(page, name = "") {
  await page.goto(sam.home + "/me/passkeys/new");
  await button(page, "Create a passkey").click();
  await page.waitForURL("**/name?new=1**");
  if (name) await page.getByLabel("Passkey name").fill(name);
  await button(page, "Save").click();
  await page.getByText("Your passkey is ready").waitFor();
}

/** A node may remember a session for four seconds. */
async function openUntil(page, path, wanted) {
  for (const until = Date.now() + PATIENCE; Date.now() < until && !page.url().includes(wanted); ) await page.goto(sam.home + path);
  assert.ok(page.url().includes(wanted), page.url());
}

test("two passkeys, shown by button, by autofill and after the password; one deleted and gone on both sides", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, phone) => {
    const look = async (name) => wrong.push(...(await judge(page, name)));
    await logIn(page, keys, phone);
    await link(page, "Create a passkey").click();
    await look("new");
    await button(page, "Create a passkey").click();
    await page.waitForURL("**/name?new=1**");
    assert.ok(await page.getByLabel("Passkey name").inputValue(), "a name is offered");
    await look("name");
    await page.getByLabel("Passkey name").fill("Reception iPad");
    await button(page, "Save").click();
    await page.getByText("Your passkey is ready").waitFor();
    const stick = await keys.add(KEY);
    await quiet(keys, phone, () => create(page, "Key in the drawer"));
    await page.getByText("Synced").waitFor();
    await page.getByText("It stays on one device").waitFor();
    await look("list");
    await keys.answers(stick, false);

    await logOut(page, keys, phone);
    await look("sign-in");
    await button(page, "Log in with a passkey").click();
    await page.waitForURL("**/me");
    await logOut(page, keys, phone);
    // The entry in the list under the email field.
    await page.goto(sam.home + "/sign-in");
    await page.waitForURL("**/me");
    await logOut(page, keys, phone);
    await type(page, keys, phone);
    await page.waitForURL("**/sign-in/passkey");
    await look("after the password");
    await button(page, "Use a passkey").click();
    await page.waitForURL("**/me");

    await link(page, "Manage passkeys").click();
    await link(page, "Delete Reception iPad").click();
    await page.getByRole("heading", { name: "Delete this passkey?" }).waitFor();
    await look("delete");
    await button(page, "Delete").click();
    await page.getByText("The passkey is deleted").waitFor();
    assert.equal(await page.getByText("Reception iPad").count(), 0);
    await keys.until(phone, 0);
    assert.equal((await keys.passkeys(stick)).length, 1, "the other stays on its device");
    await look("deleted");
    await link(page, "How to remove it by hand").first().click();
    await page.getByText("Google Password Manager").first().waitFor();
  });
  assert.deepEqual(wrong, []);
});

test("beside the code, whichever is at hand", LIMIT, async () => {
  const alex = demo.person("alex@example.com");
  await fresh(async (page, keys, place) => {
    await typePassword(page, alex);
    await page.waitForURL("**/sign-in/set-up");
    await page.locator('form[action="/sign-in/set-up"] button.button').first().click();
    await page.goto(alex.home + "/sign-in/set-up/key");
    const app = new App(await page.locator("code.key").textContent());
    await page.goto(alex.home + "/sign-in/set-up/code");
    await page.getByLabel("Verification code").fill(app.code());
    await button(page, "Enable 2 factor authentication").click();
    await page.locator('form[action="/sign-in/set-up/done"] button').click();
    await page.waitForURL("**/me");
    await create(page);
    await logOut(page, keys, place);
    await type(page, keys, place, alex);
    await page.waitForURL("**/sign-in/code");
    await link(page, "Use a passkey").click();
    await link(page, "Use a code instead").click();
    await link(page, "Use a passkey").click();
    await button(page, "Use a passkey").click();
    await page.waitForURL("**/me");
    // And with the passkey alone no code is asked.
    await logOut(page, keys, place);
    await button(page, "Log in with a passkey").click();
    await page.waitForURL("**/me");
  });
});

test("a touch without finger, face or PIN counts beside the password only", LIMIT, async () => {
  await fresh(
    async (page, keys, place) => {
      await logIn(page, keys, place);
      await page.goto(sam.home + "/me/passkeys/new");
      await button(page, "Create a passkey").click();
      await says(page, "Nothing happened");
      // We ask for what this key cannot do; a page that asked for less would get a passkey of less worth.
      await page.evaluate(() => {
        const form = document.querySelector("form[data-passkey]");
        const options = JSON.parse(form.dataset.options);
        options.authenticatorSelection = { residentKey: "discouraged", userVerification: "discouraged" };
        form.dataset.options = JSON.stringify(options);
      });
      await button(page, "Create a passkey").click();
      await page.waitForURL("**/name?new=1**");
      await logOut(page, keys, place);
      await type(page, keys, place);
      await page.waitForURL("**/sign-in/passkey");
      await button(page, "Use a passkey").click();
      await page.waitForURL("**/me");
    },
    { kind: TOUCH },
  );
});

test("a security key whose count goes back stands beside the password only, and its person is told", LIMIT, async () => {
  const byKey = async (page, keys, stick) => {
    await door(page, keys, stick);
    await button(page, "Log in with a passkey").click();
    // Whether a key that is plugged in counts as "on this device" is the browser's affair.
    await page.waitForFunction(() => location.pathname !== "/sign-in" || document.querySelector("[data-passkey-anywhere]"));
    const more = button(page, "Use a phone or security key");
    if (await more.count()) await more.click();
  };
  await fresh(
    async (page, keys, stick) => {
      await logIn(page, keys, stick);
      await create(page);
      for (let times = 0; times < 2; times += 1) {
        await logOut(page, keys, stick);
        await byKey(page, keys, stick);
        await page.waitForURL("**/me");
      }
      await logOut(page, keys, stick);
      await keys.counts(stick, 0);
      await byKey(page, keys, stick);
      await page.getByText("It may have been copied").waitFor();
      await type(page, keys, stick);
      await page.waitForURL("**/sign-in/passkey");
      await button(page, "Use a passkey").click();
      await page.waitForURL("**/me");
      await page.goto(sam.home + "/me/passkeys");
      await page.getByText("Count went back").waitFor();
    },
    { kind: KEY },
  );
});

test("a locked page and a fresh proof open by passkey", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await create(page);
    demo.sql("UPDATE session SET idle_seconds = -1");
    await openUntil(page, "/me/name", "/locked");
    demo.sql("UPDATE session SET idle_seconds = 3600, seen_at = 0");
    wrong.push(...(await judge(page, "locked")));
    await button(page, "Use a passkey").click();
    await page.waitForURL("**/me/name");
    demo.sql("UPDATE session SET fresh_at = 0");
    await openUntil(page, "/me/passkeys/new", "/confirm");
    wrong.push(...(await judge(page, "confirm")));
    await button(page, "Use a passkey").click();
    await page.waitForURL("**/me/passkeys/new");
  });
  assert.deepEqual(wrong, []);
});

test("names: odd ones are written out, long ones fit, and the device learns a new name of the person", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, place) => {
    page.on("dialog", () => wrong.push("a name ran as script"));
    await logIn(page, keys, place);
    await create(page, `<img src=x onerror=alert(1)>"'&`);
    await page.getByText(`<img src=x onerror=alert(1)>"'&`).first().waitFor();
    await link(page, "Rename").click();
    await page.getByLabel("Passkey name").fill("");
    await page.evaluate(() => document.querySelector("#name").removeAttribute("required"));
    await button(page, "Save").click();
    await page.getByText("Type a name").first().waitFor();
    await page.getByLabel("Passkey name").fill("Rindfleischetikettierungsüberwachungsaufgabenübertragung 2");
    await button(page, "Save").click();
    await page.getByText("The passkey has its new name").waitFor();
    wrong.push(...(await judge(page, "a long name")));
    await link(page, "Delete").click();
    wrong.push(...(await judge(page, "delete, a long name")));
    await page.goto(sam.home + "/me/name");
    await page.getByLabel("Name").fill("Samantha Okafor");
    await button(page, "Save").click();
    await page.waitForURL("**/me**");
    for (const until = Date.now() + PATIENCE; Date.now() < until; await page.waitForTimeout(50)) {
      if ((await keys.passkeys(place))[0].userDisplayName === "Samantha Okafor") return;
    }
    assert.fail("the device still has the old name");
  });
  assert.deepEqual(wrong, []);
});

test("made already, closed, too slow: each is said, and each has a way on", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await create(page, "Reception iPad");
    await page.goto(sam.home + "/me/passkeys/new");
    await button(page, "Create a passkey").click();
    await says(page, "You already have a passkey here");
    await says(page, "Reception iPad");
    wrong.push(...(await judge(page, "exists")));
    await page.locator("[data-passkey-say] a").click();
    await page.getByRole("heading", { name: "It says that I already have a passkey here" }).waitFor();
    await keys.forget(place);
    await keys.verifies(place, false);
    await page.goto(sam.home + "/me/passkeys/new");
    await button(page, "Create a passkey").click();
    await says(page, "Nothing happened");
    await link(page, "What to do next").click();
    await page.getByRole("heading", { name: "I closed the browser's window, or it closed itself" }).waitFor();
    await keys.verifies(place, true);
    await page.goto(sam.home + "/me/passkeys/new");
    await quiet(keys, place, async () => {
      await page.evaluate(() => {
        const form = document.querySelector("form[data-passkey]");
        form.dataset.options = JSON.stringify({ ...JSON.parse(form.dataset.options), timeout: 1500 });
      });
      await button(page, "Create a passkey").click();
      await says(page, "waited too long");
    });
    // And the same page, once more, with a hand on the device.
    await button(page, "Create a passkey").click();
    await page.waitForURL("**/name?new=1**");
  });
  assert.deepEqual(wrong, []);
});

test("whoever never made one reads how to, with and without script", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page) => {
    await page.goto(sam.home + "/sign-in");
    await button(page, "Log in with a passkey").click();
    await says(page, "no passkey for this practice");
    wrong.push(...(await judge(page, "not here")));
    // A phone may have one: the browser's own window is asked for, and closed again.
    await button(page, "Use a phone or security key").click();
    await says(page, "Nothing happened");
    await button(page, "Log in with a passkey").click();
    await says(page, "Nothing happened");
    await page.goto(sam.home + "/sign-in/passkey/none");
    wrong.push(...(await judge(page, "none yet")));
    await link(page, "How to make your first passkey").click();
    await page.getByRole("heading", { name: "How do I create my first passkey?" }).waitFor();
  });
  await fresh(
    async (page) => {
      await page.goto(sam.home + "/sign-in");
      await button(page, "Log in with a passkey").click();
      await page.waitForURL("**/sign-in/passkey/none");
      await page.getByText("Log in with your email address and password").waitFor();
    },
    { javaScriptEnabled: false, kind: null },
  );
  assert.deepEqual(wrong, []);
});

test("a browser without passkeys says so, and leads on", LIMIT, async () => {
  await fresh(async (page, keys, place, context) => {
    await context.addInitScript(() => delete globalThis.PublicKeyCredential);
    await page.goto(sam.home + "/sign-in");
    await button(page, "Log in with a passkey").click();
    await page.waitForURL("**/sign-in/passkey/none");
    await logIn(page, keys, place);
    await page.goto(sam.home + "/me/passkeys/new");
    await button(page, "Create a passkey").click();
    await says(page, "can't use passkeys");
    await page.locator("[data-passkey-say] a").click();
    await page.getByRole("heading", { name: "This browser can't use passkeys" }).waitFor();
  });
});

test("a device that lies does not get in; the honest one does", LIMIT, async () => {
  await fresh(async (page, keys, place) => {
    // Each refused page asks again in its email field: answered there, it would leave while the test moves on.
    await page.addInitScript(ignoreTheField);
    await logIn(page, keys, place);
    await create(page);
    await logOut(page, keys, place);
    for (const bits of [{ isBogusSignature: true }, { isBadUV: true }, { isBadUP: true }]) {
      await keys.lies(place, bits);
      await byButton(page, keys, place);
      await page.getByRole("alert").waitFor();
      assert.ok(!page.url().endsWith("/me"), JSON.stringify(bits));
      await keys.lies(place, { isBogusSignature: false, isBadUV: false, isBadUP: false });
      assert.equal((await keys.passkeys(place)).length, 1, "nothing that lives is forgotten");
    }
    await byButton(page, keys, place);
    await page.waitForURL("**/me");
  });
});

test("deleted elsewhere: the page says so and the browser stops offering it; a living one is never forgotten", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, place, context) => {
    await logIn(page, keys, place);
    await create(page, "Old one");
    const other = await context.newPage();
    await other.goto(sam.home + "/me/passkeys");
    await link(other, "Delete Old one").click();
    await keys.answers(place, false);
    await button(other, "Delete").click();
    await other.getByText("The passkey is deleted").waitFor();
    await other.close();
    // Another device: this one was not told.
    assert.equal((await keys.passkeys(place)).length, 1);
    await keys.answers(place, true);
    await page.context().clearCookies();
    await byButton(page, keys, place);
    await page.getByText("This passkey was deleted here").waitFor();
    wrong.push(...(await judge(page, "deleted elsewhere")));
    await keys.until(place, 0);
  });
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await create(page);
    demo.sql("UPDATE person SET closed_at = 1 WHERE email_key = 'sam@example.com' AND kind = 'staff'");
    try {
      await page.context().clearCookies();
      await byButton(page, keys, place);
      await page.getByText("That passkey didn't get you in").waitFor();
      await page.waitForTimeout(300);
      assert.equal((await keys.passkeys(place)).length, 1);
    } finally {
      demo.sql("UPDATE person SET closed_at = NULL WHERE email_key = 'sam@example.com' AND kind = 'staff'");
    }
  });
  assert.deepEqual(wrong, []);
});

test("a page that was open for hours asks anew, and a device taken away is missed politely", LIMIT, async () => {
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await create(page);
    await logOut(page, keys, place);
    await page.clock.install();
    await door(page, keys, place);
    const first = await page.locator("#passkey [name=ceremony]").inputValue();
    await page.clock.setSystemTime(Date.now() + 3 * 3_600_000);
    const renewed = page.waitForResponse("**/passkey/options");
    await button(page, "Log in with a passkey").click();
    assert.equal((await renewed).status(), 200);
    await page.waitForURL("**/me");
    assert.ok(first);
  });
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await create(page);
    await logOut(page, keys, place);
    await door(page, keys, place);
    await keys.remove(place);
    await button(page, "Log in with a passkey").click();
    await says(page, "no passkey for this practice");
    const back = await keys.add(PLATFORM);
    await type(page, keys, back);
    await page.waitForURL("**/sign-in/passkey");
    await link(page, "I have lost the device with my passkey").click();
    await page.getByText("An administrator of your practice lets you in again").waitFor();
  });
});

test("offered once after the password, politely; three ways to say no; the goal is not lost", LIMIT, async () => {
  const wrong = [];
  const signIn = async (page, keys, place) => {
    await type(page, keys, place, sam, "/sign-in?then=%2Fme%2Fname");
    await page.waitForURL(/passkeys\/offer|\/me\/name$/);
    return page.url().includes("passkeys/offer");
  };
  await fresh(async (page, keys, place, context) => {
    assert.ok(await signIn(page, keys, place), "offered");
    wrong.push(...(await judge(page, "offer")));
    await button(page, "Not now").click();
    await page.waitForURL("**/me/name");
    await logOut(page, keys, place);
    assert.ok(!(await signIn(page, keys, place)), "not again in this browser");
    await context.clearCookies();
    assert.ok(await signIn(page, keys, place), "another browser");
    await button(page, "Don't ask again").click();
    await page.waitForURL("**/me/name");
    await context.clearCookies();
    assert.ok(!(await signIn(page, keys, place)), "never again anywhere");
  }, { offers: true });
  await fresh(async (page, keys, place) => {
    assert.ok(await signIn(page, keys, place));
    await button(page, "Several people use this device").click();
    await page.waitForURL("**/me/name");
    await logOut(page, keys, place);
    demo.sql("UPDATE person SET passkey_offer_off_at = NULL");
    assert.ok(!(await signIn(page, keys, place)), "a shared device is left alone");
  }, { offers: true });
  await fresh(async (page, keys, place) => {
    assert.ok(await signIn(page, keys, place));
    await button(page, "Create a passkey").click();
    await page.waitForURL("**/name?new=1**");
    await button(page, "Save").click();
    await page.waitForURL("**/me/name");
    await logOut(page, keys, place);
    await page.goto(sam.home + "/sign-in");
    await page.waitForURL("**/me");
  }, { offers: true });
  // Who cannot keep one is not asked.
  await fresh(async (page) => {
    await typePassword(page, sam);
    await page.waitForURL("**/me");
  }, { kind: null, offers: true });
  assert.deepEqual(wrong, []);
});

test("a browser makes one by itself only where the practice allows it, and the person is told", LIMIT, async () => {
  const wrong = [];
  const alex = demo.person("alex@example.com");
  for (const allowed of [0, 1]) {
    await fresh(async (page, keys, place, context) => {
      demo.sql(`UPDATE practice SET silent_passkeys = ${allowed}`);
      // Chromium's authenticators never answer a quiet creation; these answer it as a plain one.
      await context.addInitScript(() => {
        const { create } = globalThis.CredentialsContainer?.prototype ?? {};
        if (!create) return;
        CredentialsContainer.prototype.create = function ({ mediation, ...options }) {
          globalThis.asked.push(`create ${mediation}`);
          return create.call(this, options);
        };
      });
      const before = (await demo.sent(alex.email)).length;
      await type(page, keys, place, alex);
      await page.waitForURL("**/sign-in/set-up");
      await page.locator('form[action="/sign-in/set-up"] button.button').first().click();
      await page.goto(alex.home + "/sign-in/set-up/key");
      const app = new App(await page.locator("code.key").textContent());
      await page.goto(alex.home + "/sign-in/set-up/code");
      await page.getByLabel("Verification code").fill(app.code());
      await button(page, "Enable 2 factor authentication").click();
      await page.locator('form[action="/sign-in/set-up/done"] button').click();
      await page.waitForURL("**/me/passkeys/offer**");
      if (allowed) {
        await page.getByText("Your browser has made a passkey").waitFor();
        wrong.push(...(await judge(page, "made by itself")));
        await keys.until(place, 1);
        await demo.message(alex.email, (message) => /passkey/i.test(message.subject));
      } else {
        await button(page, "Not now").waitFor();
        assert.equal((await keys.passkeys(place)).length, 0);
        assert.ok(!(await page.evaluate(() => globalThis.asked)).includes("create conditional"));
        const mails = await demo.sent(alex.email);
        assert.ok(!mails.slice(0, mails.length - before).some((mail) => /passkey/i.test(mail.subject)));
      }
    }, { offers: true });
  }
  assert.deepEqual(wrong, []);
});

test("in somebody else's frame nothing is asked", LIMIT, async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const keys = await Authenticators.of(page);
  await keys.add();
  await page.route("http://evil.localhost/", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<iframe id="trap" allow="publickey-credentials-get *; publickey-credentials-create *" src="${sam.home}/sign-in"></iframe>`,
    }),
  );
  await page.goto("http://evil.localhost/");
  const frame = await (await page.waitForSelector("#trap")).contentFrame();
  await frame.waitForLoadState().catch(() => {});
  assert.ok(!(await frame.content()).includes("data-passkey"));
  await context.close();
});

test("every help page about passkeys stands, for the visitor's own system first", LIMIT, async () => {
  const wrong = [];
  const systems = [
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Mac: iCloud Keychain"],
    ["Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36", "Android: Google Password Manager"],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0", "Windows: Windows Hello"],
  ];
  for (const [userAgent, first] of systems) {
    await fresh(async (page) => {
      for (const word of ["passkey-create", "passkey-remove", "passkey-ready"]) {
        await page.goto(`${sam.home}/help/${word}`);
        assert.equal(await page.locator("main h3").first().textContent(), first);
        assert.ok(await page.locator("main details summary", { hasText: "1Password" }).count());
      }
      if (first.startsWith("Windows")) wrong.push(...(await judge(page, "help")));
    }, { userAgent, kind: null });
  }
  await fresh(async (page) => {
    await page.goto(sam.home + "/help");
    const words = await page.locator('main a[href^="/help/passkey"]').evaluateAll((links) => links.map((a) => a.getAttribute("href")));
    assert.ok(words.length > 20);
    for (const word of words) {
      const [status, text] = await page.evaluate(async (path) => {
        const answer = await fetch(path);
        return [answer.status, await answer.text()];
      }, word);
      assert.equal(status, 200, word);
      assert.ok(text.includes("Whom to ask"), word);
    }
  }, { kind: null });
  assert.deepEqual(wrong, []);
});
