// What everybody can open without signing in, right and wrong.
import { press, regionOf, typePassword, signIn, untouched } from "../people.js";

export async function entrance(stage, page, look) {
  const { demo } = stage;
  for (const [path, name] of [
    ["/", "entrance"],
    ["/?practice=Harbour+Physio", "entrance, found"],
    ["/?practice=%E8%A8%BA", "entrance, unusable name"],
    ["/demo", "people of the demo"],
    ["/mailbox", "mailbox, empty"],
    ["/help", "help at the entrance"],
    ["/language", "language"],
    ["/nothing-here", "problem: not found"],
  ]) {
    await page.goto(demo.entrance + path);
    await look(name);
  }
  await page.goto(demo.ready.support);
  await look("support");
  await page.goto(demo.practice().replace("harbour-physio", "nobody-lives-here"));
  await look("no such practice");
  for (const topic of ["", "/set-up", "/lost-phone", "/recognised-devices"]) {
    await page.goto(`${demo.practice()}/help${topic}`);
    await look(`help${topic}`);
  }
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
  await page.getByLabel("New password").fill("seven herons wade at dusk by the weir");
  await press(page, "Set new password");
  await look("reset, done");
  await page.goto(link);
  await look("reset, used");
  await page.goto(`${alex.home}/reset/nothing-of-the-kind`);
  await look("reset, unknown");
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
  await look("mailbox, a mail");
  await page.getByRole("link", { name: "Show the formatted mail" }).click();
  await look("mailbox, a formatted mail", { ours: false });
}
