// What a first view costs, cold and compressed, as the browser itself counts it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { output, weigh } from "../browser.mjs";

const KB = 1000;
const MOST = { script: 14 * KB, style: 20 * KB, requests: 12 };
const BUDGETS = { home: 170 * KB, results: 130 * KB, "results-words": 130 * KB, "data-set": 150 * KB };

export function register(world) {
  test("weight of a first view", async (t) => {
    const rows = ["page\tbytes\tscript\tstyle\trequests"];
    for (const [kind, budget] of Object.entries(BUDGETS)) {
      await t.test(kind, async (one) => {
        const { path } = world.pages.find((page) => page.kind === kind);
        const context = await world.browser.newContext({ viewport: { width: 1280, height: 900 } });
        const weight = await weigh(context, world.base + path);
        await context.close();
        rows.push([kind, weight.total, weight.script, weight.style, weight.requests].join("\t"));
        one.diagnostic(`${weight.total} bytes, script ${weight.script}, style ${weight.style}, ${weight.requests} requests`);
        assert.ok(weight.total > 0 && weight.total <= budget, `${weight.total} bytes, ${budget} allowed`);
        assert.ok(weight.script <= MOST.script, `${weight.script} bytes of script, ${MOST.script} allowed`);
        assert.ok(weight.style <= MOST.style, `${weight.style} bytes of style, ${MOST.style} allowed`);
        assert.ok(weight.requests <= MOST.requests, `${weight.requests} requests, ${MOST.requests} allowed`);
        assert.deepEqual(weight.foreign, [], "nothing comes from another origin");
      });
    }
    writeFileSync(join(output, "weights.tsv"), `${rows.join("\n")}\n`);
  });
}
