//! The reading door of SPARQL: the SPARQL 1.1 protocol's pieces without any web framework.
//!
//! Policy: only queries, never updates; `SERVICE` is refused by an installed handler, so nothing is fetched whatever
//! features the engine was built with; every query has a deadline, a row cap and a byte cap, and an answer that would
//! pass one of them is an error, never a shorter answer that looks whole. Without named graphs in the request the
//! default graph is the union of all record graphs and the hub graph. Queries run in this process; the engine checks
//! its deadline when it reads statements, so one that only multiplies values in memory can outlive it.

mod description;
mod formats;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use oxigraph::sparql::{
    CancellationToken, DefaultServiceHandler, QueryEvaluationError, QueryResults, QuerySolutionIter, SparqlEvaluator,
};
use oxigraph::store::Store;
use oxrdf::{Graph, GraphName, NamedNode, NamedOrBlankNode, Triple};
use sparesults::{QueryResultsFormat, QueryResultsSerializer};
use spargebra::SparqlParser;
use spargebra::algebra::GraphPattern;

use super::store::RdfStore;
use super::write;
pub use description::service_description;
use formats::{GRAPH_FORMATS, GRAPHS_OFFERED, TABLE_FORMATS, TABLES_OFFERED, negotiate};

/// Limits on one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SparqlLimits {
    /// Characters of the query.
    pub max_query_chars: usize,
    /// Time from start to end.
    pub deadline: Duration,
    /// Rows of a table, statements of a graph.
    pub max_rows: usize,
    /// Bytes of the answer.
    pub max_bytes: usize,
    /// Graphs that a request may name.
    pub max_graphs: usize,
    /// Queries at the same time; one that outlives its deadline keeps its place until it ends.
    pub max_at_once: usize,
}

impl Default for SparqlLimits {
    fn default() -> Self {
        Self {
            max_query_chars: 20_000,
            deadline: Duration::from_secs(20),
            max_rows: 100_000,
            max_bytes: 32 * 1024 * 1024,
            max_graphs: 100,
            max_at_once: 4,
        }
    }
}

