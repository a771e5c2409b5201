// 2 factor authentication: the steps of its set-up, the codes, the second step of a sign-in.
import { App, isStaff, press, setUp, signIn, typePassword, untouched } from "../people.js";

export async function settingUp(stage, page, look) {
  const alex = stage.person("alex@example.com");
  await typePassword(page, alex);
  await look("set-up 1");
  await untouched(page);
  await page.getByLabel("Mobile number").fill("12");
  await press(page, "Use this number instead");
  await look("set-up 1, wrong");
  await page.getByLabel("Mobile number").fill("0491 570 110");
  await press(page, "Use this number instead");
  await look("set-up 1, code to the mobile");
  await page.getByLabel("Code from the text message").fill("000000");
  await page.getByLabel("Code from the text message").press("Enter");
  await page.getByText("That isn't the code we sent").first().waitFor();
  await look("set-up 1, wrong code");
  const text = await stage.demo.message("+61491570110", (message) => message.channel === "text");
  await page.getByLabel("Code from the text message").fill(text.text.match(/\d{6}/)[0]);
  await page.getByLabel("Code from the text message").press("Enter");
  await page.getByRole("link", { name: "I have an app" }).waitFor();
  await look("set-up 2");
  await page.getByRole("link", { name: "I have an app" }).click();
  await look("set-up 3");
  await page.getByText("Enter key manually").click();
  await look("set-up 3, key");
  const app = new App(await page.locator("code.key").innerText());
  await page.getByRole("link", { name: "Continue" }).click();
  await look("set-up 4");
  await page.getByLabel("Verification code").fill("000000");
  await press(page, "Enable 2 factor authentication");
  await look("set-up 4, wrong");
  await page.getByLabel("Verification code").fill(app.code());
  await press(page, "Enable 2 factor authentication");
  await look("backup codes, first");
  await page.goto(`${alex.home}/sign-in/set-up/done`);
  await look("backup codes, reloaded");
  await press(page, "Continue");
  await page.goto(`${alex.home}/me/two-factor/off`);
  await look("turn 2FA off, which the practice requires");
  await page.goto(`${alex.home}/me/two-factor`);
  await look("move to another app");
}

export async function settingUpAtEase(stage, page, look) {
  const sam = stage.person("sam@example.com");
  await signIn(page, sam);
  await page.goto(`${sam.home}/me/backup-codes`);
  await look("backup codes without 2FA");
  await page.goto(`${sam.home}/me`);
  await page.getByRole("link", { name: "Enable 2 factor authentication" }).first().click();
  await page.getByLabel("Mobile number").fill("0491 570 110");
  await press(page, "Use this number instead");
  await page.goto(`${sam.home}/me/two-factor/mobile-code`);
  await look("set-up from My info, code to the mobile");
  await page.goto(`${sam.home}/me/two-factor`);
  await look("set-up from My info");
  await setUp(page);
  await page.goto(`${sam.home}/me`);
  await look("My info with 2FA");
  await page.goto(`${sam.home}/me/backup-codes`);
  await look("backup codes");
  await press(page, "Generate backup codes");
  await look("backup codes, new");
  await page.goto(`${sam.home}/me/two-factor/off`);
  await look("turn 2FA off");
  await press(page, "Disable 2 factor authentication");
  await page.goto(`${sam.home}/me/two-factor/off`);
  await look("2FA is off");
}

export async function secondStep(stage, page, look) {
  const { demo } = stage;
  const sam = stage.person("sam@example.com");
  const { app } = await stage.visit(async (elsewhere) => {
    await signIn(elsewhere, sam);
    await elsewhere.getByRole("link", { name: "Enable 2 factor authentication" }).first().click();
    return setUp(elsewhere);
  });
  await typePassword(page, sam);
  await look("second step");
  await page.getByLabel("Verification code").fill("12");
  await press(page, "Verify");
  await look("second step, not six digits");
  const wrong = String((Number(app.code()) + 1) % 1_000_000).padStart(6, "0");
  for (let tries = 0; tries < 6; tries += 1) {
    await page.getByLabel("Verification code").fill(wrong);
    await press(page, "Verify");
    if (tries === 0) await look("second step, wrong");
  }
  await look("second step, too many tries");
  demo.sql("UPDATE tries SET count = 60, blocked_until = 0");
  await page.getByLabel("Verification code").fill(wrong);
  await press(page, "Verify");
  await look("second step, switched off");
  demo.sql("DELETE FROM tries");
  await page.getByRole("link", { name: "Use a backup code" }).click();
  await look("backup code");
  await page.getByLabel("Backup code").fill("AAAA-AAAA-AAAAA");
  await press(page, "Verify");
  await look("backup code, wrong");
  demo.sql("UPDATE backup_code SET used_at = 1");
  await page.goto(`${sam.home}/sign-in/backup-code`);
  await look("backup code, none left");
  demo.sql(`UPDATE person SET backup_made_at = backup_made_at - 86400 WHERE ${isStaff(sam)}`);
}
