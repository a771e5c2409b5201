// Passkeys where a page or a session is not what it was: another tab's cookie, a session that ended meanwhile, a practice with a new
// address. Nobody is led in a circle, and nothing is left on a device without a word.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Authenticators, SYNCED } from "./authenticator.js";
import { judge } from "./judge.js";
import { browser, button, create, demo, fresh, ignoreTheField, keepTheQuestion, LIMIT, link, listen, logIn, logOut, PATIENCE, sam, says } from "./passkey_stage.js";

test("a page whose form is another tab's by now takes the passkey at the first press", LIMIT, async () => {
  await fresh(async (page, keys, place, context) => {
    await page.addInitScript(ignoreTheField);
    await logIn(page, keys, place);
    await create(page);
    await logOut(page, keys, place);
    await page.clock.install();
    await page.goto(sam.home + "/sign-in");
    await page.getByLabel("Email address").fill("half an addr");
    const before = await page.locator("form[action='/sign-in'] [name=csrf]").inputValue();
    // Opened at the same time in a new browser, the second tab's cookie stays.
    await context.clearCookies();
    const other = await context.newPage();
    await other.goto(sam.home + "/sign-in");
    await other.close();
    await page.clock.setSystemTime(Date.now() + 3_600_000);
    await page.evaluate(() => {
      HTMLFormElement.prototype.requestSubmit = function () {
        globalThis.sent = [...document.querySelectorAll("[name=csrf]")].map((field) => field.value);
      };
    });
    const renewed = page.waitForResponse("**/passkey/options");
    await page.locator("#passkey button").first().dispatchEvent("click");
    assert.equal((await renewed).status(), 200);
    await page.waitForFunction(() => globalThis.sent);
    const after = await page.evaluate(() => globalThis.sent);
    assert.ok(after.every((value) => value !== before), "every form of the page is good again");
    assert.equal(await page.getByLabel("Email address").inputValue(), "half an addr", "and nothing typed is lost");
    await page.evaluate(() => document.querySelector("#passkey").submit());
    await page.waitForURL("**/me");
  });
});

test("the second of two devices reads that its passkey was not kept, and lets go of it", LIMIT, async () => {
  const wrong = [];
  await fresh(async (page, keys, place) => {
    await page.addInitScript(ignoreTheField);
    await logIn(page, keys, place);
    await page.goto(sam.home + "/me/passkeys/new");
    const mac = await browser.newContext();
    try {
      mac.setDefaultTimeout(PATIENCE);
      await mac.addInitScript(listen);
      const there = await mac.newPage();
      const others = await Authenticators.of(there);
      const other = await others.add(SYNCED);
      await logIn(there, others, other);
      await create(there);
    } finally {
      await mac.close();
    }
    await keepTheQuestion(page);
    await button(page, "Create a passkey").click();
    await page.waitForURL("**/sign-in?then=**");
    await page.getByText("you were logged out before it was ready").waitFor();
    await page.getByText("We have asked your browser to forget the one that wasn't kept").waitFor();
    wrong.push(...(await judge(page, "not kept, at the door")));
    await keys.until(place, 0);
  });
  assert.deepEqual(wrong, []);
});

test("one made in another tab is found before a second one is made, and a press costs one question", LIMIT, async () => {
  await fresh(async (page, keys, place, context) => {
    await logIn(page, keys, place);
    await page.goto(sam.home + "/me/passkeys/new");
    // The same device in both tabs: what it keeps is taken along, since here each tab has devices of its own.
    const other = await context.newPage();
    const others = await Authenticators.of(other);
    const there = await others.add(SYNCED);
    await create(other);
    await keys.take(place, await others.passkeys(there));
    await other.close();
    await page.bringToFront();
    await button(page, "Create a passkey").click();
    await says(page, "This device says that it has a passkey for you here already");
    assert.equal((await keys.passkeys(place)).length, 1);
    let asked = 0;
    page.on("request", (request) => (asked += request.url().endsWith("/passkey/options")));
    await button(page, "Create a passkey").click();
    await says(page, "has a passkey for you here already");
    assert.equal(asked, 0, "it was asked a moment ago");
    // The honest twin: on a device that has none.
    await keys.remove(place);
    await keys.add(SYNCED);
    await button(page, "Create a passkey").click();
    await page.waitForURL("**/name?new=1**");
  });
});

