// For whoever has no mouse, no script, only paper, or shares the browser with others.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { App, firstSignIn, openUntil, press, setUp, signIn, typePassword } from "./people.js";
import { Stage, within } from "./stage.js";

const NEW_PASSWORD = "seven herons wade at dusk by the weir";
const LIMIT = 180_000;
let stage;
before(async () => { stage = await new Stage().start(); });
after(() => stage?.end());

/** A test with an end of its own, and a demo that it need not share where it changes people. */
function walk(name, work) {
  test(name, async () => {
    const own = await new Stage(stage.browser).start();
    try {
      await within(LIMIT, name, work(own));
    } finally {
      await own.end();
    }
  });
}

/** Moves with the Tab key alone to what carries these words, as a label, a name or a text. */
async function tabTo(page, words) {
  const seen = [];
  for (let presses = 0; presses < 60; presses += 1) {
    const at = await page.evaluate(() => {
      const el = document.activeElement;
      return el === document.body ? "" : (el.labels?.[0]?.textContent ?? el.getAttribute("aria-label") ?? el.textContent).trim();
    });
    if (at.startsWith(words)) {
      const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.notEqual(ring, "none", `the focus on "${words}" can be seen`);
      return;
    }
    seen.push(at);
    await page.keyboard.press("Tab");
  }
  throw new Error(`no key leads to "${words}", only to: ${[...new Set(seen)].join(" | ")}`);
}

