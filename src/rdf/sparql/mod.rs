//! The reading door of SPARQL: the SPARQL 1.1 protocol's pieces without any web framework.
//!
//! Policy: only queries, never updates; a query that names `SERVICE` is refused before it runs, and a refusing handler
//! is installed as well, so nothing is fetched whatever features the engine was built with; `FROM` chooses among the
//! stored graphs and fetches nothing. What visitors ask runs in child processes ([`pool`], [`worker`]) on a checkpoint of
//! the store, because the engine can neither be stopped everywhere nor be held to an amount of memory from within. Every
//! query has a deadline and caps on memory, rows and bytes, and an answer that would pass one of them is an error, never
//! a shorter answer that looks whole: an answer is sent only when it is complete. Without named graphs in the request the
//! default graph is the union of all record graphs and the hub graph.

mod checkpoints;
mod child;
mod description;
mod error;
mod evaluate;
mod formats;
pub mod pool;
mod service;
mod wire;
pub mod worker;

use serde::{Deserialize, Serialize};

pub use description::service_description;
pub use error::SparqlError;
pub use formats::AnswerForm;
pub use pool::{Answered, PoolSettings, SparqlPool};

/// Limits on one query that its worker keeps by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparqlLimits {
    /// Characters of the query.
    pub max_query_chars: usize,
    /// Rows of a table, statements of a graph.
    pub max_rows: usize,
    /// Bytes of the answer.
    pub max_bytes: usize,
    /// Graphs that a request may name.
    pub max_graphs: usize,
}

impl Default for SparqlLimits {
    fn default() -> Self {
        Self { max_query_chars: 20_000, max_rows: 10_000, max_bytes: 16 * 1024 * 1024, max_graphs: 100 }
    }
}

/// A request of the SPARQL 1.1 protocol (§2.1), as read from an address or a form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SparqlRequest {
    /// The query.
    pub query: String,
    /// `default-graph-uri`, each time it came.
    pub default_graphs: Vec<String>,
    /// `named-graph-uri`, each time it came.
    pub named_graphs: Vec<String>,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// Rows or statements to write at most, for a page that shows the beginning; all are counted. `None`: all of them.
    pub preview: Option<usize>,
}

/// An answer: whole, or its beginning where [`SparqlRequest::preview`] asked for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparqlAnswer {
    /// What it is written in.
    pub form: AnswerForm,
    /// The body.
    pub body: Vec<u8>,
    /// Rows of the table, statements of the graph, 1 for yes or no.
    pub rows: usize,
}

/// The deepest nesting of brackets in a query; the parser recurses once or more for each.
const MAX_NESTING: usize = 64;

/// What can be said about a request without reading the query: it costs one pass over the text.
///
/// # Errors
/// [`SparqlError`] names what is wrong.
pub fn check(request: &SparqlRequest, limits: &SparqlLimits) -> Result<(), SparqlError> {
    if request.query.trim().is_empty() {
        return Err(SparqlError::Missing);
    }
    let chars = request.query.chars().count();
    if chars > limits.max_query_chars {
        return Err(SparqlError::TooLong { chars, limit: limits.max_query_chars });
    }
    let graphs = request.default_graphs.len().saturating_add(request.named_graphs.len());
    if graphs > limits.max_graphs {
        return Err(SparqlError::Graph(format!("{graphs} graphs are named, {} are allowed", limits.max_graphs)));
    }
    let deepest = nesting(&request.query);
    if deepest > MAX_NESTING {
        return Err(SparqlError::Syntax(format!("it nests brackets {deepest} deep, {MAX_NESTING} are allowed")));
    }
    Ok(())
}

/// The deepest nesting of brackets. Brackets in texts and comments count too: a query that has so many is refused where
/// it could have been read, never the other way round.
fn nesting(query: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for mark in query.chars() {
        match mark {
            '(' | '[' | '{' => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
