//! The SPARQL page: a text box, examples, and the answer as a table. Works without scripts.

use askama::Template;
use serde_json::Value;

use crate::rdf::sparql::{SparqlAnswer, SparqlError};
use crate::web::doors::sparql::words;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::text::is_web_address;
use crate::web::view::{numbers, text};

/// Rows that the page shows; the protocol gives them all.
const SHOWN_ROWS: usize = 200;

/// Examples: title and query.
const EXAMPLES: [(&str, &str); 3] = [
    (
        "Data sets with the most subject entries",
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>\nPREFIX dct: <http://purl.org/dc/terms/>\nPREFIX healthdcatap: <http://healthdataportal.eu/ns/health#>\n\nSELECT ?title ?subjects WHERE {\n  ?dataset a dcat:Dataset ;\n    dct:title ?title ;\n    healthdcatap:numberOfUniqueIndividuals ?subjects .\n} ORDER BY DESC(?subjects) LIMIT 20",
    ),
    (
        "Number of data sets for each publisher",
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>\nPREFIX dct: <http://purl.org/dc/terms/>\nPREFIX foaf: <http://xmlns.com/foaf/0.1/>\n\nSELECT ?publisher (COUNT(DISTINCT ?dataset) AS ?datasets) WHERE {\n  ?dataset a dcat:Dataset ; dct:publisher/foaf:name ?publisher .\n} GROUP BY ?publisher ORDER BY DESC(?datasets)",
    ),
    (
        "Which properties are used, and how often",
        "SELECT ?property (COUNT(*) AS ?uses) WHERE { ?s ?property ?o } GROUP BY ?property ORDER BY DESC(?uses) LIMIT 50",
    ),
];

/// The page.
#[derive(Template)]
#[template(path = "doors/sparql.html")]
pub struct SparqlPage {
    layout: Layout,
    query: String,
    error: String,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
    summary: String,
    graph: String,
    examples: Vec<(&'static str, String)>,
}

framed!(SparqlPage);

struct Cell {
    text: String,
    href: String,
}

fn blank(web: &Web, query: String) -> SparqlPage {
    let examples =
        EXAMPLES.iter().map(|(title, query)| (*title, format!("/sparql?query={}", text::query_value(query)))).collect();
    SparqlPage {
        layout: web.layout("SPARQL").here("SPARQL").at("/sparql"),
        query,
        error: String::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        summary: String::new(),
        graph: String::new(),
        examples,
    }
}

/// The empty form.
#[must_use]
pub fn form(web: &Web) -> Page<SparqlPage> {
    let query = EXAMPLES.first().map(|(_, query)| (*query).to_owned()).unwrap_or_default();
    Page::new(blank(web, query))
}

/// The form with its answer.
#[must_use]
pub fn answered(web: &Web, query: String, outcome: Result<&SparqlAnswer, &SparqlError>) -> Page<SparqlPage> {
    let mut page = blank(web, query);
    page.layout.unlisted = true;
    match outcome {
        Err(error) => page.error = words(error),
        Ok(answer) if answer.content_type.starts_with("application/sparql-results+json") => table(&mut page, answer),
        Ok(answer) => {
            page.summary = numbers::counted(i64::try_from(answer.rows).unwrap_or(i64::MAX), "statement", "statements");
            page.graph = String::from_utf8_lossy(&answer.body).into_owned();
        }
    }
    Page::new(page)
}

fn table(page: &mut SparqlPage, answer: &SparqlAnswer) {
    let Ok(results) = serde_json::from_slice::<Value>(&answer.body) else { return };
    if let Some(yes) = results.get("boolean").and_then(Value::as_bool) {
        page.summary = if yes { "The answer is yes.".to_owned() } else { "The answer is no.".to_owned() };
        return;
    }
    let variables = results.pointer("/head/vars").and_then(Value::as_array).into_iter().flatten();
    page.columns = variables.filter_map(Value::as_str).map(str::to_owned).collect();
    let bindings = results.pointer("/results/bindings").and_then(Value::as_array);
    for binding in bindings.into_iter().flatten().take(SHOWN_ROWS) {
        page.rows.push(page.columns.iter().map(|column| cell(binding.get(column))).collect());
    }
    page.summary = numbers::counted(i64::try_from(answer.rows).unwrap_or(i64::MAX), "row", "rows");
    if answer.rows > SHOWN_ROWS {
        page.summary.push_str(&format!(", the first {SHOWN_ROWS} are shown; the protocol gives them all"));
    }
}

fn cell(term: Option<&Value>) -> Cell {
    let field = |name: &str| term.and_then(|term| term.get(name)).and_then(Value::as_str).unwrap_or_default();
    let value = field("value").to_owned();
    let href = if field("type") == "uri" && is_web_address(&value) { value.clone() } else { String::new() };
    Cell { text: value, href }
}
