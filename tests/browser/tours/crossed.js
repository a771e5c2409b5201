// Where one browser's tabs, or the practice and the page, went different ways.
import { firstSignIn, isStaff, openUntil, press, signIn, typePassword } from "../people.js";

/** Two people half-way through a log-in in two tabs: what one of them left open goes on for nobody else. */
export async function twoAtOnce(stage, page, look) {
  const sam = stage.person("sam@example.com");
  const alex = stage.person("alex@example.com", "harbour-physio");
  stage.demo.sql(`UPDATE person SET password_change_by = 1 WHERE ${isStaff(sam)}`);
  await typePassword(page, sam);
  await page.getByRole("heading", { name: "Please choose a new password" }).waitFor();
  const other = await page.context().newPage();
  await typePassword(other, alex);
  await page.bringToFront();
  await page.getByLabel("New password").fill("seven herons wade at dusk by the weir");
  await press(page, "Set new password and go on");
  await look("somebody else has begun to log in");
}

/** The same where the other one is in. */
export async function oneAfterTheOther(stage, page, look) {
  const sam = stage.person("sam@example.com");
  await page.goto(`${sam.home}/sign-in`);
  await signIn(page, sam);
  await page.goto(`${sam.home}/me/name`);
  const other = await page.context().newPage();
  await other.goto(`${sam.home}/me`);
  await press(other, "Log out");
  await firstSignIn(other, stage.person("alex@example.com", "harbour-physio"));
  await page.bringToFront();
  await page.getByLabel("Name").fill("Sam with a name that goes on for quite a while, as some names do");
  await press(page, "Save");
  await look("problem: somebody else has logged in");
}

/** What was typed before the session ended comes back after the next log-in. */
export async function typedAndEnded(stage, page, look) {
  const sam = stage.person("sam@example.com");
  await signIn(page, sam);
  await page.goto(`${sam.home}/me/name`);
  await page.getByLabel("Name").fill("Samuel Okafor");
  stage.demo.sql("UPDATE session SET ends_at = 1");
  await openUntil(await page.context().newPage(), `${sam.home}/me`, "/sign-in");
  await page.bringToFront();
  await press(page, "Save");
  await look("a log-in that ended while somebody typed");
  await page.getByLabel("Email address").fill(sam.email);
  await page.getByLabel("Password", { exact: true }).fill(sam.password);
  await press(page, "Log in");
  await look("a form that came back");
}

/** A page from before a rename. */
export async function renamed(stage, page, look) {
  const sam = stage.person("sam@example.com");
  const now = sam.home.replace("harbour-physio", "bay-physio");
  await page.goto(`${sam.home}/sign-in`);
  await page.getByLabel("Email address").fill(sam.email);
  await page.getByLabel("Password", { exact: true }).fill(sam.password);
  stage.demo.sql(`UPDATE practice SET slug = 'bay-physio' WHERE slug = 'harbour-physio';
    INSERT INTO moved (practice_id, slug, region, now_slug, at)
      SELECT id, 'harbour-physio', 'au', slug, 1 FROM practice WHERE slug = 'bay-physio'`);
  // The running server goes on with what it knows of a practice for four seconds.
  const other = await page.context().newPage();
  while (!other.url().startsWith(now)) await other.goto(`${sam.home}/help`);
  await page.bringToFront();
  await press(page, "Log in");
  await look("a practice with a new address");
}
