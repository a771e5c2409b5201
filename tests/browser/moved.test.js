// A page that was open before its practice got another address: its buttons still lead somewhere.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Stage } from "./stage.js";

let stage;
before(async () => { stage = await new Stage().start(); });
after(() => stage?.end());

test("the buttons of a page from before a rename lead to the new address", async () => {
  const sam = stage.person("sam@example.com");
  const now = sam.home.replace("harbour-physio", "bay-physio");
  await stage.visit(async (page, context) => {
    await page.goto(sam.home + "/sign-in");
    await page.getByLabel("Email address").fill(sam.email);
    await page.getByLabel("Password", { exact: true }).fill(sam.password);
    const portal = await context.newPage();
    await portal.goto(sam.home + "/portal");
    await portal.getByLabel("Email address").fill("jo@example.com");
    stage.demo.sql(`UPDATE practice SET slug = 'bay-physio' WHERE slug = 'harbour-physio';
      INSERT INTO moved (practice_id, slug, region, now_slug, at)
        SELECT id, 'harbour-physio', 'au', slug, 1 FROM practice WHERE slug = 'bay-physio'`);
    // The running server goes on with what it knows of a practice for four seconds.
    const other = await context.newPage();
    while (!other.url().startsWith(now)) await other.goto(sam.home + "/help");
    for (const [at, button, path] of [[page, "Log in", "/sign-in"], [portal, "Email me a link", "/portal"]]) {
      await at.getByRole("button", { name: button, exact: true }).click();
      await at.getByRole("heading", { name: "Your practice has a new address" }).waitFor();
      await at.getByRole("link", { name: "Go to the new address" }).click();
      await at.waitForURL(now + path);
    }
    await page.getByLabel("Email address").fill(sam.email);
    await page.getByLabel("Password", { exact: true }).fill(sam.password);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.waitForURL((url) => url.href.startsWith(now) && url.pathname !== "/sign-in");
  });
});
