// A visitor's main tasks: without JavaScript, and with the keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";

const MOST_STEPS = 400;

/** "179 data sets" at the head of a list as a number. */
async function headCount(page) {
  const heading = await page.locator("h1").first().innerText();
  const digits = heading.replace(/[^\d]/g, "");
  assert.ok(digits, `the heading "${heading}" should say how many`);
  return Number(digits);
}

export function register(world) {
  test("without JavaScript", async (t) => {
    const context = await world.browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();

    await t.test("home says what there is", async () => {
      await page.goto(`${world.base}/`);
      const text = await page.locator("main").innerText();
      assert.match(text, /\b179\b/, "data sets of the demonstration");
      assert.match(text, /\b30\b/, "providers of the demonstration");
      assert.match(text, /not de-duplicated/i);
    });

    let all = 0;
    await t.test("search from the home page", async () => {
      await page.goto(`${world.base}/datasets`);
      all = await headCount(page);
      await page.goto(`${world.base}/`);
      await page.locator("main input[name=q]").fill("lung cancer");
      await page.locator("main input[name=q]").press("Enter");
      await page.waitForURL(/\/datasets\?.*q=lung/);
      const found = await headCount(page);
      assert.ok(found > 0 && found < all, `"lung cancer" finds ${found} of ${all}`);
    });

    await t.test("narrow by a facet and take it back", async () => {
      const before = await headCount(page);
      const facet = page.locator("#facet-modality");
      const closed = page.locator("#filters:not([open]) > summary");
      if (await closed.isVisible()) await closed.click();
      if (!(await facet.evaluate((e) => e.open))) await facet.locator("summary").first().click();
      await facet.locator("input[type=checkbox]").first().check();
      await page.getByRole("button", { name: "Apply filters" }).first().click();
      await page.waitForURL(/modality=/);
      const narrowed = await headCount(page);
      assert.ok(narrowed > 0 && narrowed <= before, `${narrowed} of ${before} after one filter`);
      await page.locator(".chips a").first().click();
      await page.waitForURL((url) => !url.search.includes("modality="));
      assert.equal(await headCount(page), before);
    });

    await t.test("turn the page", async () => {
      await page.goto(`${world.base}/datasets`);
      const first = await page.locator(".hit h2").first().innerText();
      await page.locator("a[rel=next]").first().click();
      await page.waitForURL(/page=2/);
      assert.notEqual(await page.locator(".hit h2").first().innerText(), first);
    });

    await t.test("open a data set and take its metadata along", async () => {
      await page.goto(`${world.base}/datasets`);
      const title = await page.locator(".hit h2 a").first().innerText();
      await page.locator(".hit h2 a").first().click();
      assert.equal((await page.locator("h1").first().innerText()).trim(), title.trim());
      for (const [suffix, type] of [
        [".ttl", "text/turtle"],
        [".jsonld", "application/ld+json"],
        [".json", "application/json"],
      ]) {
        const link = page.locator(`main a[href$="${suffix}"]`).first();
        const href = await link.getAttribute("href");
        const answer = await fetch(new URL(href, world.base));
        assert.equal(answer.status, 200, href);
        assert.ok(answer.headers.get("content-type").startsWith(type), `${href} is ${answer.headers.get("content-type")}`);
        assert.ok((await answer.text()).length > 200, `${href} has content`);
      }
    });

    await t.test("ask the graph", async () => {
      await page.goto(`${world.base}/sparql`);
      const query = page.locator("textarea").first();
      await query.fill("SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE { GRAPH ?g { ?d a <http://www.w3.org/ns/dcat#Dataset> } }");
      await page.locator("main form").filter({ has: query }).getByRole("button").first().click();
      await page.waitForLoadState();
      assert.match(await page.locator("body").innerText(), /\b179\b/);
    });

    await context.close();
  });

  test("with the keyboard alone", async (t) => {
    const context = await world.browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        return {
          tag: element.tagName.toLowerCase(),
          id: element.id,
          href: element.getAttribute("href") ?? "",
          inHit: Boolean(element.closest(".hit h2")),
          inMain: Boolean(element.closest("main")),
          name: element.getAttribute("name") ?? "",
          box: { width: box.width, height: box.height },
          ringed: style.outlineStyle !== "none" || style.boxShadow !== "none",
          words: (element.textContent ?? "").trim().slice(0, 60),
        };
      });
    /** Presses Tab until something fits; each stop on the way must be there to see. */
    const tabTo = async (fits, what) => {
      for (let step = 0; step < MOST_STEPS; step += 1) {
        await page.keyboard.press("Tab");
        const at = await focused();
        if (at.tag === "body") continue;
        assert.ok(at.box.width > 0 && at.box.height > 0, `focus is out of sight on <${at.tag}> ${at.words}`);
        assert.ok(at.ringed, `focus does not show on <${at.tag}> ${at.words}`);
        if (fits(at)) return at;
      }
      throw new Error(`${what} was not reached with ${MOST_STEPS} presses of Tab`);
    };

    await t.test("skip to the content", async () => {
      await page.goto(`${world.base}/`);
      await page.keyboard.press("Tab");
      assert.equal((await focused()).href, "#main");
      await page.keyboard.press("Enter");
      await tabTo((at) => at.inMain && at.name === "q", "the search box after the skip link");
    });

    await t.test("search, choose a filter, open a data set", async () => {
      await page.keyboard.type("breast");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/datasets\?.*q=breast/);
      await tabTo((at) => at.inHit, "the first result");
      const { words } = await focused();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/datasets\/[a-z0-9-]+$/);
      assert.equal((await page.locator("h1").first().innerText()).trim().slice(0, 60), words);
    });

    await context.close();
  });

  test("a choice of filter keeps focus and address when scripts are on", async () => {
    const context = await world.browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.goto(`${world.base}/datasets`);
    const before = await headCount(page);
    const facet = page.locator("#facet-modality");
    if (!(await facet.evaluate((e) => e.open))) await facet.locator("summary").first().click();
    await facet.locator("input[type=checkbox]").first().check();
    await page.waitForURL(/modality=/);
    await page.waitForFunction(() => document.querySelector(".chips a") !== null);
    const narrowed = await headCount(page);
    assert.ok(narrowed > 0 && narrowed <= before);
    await page.reload();
    assert.equal(await headCount(page), narrowed, "a reload shows the same list");
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes("modality="));
    await context.close();
  });
}