test("a proof that is just too old takes nothing from the question that was asked before", LIMIT, async () => {
  await fresh(async (page, keys, place) => {
    await logIn(page, keys, place);
    await page.goto(sam.home + "/me/passkeys/new");
    demo.sql("UPDATE session SET fresh_at = fresh_at - 290");
    await page.goto(sam.home + "/me/passkeys/new");
    await page.waitForTimeout(13_000);
    const answer = page.waitForResponse("**/passkey/options");
    await button(page, "Create a passkey").click();
    assert.equal((await answer).status(), 204);
    await page.waitForURL("**/name?new=1**");
  });
});

test("a browser that forgets the press over a wait is asked at the next one, however slowly its person reads", LIMIT, async () => {
  await fresh(async (page, keys, place) => {
    // As browsers are that take a press for nothing once the page has fetched something.
    await page.addInitScript(() => {
      if (!globalThis.CredentialsContainer) return;
      let pressed = false;
      const { fetch } = globalThis;
      const { create } = CredentialsContainer.prototype;
      addEventListener("click", () => (pressed = true), true);
      globalThis.fetch = (...all) => {
        pressed = false;
        return fetch(...all);
      };
      CredentialsContainer.prototype.create = function (options) {
        return pressed ? create.call(this, options) : Promise.reject(new DOMException("", "NotAllowedError"));
      };
    });
    await logIn(page, keys, place);
    await page.clock.install();
    for (const last of [false, true]) {
      await page.goto(sam.home + "/me/passkeys/new");
      if (last) await keepTheQuestion(page);
      await button(page, "Create a passkey").click();
      await says(page, "closed");
      await page.clock.setSystemTime(Date.now() + (last ? 120_000 : 60_000));
      await button(page, "Create a passkey").click();
      await page.waitForURL("**/name?new=1**");
      await keys.remove(place);
      place = await keys.add(SYNCED);
    }
  });
});

test("a page whose practice has another address by now leads there instead of round in a circle", LIMIT, async () => {
  await fresh(async (page, keys, place) => {
    await page.addInitScript(ignoreTheField);
    await logIn(page, keys, place);
    for (const status of [404, 410]) {
      await page.goto(sam.home + "/me/passkeys/new");
      await page.route("**/passkey/options", (route) => route.fulfill({ status }));
      await button(page, "Create a passkey").click();
      await says(page, "This page was open for too long");
      await page.unroute("**/passkey/options");
      await link(page, "Load the page again").click();
      await page.waitForURL("**/me/passkeys/new");
      assert.equal(await page.locator("[data-passkey-say]").textContent(), "");
    }
  }, { refused: /^4(04|10) from .*passkey.options$/ });
});

test("a browser that can't use passkeys at the practice's new address says just that", LIMIT, async () => {
  const wrong = [];
  const rename = (from, to) => demo.sql(`UPDATE practice SET slug = '${to}' WHERE slug = '${from}'`);
  await fresh(async (page) => {
    await page.addInitScript(ignoreTheField);
    // As a browser without related origins answers, whatever this one can.
    await page.addInitScript(() => {
      if (!globalThis.CredentialsContainer) return;
      const { get } = CredentialsContainer.prototype;
      CredentialsContainer.prototype.get = async function (options) {
        if (options.mediation === "conditional") return get.call(this, options);
        throw new DOMException("", "SecurityError");
      };
    });
    rename("harbour-physio", "harbour-bay");
    try {
      const home = sam.home.replace("harbour-physio", "harbour-bay");
      for (const [path, name, way] of [
        ["/sign-in", "Log in with a passkey", "log in with your password and code"],
        ["/portal", "Sign in with a passkey", "sign in by email"],
      ]) {
        await page.goto(home + path);
        await button(page, name).click();
        await says(page, "this browser can't use your practice's passkeys there");
        await says(page, way);
        wrong.push(...(await judge(page, `a new address, ${path}`)));
      }
      await page.goto(home + "/sign-in");
      await button(page, "Log in with a passkey").click();
      await page.locator("[data-passkey-say]").getByRole("link", { name: "Which browsers and addresses work" }).click();
      await page.getByText("Chrome, Edge and Safari can").waitFor();
    } finally {
      rename("harbour-bay", "harbour-physio");
    }
    await page.goto(sam.home + "/sign-in");
    await button(page, "Log in with a passkey").click();
    await says(page, "this isn't the address your passkeys belong to");
  });
  assert.deepEqual(wrong, []);
});
