// People at the door in a real browser, with a real authenticator app and a real reader of QR pictures.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { startBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { watch } from "./judge.js";
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

/** A fresh browser of somebody's own. */
async function fresh(work, options = {}) {
  const context = await browser.newContext(options);
  const watched = watch(context);
  try {
    await work(await context.newPage(), context);
    assert.deepEqual(watched.troubles(), []);
  } finally {
    await context.close();
  }
}

/** Walks through the set-up and answers the app; the key comes from the picture on the screen. */
async function setUp(page, base) {
  await page.goto(base + "/app");
  if (!page.url().endsWith("/app")) {
    await page.locator("main form button.button").first().click();
    if (await page.getByLabel("Code from the text message").count()) {
      const mobile = await demo.message("+61491570156", (m) => m.channel === "text");
      await page.getByLabel("Code from the text message").fill(mobile.text.match(/\d{6}/)[0]);
      await page.locator("main form button.button").first().click();
    }
  }
  await page.goto(base + "/key");
  const folder = mkdtempSync(join(tmpdir(), "portico-qr-"));
  const shot = join(folder, "page.png");
  await page.screenshot({ path: shot });
  const uri = execFileSync("zbarimg", ["--quiet", "--raw", shot], { encoding: "utf8" }).trim();
  rmSync(folder, { recursive: true });
  assert.match(uri, /^otpauth:\/\/totp\//);
  const secret = new URL(uri).searchParams.get("secret");
  const typed = (await page.locator("code.key").textContent()).replace(/\s/g, "");
  assert.equal(secret, typed, "the picture and the key to type are one");
  const here = await page.getByRole("link", { name: "Add it to the app here" }).getAttribute("href");
  assert.equal(here, uri, "and so is the link for an app on this device");
  const app = new App(secret);
  await page.goto(base + "/code");
  await page.getByLabel("Verification code").fill(app.code());
  await page.getByRole("button", { name: "Enable 2 factor authentication" }).click();
  await page.locator("ol.codes").waitFor();
  return app;
}

test("an administrator sets up 2FA from the picture, keeps the codes, and is asked next time", async () => {
  const alex = demo.person("alex@example.com");
  let app, codes;
  await fresh(async (page) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await typePassword(page, alex);
    await page.waitForURL("**/sign-in/set-up");
    app = await setUp(page, alex.home + "/sign-in/set-up");
    codes = await page.locator("ol.codes code").allTextContents();
    assert.equal(new Set(codes).size, 10);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Copied").waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(codes.every((code) => copied.includes(code)));
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
    const saved = readFileSync(await download.path(), "utf8");
    assert.ok(codes.every((code) => saved.includes(code)));
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("ol.codes").isVisible());
    assert.ok(!(await page.getByRole("button", { name: "Copy" }).isVisible()), "paper has no buttons");
    await page.emulateMedia({ media: "screen" });
    await page.locator('form[action="/sign-in/set-up/done"] button').click();
    await page.waitForURL("**/me");
    await page.getByRole("button", { name: "Log out" }).first().click();
    await page.getByText("You are logged out").waitFor();
    // What was on the screen is not behind the back button.
    await page.goBack();
    await page.waitForURL("**/sign-in**");
    assert.ok(!(await page.content()).includes("Where you are logged in"));
  });
  await fresh(async (page) => {
    await typePassword(page, alex);
    await page.waitForURL("**/sign-in/code");
    await page.getByLabel("Verification code").fill(app.code());
    await page.getByRole("button", { name: "Verify" }).click();
    await page.waitForURL("**/me");
  });
  await fresh(async (page) => {
    await typePassword(page, alex);
    await page.getByRole("link", { name: "Use a backup code" }).click();
    await page.getByLabel("Backup code").fill(codes[0].toLowerCase().replaceAll("-", " "));
    await page.locator("main form button.button").first().click();
    await page.waitForURL("**/me");
    await page.getByText("9 backup codes").waitFor();
  });
  await fresh(async (page, context) => {
    app.forgetCodes(demo, alex);
    await typePassword(page, alex, { keep: true });
    await page.getByLabel("Verification code").fill(app.code());
    await page.getByRole("button", { name: "Verify" }).click();
    await page.waitForURL("**/me");
    await page.getByText("key", { exact: false }).first().waitFor();
    const stolen = await context.cookies();
    await page.getByRole("button", { name: "Log out" }).first().click();
    await typePassword(page, alex);
    await page.waitForURL("**/me", { timeout: 10_000 });
    // The thief has the cookies of before and knows the password, and lacks the key.
    const thief = await browser.newContext();
    await thief.addCookies(stolen.filter((cookie) => cookie.name === "__Host-devices" || cookie.name === "__Host-browser"));
    const screen = await thief.newPage();
    await typePassword(screen, alex);
    await screen.waitForURL("**/sign-in/code");
    await thief.close();
  });
});

test("by keyboard alone", async () => {
  const sam = demo.person("sam@example.com");
  await fresh(async (page) => {
    await page.goto(sam.home + "/sign-in");
    // The browser puts the cursor where the page says with its first picture, a moment after the page has come.
    const cursorAt = (id) => page.waitForFunction((id) => document.activeElement.id === id, id);
    await cursorAt("email");
    await page.keyboard.type(sam.email);
    await page.keyboard.press("Tab");
    await page.keyboard.type("not this one at all");
    await page.keyboard.press("Enter");
    await page.getByText("don't match").waitFor();
    assert.equal(await page.locator("#email").inputValue(), sam.email, "the address is kept");
    await cursorAt("password");
    await page.keyboard.type(sam.password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/me");
    const seen = [];
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      seen.push(await page.evaluate(() => document.activeElement.textContent.trim()));
      if (seen.at(-1) === "Log out") break;
    }
    assert.equal(seen[0], "Skip to the page");
    assert.equal(seen.at(-1), "Log out");
    await page.keyboard.press("Enter");
    await page.getByText("You are logged out").waitFor();
  });
});

