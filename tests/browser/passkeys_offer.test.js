// Passkeys offered, made by the browser itself, not asked for in a frame; and their help pages.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Authenticators } from "./authenticator.js";
import { judge } from "./judge.js";
import { browser, button, create, demo, fresh, LIMIT, logOut, quiet, sam, setUpCodes, type } from "./passkey_stage.js";
import { typePassword } from "./people.js";

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
      await setUpCodes(page, alex.home);
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

test("what a browser made by itself and the practice refused is taken off the device again", LIMIT, async () => {
  const alex = demo.person("alex@example.com");
  await fresh(async (page, keys, place, context) => {
    demo.sql("UPDATE practice SET silent_passkeys = 1");
    await context.addInitScript(() => {
      const { create } = globalThis.CredentialsContainer?.prototype ?? {};
      if (!create) return;
      CredentialsContainer.prototype.create = function ({ mediation, ...options }) {
        return create.call(this, options);
      };
    });
    let made = 0;
    await page.route("**/me/passkeys/silent", async (route) => {
      made = (await keys.passkeys(place)).length;
      demo.sql("UPDATE practice SET silent_passkeys = 0");
      await route.continue();
    });
    const refused = page.waitForResponse("**/me/passkeys/silent");
    await type(page, keys, place, alex);
    await setUpCodes(page, alex.home);
    assert.equal((await refused).status(), 403);
    assert.equal(made, 1);
    await keys.until(place, 0);
  }, { offers: true, refused: /^403 from .*passkeys.silent$/ });
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
