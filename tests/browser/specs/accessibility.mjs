// Every kind of page, in both themes and at two widths: no axe violation, no sideways scrolling, a clean console, and a
// screenshot to keep.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { output, violations, watch } from "../browser.mjs";

export function register(world) {
  for (const theme of ["light", "dark"]) {
    for (const width of [320, 1280]) {
      test(`every page, ${theme}, ${width} px: accessible, fits, quiet console`, async (t) => {
        const context = await world.browser.newContext({
          colorScheme: theme,
          viewport: { width, height: 900 },
          reducedMotion: "reduce",
        });
        for (const { kind, path, status = 200 } of world.pages) {
          await t.test(kind, async () => {
            const page = await context.newPage();
            const seen = watch(page, world.base);
            const response = await page.goto(world.base + path, { waitUntil: "load" });
            assert.equal(response.status(), status, `${path} answered ${response.status()}`);
            assert.deepEqual(await violations(page), [], `axe on ${path}`);
            const spill = await page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            );
            assert.ok(spill <= 0, `${path} is ${spill} px wider than ${width} px`);
            // Chromium notes the page's own error status on the console; everything else counts.
            const own = new RegExp(`Failed to load resource.*status of ${status} `);
            const loud = seen.filter((line) => status === 200 || !own.test(line));
            assert.deepEqual(loud, [], `${path} should load in silence`);
            await page.screenshot({ path: join(output, `${kind}-${width}-${theme}.png`), fullPage: true });
            await page.close();
          });
        }
        await context.close();
      });
    }
  }
}
