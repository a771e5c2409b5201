// Every page and state: accessible, within the screen, light, quiet. The tours go there; the judge looks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { startBrowser } from "./browser.js";
import { judge } from "./judge.js";
import { Stage, within } from "./stage.js";
import { tours } from "./tours/all.js";

/** The longest that one look, and one tour, may take (milliseconds). */
const LOOK = 60_000;
const TOUR = 240_000;

/** What a practice answers to GET without it being a page, and why nobody can look at it. */
const NO_PAGES = {
  "/": "leads on",
  "/practice": "leads on",
  "/auth/check": "for proxies",
  "/me/two-factor/picture": "a picture in the page of step 3",
  "/sign-in/set-up/picture": "a picture in the page of step 3",
  "/practice/record.csv": "a file",
  "/practice/record.jsonl": "a file",
  "/me/passkeys/signal": "for the script",
  "/.well-known/webauthn": "for browsers",
  "/.well-known/passkey-endpoints": "for password managers",
  "/.well-known/change-password": "leads on",
  "/assets/{name}": "a file",
  "/theme.css": "a file",
  "/logo": "a picture",
  "/healthz": "for machines",
  "/readyz": "for machines",
  "/manifest.webmanifest": "for browsers",
  "/hello": "entrance.test.js; else leads on",
  "/portal/waiting": "for the script",
  "/portal/left": "gone at once",
};

/** Pages whose walk is a test of its own, which has them judged. */
const JUDGED_ELSEWHERE = {
  "/me/passkeys/offer": "passkeys_offer.test.js",
  "/portal/sent": "portal.test.js",
  "/portal/who": "portal.test.js",
  "/portal/locked": "portal.test.js",
  "/portal/stuck": "portal.test.js",
  "/portal/lock": "portal.test.js",
  "/portal/confirm": "portal.test.js",
  "/me/privacy/passkey": "portal.test.js",
  "/me/privacy": "portal.test.js",
  "/link/{token}": "portal.test.js",
};

test("every page and state", { concurrency: 2 }, async (t) => {
  const browser = await startBrowser();
  const shown = new Set();
  const all = Object.entries(tours).map(([name, tour]) => t.test(name, () => take(browser, shown, name, tour)));
  await Promise.all(all);
  await browser.close();
  await t.test("none is left out", () => {
    const missing = pages().filter((path) => ![...shown].some((at) => matches(path, at)));
    assert.deepEqual(missing, [], "each needs a tour, or a reason in NO_PAGES");
  });
});

/** A demo of its own for each tour: none finds what another left. */
async function take(browser, shown, name, tour) {
  const stage = await new Stage(browser).start();
  const wrong = [];
  const walk = (page) =>
    tour(stage, page, async (state, other = page) => {
      wrong.push(...(await within(LOOK, `looking at "${state}"`, judge(other, state))));
    });
  try {
    await within(TOUR, `the tour "${name}"`, stage.visit(walk));
  } finally {
    await stage.end();
  }
  stage.shown.forEach((path) => shown.add(path));
  assert.deepEqual(wrong, []);
}

/** Paths of the pages that a practice's host shows, from the list that `tests/map.rs` keeps true. */
function pages() {
  const list = readFileSync(new URL("../routes.txt", import.meta.url), "utf8").split("\n");
  const rows = list.map((line) => line.match(/^(\w+)\s+(GET|GET POST)\s+(\/\S*)$/)).filter(Boolean);
  const here = rows.filter(([, area]) => !["entrance_routes", "support_routes", "program_routes"].includes(area));
  return [...new Set(here.map(([, , , path]) => path))].filter((path) => !(path in NO_PAGES || path in JUDGED_ELSEWHERE));
}

function matches(path, at) {
  const [wanted, real] = [path.split("/"), at.split("/")];
  return wanted.length === real.length && wanted.every((part, i) => part === real[i] || (part.startsWith("{") && real[i]));
}
