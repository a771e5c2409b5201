// What staff see of the practice's clients, and the pages of the portal that need no mail.
import { firstSignIn, press, signIn, untouched } from "../people.js";

export async function clients(stage, page, look) {
  const sam = stage.person("sam@example.com");
  await page.goto(`${sam.home}/portal`);
  await look("the portal");
  await page.goto(`${sam.home}/portal/passkey/none`);
  await look("a client without a passkey");
  await page.goto(`${sam.home}/portal/ask-practice`);
  await look("mail alone may not open this portal");
  await page.goto(`${sam.home}/keep`);
  await look("how to keep the address");
  await page.goto(`${sam.home}/keep?at=portal`);
  await look("how clients keep the address");
  await signIn(page, sam);
  await page.goto(`${sam.home}/practice/clients`);
  await look("clients");
  const jo = sam.home + (await page.getByRole("link", { name: "Jo Lindqvist" }).first().getAttribute("href"));
  await page.goto(`${sam.home}/practice/clients/new`);
  await look("a new client");
  for (const reference of ["", "HP-2002"]) {
    await page.goto(`${sam.home}/practice/clients/new`);
    await page.locator("#name").fill("Robin Tamsin");
    await page.locator("#email").fill("robin.tamsin@example.com");
    await page.locator("#reference").fill(reference);
    await press(page, "Add");
  }
  await look("a new client who may be there already");
  await page.goto(jo);
  await look("one client");
  for (const act of ["/act?do=off", "/act?do=end", "/pin", "/phone", "/reference", "/passkeys", "/privacy", "/email", "/contacts/new"]) {
    await page.goto(jo + act);
    await look(`one client${act}`);
  }
  await addresses(stage, page, look, jo);
  await contacts(stage, page, look, jo);
  await page.goto(`${jo}/phone`);
  await untouched(page);
  await page.getByLabel("Phone number").fill("call me");
  await press(page, "Save");
  await look("a phone number that is none");
  await page.getByLabel("Phone number").fill("02 5550 7788");
  await press(page, "Save");
  await page.goto(`${jo}/pin?number=1234`);
  await look("a PIN for a number that was changed");
  stage.demo.sql("UPDATE person SET private_since = 1 WHERE email_key = 'jo@example.com' AND kind = 'client'", "au");
  await page.goto(`${jo}/pin`);
  await look("a PIN that would open nothing");
  await page.goto(`${sam.home}/practice/stuck`);
  await look("nobody is stuck");
  await page.goto(`${sam.home}/practice/stuck?still=1`);
  await look("the list stands still");
}

/** A new address: refused, waiting, confirmed from the mail. */
async function addresses(stage, page, look, jo) {
  await page.goto(`${jo}/email`);
  await untouched(page);
  await page.locator("#email").fill("jo at example");
  await press(page, "Send the code");
  await look("an address that is none");
  stage.demo.sql("UPDATE person SET last_sign_in_at = 1 WHERE email_key = 'jo@example.com'", "au");
  const long = "josephine.maximiliana.lindqvist-fitzgerald@a-rather-long-mail-provider.example.org";
  await page.locator("#email").fill(long);
  await press(page, "Send the code");
  await look("one client whose address is to change");
  await page.goto(`${jo}/email`);
  await look("an address that waits for its code");
  const [mail] = await mailTo(stage, long);
  const link = mail.text.match(/https?:\/\/\S*\/portal\/address\/\S*/)[0];
  await page.goto(link);
  await look("confirming a new address");
  await page.getByLabel("Code from the email").fill(mail.text.match(/^\d{6}$/m)[0] === "111111" ? "222222" : "111111");
  await press(page, "Use this address");
  await look("a wrong code for a new address");
  await page.goto(`${new URL(jo).origin}/portal/address/nothing`);
  await look("a link of an address that is over");
}

