// One address for each kind of page. Those that depend on the data are found by following links, as a visitor would.

/** A query with links, texts in a language and numbers in its answer. */
const SPARQL_TABLE = `SELECT ?d ?title ?modality ?images { ?d <http://purl.org/dc/terms/title> ?title ;
  <https://cancerimage.eu/ontology/EUCAIM#hasImageModality> ?modality ;
  <https://atlas-of-cancer-imaging.eu/ns#numberOfImages> ?images } ORDER BY ?title LIMIT 40`;

/** The first link of a page whose address fits. */
async function firstLink(base, from, pattern) {
  const response = await fetch(base + from);
  const text = await response.text();
  for (const [, href] of text.matchAll(/href="([^"]+)"/g)) {
    if (pattern.test(href)) return href.replaceAll("&amp;", "&");
  }
  throw new Error(`${from} (status ${response.status}) has no link like ${pattern}`);
}

async function allLinks(base, from, pattern) {
  const text = await (await fetch(base + from)).text();
  return [...new Set([...text.matchAll(/href="([^"#?]+)"/g)].map(([, href]) => href).filter((href) => pattern.test(href)))];
}

/** Kind, address and status of every page that the specs walk through. */
export async function pageKinds(base) {
  const topics = await allLinks(base, "/help", /^\/help\/[a-z0-9-]+$/);
  return [
    { kind: "home", path: "/" },
    { kind: "results", path: "/datasets" },
    { kind: "results-words", path: "/datasets?q=breast+mri" },
    { kind: "results-filtered", path: "/datasets?modality=ct&modality=pt&sort=newest" },
    { kind: "results-empty", path: "/datasets?q=zzzzqqqq" },
    { kind: "results-too-long", path: `/datasets?q=${"long+".repeat(150)}` },
    { kind: "results-unknown-value", path: "/datasets?modality=telepathy" },
    { kind: "data-set", path: await firstLink(base, "/datasets", /^\/datasets\/[a-z0-9-]+$/) },
    { kind: "series-list", path: "/series" },
    { kind: "series", path: await firstLink(base, "/series", /^\/series\/[a-z0-9-]+$/) },
    { kind: "providers", path: "/providers" },
    { kind: "provider", path: await firstLink(base, "/providers", /^\/providers\/[a-z0-9-]+$/) },
    { kind: "terms", path: "/terms" },
    { kind: "term", path: "/terms/modality/ct" },
    { kind: "help", path: "/help" },
    ...topics.map((path) => ({ kind: path.slice(1).replaceAll("/", "-"), path })),
    { kind: "about", path: "/about" },
    { kind: "sparql", path: "/sparql" },
    { kind: "sparql-table", path: `/sparql?query=${encodeURIComponent(SPARQL_TABLE)}` },
    { kind: "sparql-graph", path: `/sparql?query=${encodeURIComponent("CONSTRUCT WHERE { ?s <http://purl.org/dc/terms/title> ?o }")}` },
    { kind: "sparql-wrong", path: "/sparql?query=SELECT", status: 400 },
    { kind: "api", path: "/api" },
    { kind: "not-found", path: "/no-such-page", status: 404 },
    { kind: "data-set-not-found", path: "/datasets/no-such-data-set", status: 404 },
  ];
}