test("without script everything but the device key works", async () => {
  const sam = demo.person("sam@example.com");
  await fresh(
    async (page) => {
      await typePassword(page, sam, { keep: true });
      await page.waitForURL("**/me");
      await page.getByText("Where you are logged in").waitFor();
      await page.goto(sam.home + "/me/two-factor");
      await page.locator("main form button.button").first().waitFor();
      await page.goto(sam.home + "/log-out");
      await page.getByRole("button", { name: "Log out" }).last().click();
      await page.getByText("You are logged out").waitFor();
    },
    { javaScriptEnabled: false },
  );
});

test("an address is judged by the server, in any alphabet, and never lost", async () => {
  const { home } = demo.person("sam@example.com");
  await fresh(async (page) => {
    const email = page.getByLabel("Email address");
    await page.goto(home + "/forgot");
    await email.fill("jörg@example.com");
    await page.locator("main form button.button").first().click();
    await page.getByText("an email with a link is on its way").waitFor();
    for (const wrong of ["jörg", "jörg@", ""]) {
      await page.goto(home + "/forgot");
      await email.fill(wrong);
      await page.locator("main form button.button").first().click();
      await page.getByText("Type an email address, like name@example.com").waitFor();
      assert.equal(await email.inputValue(), wrong);
    }
    await page.goto(home + "/sign-in");
    await email.fill("jörg@example.com");
    await page.getByLabel("Password", { exact: true }).fill("not the right one");
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByText("don't match").waitFor();
    assert.equal(await email.inputValue(), "jörg@example.com");
  });
});

test("pressing twice sends once", async () => {
  const sam = demo.person("sam@example.com");
  await fresh(async (page) => {
    let posts = 0;
    page.on("request", (request) => {
      if (request.method() === "POST") posts += 1;
    });
    await page.goto(sam.home + "/sign-in");
    await page.getByLabel("Email address").fill(sam.email);
    await page.getByLabel("Password", { exact: true }).fill(sam.password);
    await page.getByRole("button", { name: "Log in", exact: true }).dblclick();
    await page.waitForURL("**/me");
    assert.equal(posts, 1);
  });
});

test("a warning comes before the lock, and one press stays", async () => {
  const sam = demo.person("sam@example.com");
  await fresh(async (page) => {
    await page.clock.install();
    await typePassword(page, sam);
    await page.waitForURL("**/me");
    assert.equal(await page.locator("#idle").isVisible(), false);
    await page.clock.fastForward("58:30");
    await page.locator("#idle").waitFor({ state: "visible" });
    const stayed = page.waitForResponse("**/me/stay");
    await page.getByRole("button", { name: "Stay logged in" }).click();
    assert.equal((await stayed).status(), 200);
    await page.locator("#idle").waitFor({ state: "hidden" });
  });
});

test("no page shows in somebody else's frame", async () => {
  const sam = demo.person("sam@example.com");
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("http://evil.localhost/", (route) =>
    route.fulfill({ contentType: "text/html", body: `<iframe id="trap" src="${sam.home}/sign-in"></iframe>` }),
  );
  await page.goto("http://evil.localhost/");
  const frame = await (await page.waitForSelector("#trap")).contentFrame();
  await frame.waitForLoadState().catch(() => {});
  assert.ok(!(await frame.content()).includes("Log in to Harbour Physio"));
  await context.close();
});

test("a cookie tossed in from a neighbour is not believed", async () => {
  const sam = demo.person("sam@example.com");
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(sam.home + "/sign-in");
  // A sibling cannot set a __Host- cookie for the parent; what it can set has another name and means nothing.
  const refused = await page.evaluate(() => {
    document.cookie = "__Host-session=evil; Domain=localhost; Path=/; Secure";
    document.cookie = "__Host-session=evil; Path=/; Secure";
    return document.cookie;
  });
  await page.goto(sam.home + "/me");
  assert.ok(page.url().includes("/sign-in"), refused);
  await page.getByLabel("Email address").fill(sam.email);
  await page.getByLabel("Password", { exact: true }).fill(sam.password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.waitForURL("**/me");
  await context.close();
});

test("the meter speaks while a new password is typed", async () => {
  await fresh(async (page) => {
    const sam = demo.person("sam@example.com");
    await page.goto(sam.home + "/forgot");
    await page.getByLabel("Email address").fill(sam.email);
    await page.locator("main form button.button").first().click();
    await page.goto(await demo.link(sam.email, "/reset/"));
    const field = page.locator("input[autocomplete=new-password]");
    await field.pressSequentially("harbourphysio2026");
    await page.locator("[data-strength] p").filter({ hasText: /\S/ }).waitFor();
    const weak = await page.locator("[data-strength] p").textContent();
    await field.fill("seven herons wade at dusk by the weir");
    await page.waitForFunction((before) => document.querySelector("[data-strength] p").textContent !== before, weak);
    await page.getByRole("button", { name: "Show" }).click();
    assert.equal(await field.getAttribute("type"), "text");
    await page.locator("main form button.button:not([type=button])").first().click();
    await page.waitForURL("**/sign-in**");
    await typePassword(page, sam, { password: "seven herons wade at dusk by the weir" });
    await page.waitForURL("**/me");
  });
});
