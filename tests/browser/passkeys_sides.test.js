// What the page and the device know of each other: told, asked once, and never made to forget what lives.
import assert from "node:assert/strict";
import { test } from "node:test";

import { OLD } from "./authenticator.js";
import { judge } from "./judge.js";
import { button, byButton, create, demo, door, fresh, ignoreTheField, keepTheQuestion, LIMIT, link, logIn, logOut, quiet, sam, says, setUpCodes, type, waiting } from "./passkey_stage.js";

const LAST = "DELETE FROM passkey; DELETE FROM passkey_gone";

test("the last one was deleted elsewhere: after the next log-in by password the device has none any more", LIMIT, async () => {
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await create(page);
    await logOut(page, keys, place);
    demo.sql(LAST);
    await type(page, keys, place);
    await page.waitForURL("**/me");
    await keys.until(place, 0);
  });
});

test("a list told late takes away nothing that was made meanwhile", LIMIT, async () => {
  const alex = demo.person("alex@example.com");
  await fresh(async (page, keys, place, context) => {
    // Somebody whose passkeys were all deleted, in a browser that makes new ones by itself.
    demo.sql("UPDATE practice SET silent_passkeys = 1; UPDATE person SET passkey_user = 'AAAA' WHERE email_key = 'alex@example.com'");
    await context.addInitScript(() => {
      const { create } = globalThis.CredentialsContainer?.prototype ?? {};
      if (create) CredentialsContainer.prototype.create = function ({ mediation, ...options }) { return create.call(this, options); };
    });
    // A slow line: the list is read at once and arrives late.
    await context.addInitScript(() => {
      const { fetch } = globalThis;
      const later = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
      globalThis.fetch = async (path, options) => {
        if (path === "/me/passkeys/signal") return fetch(path, options).then(async (answer) => (await later(0.7), answer));
        if (String(path).endsWith("/me/passkeys/silent")) await later(1.5);
        return fetch(path, options);
      };
    });
    await type(page, keys, place, alex);
    await setUpCodes(page, alex.home);
    await page.getByText("Your browser has made a passkey").waitFor();
    assert.equal((await keys.passkeys(place)).length, 1);
    await page.waitForTimeout(1000);
    assert.equal((await keys.passkeys(place)).length, 1, "the list of the next page names it");
  }, { offers: true });
});

test("a device that has one and doesn't open it is not said to have none", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, place) => {
    await page.addInitScript(ignoreTheField);
    await logIn(page, keys, place);
    await create(page);
    await logOut(page, keys, place);
    await keys.verifies(place, false);
    await button(page, "Log in with a passkey").click();
    await says(page, "Either this device has none for this practice, or the window was closed");
    wrong.push(...(await judge(page, "not used here")));
    await button(page, "Use a phone or security key").click();
    await says(page, "Nothing happened");
    await page.locator("[data-passkey-say]").getByRole("link", { name: "Why do I see a picture to scan?" }).waitFor();
    await page.locator("[data-passkey-say]").getByRole("link", { name: "I have no passkey yet" }).waitFor();
    wrong.push(...(await judge(page, "closed at the door")));
  });
  assert.deepEqual(wrong, []);
});

test("pressed twice, the browser is asked once", LIMIT, async () => {
  await fresh(async (page, keys, place) => {
    // A browser that opens its window at once, which stays open until somebody answers.
    await page.addInitScript(() => delete globalThis.PublicKeyCredential?.getClientCapabilities);
    await logIn(page, keys, place);
    await create(page);
    await logOut(page, keys, place);
    await quiet(keys, place, async () => {
      await page.evaluate(() => {
        const form = document.querySelector("#passkey");
        for (let press = 0; press < 3; press += 1) form.requestSubmit();
      });
      await page.waitForTimeout(700);
      const asked = await page.evaluate(() => globalThis.asked.filter((kind) => kind !== "conditional"));
      assert.equal(asked.length, 1, asked.join());
      assert.equal((await page.locator("[data-passkey-say]").textContent()).trim(), "", "and nothing is said of what we ended ourselves");
    });
  });
});

