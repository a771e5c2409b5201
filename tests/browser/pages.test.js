// Every page and state: accessible, within the screen, light, quiet. The tours go there; the judge looks.
import assert from "node:assert/strict";
import { test } from "node:test";

import { judge } from "./judge.js";
import { Stage } from "./stage.js";
import * as door from "./tours/door.js";
import * as mine from "./tours/mine.js";
import * as office from "./tours/office.js";
import * as secondStep from "./tours/second_step.js";

// A demo of its own for each tour: none finds what another left.
for (const [name, tour] of Object.entries({ ...door, ...secondStep, ...mine, ...office })) {
  if (tour.length !== 3 || name === "openUntil") continue;
  test(name, async () => {
    const stage = new Stage();
    await stage.start();
    try {
      const wrong = [];
      await stage.visit((page) => tour(stage, page, async (state, { page: other = page, ours = true } = {}) => {
        wrong.push(...(await judge(other, state, { ours })));
      }));
      assert.deepEqual(wrong, []);
    } finally {
      await stage.end();
    }
  });
}
