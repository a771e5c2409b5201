// What a person sees and changes of their own.
import { isStaff, press, signIn, untouched } from "../people.js";

const LONG = "Wolfeschlegelsteinhausenbergerdorff-".repeat(2) + "Maximiliana";

export async function myInfo(stage, page, look) {
  const { demo } = stage;
  const sam = stage.person("sam@example.com");
  await signIn(page, sam, { keep: true });
  await look("My info");
  await page.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
  await look("My info, reasons shown");
  await page.evaluate(() => document.getElementById("idle").showModal());
  await look("are you still there");
  await page.goto(`${sam.home}/practice/people`);
  await look("problem: for administrators");
  await renameDevice(sam, page, look);
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
  demo.sql(`UPDATE person SET name = '${LONG}' WHERE ${isStaff(sam)}`);
  demo.sql(`UPDATE device SET name = '${LONG.slice(0, 40)}'`);
  await page.goto(`${sam.home}/me`);
  await look("My info, long names");
}

async function renameDevice(sam, page, look) {
  await page.goto(`${sam.home}/me`);
  await page.getByRole("link", { name: /^Rename/ }).click();
  await look("rename a device");
  await untouched(page);
  await page.getByLabel("Device name").fill(" ");
  await press(page, "Save");
  await look("rename a device, wrong");
  await page.getByLabel("Device name").fill("Reception computer");
  await press(page, "Save");
  await look("a device renamed");
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
  await press(page, "Save").catch(() => press(page, "Verify"));
  await look("code to the new mobile, wrong");
  await page.goto(`${sam.home}/me/email`);
  await page.getByLabel("New email address").fill("sam.new@example.com");
  await press(page, "Send the link");
  await look("email change, sent");
  const link = await demo.link("sam.new@example.com", "/confirm-email/");
  await page.goto(`${sam.home}/confirm-email/nothing-of-the-kind`);
  await look("email change, unknown link");
  await page.goto(link);
  await look("email change, confirm");
  await stage.visit(async (elsewhere) => {
    await elsewhere.goto(link);
    await look("email change, not signed in", { page: elsewhere });
  });
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
  await page.getByLabel("Password", { exact: true }).fill(sam.password);
  await press(page, "Unlock");
  await page.goto(`${sam.home}/log-out`);
  await look("log out");
  await press(page, "Log out");
  await look("logged out");
}

/** A node may remember a session for four seconds. */
export async function openUntil(page, address, part) {
  for (const until = Date.now() + 15_000; Date.now() < until; ) {
    await page.goto(address);
    if (page.url().includes(part)) return;
  }
  throw new Error(`${address} never led to ${part}`);
}
