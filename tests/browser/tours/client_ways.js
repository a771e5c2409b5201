// Passwords kept at the portal, the client's own one, and what a client reads once passwords are over.
import { openUntil, press, untouched } from "../people.js";

const LONG = "Bartholomew-Alexander Featherstonehaugh-Cholmondeley";

async function byLink(stage, page, home) {
  const { demo } = stage;
  demo.sql("DELETE FROM tries");
  const before = (await demo.sent("jo@example.com")).length;
  await page.goto(`${home}/portal`);
  await page.getByLabel("Email address").fill("jo@example.com");
  await press(page, "Email me a link");
  while ((await demo.sent("jo@example.com")).length === before) await page.waitForTimeout(50);
  await page.goto(await demo.link("jo@example.com", "/link/"));
  await press(page, "Sign in");
}

/** Opens the portal until it says so: a node may remember a practice's rules for four seconds. */
async function portalSays(page, address, words) {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    await page.goto(address);
    if (await page.getByText(words).count()) return;
    await page.waitForTimeout(250);
  }
  throw new Error(`${address} never said ${words}`);
}

export async function clientWays(stage, page, look) {
  const { demo } = stage;
  const home = demo.practice();
  demo.sql(`UPDATE person SET name = '${LONG}' WHERE email_key = 'jo@example.com' AND kind = 'client'`);
  demo.sql("UPDATE practice SET client_passwords = 1");
  await portalSays(page, `${home}/portal?then=/me/privacy`, "Use a password instead");
  await look("the portal, passwords kept");
  await page.getByRole("link", { name: "Use a password instead" }).click();
  await page.waitForURL("**/portal/password?**");
  await look("a password at the portal");
  await page.getByLabel("Email address").fill("jo@example.com");
  await page.getByLabel("Password", { exact: true }).fill("not the right one");
  await press(page, "Sign in");
  await look("a password at the portal, wrong");

  await byLink(stage, page, home);
  await page.goto(`${home}/me`);
  await look("a client's own page, passwords kept");
  await page.goto(`${home}/me/ways`);
  await look("how you sign in here");
  await page.goto(`${home}/me/portal-password`);
  await look("no password yet");
  await untouched(page);
  await page.getByLabel("New password").fill("jo");
  await press(page, "Set a password");
  await look("a password that is too short");
  await page.getByLabel("New password").fill("seven herons wade at dusk by the weir");
  await press(page, "Set a password");
  await look("a password set");
  demo.sql("UPDATE session SET fresh_at = fresh_at - 400");
  await page.waitForTimeout(5000);
  await page.goto(`${home}/me/portal-password`);
  await look("a password, proof is old");
  demo.sql("UPDATE person SET password_stolen_at = 1790000000 WHERE email_key = 'jo@example.com' AND kind = 'client'");
  await page.goto(`${home}/me/portal-password`);
  await look("a portal password that was stopped");

  const now = Math.floor(Date.now() / 1000);
  demo.sql(`UPDATE practice SET client_passwords = 0, client_passwords_off_at = ${now}, client_ways_since = ${now}`);
  await stage.visit(async (other) => {
    await portalSays(other, `${home}/portal`, "You no longer need a password here");
    await look("the portal, passwords are over", other);
    await other.goto(`${home}/portal/password`);
    await look("a password at the portal, over", other);
    await byLink(stage, other, home);
    await openUntil(other, `${home}/me/ways?new=1`, "/me/ways");
    await look("what is new", other);
    await other.goto(`${home}/me/portal-password`);
    await look("an old password", other);
    await other.goto(`${home}/help/portal-no-password`);
    await look("signing in without a password", other);
    demo.sql("UPDATE practice SET client_passkeys = 0");
    await portalSays(other, `${home}/portal/passkey/none`, "no new passkeys");
    await look("a client without a passkey, none are made any more", other);
    demo.sql(`INSERT INTO passkey (practice_id, id, short_id, person_id, public_key, algorithm, aaguid, name, created_at)
      SELECT practice_id, 'a-key', 'akey', id, 'none', -7, '', 'The blue key', ${now} FROM person
      WHERE email_key = 'jo@example.com' AND kind = 'client'`);
    await openUntil(other, `${home}/me/privacy/passkey`, "/me/privacy/passkey");
    await look("passkeys as the lock, none are made any more", other);
  });
}
