// Passkeys in a real browser: made, and shown wherever they are asked for.
import assert from "node:assert/strict";
import { test } from "node:test";

import { KEY, TOUCH } from "./authenticator.js";
import { judge } from "./judge.js";
import { browser, button, create, demo, door, fresh, keepTheQuestion, LIMIT, link, logIn, logOut, openUntil, quiet, sam, says, setUpCodes, type } from "./passkey_stage.js";
import { typePassword } from "./people.js";

test("two passkeys, shown by button, by autofill and after the password; one deleted and gone on both sides", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, phone) => {
    const look = async (name) => wrong.push(...(await judge(page, name)));
    await logIn(page, keys, phone);
    await link(page, "Create a passkey").first().click();
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
    await setUpCodes(page, alex.home);
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
      await keepTheQuestion(page);
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
