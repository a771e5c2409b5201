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
  await signIn(page, sam);
  await page.goto(`${sam.home}/practice/clients`);
  await look("clients");
  const jo = sam.home + (await page.getByRole("link", { name: "Jo Lindqvist" }).first().getAttribute("href"));
  await page.goto(`${sam.home}/practice/clients/new`);
  await look("a new client");
  await page.goto(jo);
  await look("one client");
  for (const act of ["/act?do=off", "/act?do=end", "/pin", "/passkeys", "/privacy"]) {
    await page.goto(jo + act);
    await look(`one client${act}`);
  }
  await page.goto(`${sam.home}/practice/stuck`);
  await look("nobody is stuck");
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
