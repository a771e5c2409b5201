// Passkeys: made, named, shown where they are asked for, and deleted. A waiting request in a page is answered at once by
// Chromium's authenticators; hands are kept off them where a page is only looked at.
import { firstSignIn, openUntil, press, signIn, typePassword, untouched } from "../people.js";

const LONG = "The blue key on the ring of the second reception desk, left";

/** A place for passkeys in this browser; `answers(false)` keeps hands off it. */
async function place(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    defaultBackupEligibility: true, defaultBackupState: true, automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
  return { answers: (enabled) => session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled }) };
}

async function create(page, home) {
  await page.goto(`${home}/me/passkeys/new`);
  await page.getByRole("button", { name: "Create a passkey", exact: true }).click();
  await page.waitForURL("**/name?new=1**");
}

export async function passkeys(stage, page, look) {
  const { demo } = stage;
  const sam = stage.person("sam@example.com");
  await page.goto(`${sam.home}/sign-in/passkey/none`);
  await look("no passkey yet");
  await signIn(page, sam);
  await page.goto(`${sam.home}/me/passkeys`);
  await look("passkeys, none");
  await page.goto(`${sam.home}/me/passkeys/new`);
  await look("a new passkey");
  const here = await place(page);
  await create(page, sam.home);
  await look("name a passkey");
  await untouched(page);
  await page.getByLabel("Passkey name").fill(" ");
  await press(page, "Save");
  await look("name a passkey, wrong");
  await page.getByLabel("Passkey name").fill(LONG);
  await press(page, "Save");
  await page.goto(`${sam.home}/me/passkeys`);
  await look("passkeys, one");
  demo.sql("UPDATE passkey SET odd_at = 1790000000");
  await page.goto(`${sam.home}/me/passkeys`);
  await look("a passkey that may have been copied");
  demo.sql("UPDATE passkey SET odd_at = NULL");
  await page.goto(`${sam.home}/me`);
  await look("My info with a passkey");
  await page.goto(`${sam.home}/me/passkeys/new`);
  await page.getByRole("button", { name: "Create a passkey", exact: true }).click();
  await page.locator("[data-passkey-say]").filter({ hasText: /\S/ }).waitFor();
  await look("a new passkey where there is one");
  await page.goto(`${sam.home}/me/passkeys`);
  await page.getByRole("link", { name: /^Rename/ }).click();
  await look("rename a passkey");
  await page.goto(`${sam.home}/me/passkeys`);
  await page.getByRole("link", { name: /^Delete/ }).click();
  await look("delete a passkey");
  await here.answers(false);
  demo.sql("UPDATE session SET fresh_at = 0");
  await openUntil(page, `${sam.home}/me/passkeys/new`, "/confirm");
  await look("confirm with a passkey");
  demo.sql("UPDATE person SET password_stolen_at = 1790000000 WHERE email_key = 'sam@example.com'");
  await openUntil(page, `${sam.home}/me/passkeys/new`, "/confirm");
  await look("confirm, the password was stopped");
  await page.goto(`${sam.home}/me`);
  await look("My info with a passkey and a stopped password");
  demo.sql("UPDATE person SET password_stolen_at = NULL WHERE email_key = 'sam@example.com'");
  demo.sql("UPDATE session SET idle_seconds = -1");
  await openUntil(page, `${sam.home}/me`, "/locked");
  await look("locked, with a passkey");
  await page.context().clearCookies();
  await typePassword(page, sam);
  await page.getByRole("button", { name: "Use a passkey" }).waitFor();
  await look("second step by passkey");
  await here.answers(true);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL("**/me");
  await page.goto(`${sam.home}/me/passkeys`);
  await page.getByRole("link", { name: /^Delete/ }).click();
  await press(page, "Delete");
  await look("passkey deleted");
}

export async function passkeysOfOthers(stage, page, look) {
  const alex = stage.person("alex@example.com");
  const sam = stage.person("sam@example.com");
  await stage.visit(async (samsPage) => {
    await signIn(samsPage, sam);
    await place(samsPage);
    await create(samsPage, sam.home);
  });
  await typePassword(page, alex);
  await page.goto(`${alex.home}/sign-in/set-up/passkey`);
  await look("a passkey as the second step that is asked for");
  await page.context().clearCookies();
  await firstSignIn(page, alex);
  await page.goto(`${alex.home}/practice/people`);
  await look("people, one with a passkey");
  await page.goto(alex.home + (await page.getByRole("link", { name: sam.name }).getAttribute("href")));
  await look("a colleague with a passkey");
  await page.goto(`${page.url()}/passkeys`);
  await look("a colleague's passkeys");
  stage.demo.sql("UPDATE passkey SET odd_at = 1790000000");
  await page.reload();
  await look("a colleague's passkey that may have been copied");
  await page.goto(`${page.url()}/send`);
  await look("a colleague's passkeys, before a code is sent");
}
