// What administrators see and change of their practice, and what the people they act on find.
import { firstSignIn, isStaff, press, setUp, signIn, typePassword, untouched } from "../people.js";

const LONG = "Bartholomew-Alexander Featherstonehaugh-Cholmondeley";

/** An administrator signed in, and the address of a colleague's page. */
async function office(stage, page) {
  const alex = stage.person("alex@example.com");
  const sam = stage.person("sam@example.com");
  await firstSignIn(page, alex);
  await page.goto(`${alex.home}/practice/people`);
  const one = alex.home + (await page.getByRole("link", { name: sam.name }).getAttribute("href"));
  return { alex, sam, one };
}

export async function people(stage, page, look) {
  const { demo } = stage;
  const { alex, sam, one } = await office(stage, page);
  demo.sql(`UPDATE person SET name = '${LONG}' WHERE ${isStaff(sam)}`);
  demo.sql("INSERT INTO tries (practice_id, lane, count, blocked_until, window_start, updated_at) "
    + `SELECT practice_id, 'totp:' || id, 20, 0, 1, 1 FROM person WHERE ${isStaff(sam)}`);
  await page.goto(`${alex.home}/practice/people`);
  await look("people");
  await page.goto(`${alex.home}/practice/people?search=zzz`);
  await look("people, nobody matches");
  await page.goto(one.replace(/[^/]+$/, demo.sql(`SELECT id FROM person WHERE ${isStaff(alex)}`)));
  await look("one's own account");
  for (const act of ["", "/change", "/email", "/more-time", "/end-sessions", "/close"]) {
    await page.goto(one + act);
    await look(`a colleague${act}`);
    if (!["/change", "/email", "/more-time"].includes(act)) continue;
    await untouched(page);
    await page.locator("main form input:not([type=hidden], [type=radio])").first().fill("");
    await page.locator("main form .button").first().click();
    await page.locator(".error").first().waitFor();
    await look(`a colleague${act}, wrong`);
  }
  await page.goto(`${one}/close`);
  await press(page, "Close account");
  await look("a colleague, closed");
  await page.goto(`${alex.home}/practice/people?show=all`);
  await look("people, all");
  await page.goto(`${one}/reopen`);
  await look("reopen");
  await press(page, "Reopen account");
  await look("a colleague, open again");
}

export async function resetting(stage, page, look) {
  const { demo } = stage;
  const { alex, sam, one } = await office(stage, page);
  await page.goto(`${one}/reset`);
  await look("reset 2FA");
  await press(page, "Send a code to the mobile number on file");
  await look("reset 2FA, code sent");
  await page.getByLabel("Code the person reads out").fill("000000");
  await press(page, "Reset 2FA");
  await look("reset 2FA, wrong code");
  const text = await demo.message(sam.mobile, (message) => message.channel === "text");
  await page.getByLabel("Code the person reads out").fill(text.text.match(/\d{6}/)[0]);
  await press(page, "Reset 2FA");
  await look("reset 2FA, done");
  await page.goto(`${one}/reset/send`);
  await look("reset 2FA once more");
  await stage.visit(async (samsPage) => {
    await samsPage.goto(`${sam.home}/re-enrol/nothing-of-the-kind`);
    await look("re-enrol, unknown", samsPage);
    await typePassword(samsPage, sam);
    await look("open the link we mailed", samsPage);
    await press(samsPage, "Send the mail again");
    await look("open the link we mailed, too soon", samsPage);
    await samsPage.goto(await demo.link(sam.email, "/re-enrol/"));
    await look("re-enrol", samsPage);
    await page.goto(samsPage.url());
    await look("re-enrol, somebody else is logged in");
    await press(samsPage, "Continue");
    await look("re-enrol, the password", samsPage);
  });
  demo.sql(`UPDATE person SET mobile = NULL WHERE ${isStaff(sam)}`);
  await page.goto(`${one}/reset`);
  await look("reset 2FA without a number");
  await page.goto(`${alex.home}/practice/record`);
  await look("record");
  await page.goto(`${one.replace("people/", "record?person=")}`);
  await look("record of one person");
  await page.goto(`${alex.home}/practice/record?name=zzz`);
  await look("record, nothing matches");
  await page.goto(`${alex.home}/practice/record?name=Sam&from=2026-02-30&until=yesterday`);
  await look("record, days that are none");
}

/** "This wasn't me" took the only second step: what the person and an administrator find. */
export async function notMePaused(stage, page, look) {
  const { demo } = stage;
  const { sam, one } = await office(stage, page);
  await stage.visit(async (samsPage) => {
    await signIn(samsPage, sam);
    await samsPage.goto(`${sam.home}/me/two-factor`);
    await setUp(samsPage);
    await samsPage.goto(await demo.link(sam.email, "/not-me/"));
    await press(samsPage, "It wasn't me: end everything");
    await look("not me, a new password waits", samsPage);
    const mail = await demo.message(sam.email, (message) => message.subject.startsWith("You are logged out everywhere"));
    await stage.visit(async (program) => {
      await program.setContent(mail.html);
      await look("mail: a new password waits", program);
    });
  });
  await page.goto(one);
  await look("a colleague whose new password waits");
}

export async function newAddress(stage, page, look) {
  const { demo } = stage;
  const { sam, one } = await office(stage, page);
  await page.goto(`${one}/email`);
  await page.getByLabel("New email address").fill("sam.okafor@example.com");
  await press(page, "Send the link");
  await look("a colleague, new address asked");
  const link = await demo.link("sam.okafor@example.com", "/new-address/");
  await stage.visit(async (samsPage) => {
    await samsPage.goto(`${sam.home}/new-address/nothing-of-the-kind`);
    await look("new address, unknown link", samsPage);
    await samsPage.goto(link);
    await look("new address", samsPage);
    await press(samsPage, "Confirm this address");
    await look("new address, confirmed", samsPage);
  });
  await page.goto(`${one}/reset`);
  await look("reset 2FA, held");
}

export async function inviting(stage, page, look) {
  const { demo } = stage;
  const { alex } = await office(stage, page);
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
  await page.goto(`${page.url().split("?")[0]}/invite`);
  await look("invite again");
  await press(page, "Send the invitation again");
  await look("invite again, too soon");
  await page.goto(`${alex.home}/practice/people`);
  await look("people, one invited");
  const link = await demo.link("priya@example.com", "/join/");
  await page.goto(link);
  await look("join, as somebody else");
  await stage.visit(async (priyas) => {
    await priyas.goto(`${alex.home}/join/nothing-of-the-kind`);
    await look("join, unknown", priyas);
    await priyas.goto(link);
    await look("join", priyas);
    await untouched(priyas);
    await priyas.getByLabel("Your name").fill("");
    await priyas.getByLabel("New password").fill("priya");
    await press(priyas, "Join");
    await look("join, wrong", priyas);
    demo.sql("UPDATE token SET expires_at = created_at");
    await priyas.goto(link);
    await look("join, too late", priyas);
    demo.sql("UPDATE token SET created_at = created_at - 3600");
    await press(priyas, "Email me a new invitation");
    await look("join, new one sent", priyas);
    await priyas.goto(await demo.link("priya@example.com", "/join/"));
    await priyas.getByLabel("New password").fill("seven herons wade at dusk by the weir");
    await press(priyas, "Join");
    await look("joined", priyas);
    await priyas.goto(link);
    await look("join, replaced", priyas);
  });
}
