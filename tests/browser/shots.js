// Pictures of every page and state for whoever changed one, into target/shots: 1280 and 320 pixels, light and dark.
// `node shots.js NAME…` takes only the tours of those names. Without one, or as `readme`, docs/sign-in.png is taken anew.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { startBrowser } from "./browser.js";
import { NARROW, Stage, WIDE } from "./stage.js";
import { tours } from "./tours/all.js";

const folder = fileURLToPath(new URL("../../target/shots/", import.meta.url));
const README = fileURLToPath(new URL("../../docs/sign-in.png", import.meta.url));
const wanted = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await startBrowser();

async function shoot(page, tour, state) {
  const name = `${tour}-${state}`.replaceAll(/[^a-zA-Z0-9]+/g, "-");
  for (const [size, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${folder}${name}-${size}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(WIDE);
}

/** The picture of README: always the same window, and no cursor in it. */
async function shootForReadme(stage) {
  await stage.visit(async (page) => {
    await page.goto(`${stage.demo.practice()}/sign-in`);
    await page.evaluate(() => document.activeElement.blur());
    await page.screenshot({ path: README, fullPage: true });
  });
}

for (const [name, tour] of Object.entries(tours)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const stage = await new Stage(browser).start();
  try {
    await stage.visit((page) => tour(stage, page, (state, other = page) => shoot(other, name, state)));
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await stage.end();
  }
}
if (wanted.length === 0 || wanted.includes("readme")) {
  const stage = await new Stage(browser).start();
  await shootForReadme(stage);
  await stage.end();
}
await browser.close();
console.log(`pictures are in ${folder}`);
