// What everybody can open without signing in, right and wrong.
import { isStaff, press, regionOf, signIn, typePassword, untouched } from "../people.js";

const NEW_PASSWORD = "seven herons wade at dusk by the weir";

export async function entrance(stage, page, look) {
  const { demo } = stage;
  for (const [path, name] of [
    ["/", "entrance"],
    ["/demo", "people of the demo"],
    ["/mailbox?to=nobody@example.com", "mailbox, empty"],
    ["/help", "help at the entrance"],
    ["/language", "language"],
    ["/nothing-here", "problem: not found"],
  ]) {
    await page.goto(demo.entrance + path);
    await look(name);
  }
  await page.goto(`${demo.entrance}/demo`);
  await page.click("button[value=stop]");
  await look("people of the demo, a region stopped");
  await page.click("button[value=start]");
  await page.goto(demo.ready.support);
  await look("support");
  await page.goto(demo.practice().replace("harbour-physio", "nobody-lives-here"));
  await look("no such practice");
}

export async function help(stage, page, look) {
  const home = stage.demo.practice();
  await page.goto(`${home}/help`);
  await look("help");
  const topics = await page.locator("main .big a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  const seen = new Set();
  for (const topic of topics) {
    await page.goto(home + topic);
    // They differ in words and in what parts they have; one of each kind is looked at.
    const kind = await page.evaluate(() => {
      const parts = ["ol", "ul:not(.big)", ".big", "details", ".sheet h2", "h3"];
      return parts.filter((part) => document.querySelector(`main ${part}`)).join();
    });
    if (!seen.has(kind)) await look(topic);
    seen.add(kind);
  }
  await page.goto(`${home}/language`);
  await look("language at a practice");
}

export async function signInWrong(stage, page, look) {
  const sam = stage.person("sam@example.com");
  await page.goto(`${sam.home}/sign-in`);
  await look("sign-in");
  await page.getByRole("button", { name: "Show" }).click();
  await look("sign-in, password shown");
  await untouched(page);
  await press(page, "Log in");
  await look("sign-in, nothing typed");
  for (let tries = 0; tries < 6; tries += 1) {
    await typePassword(page, sam, { password: "not this one at all" });
    if (tries === 0) await look("sign-in, wrong password");
  }
  await look("sign-in, too many tries");
  stage.demo.sql("UPDATE tries SET count = 60, blocked_until = 0");
  await typePassword(page, sam, { password: "not this one at all" });
  await look("sign-in, switched off");
  await page.goto(`${sam.home}/nothing-here`);
  await look("problem: not found at a practice");
  await page.goto(`${sam.home}/sign-in`);
  await page.evaluate(() => { document.querySelector("form [name=csrf]").value = "made up"; });
  await page.getByLabel("Email address").fill(sam.email);
  await page.getByLabel("Password", { exact: true }).fill(sam.password);
  await press(page, "Log in");
  await look("problem: a form that is not ours");
}

export async function forgotten(stage, page, look) {
  const { demo } = stage;
  const alex = stage.person("alex@example.com", "thames-therapy");
  const ask = async () => {
    demo.sql("UPDATE token SET created_at = created_at - 3600", regionOf(alex));
    await page.goto(`${alex.home}/forgot`);
    await page.getByLabel("Email address").fill(alex.email);
    await press(page, "Email me a link");
  };
  await page.goto(`${alex.home}/forgot`);
  await look("forgot");
  await untouched(page);
  await page.getByLabel("Email address").fill("alex at example");
  await press(page, "Email me a link");
  await look("forgot, no address");
  await ask();
  await look("forgot, sent");
  const link = await demo.link(alex.email, "/reset/");
  await page.goto(link);
  await look("reset");
  await page.getByLabel("New password").fill("thames therapy");
  await press(page, "Set new password");
  await look("reset, weak");
  demo.sql("UPDATE token SET expires_at = created_at WHERE purpose LIKE 'reset%'", regionOf(alex));
  await page.goto(link);
  await look("reset, too late");
  demo.sql("UPDATE token SET expires_at = created_at + 86400 WHERE purpose LIKE 'reset%'", regionOf(alex));
  await page.goto(link);
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await press(page, "Set new password");
  await look("reset, done");
  await page.goto(link);
  await look("reset, used");
  await page.goto(`${alex.home}/reset/nothing-of-the-kind`);
  await look("reset, unknown");
}

export async function passwordDue(stage, page, look) {
  const sam = stage.person("sam@example.com");
  stage.demo.sql(`UPDATE person SET password_change_by = 1 WHERE ${isStaff(sam)}`);
  await typePassword(page, sam);
  await page.getByRole("heading", { name: "Please choose a new password" }).waitFor();
  await look("a password that must change");
  await page.getByLabel("New password").fill("harbour physio 1");
  await press(page, "Set new password and go on");
  await look("a password that must change, weak");
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await press(page, "Set new password and go on");
  await page.waitForURL("**/me");
}

/** A mail's link pressed when the account was closed meanwhile. */
export async function notMeClosed(stage, page, look) {
  const sam = stage.person("sam@example.com");
  await signIn(page, sam);
  await stage.visit((elsewhere) => signIn(elsewhere, sam));
  const link = await stage.demo.link(sam.email, "/not-me/");
  stage.demo.sql("UPDATE person SET closed_at = 1790000000 WHERE email_key = 'sam@example.com'");
  await page.goto(link);
  await look("not me, account closed");
  await press(page, "It wasn't me: end everything");
  await look("not me, done, account closed");
}

export async function notMe(stage, page, look) {
  const alex = stage.person("alex@example.com", "thames-therapy");
  await signIn(page, alex);
  // The very first sign-in tells nobody; one from a second browser does.
  await stage.visit((elsewhere) => signIn(elsewhere, alex));
  const link = await stage.demo.link(alex.email, "/not-me/");
  await page.goto(`${alex.home}/not-me/nothing-of-the-kind`);
  await look("not me, unknown");
  await page.goto(link);
  await look("not me");
  await press(page, "It wasn't me: end everything");
  await look("not me, done");
  await page.goto(link);
  await look("not me, used");
  await page.goto(`${stage.demo.entrance}/mailbox`);
  await look("mailbox");
  await page.locator(".big a").first().click();
  await page.getByRole("heading", { name: "The message" }).waitFor();
  await look("mailbox, a mail");
  await page.getByRole("link", { name: "Show the formatted mail" }).waitFor();
  // Where the mailbox shows it no script runs, the judge's own neither; here it stands as a mail program shows it.
  const mail = await stage.demo.message(alex.email, (message) => message.html);
  await stage.visit(async (program) => {
    await program.setContent(mail.html);
    await look("mail: as a mail program shows it", program);
  });
}
