//! One query on one store, in the thread that calls. Runs in workers; nothing here can be stopped from outside.

use std::io::{self, Write};

use oxigraph::sparql::{DefaultServiceHandler, QueryEvaluationError, QueryResults, QuerySolutionIter, SparqlEvaluator};
use oxigraph::store::Store;
use oxrdf::{Graph, GraphName, NamedNode, NamedOrBlankNode, Triple};
use sparesults::QueryResultsSerializer;
use spargebra::algebra::GraphPattern;
use spargebra::{Query, SparqlParser};

use super::super::write;
use super::formats::{GRAPH_FORMATS, GRAPHS_OFFERED, TABLE_FORMATS, TABLES_OFFERED, negotiate};
use super::{AnswerForm, SparqlAnswer, SparqlError, SparqlLimits, SparqlRequest, check, service};

/// Bytes of a preview after which no further row is written.
const PREVIEW_BYTES: usize = 256 * 1024;

/// Refuses every `SERVICE` that reaches the engine. [`service::named_in`] has refused it before; this stands should a
/// later engine evaluate one from elsewhere, or be built with a client of its own.
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

/// Answers a request from the store. Blocks as long as the query takes.
///
/// # Errors
/// [`SparqlError`] names the limit or the fault.
pub(super) fn evaluate(
    store: &Store,
    request: &SparqlRequest,
    limits: &SparqlLimits,
) -> Result<SparqlAnswer, SparqlError> {
    Evaluation { store, request, limits }.run()
}

/// The engine as it is used here: it asks nobody.
fn evaluator() -> SparqlEvaluator {
    SparqlEvaluator::new().with_default_service_handler(NoService)
}

struct Evaluation<'a> {
    store: &'a Store,
    request: &'a SparqlRequest,
    limits: &'a SparqlLimits,
}

impl Evaluation<'_> {
    fn run(&self) -> Result<SparqlAnswer, SparqlError> {
        check(self.request, self.limits)?;
        let query = self.read()?;
        if let Some(name) = service::named_in(&query) {
            return Err(SparqlError::Service(name));
        }
        // The format is settled before the work is done.
        let form = self.form(&query)?;
        let named_by_query = query.dataset().is_some();
        let mut prepared = evaluator().for_query(query);
        let named_by_request = !self.request.default_graphs.is_empty() || !self.request.named_graphs.is_empty();
        if named_by_request {
            let defaults = graphs(&self.request.default_graphs)?;
            let named = graphs(&self.request.named_graphs)?;
            prepared.dataset_mut().set_default_graph(defaults.into_iter().map(GraphName::from).collect());
            prepared.dataset_mut().set_available_named_graphs(named.into_iter().map(NamedOrBlankNode::from).collect());
        } else if !named_by_query {
            prepared.dataset_mut().set_default_graph_as_union();
        }
        match prepared.on_store(self.store).execute().map_err(failure)? {
            QueryResults::Boolean(value) => boolean(form, value),
            QueryResults::Solutions(solutions) => self.table(form, solutions),
            QueryResults::Graph(triples) => self.graph(form, triples),
        }
    }

    fn read(&self) -> Result<Query, SparqlError> {
        SparqlParser::new().parse_query(&self.request.query).map_err(|error| {
            let is_update = SparqlParser::new().parse_update(&self.request.query).is_ok();
            if is_update { SparqlError::Update } else { SparqlError::Syntax(error.to_string()) }
        })
    }

    fn form(&self, query: &Query) -> Result<AnswerForm, SparqlError> {
        let (offers, offered) = match query {
            Query::Select { .. } | Query::Ask { .. } => (TABLE_FORMATS, TABLES_OFFERED),
            Query::Construct { .. } | Query::Describe { .. } => (GRAPH_FORMATS, GRAPHS_OFFERED),
        };
        negotiate(self.request.accept.as_deref(), offers).ok_or_else(|| SparqlError::NotAcceptable {
            asked: self.request.accept.clone().unwrap_or_default(),
            offered: offered.to_owned(),
        })
    }

    fn table(&self, form: AnswerForm, solutions: QuerySolutionIter<'_>) -> Result<SparqlAnswer, SparqlError> {
        let too_large = |_: io::Error| SparqlError::TooLarge { limit: self.limits.max_bytes };
        let format = form.table().ok_or_else(|| unsuited(form))?;
        let mut bytes = Capped::new(self.limits.max_bytes);
        let mut writer = QueryResultsSerializer::from_format(format)
            .serialize_solutions_to_writer(&mut bytes, solutions.variables().to_vec())
            .map_err(too_large)?;
        let shown = self.request.preview.unwrap_or(usize::MAX);
        let mut room = self.request.preview.map_or(usize::MAX, |_| PREVIEW_BYTES);
        let mut rows = 0_usize;
        for solution in solutions {
            let solution = solution.map_err(failure)?;
            if rows >= self.limits.max_rows {
                return Err(SparqlError::TooManyRows { limit: self.limits.max_rows });
            }
            if self.request.preview.is_some() {
                // Rows are shown up to the first that finds no room, so that what is shown is a beginning.
                let size = solution.values().iter().flatten().map(|term| term.to_string().len()).sum::<usize>();
                room = if size <= room { room.saturating_sub(size) } else { 0 };
                if rows >= shown || room == 0 {
                    rows = rows.saturating_add(1);
                    continue;
                }
            }
            writer.serialize(&solution).map_err(too_large)?;
            rows = rows.saturating_add(1);
        }
        writer.finish().map_err(too_large)?;
        Ok(SparqlAnswer { form, body: bytes.bytes, rows })
    }

    fn graph(
        &self,
        form: AnswerForm,
        triples: impl Iterator<Item = Result<Triple, QueryEvaluationError>>,
    ) -> Result<SparqlAnswer, SparqlError> {
        let format = form.graph().ok_or_else(|| unsuited(form))?;
        let mut graph = Graph::new();
        let mut room = self.limits.max_bytes;
        for triple in triples {
            let triple = triple.map_err(failure)?;
            let size = triple.to_string().len();
            if graph.insert(&triple) {
                room = room.checked_sub(size).ok_or(SparqlError::TooLarge { limit: self.limits.max_bytes })?;
            }
            if graph.len() > self.limits.max_rows {
                return Err(SparqlError::TooManyRows { limit: self.limits.max_rows });
            }
        }
        let rows = graph.len();
        let body = match self.request.preview {
            Some(shown) if rows > shown => write::serialise(&beginning(&graph, shown), format),
            _ => write::serialise(&graph, format),
        };
        if body.len() > self.limits.max_bytes {
            return Err(SparqlError::TooLarge { limit: self.limits.max_bytes });
        }
        Ok(SparqlAnswer { form, body, rows })
    }
}

