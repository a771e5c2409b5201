// What administrators see and change of their practice, and what the people they act on find.
import { firstSignIn, isStaff, press, untouched } from "../people.js";

const LONG = "Bartholomew-Alexander Featherstonehaugh-Cholmondeley ".repeat(1).trim();

export async function people(stage, page, look) {
  const { demo } = stage;
  const alex = stage.person("alex@example.com");
  const sam = stage.person("sam@example.com");
  await firstSignIn(page, alex);
  demo.sql(`UPDATE person SET name = '${LONG}' WHERE ${isStaff(sam)}`);
  await page.goto(`${alex.home}/practice/people`);
  await look("people");
  await page.goto(`${alex.home}/practice/people?search=zzz`);
  await look("people, nobody matches");
  await page.goto(`${alex.home}/practice/people`);
  const one = await page.getByRole("link", { name: LONG }).getAttribute("href");
  for (const act of ["", "/change", "/email", "/more-time", "/end-sessions", "/close"]) {
    await page.goto(alex.home + one + act);
    await look(`a colleague${act}`);
    if (!["/change", "/email", "/more-time"].includes(act)) continue;
    await untouched(page);
    await page.locator("main form input:not([type=hidden], [type=radio])").first().fill("");
    await page.locator("main form .button").first().click();
    await page.locator(".error").first().waitFor();
    await look(`a colleague${act}, wrong`);
  }
  await page.goto(`${alex.home}${one}/close`);
  await press(page, "Close account");
  await look("a colleague, closed");
  await page.goto(`${alex.home}/practice/people?show=all`);
  await look("people, all");
  await page.goto(`${alex.home}${one}/reopen`);
  await look("reopen");
  await press(page, "Reopen account");
  await reset(stage, page, look, alex.home + one);
  await record(alex, page, look);
}

async function reset(stage, page, look, one) {
  await page.goto(`${one}/reset`);
  await look("reset 2FA");
  await press(page, "Send a code to the mobile number on file");
  await look("reset 2FA, code sent");
  await page.getByLabel("Code the person reads out").fill("000000");
  await press(page, "Reset 2FA");
  await look("reset 2FA, wrong code");
  const sam = stage.person("sam@example.com");
  const text = await stage.demo.message(sam.mobile, (message) => message.channel === "text");
  await page.getByLabel("Code the person reads out").fill(text.text.match(/\d{6}/)[0]);
  await press(page, "Reset 2FA");
  await look("reset 2FA, done");
  await stage.visit(async (samsPage) => {
    await samsPage.goto(await stage.demo.link(sam.email, "/re-enrol/"));
    await look("re-enrol", { page: samsPage });
    await samsPage.goto(`${sam.home}/re-enrol/nothing-of-the-kind`);
    await look("re-enrol, unknown", { page: samsPage });
  });
}

async function record(alex, page, look) {
  await page.goto(`${alex.home}/practice/record`);
  await look("record");
  await page.goto(`${alex.home}/practice/record?name=zzz`);
  await look("record, nothing matches");
}

export async function inviting(stage, page, look) {
  const { demo } = stage;
  const alex = stage.person("alex@example.com");
  await firstSignIn(page, alex);
  await page.goto(`${alex.home}/practice/people/new`);
  await look("invite");
  await untouched(page);
  await press(page, "Invite");
  await look("invite, nothing typed");
  await page.getByLabel("Name").fill("Priya Raman");
  await page.getByLabel("Email address").fill("priya@example.com");
  await page.getByLabel("Practitioner").check();
  await press(page, "Invite");
  await look("invited");
  await page.goto(`${alex.home}/practice/people`);
  await look("people, one invited");
  const link = await demo.link("priya@example.com", "/join/");
  await page.goto(link);
  await look("join, as somebody else");
  await stage.visit(async (priyas) => {
    await priyas.goto(`${alex.home}/join/nothing-of-the-kind`);
    await look("join, unknown", { page: priyas });
    await priyas.goto(link);
    await look("join", { page: priyas });
    await untouched(priyas);
    await priyas.getByLabel("Your name").fill("");
    await priyas.getByLabel("New password").fill("priya");
    await press(priyas, "Join");
    await look("join, wrong", { page: priyas });
    demo.sql("UPDATE token SET expires_at = created_at");
    await priyas.goto(link);
    await look("join, too late", { page: priyas });
    demo.sql("UPDATE token SET created_at = created_at - 3600");
    await press(priyas, "Email me a new invitation");
    await look("join, new one sent", { page: priyas });
  });
}
