// Every page and state: accessible, within the screen, light, quiet.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { judge, watch } from "./judge.js";
import { App, typePassword } from "./people.js";

let demo, browser;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Judges pages one after the other in one browser; `look` takes a name once the page shows the state. */
async function round(work) {
  const context = await browser.newContext();
  const watched = watch(context);
  const page = await context.newPage();
  const wrong = [];
  const look = async (name) => wrong.push(...(await judge(page, name)));
  await work(page, look);
  wrong.push(...watched.troubles());
  await context.close();
  assert.deepEqual(wrong, []);
}

test("the doors, open to everybody", async () => {
  await round(async (page, look) => {
    const home = demo.practice();
    for (const path of ["/sign-in", "/forgot", "/help", "/language", "/sign-in?again=1"]) {
      await page.goto(home + path);
      await look(path);
    }
    for (const path of ["/", "/?practice=Harbour+Physio", "/?practice=%E8%A8%BA", "/demo", "/mailbox", "/help"]) {
      await page.goto(demo.entrance + path);
      await look(`entrance ${path}`);
    }
    await page.goto(home + "/nothing-here");
    await look("not found");
    await page.goto(home.replace("harbour-physio", "nobody-lives-here"));
    await look("no such practice");
    await page.goto(demo.ready.support);
    await look("support");
  });
});

test("what goes wrong at the door", async () => {
  await round(async (page, look) => {
    const sam = demo.person("sam@example.com");
    await typePassword(page, sam, { password: "not this one at all" });
    await page.getByText("don't match").waitFor();
    await look("wrong password");
    await page.goto(sam.home + "/forgot");
    await page.getByLabel("Email address").fill("sam@example.com");
    await page.locator("main form button.button").first().click();
    await look("forgot, sent");
    await page.goto(await demo.link("sam@example.com", "/reset/"));
    await look("reset");
    await page.locator("input[autocomplete=new-password]").fill("password1234567");
    await page.locator("main form button.button:not([type=button])").first().click();
    await look("reset, weak");
    await page.goto(sam.home + "/reset/nothing-of-the-kind");
    await look("reset, unknown link");
    await page.goto(sam.home + "/not-me/nothing-of-the-kind");
    await look("not me, unknown link");
    await page.goto(sam.home + "/join/nothing-of-the-kind");
    await look("join, unknown link");
    await page.goto(demo.entrance + "/mailbox");
    await look("mailbox with mail");
    await page.locator("main ul.big a").first().click();
    await look("a mail");
  });
});

test("a practitioner's own pages", async () => {
  await round(async (page, look) => {
    const sam = demo.person("sam@example.com");
    demo.sql("UPDATE person SET name = 'Samantha-Alexandrina Okafor-Worthington von und zu Hohenstein' WHERE email_key = 'sam@example.com' AND kind = 'staff'");
    await typePassword(page, sam, { keep: true });
    await page.waitForURL("**/me");
    await look("My info");
    for (const path of ["/me/name", "/me/email", "/me/password", "/me/mobile", "/me/two-factor", "/log-out"]) {
      await page.goto(sam.home + path);
      await look(path);
    }
    await page.goto(sam.home + "/me");
    const device = await page.locator('a[href^="/me/devices/"]').first().getAttribute("href");
    await page.goto(sam.home + device);
    await look("a recognised device");
    demo.sql("UPDATE session SET fresh_at = 0");
    await page.goto(sam.home + "/me/name");
    await page.goto(sam.home + "/me/password");
    await look("confirm");
    demo.sql("UPDATE person SET name = 'Sam Okafor' WHERE email_key = 'sam@example.com' AND kind = 'staff'");
  });
});

test("an administrator's pages", async () => {
  await round(async (page, look) => {
    const alex = demo.person("alex@example.com");
    await typePassword(page, alex);
    await page.waitForURL("**/sign-in/set-up");
    await look("set-up, step 1");
    await page.locator("main form button.button").first().click();
    await look("set-up, after step 1");
    await page.goto(alex.home + "/sign-in/set-up/app");
    await look("set-up, step 2");
    await page.goto(alex.home + "/sign-in/set-up/key");
    await look("set-up, step 3");
    const key = (await page.locator("code.key").textContent()).replace(/\s/g, "");
    const app = new App(key);
    await page.goto(alex.home + "/sign-in/set-up/code");
    await page.getByLabel("Verification code").fill("000000");
    await page.getByRole("button", { name: "Enable 2 factor authentication" }).click();
    await look("set-up, wrong code");
    await page.getByLabel("Verification code").fill(app.code());
    await page.getByRole("button", { name: "Enable 2 factor authentication" }).click();
    await page.locator("ol.codes").waitFor();
    await look("backup codes");
    await page.locator('form[action="/sign-in/set-up/done"] button').click();
    await page.waitForURL("**/me");
    await page.goto(alex.home + "/practice/people");
    await look("people");
    const sam = await page.locator('a[href^="/practice/people/"]', { hasText: "Sam" }).first().getAttribute("href");
    await page.goto(alex.home + sam);
    await look("one person");
    for (const act of ["/close", "/end-sessions", "/more-time", "/reset", "/email", "/change"]) {
      await page.goto(alex.home + sam + act);
      await look(sam.replace(/[0-9a-f-]{36}/, "{id}") + act);
    }
    await page.goto(alex.home + "/practice/people/new");
    await look("invite");
    await page.goto(alex.home + "/practice/record");
    await look("record");
    await page.goto(alex.home + "/me");
    await look("My info with 2FA");
    demo.sql("UPDATE session SET idle_seconds = -1");
    // A node may remember a session for four seconds.
    for (const until = Date.now() + 15_000; Date.now() < until && !page.url().includes("/locked"); ) {
      await page.goto(alex.home + "/me");
    }
    assert.ok(page.url().includes("/locked"));
    await look("locked");
    await page.context().clearCookies();
    await typePassword(page, alex);
    await page.waitForURL("**/sign-in/code");
    await look("second step");
    await page.getByRole("link", { name: "Use a backup code" }).click();
    await look("backup code asked");
  });
});