/// Some statements of a graph, always the same ones: the first in the order of their texts.
fn beginning(graph: &Graph, shown: usize) -> Graph {
    let mut all: Vec<_> = graph.iter().collect();
    all.sort_by_cached_key(ToString::to_string);
    let mut kept = Graph::new();
    for triple in all.into_iter().take(shown) {
        kept.insert(triple);
    }
    kept
}

fn graphs(names: &[String]) -> Result<Vec<NamedNode>, SparqlError> {
    let read = |name: &String| {
        NamedNode::new(name).map_err(|error| SparqlError::Graph(format!("{name:?} is not a graph name: {error}")))
    };
    names.iter().map(read).collect()
}

fn boolean(form: AnswerForm, value: bool) -> Result<SparqlAnswer, SparqlError> {
    let format = form.table().ok_or_else(|| unsuited(form))?;
    let body = QueryResultsSerializer::from_format(format)
        .serialize_boolean_to_writer(Vec::new(), value)
        .map_err(|error| SparqlError::Engine(error.to_string()))?;
    Ok(SparqlAnswer { form, body, rows: 1 })
}

fn unsuited(form: AnswerForm) -> SparqlError {
    SparqlError::Engine(format!("{form:?} does not suit this kind of answer"))
}

fn failure(error: QueryEvaluationError) -> SparqlError {
    match error {
        QueryEvaluationError::Service(cause) => {
            let text = cause.to_string();
            SparqlError::Service(text.strip_prefix(SERVICE_REFUSED).unwrap_or(&text).to_owned())
        }
        QueryEvaluationError::UnsupportedService(name) => SparqlError::Service(name.to_string()),
        unknown @ (QueryEvaluationError::UnsupportedCustomFunction(_)
        | QueryEvaluationError::UnsupportedCustomFunctionArity { .. }) => SparqlError::Syntax(unknown.to_string()),
        other => SparqlError::Engine(other.to_string()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_itself_asks_nobody_either() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let rows = |text: &str| {
            let query = SparqlParser::new().parse_query(text).unwrap();
            let results = evaluator().for_query(query).on_store(&Store::new().unwrap()).execute()?;
            let QueryResults::Solutions(solutions) = results else { panic!("a table was expected") };
            solutions.collect::<Result<Vec<_>, _>>().map(|rows| rows.len())
        };
        let refused = rows(&format!("SELECT * {{ SERVICE <http://{address}/> {{ ?s ?p ?o }} }}")).map_err(failure);
        assert!(matches!(refused, Err(SparqlError::Service(_))), "{refused:?}");
        let silent = rows(&format!("SELECT * {{ SERVICE SILENT <http://{address}/> {{ ?s ?p ?o }} }}"));
        assert!(silent.is_ok_and(|rows| rows <= 1));
        let named = format!("SELECT * {{ VALUES ?x {{ <http://{address}/> }} SERVICE SILENT ?x {{ ?s ?p ?o }} }}");
        assert!(rows(&named).is_ok_and(|rows| rows <= 1));
        assert!(listener.accept().is_err(), "nobody connected");
    }
}
