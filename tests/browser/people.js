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
    if (step > now + 1) throw new Error("no unused code within the server's window; see forgetCodes()");
    this.#last = step;
    const at = new Date(step * 30_000).toISOString().replace("T", " ").replace(/\..*/, " UTC");
    return execFileSync("oathtool", ["--totp", "-b", this.key, "--now", at], { encoding: "utf8" }).trim();
  }

  /** As if the half minutes of the used codes had passed, on both sides. */
  forgetCodes(demo, person) {
    this.#last = 0;
    const region = person.practice === "thames-therapy" ? "uk" : "au";
    demo.sql(`UPDATE person SET totp_last_step = 0 WHERE email_key = '${person.email}' AND kind = 'staff'`, region);
  }
}

export async function typePassword(page, person, { keep = false, password = person.password } = {}) {
  await page.goto(`${person.home}/sign-in`);
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  if (keep) await page.getByLabel("Keep me logged in on this device").check();
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}