/** A contact with a long name, allowed and not; the page where a family chooses. */
async function contacts(stage, page, look, jo) {
  await page.goto(`${jo}/contacts/new`);
  await untouched(page);
  await press(page, "Add");
  await look("a contact without a name");
  for (const [name, email] of [["Maximiliana-Alexandrina Featherstonehaugh-Cholmondeley", "parent@example.com"], ["Kit Moreau", "parent@example.com"]]) {
    await page.goto(`${jo}/contacts/new`);
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Email address").fill(email);
    await page.getByLabel("Parent or guardian").check();
    await page.getByLabel("May open the client's portal").check();
    await press(page, "Add");
  }
  await look("one client with contacts");
  stage.demo.sql("UPDATE person SET closed_at = 1 WHERE name LIKE 'Maximiliana%'", "au");
  await page.goto(`${jo}/contacts/new`);
  await page.getByLabel("Name").fill("Maximiliana-Alexandrina Featherstonehaugh-Cholmondeley");
  await page.getByLabel("Email address").fill("parent@example.com");
  await page.getByLabel("Parent or guardian").check();
  await press(page, "Add");
  await look("a contact whose access is off");
  await page.goto(jo);
  await page.getByRole("link", { name: "Change Kit Moreau" }).click();
  await look("one contact");
}

/** What a contact sees after the mail, and a client with contacts; a client changes their own address. */
export async function contactSignsIn(stage, page, look) {
  const sam = stage.person("sam@example.com");
  await signIn(page, sam);
  await page.goto(`${sam.home}/practice/clients`);
  const jo = sam.home + (await page.getByRole("link", { name: "Jo Lindqvist" }).first().getAttribute("href"));
  for (const [name, email] of [["Dana Moreau", "dana@example.com"], ["Kit Moreau", "dana@example.com"]]) {
    await page.goto(`${jo}/contacts/new`);
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Email address").fill(email);
    await page.getByLabel("Parent or guardian").check();
    await page.getByLabel("May open the client's portal").check();
    await press(page, "Add");
  }
  await press(page, "Log out");
  await byMail(stage, page, sam.home, "dana@example.com");
  await look("whose portal");
  await page.getByRole("button", { name: /Opened by D/ }).click();
  await page.waitForURL("**/me");
  await look("a contact with a client's portal open");
  await press(page, "Log out");
  await byMail(stage, page, sam.home, "jo@example.com");
  await page.waitForURL("**/me");
  await look("a client with contacts");
  await page.goto(`${sam.home}/me/email`);
  await look("a client's own address");
  await untouched(page);
  await press(page, "Send the code");
  await look("a client's own address that is none");
  await page.getByLabel("New email address").fill("jo.new@example.org");
  await press(page, "Send the code");
  await look("the code from the new mailbox");
  await page.getByLabel("Code from the email").fill("12");
  await press(page, "Use this address");
  await look("a code of two digits");
  await page.goto(`${sam.home}/me`);
  await look("a client whose address is to change");
}

/** The mails to an address, once there is one. */
async function mailTo(stage, email) {
  for (;;) {
    const mails = await stage.demo.sent(email);
    if (mails.length > 0) return mails;
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Asks for a mail and presses its link. */
async function byMail(stage, page, home, email) {
  await page.goto(`${home}/portal`);
  await page.getByLabel("Email address").fill(email);
  await press(page, "Email me a link");
  for (;;) {
    const mail = (await stage.demo.sent(email)).find((sent) => sent.text.includes("/link/"));
    if (mail) {
      await page.goto(mail.text.match(/https?:\/\/\S*\/link\/\S*/)[0]);
      return press(page, "Sign in");
    }
    await page.waitForTimeout(50);
  }
}

export async function clientRules(stage, page, look) {
  const alex = stage.person("alex@example.com");
  await firstSignIn(page, alex);
  await page.goto(`${alex.home}/practice/client-rules`);
  await look("rules for clients");
  await untouched(page);
  await page.getByLabel("Where “Exit quickly” leads").selectOption("own");
  await page.getByLabel("Our own address").fill("http://harbour");
  await page.getByLabel("Locks when idle for").selectOption("720");
  await page.getByLabel("Ends in any case after").selectOption("60");
  await page.getByLabel("Phone", { exact: true }).fill("");
  await page.getByLabel("Email address", { exact: true }).fill("desk@");
  await page.getByLabel("A form that reaches you").uncheck();
  await press(page, "Save");
  await look("rules for clients, wrong");
  await page.goto(`${alex.home}/practice/client-rules`);
  await press(page, "Save");
  await look("rules for clients, saved");
  await page.goto(`${alex.home}/practice/staff-rules`);
  await look("rules for staff");
  await page.getByLabel("Locks when idle for").selectOption("720");
  await page.getByLabel("Ends in any case after").selectOption("60");
  await press(page, "Save");
  await look("rules for staff, wrong");
}
