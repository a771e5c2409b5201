// What a test file stands on: one demo, one browser, and contexts that are watched and closed.
import { after, before } from "node:test";
import { startBrowser } from "./browser.js";
import { startDemo } from "./demo.js";
import { NARROW, WIDE, watch } from "./judge.js";

export { NARROW, WIDE };

/** Starts a demo and a browser before the file's tests and ends both after; filled when the tests run. */
export function useStage() {
  const stage = new Stage();
  before(() => stage.start());
  after(() => stage.end());
  return stage;
}

export class Stage {
  async start() {
    [this.demo, this.browser] = await Promise.all([startDemo(), startBrowser()]);
  }

  async end() {
    await this.browser?.close();
    await this.demo?.stop();
  }

  person(email, slug) {
    return this.demo.person(email, slug);
  }

  /** Runs `walk(page, context)` in a browser profile of its own; fails when a page did what no page may do. */
  async visit(walk, options = {}) {
    const context = await this.browser.newContext({ viewport: WIDE, ...options });
    context.setDefaultTimeout(8000);
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
