// Pictures of the pages for whoever changed one: 1280 and 320 pixels, light and dark, into target/shots.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { startBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { NARROW, WIDE } from "./judge.js";
import { App, typePassword } from "./people.js";

const folder = fileURLToPath(new URL("../../target/shots/", import.meta.url));
mkdirSync(folder, { recursive: true });
const demo = await startDemo();
const browser = await startBrowser();
const page = await (await browser.newContext()).newPage();

async function shoot(name) {
  for (const [size, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${folder}${name}-${size}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
}

const alex = demo.person("alex@example.com");
const sam = demo.person("sam@example.com");
for (const [name, url] of [
  ["entrance", demo.entrance],
  ["sign-in", sam.home + "/sign-in"],
  ["forgot", sam.home + "/forgot"],
  ["help", sam.home + "/help"],
  ["nobody", sam.home.replace("harbour-physio", "nobody")],
]) {
  await page.goto(url);
  await shoot(name);
}
await typePassword(page, sam, { password: "not this one at all" });
await shoot("sign-in-wrong");
await typePassword(page, alex);
await shoot("set-up-1");
await page.locator("main form button.button").first().click();
await page.goto(alex.home + "/sign-in/set-up/key");
await shoot("set-up-3");
const app = new App(await page.locator("code.key").textContent());
await page.goto(alex.home + "/sign-in/set-up/code");
await page.getByLabel("Verification code").fill("000000");
await page.getByRole("button", { name: "Enable 2 factor authentication" }).click();
await shoot("set-up-4-wrong");
await page.getByLabel("Verification code").fill(app.code());
await page.getByRole("button", { name: "Enable 2 factor authentication" }).click();
await shoot("backup-codes");
await page.locator('form[action="/sign-in/set-up/done"] button').click();
await page.waitForURL("**/me");
await shoot("my-info");
for (const path of ["/practice/people", "/practice/record", "/me/password", "/me/backup-codes", "/me/two-factor/off"]) {
  await page.goto(alex.home + path);
  await shoot(path.slice(1).replaceAll("/", "-"));
}
await page.goto(alex.home + "/practice/people");
await page.locator('a[href^="/practice/people/"]', { hasText: "Sam" }).first().click();
await shoot("one-person");
await page.goto(page.url() + "/reset");
await shoot("reset");
await page.goto(demo.entrance + "/mailbox");
await shoot("mailbox");
await browser.close();
await demo.stop();
console.log(`pictures are in ${folder}`);
