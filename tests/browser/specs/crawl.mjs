// Follows every internal link from the home page: none is dead, every fragment has its target, nothing is announced
// that is not there.

import assert from "node:assert/strict";
import { test } from "node:test";

const AT_ONCE = 6;
// Filters can be combined without end: pages with up to this many parameters are read for further links.
const MOST_PARAMETERS = 1;
const MOST_PAGES = 6000;
// Every page and list links to its machine forms, which lead nowhere further: so many of each form of each kind of page
// are asked for. What is in them is read by tests/independent.
const MOST_OF_A_FORM = 25;
const FORM = /\.(json|jsonld|ttl|rdf|nt|csv|atom|bib|ris)$/;
const NEVER = [/coming soon/i, /lorem ipsum/i, /under construction/i, /\[object Object\]/, /\bundefined\b/, /\bNaN\b/];

const unescape = (text) =>
  text.replaceAll("&amp;", "&").replaceAll("&#38;", "&").replaceAll("&quot;", '"').replaceAll("&#x27;", "'");

/** Kind of page, form and whether it is of a search or a profile; nothing for what is no machine form. */
const formKind = ({ pathname, search }) => {
  const ending = pathname.match(FORM);
  const [, noun, ...rest] = pathname.split("/");
  return ending && `${noun.replace(FORM, "")} ${rest.length} ${ending[1]} ${search !== ""}`;
};

const words = (html) =>
  html.replace(/<(script|style|pre|code|textarea)\b[\s\S]*?<\/\1>/g, " ").replace(/<[^>]+>/g, " ");

export function register(world) {
  test("no dead link anywhere", async (t) => {
    const origin = new URL(world.base).origin;
    const waiting = [{ url: `${origin}/`, from: "start" }];
    const known = new Set(waiting.map(({ url }) => url));
    const wanted = [];
    const targets = new Map();
    const broken = [];
    const forms = new Map();
    let seen = 0;

    const visit = async ({ url, from }) => {
      seen += 1;
      const answer = await fetch(url, { redirect: "follow", headers: { accept: "text/html,*/*;q=0.5" } });
      const type = answer.headers.get("content-type") ?? "";
      const body = await answer.text();
      if (answer.status >= 400) {
        broken.push(`${answer.status} ${url} linked from ${from}`);
        return;
      }
      if (!type.startsWith("text/html")) return;
      targets.set(url, new Set([...body.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => unescape(id))));
      const shown = words(body);
      for (const pattern of NEVER) {
        const found = shown.match(pattern);
        if (found) broken.push(`"${found[0]}" is on ${url}`);
      }
      if ([...new URL(url).searchParams].length > MOST_PARAMETERS) return;
      for (const [, raw] of body.matchAll(/<(?:a|link|img|script|form)\b[^>]*?\b(?:href|src|action)="([^"]*)"/g)) {
        let link;
        try {
          link = new URL(unescape(raw), url);
        } catch {
          broken.push(`"${raw}" on ${url} is no address`);
          continue;
        }
        if (link.origin !== origin) {
          if (!["https:", "http:", "mailto:"].includes(link.protocol)) broken.push(`${link.protocol} link on ${url}`);
          continue;
        }
        const fragment = decodeURIComponent(link.hash.slice(1));
        link.hash = "";
        if (fragment) wanted.push({ url: link.href, fragment, from: url });
        if (known.has(link.href) || known.size >= MOST_PAGES) continue;
        const kind = formKind(link);
        if (kind) {
          const before = forms.get(kind) ?? 0;
          if (before >= MOST_OF_A_FORM) continue;
          forms.set(kind, before + 1);
        }
        known.add(link.href);
        waiting.push({ url: link.href, from: url });
      }
    };

    const walk = async () => {
      while (waiting.length > 0 || busy > 0) {
        const next = waiting.shift();
        if (!next) {
          await new Promise((done) => setTimeout(done, 5));
          continue;
        }
        busy += 1;
        try {
          await visit(next);
        } catch (error) {
          broken.push(`${next.url} linked from ${next.from}: ${error.message}`);
        } finally {
          busy -= 1;
        }
      }
    };
    let busy = 0;
    await Promise.all(Array.from({ length: AT_ONCE }, walk));

    for (const { url, fragment, from } of wanted) {
      const ids = targets.get(url);
      if (ids && !ids.has(fragment)) broken.push(`#${fragment} of ${url} linked from ${from} does not exist`);
    }
    t.diagnostic(`${seen} addresses visited${known.size >= MOST_PAGES ? `, the cap of ${MOST_PAGES} was reached` : ""}`);
    assert.ok(seen > 300, `only ${seen} addresses were found from the home page`);
    const short = [...new Set(broken)];
    assert.deepEqual(short.slice(0, 40), [], `${short.length} faults`);
  });
}
