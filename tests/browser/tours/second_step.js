// 2 factor authentication: the steps of its set-up, the codes, the second step of a sign-in.
import { App, press, signIn, setUp, typePassword, untouched } from "../people.js";

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
}

export async function secondStep(stage, page, look) {
  const sam = stage.person("sam@example.com");
  await signIn(page, sam);
  await page.getByRole("link", { name: "Enable 2 factor authentication" }).first().click();
  await look("set-up from My info");
  const { app } = await setUp(page);
  await page.goto(`${sam.home}/me`);
  await look("My info with 2FA");
  await page.goto(`${sam.home}/me/backup-codes`);
  await look("backup codes");
  await press(page, "Generate backup codes");
  await look("backup codes, new");
  await page.goto(`${sam.home}/me/two-factor/off`);
  await look("turn 2FA off");
  await page.goto(`${sam.home}/log-out`);
  await press(page, "Log out");
  await typePassword(page, sam);
  await look("second step");
  await page.getByLabel("Verification code").fill("12");
  await press(page, "Verify");
  await look("second step, not six digits");
  const code = app.code();
  await page.getByLabel("Verification code").fill(String((Number(code) + 1) % 1_000_000).padStart(6, "0"));
  await press(page, "Verify");
  await look("second step, wrong");
  await page.getByRole("link", { name: "Use a backup code" }).click();
  await look("backup code");
  await page.getByLabel("Backup code").fill("AAAA-AAAA-AAAAA");
  await press(page, "Verify");
  await look("backup code, wrong");
}
