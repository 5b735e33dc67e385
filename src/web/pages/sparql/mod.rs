//! The SPARQL page: a text box, examples, and the answer as a table with ways to download it. Works without scripts.

mod examples;
mod table;

use askama::Template;
use chrono::{DateTime, Utc};

use crate::rdf::sparql::{Answered, SparqlError};
use crate::web::doors::sparql::{Asked, Shortcut, words};
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::{dates, numbers};
use examples::Example;
use table::Table;

/// Forms in which a table can be downloaded.
const TABLE_FORMS: [(&str, Shortcut); 4] =
    [("JSON", Shortcut::Json), ("XML", Shortcut::Xml), ("CSV", Shortcut::Csv), ("TSV", Shortcut::Tsv)];
/// Forms in which a graph can be downloaded.
const GRAPH_FORMS: [(&str, Shortcut); 4] =
    [("Turtle", Shortcut::Ttl), ("N-Triples", Shortcut::Nt), ("RDF/XML", Shortcut::Rdf), ("JSON-LD", Shortcut::JsonLd)];

/// The page.
#[derive(Template)]
#[template(path = "doors/sparql.html")]
pub struct SparqlPage {
    layout: Layout,
    query: String,
    error: String,
    answer: Option<Shown>,
    examples: Vec<Example>,
    limits: Limits,
}

framed!(SparqlPage);

/// What the page says about limits.
struct Limits {
    seconds: u64,
    rows: String,
    bytes: String,
    characters: String,
    checkpoint_seconds: u64,
}

/// An answer as the page shows it.
struct Shown {
    summary: String,
    /// What is left out of the page.
    partly: String,
    table: Table,
    graph: String,
    took: String,
    as_of: String,
    as_of_machine: String,
    /// Downloads are asked for by a form then.
    too_long_for_an_address: bool,
    /// Name of a form, its place in an address, the address.
    downloads: Vec<(&'static str, &'static str, String)>,
    /// Parameters that are sent with the query where it is too long for an address.
    hidden: Vec<(&'static str, String)>,
}

fn blank(web: &Web, query: String) -> SparqlPage {
    let settings = web.app.sparql.settings();
    let limits = Limits {
        seconds: settings.deadline.as_secs(),
        rows: numbers::group_len(settings.limits.max_rows),
        bytes: numbers::bytes(i64::try_from(settings.limits.max_bytes).unwrap_or(i64::MAX)),
        characters: numbers::group_len(settings.limits.max_query_chars),
        checkpoint_seconds: settings.checkpoint_every.as_secs(),
    };
    SparqlPage {
        layout: web.layout("SPARQL").here("SPARQL").at("/sparql"),
        query,
        error: String::new(),
        answer: None,
        examples: examples::all(),
        limits,
    }
}

/// The form with the first example in it.
#[must_use]
pub fn form(web: &Web) -> Page<SparqlPage> {
    let query = examples::all().first().map(|example| example.query.to_owned()).unwrap_or_default();
    Page::new(blank(web, query))
}

/// The form with the answer to what was asked.
pub async fn answered(web: &Web, asked: &Asked, outcome: Result<Answered, SparqlError>) -> Page<SparqlPage> {
    let mut page = blank(web, asked.request.query.clone());
    page.layout.unlisted = true;
    match outcome {
        Err(error) => page.error = words(&error),
        Ok(answered) => page.answer = Some(shown(web, asked, answered).await),
    }
    Page::new(page)
}

async fn shown(web: &Web, asked: &Asked, answered: Answered) -> Shown {
    let Answered { answer, as_of, took, .. } = answered;
    let count = i64::try_from(answer.rows).unwrap_or(i64::MAX);
    let mut shown = begin(asked, answer.form.is_graph(), as_of, took);
    if answer.form.is_graph() {
        shown.summary = numbers::counted(count, "statement", "statements");
        shown.graph = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.rows > crate::web::doors::sparql::SHOWN_ROWS {
            let most = crate::web::doors::sparql::SHOWN_ROWS;
            shown.partly = format!("The page shows {most} of them. A download has them all.");
        }
        return shown;
    }
    shown.table = table::read(web, &answer.body).await;
    shown.summary = match shown.table.yes {
        Some(true) => "The answer is yes.".to_owned(),
        Some(false) => "The answer is no.".to_owned(),
        None => numbers::counted(count, "row", "rows"),
    };
    let rows = shown.table.rows.len();
    if shown.table.yes.is_none() && rows < answer.rows {
        shown.partly = match rows {
            0 => "The first row is too long for a page. A download has it whole.".to_owned(),
            _ => format!("The page shows the first {rows} of them. A download has them all."),
        };
    }
    shown
}

fn begin(asked: &Asked, is_graph: bool, as_of: DateTime<Utc>, took: std::time::Duration) -> Shown {
    let forms = if is_graph { GRAPH_FORMS } else { TABLE_FORMS };
    let graphs = asked.graphs().into_iter();
    Shown {
        summary: String::new(),
        partly: String::new(),
        table: Table::default(),
        graph: String::new(),
        took: format!("{}.{:03} s", took.as_secs(), took.subsec_millis()),
        as_of: dates::moment(as_of),
        as_of_machine: dates::machine(as_of),
        too_long_for_an_address: !asked.is_short(),
        downloads: forms.into_iter().map(|(name, form)| (name, form.name(), asked.address(Some(form)))).collect(),
        hidden: graphs.flat_map(|(name, graphs)| graphs.iter().map(move |graph| (name, graph.clone()))).collect(),
    }
}
