// Browser tests of the demonstration federation. Run by `make test`, or here: `npm ci && npm test`.
//
// ATLAS_BIN       the binary to start (default: the development build)
// ATLAS_URL       an Atlas that runs already, instead of starting one
// ATLAS_CHROMIUM  the browser (default: /usr/bin/chromium)

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launch } from "./browser.mjs";
import { startDemo } from "./demo.mjs";
import { pageKinds } from "./pages.mjs";
import * as accessibility from "./specs/accessibility.mjs";
import * as crawl from "./specs/crawl.mjs";
import * as tasks from "./specs/tasks.mjs";
import * as weight from "./specs/weight.mjs";

const demo = await startDemo();
const world = { base: demo.base };
let stopped = false;
const stopDemo = async () => {
  if (stopped) return null;
  stopped = true;
  return demo.stop();
};
// Also when a page could not be found or the run is broken off: nothing keeps running.
after(async () => {
  await world.browser?.close();
  await stopDemo();
});
try {
  world.browser = await launch();
  world.pages = await pageKinds(world.base);
} catch (error) {
  await world.browser?.close();
  await stopDemo();
  throw error;
}

accessibility.register(world);
tasks.register(world);
weight.register(world);
crawl.register(world);

test("Ctrl-C ends the demonstration cleanly", { skip: Boolean(process.env.ATLAS_URL) }, async () => {
  const ended = await stopDemo();
  assert.deepEqual(ended, { code: 0, signal: null });
});
