// Passkeys refused by either side, taken away, or never made; and what the page says then.
import assert from "node:assert/strict";
import { test } from "node:test";

import { PLATFORM } from "./authenticator.js";
import { judge } from "./judge.js";
import { browser, button, byButton, create, demo, door, fresh, ignoreTheField, keepTheQuestion, LIMIT, link, logIn, logOut, PATIENCE, quiet, sam, says, type } from "./passkey_stage.js";

test("names: odd ones are written out, long ones fit, and the device learns a new name of the person", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, place) => {
    page.on("dialog", () => wrong.push("a name ran as script"));
    await logIn(page, keys, place);
    await create(page, `<img src=x onerror=alert(1)>"'&`);
    await page.getByText(`<img src=x onerror=alert(1)>"'&`).first().waitFor();
    await link(page, /^Rename/).click();
    await page.getByLabel("Passkey name").fill("");
    await page.evaluate(() => document.querySelector("#name").removeAttribute("required"));
    await button(page, "Save").click();
    await page.getByText("Type a name").first().waitFor();
    await page.getByLabel("Passkey name").fill("Rindfleischetikettierungsüberwachungsaufgabenübertragung 2");
    await button(page, "Save").click();
    await page.getByText("The passkey has its new name").waitFor();
    wrong.push(...(await judge(page, "a long name")));
    await link(page, /^Delete/).click();
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
    await keepTheQuestion(page);
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
    await says(page, "No passkey was used here");
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
    await page.getByText("This passkey was deleted here, so we have asked your browser").waitFor();
    wrong.push(...(await judge(page, "deleted elsewhere")));
    await keys.until(place, 0);
  });
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await create(page);
    // The device would answer the field again on every page that says no.
    await page.addInitScript(ignoreTheField);
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
    await says(page, "No passkey was used here");
    const back = await keys.add(PLATFORM);
    await type(page, keys, back);
    await page.waitForURL("**/sign-in/passkey");
    await link(page, "I have lost the device with my passkey").click();
    await page.getByText("An administrator of your practice lets you in again").waitFor();
  });
});