/// A request of the SPARQL 1.1 protocol (§2.1), as read from an address or a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SparqlRequest {
    /// The query.
    pub query: String,
    /// `default-graph-uri`, each time it came.
    pub default_graphs: Vec<String>,
    /// `named-graph-uri`, each time it came.
    pub named_graphs: Vec<String>,
    /// The `Accept` header.
    pub accept: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparqlAnswer {
    /// Media type with its parameters.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// Rows of the table, statements of the graph, 1 for yes or no.
    pub rows: usize,
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum SparqlError {
    /// The query is empty or longer than allowed.
    #[error("the query has {chars} characters: between 1 and {limit} are allowed")]
    QueryLength {
        /// Its length.
        chars: usize,
        /// The limit.
        limit: usize,
    },
    /// It is not SPARQL.
    #[error("the query cannot be read: {0}")]
    Syntax(String),
    /// It is an update.
    #[error("this endpoint only answers queries: updates are not accepted")]
    Update,
    /// A graph name that is not an IRI, or too many of them.
    #[error("{0}")]
    Graph(String),
    /// It asks another endpoint.
    #[error("SERVICE is not allowed: this endpoint asks no other server ({0})")]
    Service(String),
    /// No format of this kind of answer is acceptable to the client.
    #[error("none of the formats asked for ({asked}) can be given: {offered}")]
    NotAcceptable {
        /// The header.
        asked: String,
        /// What could be given.
        offered: &'static str,
    },
    /// The deadline passed.
    #[error("the query took longer than {seconds} seconds and was stopped: ask for less, or add a LIMIT")]
    Deadline {
        /// The deadline in seconds.
        seconds: u64,
    },
    /// More rows than allowed.
    #[error("the answer has more than {limit} rows: add a LIMIT")]
    TooManyRows {
        /// The cap.
        limit: usize,
    },
    /// More bytes than allowed.
    #[error("the answer is larger than {limit} bytes: add a LIMIT")]
    TooLarge {
        /// The cap.
        limit: usize,
    },
    /// Too many queries are running.
    #[error("{running} queries are running already: try again in a moment")]
    Busy {
        /// How many.
        running: usize,
    },
    /// The engine failed.
    #[error("the query failed: {0}")]
    Engine(String),
}

/// Refuses every `SERVICE`.
struct NoService;

/// The refusal's text, by which it is recognised in the engine's error.
const SERVICE_REFUSED: &str = "service refused: ";

impl DefaultServiceHandler for NoService {
    type Error = io::Error;
    fn handle(
        &self,
        service_name: &NamedNode,
        _pattern: &GraphPattern,
        _base_iri: Option<&oxiri::Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, io::Error> {
        Err(io::Error::other(format!("{SERVICE_REFUSED}{service_name}")))
    }
}

/// The deepest nesting of brackets in a query; the parser recurses once or more for each.
const MAX_NESTING: usize = 64;
/// Stack of the thread that a query runs in: parser and engine recurse through the query.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Answers a query. Blocks until the answer is whole or a limit is met; call it where blocking is allowed.
///
/// # Errors
/// [`SparqlError`] names the limit or the fault.
pub fn answer(store: &RdfStore, request: &SparqlRequest, limits: &SparqlLimits) -> Result<SparqlAnswer, SparqlError> {
    check_length(&request.query, limits)?;
    let place = Place::take(store.running(), limits.max_at_once)?;
    let token = CancellationToken::new();
    let (sender, receiver) = mpsc::sync_channel(1);
    let worker =
        Work { engine: store.engine().clone(), request: request.clone(), limits: *limits, token: token.clone() };
    std::thread::Builder::new()
        .name("sparql".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let outcome = worker.run();
            drop(place);
            // The asker may have left at the deadline; nobody is told then.
            let _ = sender.send(outcome);
        })
        .map_err(|error| SparqlError::Engine(error.to_string()))?;
    match receiver.recv_timeout(limits.deadline) {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            token.cancel();
            Err(SparqlError::Deadline { seconds: limits.deadline.as_secs() })
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(SparqlError::Engine("the query ended abruptly".to_owned())),
    }
}

fn check_length(query: &str, limits: &SparqlLimits) -> Result<(), SparqlError> {
    let chars = query.chars().count();
    if chars == 0 || chars > limits.max_query_chars {
        return Err(SparqlError::QueryLength { chars, limit: limits.max_query_chars });
    }
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
    if deepest > MAX_NESTING {
        return Err(SparqlError::Syntax(format!("it nests brackets {deepest} deep, {MAX_NESTING} are allowed")));
    }
    Ok(())
}

/// One of the places for running queries; given back when dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(running: &Arc<AtomicUsize>, most: usize) -> Result<Self, SparqlError> {
        let taken = running
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| (now < most).then(|| now.saturating_add(1)));
        match taken {
            Ok(_) => Ok(Self(Arc::clone(running))),
            Err(running) => Err(SparqlError::Busy { running }),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// One query with everything it needs, moved into its thread.
struct Work {
    engine: Store,
    request: SparqlRequest,
    limits: SparqlLimits,
    token: CancellationToken,
}

impl Work {
    fn run(&self) -> Result<SparqlAnswer, SparqlError> {
        let query = SparqlParser::new().parse_query(&self.request.query).map_err(|error| {
            let is_update = SparqlParser::new().parse_update(&self.request.query).is_ok();
            if is_update { SparqlError::Update } else { SparqlError::Syntax(error.to_string()) }
        })?;
        let named_by_query = query.dataset().is_some();
        let mut prepared = SparqlEvaluator::new()
            .with_default_service_handler(NoService)
            .with_cancellation_token(self.token.clone())
            .for_query(query);
        let named_by_request = !self.request.default_graphs.is_empty() || !self.request.named_graphs.is_empty();
        if named_by_request {
            let defaults = self.graphs(&self.request.default_graphs)?;
            let named = self.graphs(&self.request.named_graphs)?;
            prepared.dataset_mut().set_default_graph(defaults.into_iter().map(GraphName::from).collect());
            prepared.dataset_mut().set_available_named_graphs(named.into_iter().map(NamedOrBlankNode::from).collect());
        } else if !named_by_query {
            prepared.dataset_mut().set_default_graph_as_union();
        }
        match prepared.on_store(&self.engine).execute().map_err(|error| self.failure(error))? {
            QueryResults::Boolean(value) => self.boolean(value),
            QueryResults::Solutions(solutions) => self.table(solutions),
            QueryResults::Graph(triples) => self.graph(triples),
        }
    }

    fn graphs(&self, names: &[String]) -> Result<Vec<NamedNode>, SparqlError> {
        if names.len() > self.limits.max_graphs {
            let message = format!("{} graphs are named, {} are allowed", names.len(), self.limits.max_graphs);
            return Err(SparqlError::Graph(message));
        }
        let read = |name: &String| {
            NamedNode::new(name).map_err(|error| SparqlError::Graph(format!("{name:?} is not a graph name: {error}")))
        };
        names.iter().map(read).collect()
    }

    fn boolean(&self, value: bool) -> Result<SparqlAnswer, SparqlError> {
        let (format, content_type) = self.table_format()?;
        let body = QueryResultsSerializer::from_format(format)
            .serialize_boolean_to_writer(Vec::new(), value)
            .map_err(|error| SparqlError::Engine(error.to_string()))?;
        Ok(SparqlAnswer { content_type, body, rows: 1 })
    }

    fn table(&self, solutions: QuerySolutionIter<'_>) -> Result<SparqlAnswer, SparqlError> {
        let (format, content_type) = self.table_format()?;
        let too_large = |_: io::Error| SparqlError::TooLarge { limit: self.limits.max_bytes };
        let mut writer = QueryResultsSerializer::from_format(format)
            .serialize_solutions_to_writer(Capped::new(self.limits.max_bytes), solutions.variables().to_vec())
            .map_err(too_large)?;
        let mut rows = 0_usize;
        for solution in solutions {
            let solution = solution.map_err(|error| self.failure(error))?;
            if rows >= self.limits.max_rows {
                return Err(SparqlError::TooManyRows { limit: self.limits.max_rows });
            }
            writer.serialize(&solution).map_err(too_large)?;
            rows = rows.saturating_add(1);
        }
        let body = writer.finish().map_err(too_large)?.bytes;
        Ok(SparqlAnswer { content_type, body, rows })
    }

    fn graph(
        &self,
        triples: impl Iterator<Item = Result<Triple, QueryEvaluationError>>,
    ) -> Result<SparqlAnswer, SparqlError> {
        let format = negotiate(self.request.accept.as_deref(), GRAPH_FORMATS)
            .ok_or_else(|| self.not_acceptable(GRAPHS_OFFERED))?;
        let mut graph = Graph::new();
        for triple in triples {
            graph.insert(&triple.map_err(|error| self.failure(error))?);
            if graph.len() > self.limits.max_rows {
                return Err(SparqlError::TooManyRows { limit: self.limits.max_rows });
            }
        }
        let body = write::serialise(&graph, format);
        if body.len() > self.limits.max_bytes {
            return Err(SparqlError::TooLarge { limit: self.limits.max_bytes });
        }
        Ok(SparqlAnswer { content_type: format.media_type(), body, rows: graph.len() })
    }

    fn table_format(&self) -> Result<(QueryResultsFormat, &'static str), SparqlError> {
        let format = negotiate(self.request.accept.as_deref(), TABLE_FORMATS)
            .ok_or_else(|| self.not_acceptable(TABLES_OFFERED))?;
        let content_type = match format {
            QueryResultsFormat::Json => "application/sparql-results+json",
            QueryResultsFormat::Xml => "application/sparql-results+xml",
            QueryResultsFormat::Csv => "text/csv; charset=utf-8",
            _ => "text/tab-separated-values; charset=utf-8",
        };
        Ok((format, content_type))
    }

    fn not_acceptable(&self, offered: &'static str) -> SparqlError {
        SparqlError::NotAcceptable { asked: self.request.accept.clone().unwrap_or_default(), offered }
    }

    fn failure(&self, error: QueryEvaluationError) -> SparqlError {
        match error {
            QueryEvaluationError::Cancelled => SparqlError::Deadline { seconds: self.limits.deadline.as_secs() },
            QueryEvaluationError::Service(cause) => {
                let text = cause.to_string();
                SparqlError::Service(text.strip_prefix(SERVICE_REFUSED).unwrap_or(&text).to_owned())
            }
            QueryEvaluationError::UnsupportedService(name) => SparqlError::Service(name.to_string()),
            other => SparqlError::Engine(other.to_string()),
        }
    }
}

/// Memory that refuses to grow past a cap.
struct Capped {
    bytes: Vec<u8>,
    most: usize,
}

impl Capped {
    fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), most }
    }
}

impl Write for Capped {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(more.len()) > self.most {
            return Err(io::Error::other("the answer is too large"));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
