// What staff see of the practice's clients, and the pages of the portal that need no mail.
import { firstSignIn, signIn } from "../people.js";

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
}
