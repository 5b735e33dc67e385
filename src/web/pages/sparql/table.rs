//! Results as rows of an HTML table: what is ours becomes a link to its page, other web addresses links outward, texts
//! stay texts with their language or datatype beside them.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::rdf::namespaces::prefixed;
use crate::web::state::Web;
use crate::web::view::text::{is_web_address, shorten};

/// Characters of a value that the table shows.
const SHOWN_CHARACTERS: usize = 600;
/// Addresses of one answer for which a page of ours is looked up.
const LOOKED_UP: usize = 300;
/// Datatype that needs no mention.
const STRING: &str = "http://www.w3.org/2001/XMLSchema#string";

/// A value of a row.
#[derive(Default)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Where it leads; empty: nowhere.
    pub href: String,
    /// Whether that is outside of this site.
    pub outside: bool,
    /// Language of the text; empty: none.
    pub language: String,
    /// What stands beside it: a language, a datatype, an address in short.
    pub note: String,
}

/// A table, or a yes or no.
#[derive(Default)]
pub struct Table {
    /// Names of the variables.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
    /// The answer to `ASK`.
    pub yes: Option<bool>,
}

/// Reads results as JSON.
pub async fn read(web: &Web, json: &[u8]) -> Table {
    let Ok(results) = serde_json::from_slice::<Value>(json) else { return Table::default() };
    if let Some(yes) = results.get("boolean").and_then(Value::as_bool) {
        return Table { yes: Some(yes), ..Table::default() };
    }
    let variables = results.pointer("/head/vars").and_then(Value::as_array).into_iter().flatten();
    let columns: Vec<String> = variables.filter_map(Value::as_str).map(str::to_owned).collect();
    let empty = Vec::new();
    let bindings = results.pointer("/results/bindings").and_then(Value::as_array).unwrap_or(&empty);
    let terms = || bindings.iter().filter_map(Value::as_object).flat_map(serde_json::Map::values);
    let iris: BTreeSet<&str> =
        terms().filter(|term| field(term, "type") == "uri").map(|term| field(term, "value")).collect();
    let vocabulary = web.catalogue.vocabulary();
    let unknown = iris.into_iter().filter(|iri| vocabulary.by_iri(iri).is_none());
    let unknown: Vec<String> = unknown.take(LOOKED_UP).map(str::to_owned).collect();
    // Without the catalogue's pages the table is plainer, not wrong.
    let pages = web.catalogue.pages_of(unknown).await.unwrap_or_default();
    let row = |binding: &Value| columns.iter().map(|column| cell(web, &pages, binding.get(column))).collect();
    let rows = bindings.iter().map(row).collect();
    Table { columns, rows, yes: None }
}

fn field<'a>(term: &'a Value, name: &str) -> &'a str {
    term.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn cell(web: &Web, pages: &HashMap<String, String>, term: Option<&Value>) -> Cell {
    let Some(term) = term else { return Cell::default() };
    let value = field(term, "value");
    match field(term, "type") {
        "uri" => iri(web, pages, value),
        "bnode" => Cell { text: "(without a name)".to_owned(), ..Cell::default() },
        "triple" => Cell { text: shorten(&term.to_string(), SHOWN_CHARACTERS), ..Cell::default() },
        _ => {
            let (language, datatype) = (field(term, "xml:lang"), field(term, "datatype"));
            let note = if !language.is_empty() {
                language.to_owned()
            } else if datatype.is_empty() || datatype == STRING {
                String::new()
            } else {
                prefixed(datatype)
            };
            Cell { text: clipped(value), language: language.to_owned(), note, ..Cell::default() }
        }
    }
}

fn iri(web: &Web, pages: &HashMap<String, String>, iri: &str) -> Cell {
    let vocabulary = web.catalogue.vocabulary();
    if let Some(concept) = vocabulary.by_iri(iri) {
        let href = format!("/terms/{}/{}", concept.scheme(), concept.code());
        let text = vocabulary.label(concept).to_owned();
        return Cell { text, href, note: prefixed(iri), ..Cell::default() };
    }
    let text = clipped(&prefixed(iri));
    if let Some(page) = pages.get(iri) {
        return Cell { text, href: page.clone(), ..Cell::default() };
    }
    let ours = iri.strip_prefix(web.site.public_url.as_str()).filter(|path| path.starts_with('/'));
    match ours {
        Some(path) if !path.starts_with("//") => Cell { text, href: path.to_owned(), ..Cell::default() },
        _ if is_web_address(iri) => Cell { text, href: iri.to_owned(), outside: true, ..Cell::default() },
        _ => Cell { text, ..Cell::default() },
    }
}

/// A text of bounded length, as it is otherwise: its spaces and line breaks are part of it.
fn clipped(text: &str) -> String {
    if text.chars().count() <= SHOWN_CHARACTERS {
        return text.to_owned();
    }
    let cut: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{cut}\u{2026}")
}
