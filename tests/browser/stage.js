// What a test stands on: one demo of its own, a browser, and profiles that are watched, closed, and never waited for without end.
import { startBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { NARROW, WIDE, watch } from "./judge.js";

export { NARROW, WIDE };

/** The longest that one step of a person may take, in milliseconds. */
const STEP = 25_000;

export class Stage {
  /** A browser that is given is shared: `end` leaves it open. */
  constructor(browser) {
    this.browser = browser;
    this.shared = Boolean(browser);
    /** Pathnames of every page shown, as the browser's address line had them. */
    this.shown = new Set();
  }

  async start() {
    this.demo = await startDemo();
    this.browser ??= await startBrowser();
    return this;
  }

  async end() {
    if (!this.shared) await this.browser?.close();
    await this.demo?.stop();
  }

  person(email, slug) {
    return this.demo.person(email, slug);
  }

  /** Runs `walk(page, context)` in a browser profile of its own; fails when a page did what no page may do. */
  async visit(walk, options = {}) {
    const context = await this.browser.newContext({ viewport: WIDE, reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(STEP);
    context.setDefaultNavigationTimeout(STEP);
    context.on("response", (answer) => {
      if (answer.request().isNavigationRequest() && answer.status() < 300) this.shown.add(new URL(answer.url()).pathname);
    });
    const watched = watch(context);
    try {
      const answer = await walk(await context.newPage(), context);
      const troubles = watched.troubles();
      if (troubles.length > 0) throw new Error(`on the way:\n${troubles.join("\n")}`);
      return answer;
    } finally {
      await context.close();
    }
  }
}

/** `work`, or an error that says what took too long: what a browser is asked to compute has no limit of its own. */
export async function within(milliseconds, what, work) {
  let late;
  const over = new Promise((_, failed) => {
    late = setTimeout(() => failed(new Error(`${what} took more than ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(late);
  }
}
