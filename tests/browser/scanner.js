// A program that looks into mails before people do: it has no cookies of ours, fetches each link, then opens it in a real
// browser, runs all scripts, presses each button and submits each form (AC-058).
import { request } from "node:http";

const PRESSABLE = "button, input[type=submit], a[href]:not([href^='http']):not(.skip)";

/** Does all that to a link, in this page's browser; answers how many things there were to press. */
export async function scan(page, link) {
  for (const method of ["HEAD", "GET", "HEAD", "GET", "GET"]) {
    const status = await plain(method, link);
    if (status !== 200) throw new Error(`${method} answers ${status}`);
  }
  // What it pressed before may still be on its way somewhere, and that way may have several steps.
  const open = async (tries = 10) => {
    try {
      await page.goto(link);
    } catch (error) {
      if (tries === 0) throw error;
      await page.waitForTimeout(300);
      await open(tries - 1);
    }
  };
  await open();
  const count = await page.locator(PRESSABLE).count();
  for (const text of ["", "test", "1234"]) {
    for (let at = 0; at < count; at += 1) {
      await open();
      for (const input of await page.locator("input:not([type=hidden]):not([type=checkbox])").all()) await input.fill(text);
      await page.locator(PRESSABLE).nth(at).click({ timeout: 2000 }).catch(() => {});
      await page.waitForLoadState("load").catch(() => {});
    }
    await open();
    const forms = await page.locator("form").count();
    for (let at = 0; at < forms; at += 1) {
      await open();
      // As a program would: past the browser's own checks of the fields.
      await page.locator("form").nth(at).evaluate((form) => form.submit()).catch(() => {});
      await page.waitForLoadState("load").catch(() => {});
    }
  }
  return count;
}

/** The status of a request that no browser makes; Node asks a name server for *.localhost, so it is told the address. */
function plain(method, url) {
  const { host, port, pathname } = new URL(url);
  return new Promise((done, failed) => {
    const asked = request({ method, host: "127.0.0.1", port, path: pathname, headers: { host } }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    asked.on("error", failed);
    asked.end();
  });
}