async function enter(page, words) {
  await tabTo(page, words);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

async function type(page, label, text) {
  await tabTo(page, label);
  await page.keyboard.type(text);
}

walk("an administrator sets up 2FA and signs in with it by keyboard alone", async (own) => {
  const alex = own.person("alex@example.com");
  const logIn = async (page) => {
    await page.goto(`${alex.home}/sign-in`);
    await type(page, "Email address", alex.email);
    await type(page, "Password", alex.password);
    await tabTo(page, "Keep me logged in on this device");
    await page.keyboard.press("Space");
    assert.ok(await page.getByLabel("Keep me logged in").isChecked());
    await page.keyboard.press("Space");
    await enter(page, "Log in");
  };
  await own.visit(async (page) => {
    await logIn(page);
    await page.waitForURL("**/sign-in/set-up");
    await enter(page, "Yes, it is still right");
    await enter(page, "I have an app");
    await tabTo(page, "Enter key manually");
    await page.keyboard.press("Enter");
    const app = new App(await page.locator("code.key").innerText());
    await enter(page, "Continue");
    await type(page, "Verification code", "000000");
    await page.keyboard.press("Enter");
    await page.getByText("That code isn't right yet").first().waitFor();
    // The summary has the focus; its link leads to the field.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "code");
    await page.keyboard.press("Control+A");
    await page.keyboard.type(app.code());
    await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
    assert.equal(await page.locator("ol.codes li").count(), 10);
    await enter(page, "Continue");
    await page.waitForURL("**/me");
    await enter(page, "Log out");
    await page.getByText("You are logged out").waitFor();
    await logIn(page);
    await type(page, "Verification code", app.code());
    await page.keyboard.press("Enter");
    await page.waitForURL("**/me");
    await enter(page, "People");
    await enter(page, "Invite a colleague");
    await type(page, "Name", "Priya Raman");
    await type(page, "Email address", "priya@example.com");
    await tabTo(page, "Practitioner");
    await page.keyboard.press("Space");
    await enter(page, "Invite");
    await page.getByText("Invited. The link").waitFor();
  });
});

walk("everything is done without script", async (own) => {
  const { demo } = own;
  const plain = { javaScriptEnabled: false };
  const alex = own.person("alex@example.com");
  const sam = own.person("sam@example.com");
  await own.visit(async (page) => {
    const { codes } = await firstSignIn(page, alex);
    assert.equal(codes.length, 10, "the codes are there to be written down");
    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("link", { name: "Invite a colleague" }).click();
    await page.getByLabel("Name").fill("Priya Raman");
    await page.getByLabel("Email address").fill("priya@example.com");
    await page.getByLabel("Practitioner").check();
    await press(page, "Invite");
    await page.getByText("Invited. The link").waitFor();
    await page.getByRole("link", { name: "All people" }).click();
    await page.getByRole("link", { name: sam.name }).click();
    await page.getByRole("link", { name: "Reset 2FA" }).click();
    await press(page, "Send a code to the mobile number on file");
    const text = await demo.message(sam.mobile, (message) => message.channel === "text");
    await page.getByLabel("Code the person reads out").fill(text.text.match(/\d{6}/)[0]);
    await press(page, "Reset 2FA");
    await page.getByText("Reset. The person has a mail").first().waitFor();
  }, plain);
  await own.visit(async (page) => {
    await page.goto(await demo.link("priya@example.com", "/join/"));
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await press(page, "Join");
    await page.waitForURL("**/me");
    await page.getByRole("link", { name: "Change Email address" }).click();
    await page.getByLabel("New email address").fill("priya.raman@example.com");
    await press(page, "Send the link");
    await page.goto(await demo.link("priya.raman@example.com", "/confirm-email/"));
    await press(page, "Use this address");
    await page.getByText("Your email address is changed").waitFor();
  }, plain);
  await own.visit(async (page) => {
    await page.goto(await demo.link(sam.email, "/re-enrol/"));
    await press(page, "Continue");
    await page.getByLabel("Email address").fill(sam.email);
    await page.getByLabel("Password", { exact: true }).fill(sam.password);
    await press(page, "Log in");
    const { codes } = await setUp(page);
    await press(page, "Continue");
    await page.waitForURL("**/me");
    await press(page, "Log out");
    await typePassword(page, sam, { keep: true });
    await page.getByRole("link", { name: "Use a backup code" }).click();
    await page.getByLabel("Backup code").fill(codes[3]);
    await press(page, "Verify");
    await page.getByText("9 backup codes are left").waitFor();
    await page.getByRole("link", { name: "Disable 2 factor authentication" }).click();
    await press(page, "Disable 2 factor authentication");
    await press(page, "Log out");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Email address").fill(sam.email);
    await press(page, "Email me a link");
    await page.goto(await demo.link(sam.email, "/reset/"));
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await press(page, "Set new password");
    await signIn(page, { ...sam, password: NEW_PASSWORD });
    await page.getByText("Where you are logged in").waitFor();
    await page.getByRole("button", { name: "Log out everywhere" }).click();
    await page.getByText("no device is recognised any more").waitFor();
  }, plain);
});

walk("backup codes on paper: whose they are, all ten, on one sheet, and nothing to press", async (own) => {
  const alex = own.person("alex@example.com");
  await own.visit(async (page) => {
    await typePassword(page, alex);
    await setUp(page);
    assert.ok(!(await page.getByText("Backup codes for Harbour Physio").isVisible()), "on the screen the page says it");
    await page.evaluate(() => { globalThis.print = () => { globalThis.printed = true; }; });
    await page.getByRole("button", { name: "Print" }).click();
    assert.ok(await page.evaluate(() => globalThis.printed));
    // Paper is white whatever the screen is.
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.ok(await page.getByText(`Backup codes for Harbour Physio, ${alex.email}`).isVisible());
    for (const code of await page.locator("ol.codes code").all()) {
      const { ink, paper } = await code.evaluate((el) => ({ ink: getComputedStyle(el).color, paper: getComputedStyle(document.body).backgroundColor }));
      assert.deepEqual([ink, paper], ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
    }
    for (const gone of ["nav", "footer", ".button", ".skip", ".notices"]) {
      const left = await page.locator(gone).evaluateAll((all) => all.filter((el) => el.checkVisibility()).length);
      assert.equal(left, 0, `${gone} on paper`);
    }
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    assert.equal(pdf.match(/\/Type\s*\/Page[^s]/g).length, 1, "one sheet");
  });
});

walk("two people keep a reception computer each for themselves", async (own) => {
  const alex = own.person("alex@example.com");
  const sam = own.person("sam@example.com");
  await own.visit(async (page) => {
    await signIn(page, sam, { keep: true });
    await page.getByRole("link", { name: "Enable 2 factor authentication" }).first().click();
    await setUp(page);
    await page.goto(`${sam.home}/me`);
    await press(page, "Log out");
    const { app } = await firstSignIn(page, alex);
    await press(page, "Log out");
    app.forgetCodes(own.demo, alex);
    await typePassword(page, alex, { keep: true });
    assert.match(page.url(), /\/sign-in\/code/, "what Sam keeps is not Alex's");
    await page.getByLabel("Verification code").fill(app.code());
    await press(page, "Verify");
    await page.waitForURL("**/me");
    assert.match(await page.locator(".whose").textContent(), /Alex/, "whose session it is stands on every page");
    assert.equal(await page.locator("a[href^='/me/devices/']").count(), 1, "each sees their own only");
    await press(page, "Log out");
    await typePassword(page, alex);
    await page.waitForURL("**/me");
  });
});

walk("two tabs: a code is never taken for another person's", async (own) => {
  const alex = own.person("alex@example.com");
  const sam = own.person("sam@example.com");
  const apps = {};
  await own.visit(async (page) => { ({ app: apps.alex } = await firstSignIn(page, alex)); });
  await own.visit(async (page) => {
    await signIn(page, sam);
    await page.getByRole("link", { name: "Enable 2 factor authentication" }).first().click();
    ({ app: apps.sam } = await setUp(page));
  });
  await own.visit(async (first, context) => {
    await typePassword(first, alex);
    await first.getByText(alex.email).waitFor();
    const second = await context.newPage();
    await typePassword(second, sam);
    await second.getByText(sam.email).waitFor();
    apps.alex.forgetCodes(own.demo, alex);
    await first.getByLabel("Verification code").fill(apps.alex.code());
    await press(first, "Verify");
    await first.getByText("Another log-in was begun in this browser").first().waitFor();
    apps.sam.forgetCodes(own.demo, sam);
    await second.getByLabel("Verification code").fill(apps.sam.code());
    await press(second, "Verify");
    await second.waitForURL("**/me");
    assert.match(await second.locator(".whose").textContent(), /Sam/);
    // The other tab is in the same session now, as its next page shows.
    await first.goto(`${sam.home}/me`);
    assert.match(await first.locator(".whose").textContent(), /Sam/);
  });
});

walk("locked after a while: the page comes back where it was", async (own) => {
  const sam = own.person("sam@example.com");
  await own.visit(async (page) => {
    await signIn(page, sam);
    await page.goto(`${sam.home}/me/name`);
    own.demo.sql("UPDATE session SET idle_seconds = -1");
    await openUntil(page, `${sam.home}/me/name`, "/locked");
    await page.getByText("Nothing you saved or sent is lost").waitFor();
    assert.ok(!(await page.content()).includes(sam.email), "whose it was shows only in part");
    own.demo.sql("UPDATE session SET idle_seconds = 3600");
    await page.getByLabel("Password", { exact: true }).fill(sam.password);
    await press(page, "Unlock");
    await page.waitForURL("**/me/name");
  });
});

walk("locked while something was typed: it comes back with its page", async (own) => {
  const sam = own.person("sam@example.com");
  await own.visit(async (page, context) => {
    await signIn(page, sam);
    await page.goto(`${sam.home}/me/name`);
    await page.getByLabel("Name").fill("Samuel Okafor");
    own.demo.sql("UPDATE session SET idle_seconds = -1");
    await openUntil(await context.newPage(), `${sam.home}/me`, "/locked");
    await page.bringToFront();
    // The computer wakes long after.
    await page.evaluate(() => { const now = Date.now; Date.now = () => now() + 86_400_000; });
    await page.waitForURL("**/locked?then=*");
    own.demo.sql("UPDATE session SET idle_seconds = 3600");
    await page.getByLabel("Password", { exact: true }).fill(sam.password);
    await press(page, "Unlock");
    await page.waitForURL("**/me/name");
    assert.equal(await page.getByLabel("Name").inputValue(), "Samuel Okafor");
    await page.getByText("This page locked before you sent it").waitFor();
    assert.equal(own.demo.sql("SELECT name FROM person WHERE email_key = 'sam@example.com' AND kind = 'staff'"), "Sam Okafor");
    await press(page, "Save");
    await page.getByText("Your name is changed").waitFor();
  });
});

walk("a mail about a new browser, and \"this wasn't me\"", async (own) => {
  const alex = own.person("alex@example.com", "thames-therapy");
  await own.visit(async (page) => {
    await signIn(page, alex);
    await own.visit(async (thief) => {
      await signIn(thief, alex);
      const mail = await own.demo.message(alex.email, (message) => /new sign-in/i.test(message.subject));
      await page.goto(mail.text.match(/https?:\S+\/not-me\/\S+/)[0]);
      await press(page, "It wasn't me: end everything");
      await page.getByLabel("New password").fill(NEW_PASSWORD);
      await press(page, "Set new password");
      await thief.goto(`${alex.home}/me`);
      assert.match(thief.url(), /\/sign-in/, "the thief is out");
      await typePassword(thief, alex);
      await thief.getByText("don't match").waitFor();
    });
    await signIn(page, { ...alex, password: NEW_PASSWORD });
  });
});

// C12
walk("one press of Back after leaving in a hurry shows neither the list nor the address", async (own) => {
  // Not watched: the way out leads to another site.
  const context = await own.browser.newContext();
  const page = await context.newPage();
  const email = "family@example.com";
  await context.route("https://www.wikipedia.org/", (route) => route.fulfill({ contentType: "text/html", body: "<title>Away</title>away" }));
  await page.goto(own.demo.entrance);
  await page.getByLabel("Email address").fill(email);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL("**/find");
  const mail = await own.demo.message(email, (message) => /^\d{6}$/m.test(message.text));
  await page.getByLabel("Code from the email").fill(mail.text.match(/^(\d{6})$/m)[1]);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL("**/list");
  await page.getByRole("link", { name: "Thames Therapy" }).click();
  await page.waitForURL("**/portal");
  await page.getByRole("button", { name: "Exit quickly" }).click();
  await page.waitForURL("https://www.wikipedia.org/");
  for (let presses = 0; presses < 3; presses += 1) {
    await page.goBack();
    assert.equal(await page.getByText("Thames Therapy").count(), 0, page.url());
    assert.equal(await page.getByText(email).count(), 0, page.url());
  }
  // The browser was not closed, and keeps nothing beyond that.
  const kept = (await context.cookies()).filter(({ expires }) => expires > 0).map(({ name }) => name);
  assert.deepEqual(kept, []);
  await context.close();
});
