// What a person sees and changes of their own.
import { isStaff, openUntil, press, signIn, untouched } from "../people.js";

const NEW_PASSWORD = "seven herons wade at dusk by the weir";
const LONG = "Wolfeschlegelsteinhausenbergerdorff-".repeat(2) + "Maximiliana";

export async function myInfo(stage, page, look) {
  const { demo } = stage;
  const sam = stage.person("sam@example.com");
  await signIn(page, sam, { keep: true });
  await look("My info");
  await page.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
  await look("My info, reasons shown");
  await page.goto(`${sam.home}/practice/people`);
  await look("problem: for administrators");
  for (const [path, label, button] of [
    ["/me/name", "Name", "Save"],
    ["/me/email", "New email address", "Send the link"],
    ["/me/mobile", "Mobile number", "Save"],
  ]) {
    await page.goto(sam.home + path);
    await look(path);
    await untouched(page);
    await page.getByLabel(label).fill(" ");
    await press(page, button);
    await look(`${path}, wrong`);
  }
  await page.goto(`${sam.home}/me/name`);
  await press(page, "Save");
  await look("a name saved");
  demo.sql("UPDATE person SET password_stolen_at = 1 WHERE email_key = 'sam@example.com'");
  await page.goto(`${sam.home}/me`);
  await look("a password that was stopped");
  await page.goto(`${sam.home}/me/password`);
  await look("changing a password that was stopped");
}

export async function placesAndDevices(stage, page, look) {
  const { demo } = stage;
  const sam = stage.person("sam@example.com");
  await signIn(page, sam, { keep: true });
  await page.getByRole("link", { name: /^Rename/ }).click();
  await look("rename a device");
  await untouched(page);
  await page.getByLabel("Device name").fill(" ");
  await press(page, "Save");
  await look("rename a device, wrong");
  await page.getByLabel("Device name").fill("Reception computer");
  await press(page, "Save");
  await look("a device renamed");
  await stage.visit((elsewhere) => signIn(elsewhere, sam, { keep: true }));
  demo.sql("UPDATE device SET trusted_until = 1, name = 'Old laptop' WHERE name <> 'Reception computer'");
  demo.sql("UPDATE session SET seen_at = seen_at - 90000, created_at = created_at - 900000 WHERE id <> (SELECT MIN(id) FROM session)");
  demo.sql(`UPDATE person SET name = '${LONG}' WHERE ${isStaff(sam)}`);
  demo.sql(`UPDATE device SET name = '${LONG.slice(0, 40)}' WHERE name = 'Reception computer'`);
  await page.goto(`${sam.home}/me`);
  await look("My info, two places, long names");
  await page.getByRole("button", { name: /^Forget/ }).first().click();
  await page.waitForURL("**done=device-forgotten**");
  await look("a device forgotten");
  await page.getByRole("button", { name: "Log out everywhere" }).click();
  await page.waitForURL("**/sign-in?**");
  await look("logged out everywhere");
}

export async function stillThere(stage, page, look) {
  const sam = stage.person("sam@example.com");
  await page.clock.install();
  await signIn(page, sam);
  await page.clock.fastForward("58:30");
  await page.locator("#idle").waitFor({ state: "visible" });
  await look("are you still there");
  stage.demo.sql("UPDATE session SET ends_at = seen_at + 300");
  // A node may remember a session for four seconds.
  for (const until = Date.now() + 30_000; Date.now() < until; ) {
    await page.goto(`${sam.home}/me`);
    if (Number(await page.locator("body").getAttribute("data-total-ends-in")) < 300) break;
  }
  await page.clock.fastForward("03:30");
  await page.locator("#idle-end").waitFor({ state: "visible" });
  await look("are you still there, at the end");
}

export async function mobileAndEmail(stage, page, look) {
  const { demo } = stage;
  const sam = stage.person("sam@example.com");
  await signIn(page, sam);
  await page.goto(`${sam.home}/me/mobile`);
  await page.getByLabel("Mobile number").fill("0491 570 159");
  await press(page, "Save");
  await look("code to the new mobile");
  await page.getByLabel("Code from the text message").fill("000000");
  await press(page, "Save");
  await look("code to the new mobile, wrong");
  const text = await demo.message("+61491570159", (message) => message.channel === "text");
  await page.getByLabel("Code from the text message").fill(text.text.match(/\d{6}/)[0]);
  await press(page, "Save");
  await look("mobile changed");
  await page.goto(`${sam.home}/me/email`);
  await page.getByLabel("New email address").fill("sam.new@example.com");
  await press(page, "Send the link");
  await look("email change, sent");
  const link = await demo.link("sam.new@example.com", "/confirm-email/");
  await page.goto(`${sam.home}/confirm-email/nothing-of-the-kind`);
  await look("email change, unknown link");
  await stage.visit(async (elsewhere) => {
    await elsewhere.goto(link);
    await look("email change, not signed in", elsewhere);
  });
  await page.goto(link);
  await look("email change, confirm");
  await press(page, "Use this address");
  await look("email changed");
}

export async function passwordAndLock(stage, page, look) {
  const { demo } = stage;
  const sam = stage.person("sam@example.com");
  await signIn(page, sam);
  await page.goto(`${sam.home}/me/password`);
  await look("change password");
  await page.getByLabel("New password").fill("harbour physio");
  await page.locator(".strength p").filter({ hasText: /\S/ }).waitFor();
  await look("change password, meter");
  await page.getByLabel("Current password").fill("not this one at all");
  await press(page, "Change password");
  await look("change password, both wrong");
  await page.getByLabel("Current password").fill(sam.password);
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await press(page, "Change password");
  await look("password changed");
  demo.sql("UPDATE session SET fresh_at = 0");
  await openUntil(page, `${sam.home}/me/two-factor`, "/confirm");
  await look("confirm");
  await page.getByLabel("Password", { exact: true }).fill("not this one at all");
  await press(page, "Go on");
  await look("confirm, wrong");
  demo.sql("UPDATE session SET idle_seconds = -1");
  await openUntil(page, `${sam.home}/me`, "/locked");
  await look("locked");
  await page.getByLabel("Password", { exact: true }).fill("not this one at all");
  await press(page, "Unlock");
  await look("locked, wrong");
  demo.sql("UPDATE session SET idle_seconds = 3600");
  await page.getByLabel("Password", { exact: true }).fill(NEW_PASSWORD);
  await press(page, "Unlock");
  await page.goto(`${sam.home}/log-out`);
  await look("log out");
  await press(page, "Log out");
  await look("logged out");
}
