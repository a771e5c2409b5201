// Finding one's practice in a real browser: the way through the mail, the code, the list, and the memory of the device.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { judge, watch } from "./judge.js";
import { scan } from "./scanner.js";

let demo, browser;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Asks at the entrance; the page then waits for the code. */
async function ask(page, email, remember = false) {
  await page.goto(demo.entrance);
  await page.getByLabel("Email address").fill(email);
  if (remember) await page.getByLabel("Remember my practices on this device").check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL("**/find");
}

async function code(email) {
  const mail = await demo.message(email, (message) => /^\d{6}$/m.test(message.text));
  return mail.text.match(/^(\d{6})$/m)[1];
}

test("a computer without a mailbox finds both practices, remembers one, and is one press away the next time", async () => {
  const context = await browser.newContext();
  const watched = watch(context);
  const page = await context.newPage();
  const alex = demo.person("alex@example.com", "thames-therapy");
  await ask(page, alex.email);
  await page.getByLabel("Code from the email").fill(await code(alex.email));
  await page.getByLabel("Remember my practices on this device").check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL("**/list");
  assert.equal(await page.getByRole("link", { name: "Harbour Physio" }).count(), 1);
  await page.getByRole("link", { name: "Thames Therapy" }).click();
  await page.waitForURL(alex.home + "/sign-in");
  assert.equal(await page.getByLabel("Email address").inputValue(), alex.email);
  await page.getByLabel("Password", { exact: true }).fill(alex.password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  // Through the entrance and back: the policy of the sign-in page lets the form go there.
  await page.waitForURL((url) => url.href.startsWith(alex.home) && url.pathname !== "/sign-in");
  await page.goto(demo.entrance);
  const remembered = page.getByRole("link", { name: "Thames Therapy" });
  assert.equal(await remembered.count(), 1);
  assert.equal(await page.getByRole("link", { name: "Harbour Physio" }).count(), 0, "only where somebody signed in");
  await remembered.click();
  await page.waitForURL(alex.home + "/**");
  assert.deepEqual(watched.troubles(), []);
  await context.close();
});

test("the link shows the list where it was asked, and after one press on another device", async () => {
  const [desk, phone] = [await browser.newContext(), await browser.newContext()];
  const page = await desk.newPage();
  await ask(page, "sam@example.com");
  const link = await demo.link("sam@example.com", "/find/");
  await page.goto(link);
  await page.waitForURL("**/list");
  assert.equal(await page.getByRole("link", { name: "Harbour Physio" }).count(), 1);
  const other = await phone.newPage();
  await other.goto(link);
  assert.equal(await other.getByText("Harbour Physio").count(), 0);
  await other.getByRole("button", { name: "Show my practices" }).click();
  await other.waitForURL("**/list");
  assert.equal(await other.getByRole("link", { name: "Harbour Physio" }).count(), 1);
  await desk.close();
  await phone.close();
});

// AC-058: whatever a mail scanner does, the person's browser still shows the list, by the link and by the code.
test("a mail scanner presses everything and the person still finds the list", async () => {
  const [desk, elsewhere] = [await browser.newContext(), await browser.newContext()];
  const page = await desk.newPage();
  await ask(page, "family@example.com");
  const link = await demo.link("family@example.com", "/find/");
  const count = await scan(await elsewhere.newPage(), link);
  assert.ok(count >= 2, `the page has ${count} things to press`);
  await page.getByLabel("Code from the email").fill(await code("family@example.com"));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL("**/list");
  await page.goto(link);
  await page.waitForURL("**/list");
  assert.equal(await page.getByRole("link", { name: "Thames Therapy" }).count(), 1);
  await desk.close();
  await elsewhere.close();
});

test("every page of the entrance is accessible, light and within the screen", async () => {
  const context = await browser.newContext();
  const watched = watch(context);
  const page = await context.newPage();
  const wrong = [];
  const look = async (name) => wrong.push(...(await judge(page, name)));
  await ask(page, "jo@example.com", true);
  await look("waiting for the code");
  await page.getByLabel("Code from the email").fill("000000");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("That isn't the code").waitFor();
  await look("wrong code");
  const link = await demo.link("jo@example.com", "/find/");
  await page.goto(link);
  await look("the list");
  await page.goto(link.slice(0, -4));
  await look("a link that isn't whole");
  await page.goto(demo.entrance + "/remembered");
  await look("nothing remembered");
  await page.getByRole("button", { name: "Others use this device too" }).click();
  await look("a shared device");
  await page.goto(demo.practice() + "/keep");
  await look("how to keep the address");
  const manifest = await page.evaluate(async () => {
    const link = document.querySelector("link[rel=manifest]");
    const manifest = await (await fetch(link.href)).json();
    const icons = await Promise.all(manifest.icons.map(async (icon) => (await fetch(icon.src)).headers.get("content-type")));
    return { name: manifest.name, start: manifest.start_url, icons };
  });
  assert.deepEqual(manifest, { name: "Harbour Physio", start: "/sign-in", icons: ["image/png", "image/png"] });
  await context.clearCookies();
  await page.goto(link);
  await look("the link elsewhere");
  wrong.push(...watched.troubles());
  assert.deepEqual(wrong, []);
  await context.close();
});

// The policy of the page lets the form go there and back, and what the entrance had in this browser is gone.
test("logging out where others use the device closes the list, and leads back to the door", async () => {
  const own = await startDemo();
  const context = await browser.newContext();
  const watched = watch(context);
  const page = await context.newPage();
  await page.goto(own.entrance);
  await page.getByLabel("Email address").fill("jo@example.com");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL("**/find");
  await page.goto(await own.link("jo@example.com", "/find/"));
  await page.waitForURL("**/list");
  await page.getByRole("link", { name: "Harbour Physio" }).click();
  await page.waitForURL("**/portal");
  await page.getByLabel("Other people use this device").check();
  await page.getByRole("button", { name: "Email me a link" }).click();
  await page.waitForURL("**/portal/sent?**");
  await page.goto(await own.link("jo@example.com", "/link/"));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/me");
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await page.waitForURL(own.practice() + "/portal");
  await page.getByText("You are logged out").waitFor();
  assert.equal(await page.getByLabel("Email address").inputValue(), "");
  await page.goto(own.entrance + "/list");
  assert.equal(new URL(page.url()).pathname, "/");
  assert.deepEqual(watched.troubles(), []);
  await context.close();
  await own.stop();
});

test("somebody else's open account at the practice is asked about, and not entered", async () => {
  const own = await startDemo();
  const context = await browser.newContext();
  const watched = watch(context);
  const page = await context.newPage();
  const [sam, alex] = [own.person("sam@example.com"), own.person("alex@example.com", "harbour-physio")];
  await page.goto(sam.home + "/sign-in");
  await page.getByLabel("Email address").fill(sam.email);
  await page.getByLabel("Password", { exact: true }).fill(sam.password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.waitForURL("**/me");
  await page.goto(own.entrance);
  await page.getByLabel("Email address").fill(alex.email);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL("**/find");
  await page.goto(await own.link(alex.email, "/find/"));
  await page.getByRole("link", { name: "Harbour Physio" }).click();
  await page.getByText("Somebody else is logged in here").waitFor();
  const wrong = await judge(page, "somebody else is logged in");
  await page.getByRole("button", { name: "Log out and log in as myself" }).click();
  await page.waitForURL("**/sign-in");
  assert.equal(await page.getByLabel("Email address").inputValue(), alex.email);
  wrong.push(...watched.troubles());
  assert.deepEqual(wrong, []);
  await context.close();
  await own.stop();
});
