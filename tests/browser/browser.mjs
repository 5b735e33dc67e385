// Chromium as Debian ships it, and what every spec needs of it.

import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Screenshots are kept here as the output of a run. */
export const output = join(dirname(fileURLToPath(import.meta.url)), "output");
mkdirSync(output, { recursive: true });

export function launch() {
  return chromium.launch({
    executablePath: process.env.ATLAS_CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Violations of WCAG 2.0 to 2.2, levels A and AA, one readable line for each element. */
export async function violations(page) {
  // Evaluated through the debugger: the pages' own content security policy stays in force.
  await page.evaluate(axeSource);
  const found = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }),
    WCAG,
  );
  return found.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`),
  );
}

/** Collects what goes wrong while a page is used: console errors, uncaught exceptions, requests to other origins. */
export function watch(page, base) {
  const seen = [];
  page.on("console", (message) => {
    if (message.type() === "error") seen.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => seen.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith("data:") && !url.startsWith("blob:")) seen.push(`foreign: ${url}`);
  });
  return seen;
}

/** Bytes over the wire and requests of one cold view, by the browser's own count. */
export async function weigh(context, url) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  const types = new Map();
  const weight = { total: 0, requests: 0, script: 0, style: 0, foreign: [] };
  const origin = new URL(url).origin;
  session.on("Network.responseReceived", ({ requestId, type, response }) => {
    types.set(requestId, type);
    if (!response.url.startsWith(`${origin}/`) && !response.url.startsWith("data:")) weight.foreign.push(response.url);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const type = types.get(requestId);
    if (encodedDataLength === 0) return;
    weight.requests += 1;
    weight.total += encodedDataLength;
    if (type === "Script") weight.script += encodedDataLength;
    if (type === "Stylesheet") weight.style += encodedDataLength;
  });
  await page.goto(url, { waitUntil: "networkidle" });
  await page.close();
  return weight;
}
