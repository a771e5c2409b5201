// What must hold on every page whatever it says: accessible, within the screen, light, quiet, and nobody else's business.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** A mail stands within a mail program, whose landmarks and headings are not ours. */
const tagsOf = (name) => (name.startsWith("mail:") ? WCAG : [...WCAG, "best-practice"]);
const MOST_BYTES = 50_000;
/** How long a page may take to bring the focus where it belongs (milliseconds). */
const PATIENCE = 5000;
export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 320, height: 640 };
/** What 1280 pixels are at 200 %. */
const HALF = { width: 640, height: 900 };

/** Collects, for a whole context, what no page may do; read it with `troubles()`. */
export function watch(context) {
  const troubles = [];
  context.on("weberror", (error) => troubles.push(`script error: ${error.error().message}`));
  context.on("console", (message) => {
    // The status of the page itself is the page's affair; those of what it loads are seen below.
    if (message.type() !== "error" || message.text().startsWith("Failed to load resource")) return;
    troubles.push(`console: ${message.text()}`);
  });
  context.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const ours = protocol === "blob:" || hostname === "localhost" || hostname.endsWith(".localhost");
    if (!ours) troubles.push(`request to ${request.url()}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 500) troubles.push(`${response.status()} from ${response.url()}`);
    if (response.request().resourceType() === "document" || response.status() < 400) return;
    troubles.push(`${response.status()} from ${response.url()}`);
  });
  return { troubles: () => troubles.splice(0) };
}

/**
 * Looks at the page as it stands; answers what is wrong. Every rule of axe sees both widths and both schemes, in two
 * passes: what differs by width does not differ by scheme, but for the colours, which both passes see.
 */
export async function judge(page, name) {
  const wrong = [];
  const note = (where, what) => what && wrong.push(`${name}, ${where}: ${what}`);
  // Its words can stand before its style sheet and its scripts have come.
  await page.waitForLoadState("load");
  note("page", await unexpected(page, name));
  note("words", await unfilled(page));
  note("title", await titleOfProblem(page));
  note("focus", await focusAfterProblem(page));
  await page.evaluate(AXE);
  for (const [where, viewport, colorScheme] of [["wide, light", WIDE, "light"], ["narrow, dark", NARROW, "dark"]]) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    note(where, await sideways(page));
    for (const finding of await axe(page, tagsOf(name))) note(where, finding);
  }
  note("narrow, right to left", await turned(page));
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(HALF);
  note("200 % zoom", await sideways(page));
  note("200 % text at 640 px", await largeText(page));
  await page.setViewportSize(WIDE);
  note("200 % text at 1280 px", await largeText(page));
  const bytes = await weight(page);
  if (bytes > MOST_BYTES) note("weight", `${bytes} bytes`);
  return wrong;
}

async function axe(page, tags) {
  const found = await page.evaluate(
    (tags) => globalThis.axe.run({ runOnly: tags, resultTypes: ["violations"] }).then((result) => result.violations),
    tags,
  );
  return found.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

/** A page of "something went wrong" where another was meant, or the other way round. */
async function unexpected(page, name) {
  const problem = (await page.getByText("If you ask for help, give this number").count()) > 0;
  return problem === name.startsWith("problem") ? "" : `shows "${await page.title()}" at ${page.url()}`;
}

/** A place in a sentence that nothing was put into. */
function unfilled(page) {
  return page.evaluate(() => (`${document.title} ${document.body.innerText}`.match(/.{0,40}\{\s*\$.{0,40}/) ?? [""])[0]);
}

/** The title is read out first; it says that something is wrong. */
function titleOfProblem(page) {
  return page.evaluate(() => {
    const problem = document.querySelector("main form .bad, main .banner.wrong[tabindex]");
    if (!problem || document.title.startsWith("Error:")) return "";
    return `"${document.title}" doesn't say that there is a problem`;
  });
}

/** Whoever cannot see that the page came back must be taken to the problem, or to a field that reads it out. */
async function focusAfterProblem(page) {
  // The browser goes to the field that the page names when it first draws the page, which can come after all is loaded.
  const there = () => document.activeElement !== document.body || !document.querySelector("[autofocus]");
  await page.waitForFunction(there, null, { timeout: PATIENCE }).catch(() => {});
  return page.evaluate(() => {
    const problem = document.querySelector("main .banner.wrong");
    const at = document.activeElement;
    if (!problem || !document.querySelector("main form") || problem.contains(at)) return "";
    const read = (at.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id));
    return read.some((el) => el && (problem.contains(el) || el.classList.contains("error"))) ? "" : `is on ${at.outerHTML.slice(0, 100)}`;
  });
}

function sideways(page) {
  return page.evaluate(() => {
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) return "";
    const wide = [...document.querySelectorAll("body *")].filter((el) => el.getBoundingClientRect().right > edge + 1);
    return `scrolls sideways because of ${wide.slice(-3).map((el) => el.outerHTML.slice(0, 120)).join(" | ")}`;
  });
}

async function turned(page) {
  const before = await page.evaluate(() => document.documentElement.dir);
  await page.evaluate(() => { document.documentElement.dir = "rtl"; });
  const over = await page.evaluate(() => {
    const room = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return room > 0 ? `scrolls sideways by ${room} px` : "";
  });
  await page.evaluate((dir) => { document.documentElement.dir = dir; }, before);
  return over;
}

async function largeText(page) {
  const before = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
  // Through the object model: the policy refuses style attributes, even ours.
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
  const after = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
  const over = await sideways(page);
  await page.evaluate(() => { document.documentElement.style.fontSize = ""; });
  return after === before * 2 ? over : `text stays at ${after} px instead of ${before * 2}`;
}

/** All bytes of the page and of what it loads, its icon included. */
async function weight(page) {
  return page.evaluate(async () => {
    const entries = performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"));
    const loaded = entries.reduce((sum, entry) => sum + entry.decodedBodySize, 0);
    const icon = document.querySelector("link[rel=icon]");
    return loaded + (icon ? (await (await fetch(icon.href)).arrayBuffer()).byteLength : 0);
  });
}
