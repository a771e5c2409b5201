// What must hold on every page whatever it says: accessible, within the screen, light, quiet, and nobody else's business.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const MOST_BYTES = 50_000;
export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 320, height: 640 };

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

/** Looks at the page as it stands, in both widths, both schemes and with large text; answers what is wrong. */
export async function judge(page, name) {
  const wrong = [];
  const note = (where, what) => wrong.push(`${name}, ${where}: ${what}`);
  await page.evaluate(AXE);
  for (const [size, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
    await page.setViewportSize(viewport);
    const over = await sideways(page);
    if (over) note(size, over);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const finding of await axe(page)) note(`${size} ${colorScheme}`, finding);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  for (const viewport of [WIDE, { width: 640, height: 900 }]) {
    await page.setViewportSize(viewport);
    const over = await largeText(page);
    if (over) note(`200 % text at ${viewport.width} px`, over);
  }
  await page.setViewportSize(WIDE);
  const bytes = await weight(page);
  if (bytes > MOST_BYTES) note("weight", `${bytes} bytes`);
  return wrong;
}

async function axe(page) {
  const found = await page.evaluate(
    (tags) => globalThis.axe.run({ runOnly: tags, resultTypes: ["violations"] }).then((result) => result.violations),
    TAGS,
  );
  return found.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

function sideways(page) {
  return page.evaluate(() => {
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) return "";
    const wide = [...document.querySelectorAll("body *")].filter((el) => el.getBoundingClientRect().right > edge + 1);
    return `scrolls sideways because of ${wide.slice(-3).map((el) => el.outerHTML.slice(0, 120)).join(" | ")}`;
  });
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
