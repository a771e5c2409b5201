// What people do again and again, in the words they see on the page.
import { execFileSync } from "node:child_process";

/** A person's authenticator app: the real oathtool, fed with the key of the set-up page. */
export class App {
  #last = 0;

  constructor(key) {
    this.key = key.replace(/\s/g, "");
  }

  /** A code that was not used yet: this half minute's, or the next one's, which the server takes too. */
  code() {
    const now = Math.floor(Date.now() / 30_000);
    const step = Math.max(now, this.#last + 1);
    if (step > now + 1) throw new Error("no unused code within the server's window; see forgetCodes");
    this.#last = step;
    const at = new Date(step * 30_000).toISOString().replace("T", " ").replace(/\..*/, " UTC");
    return execFileSync("oathtool", ["--totp", "-b", this.key, "--now", at], { encoding: "utf8" }).trim();
  }

  /** As if the half minutes of the codes used so far had passed, here and on the server. */
  forgetCodes(demo, person) {
    this.#last = 0;
    demo.sql(`UPDATE person SET totp_last_step = 0 WHERE ${isStaff(person)}`, regionOf(person));
  }
}

/** The row of a person of the staff, for the few things that only time or another's hand would do. */
export function isStaff(person) {
  return `kind = 'staff' AND email_key = '${person.email}'`;
}

export function regionOf(person) {
  return person.practice === "thames-therapy" ? "uk" : "au";
}

/** Gives the password on the sign-in page and waits for what comes next. */
export async function typePassword(page, person, { keep = false, password = person.password } = {}) {
  await page.goto(`${person.home}/sign-in`);
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  if (keep) await page.getByLabel("Keep me logged in on this device").check();
  await press(page, "Log in");
}

/** Signs in somebody who has no second step. */
export async function signIn(page, person, options) {
  await typePassword(page, person, options);
  await page.waitForURL("**/me");
}

/** Signs in somebody whose app makes the codes. */
export async function signInWithCode(page, person, app, options) {
  await typePassword(page, person, options);
  await giveCode(page, app.code());
  await page.waitForURL("**/me");
}

export async function giveCode(page, code) {
  await page.getByLabel("Verification code").fill(code);
  await press(page, "Verify");
}

/** Presses a button and waits until the answer's page is there. */
export async function press(page, name, options = {}) {
  const button = page.getByRole("button", { name, exact: true, ...options }).first();
  await Promise.all([page.waitForEvent("load"), button.click()]);
}

/** From the first page of the set-up to the last, wherever it stands; answers the app and the backup codes. */
export async function setUp(page) {
  await press(page, "Yes, it is still right");
  await page.getByRole("link", { name: "I have an app" }).click();
  await page.getByText("Enter key manually").click();
  const app = new App(await page.locator("code.key").innerText());
  await page.getByRole("link", { name: "Continue" }).click();
  await page.getByLabel("Verification code").fill(app.code());
  await press(page, "Enable 2 factor authentication");
  const codes = await page.locator(".codes code").allInnerTexts();
  return { app, codes };
}

/** Signs in, sets up 2FA from My info, and stays signed in; answers the app and the backup codes. */
export async function enrol2fa(page, person, options) {
  await signIn(page, person, options);
  await page.getByRole("link", { name: "Enable 2 factor authentication" }).first().click();
  return setUp(page);
}

/** An administrator, who must set up 2FA at the first sign-in; answers the app and the backup codes. */
export async function firstSignIn(page, person, options) {
  await typePassword(page, person, options);
  const made = await setUp(page);
  await press(page, "Continue");
  await page.waitForURL("**/me");
  return made;
}

/** Opens an address until it leads to what holds `part`: a node may remember a session for four seconds. */
export async function openUntil(page, address, part) {
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    await page.goto(address);
    if (page.url().includes(part)) return;
  }
  throw new Error(`${address} never led to ${part}`);
}

/** Lets a form be sent as it is, so that the server's own words are seen and not the browser's. */
export async function untouched(page) {
  await page.evaluate(() => document.querySelectorAll("form").forEach((form) => { form.noValidate = true; }));
}