test("only a page that is too old is called that", LIMIT, async () => {
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await create(page);
    await logOut(page, keys, place);
    // Nothing of this asks the device, so its person's hands are off it: what the field asked is not answered in between.
    await quiet(keys, place, async () => {
      for (const [status, words] of [[503, "We couldn't be reached just now"], [409, "open for too long"], [403, "open for too long"]]) {
        await page.clock.install();
        await page.goto(sam.home + "/sign-in");
        await waiting(page);
        await page.evaluate((status) => {
          globalThis.fetch = async () => new Response("", { status });
        }, status);
        await page.clock.setSystemTime(Date.now() + 3_600_000);
        await button(page, "Log in with a passkey").click();
        await says(page, words);
      }
      await page.evaluate(() => globalThis.asked.splice(0));
      await page.locator("[data-passkey-say]").getByRole("link", { name: "Load the page again" }).click();
      await waiting(page);
    });
    await button(page, "Log in with a passkey").click();
    await page.waitForURL("**/me");
  });
});

test("a browser that can't be told is not said to have been", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, place, context) => {
    await context.addInitScript(() => {
      for (const what of ["signalUnknownCredential", "signalAllAcceptedCredentials"]) delete PublicKeyCredential[what];
    });
    await context.addInitScript(ignoreTheField);
    await logIn(page, keys, place);
    await create(page);
    await page.goto(sam.home + "/me/passkeys");
    await link(page, "Delete").first().click();
    await button(page, "Delete").click();
    await page.getByText("Your device may go on offering it").waitFor();
    assert.equal(await page.getByText("We have asked your browser").count(), 0);
    wrong.push(...(await judge(page, "deleted, not told")));
    await page.context().clearCookies();
    await byButton(page, keys, place);
    await page.getByText("Your device may go on offering it").waitFor();
    assert.equal(await page.getByText("we have asked your browser").count(), 0);
    await link(page, "How to remove it by hand").click();
    await page.getByRole("heading", { name: "How do I remove a passkey from my device?" }).waitFor();
  });
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await create(page);
    await page.goto(sam.home + "/me/passkeys");
    await link(page, "Delete").first().click();
    await button(page, "Delete").click();
    await page.getByText("We have asked your browser to stop offering it").waitFor();
  });
  assert.deepEqual(wrong, []);
});

test("a passkey that came too late is said not to be kept, and leaves the device", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await page.goto(sam.home + "/me/passkeys/new");
    demo.sql("UPDATE session SET fresh_at = fresh_at - 400");
    // A node may remember a session for four seconds.
    await page.waitForTimeout(4500);
    await keepTheQuestion(page);
    await button(page, "Create a passkey").click();
    await page.waitForURL("**/confirm?then=**");
    assert.equal((await keys.passkeys(place)).length, 1);
    await page.getByLabel("Password", { exact: true }).fill(sam.password);
    await page.locator('form[action="/confirm"] button.button').last().click();
    await page.getByText("wasn't kept, so it doesn't log you in").waitFor();
    await page.getByText("We have asked your browser to forget the one that wasn't kept").waitFor();
    wrong.push(...(await judge(page, "not kept")));
    await keys.until(place, 0);
    await button(page, "Create a passkey").click();
    await page.waitForURL("**/name?new=1**");
  });
  assert.deepEqual(wrong, []);
});

test("a security key from before passkeys makes none, and its person reads how to go on", LIMIT, async () => {
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await page.goto(sam.home + "/me/passkeys/new");
    await button(page, "Create a passkey").click();
    await page.locator("[data-passkey-say] a").waitFor();
    assert.equal((await keys.passkeys(place)).length, 0);
    assert.ok(page.url().endsWith("/me/passkeys/new"));
    await page.goto(sam.home + "/me/passkeys");
    await page.getByText("No passkey yet").waitFor();
  }, { kind: OLD });
});
