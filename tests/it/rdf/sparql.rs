//! The reading door of SPARQL: formats, refusals, limits.

use std::net::TcpListener;
use std::time::Duration;

use atlas::rdf::sparql::{SparqlError, SparqlLimits, SparqlRequest, answer, service_description};
use atlas::rdf::store::{GraphChange, RdfStore};

use super::graph;

const RECORD: &str = "01890000-0000-7000-8000-000000000001";

fn store() -> RdfStore {
    let store = RdfStore::in_memory().unwrap();
    let graph =
        Some(graph(":a a dcat:Dataset ; dct:title \"Lung, CT\"@en . :b a dcat:Dataset ; dct:title \"Liver\" ."));
    store.apply(&[GraphChange { record_id: RECORD.to_owned(), graph }], 1).unwrap();
    store
}

fn ask(query: &str, accept: Option<&str>) -> Result<atlas::rdf::sparql::SparqlAnswer, SparqlError> {
    let request =
        SparqlRequest { query: query.to_owned(), accept: accept.map(str::to_owned), ..SparqlRequest::default() };
    answer(&store(), &request, &SparqlLimits::default())
}

#[test]
fn tables_come_in_each_format() {
    let query = "SELECT ?t WHERE { ?d <http://purl.org/dc/terms/title> ?t } ORDER BY ?t";
    for (accept, expected) in [
        (None, "application/sparql-results+json"),
        (Some("application/sparql-results+xml"), "application/sparql-results+xml"),
        (Some("text/csv"), "text/csv; charset=utf-8"),
        (Some("text/tab-separated-values"), "text/tab-separated-values; charset=utf-8"),
    ] {
        let answer = ask(query, accept).unwrap();
        assert_eq!((answer.content_type, answer.rows), (expected, 2));
        assert!(String::from_utf8(answer.body).unwrap().contains("Liver"));
    }
    assert!(matches!(ask(query, Some("image/png")), Err(SparqlError::NotAcceptable { .. })));
}

#[test]
fn yes_or_no_and_graphs_are_answered() {
    let yes = ask("ASK { ?d a <http://www.w3.org/ns/dcat#Dataset> }", None).unwrap();
    assert!(String::from_utf8(yes.body).unwrap().contains("true"));
    for accept in ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"] {
        let graph = ask("DESCRIBE <https://provider.example/a>", Some(accept)).unwrap();
        assert_eq!((graph.content_type, graph.rows), (accept, 2));
    }
}

#[test]
fn graphs_named_by_the_request_are_the_data() {
    let ask_in = |graph: &str| {
        let request = SparqlRequest {
            query: "SELECT * { ?s ?p ?o }".to_owned(),
            default_graphs: vec![graph.to_owned()],
            ..SparqlRequest::default()
        };
        answer(&store(), &request, &SparqlLimits::default())
    };
    assert_eq!(ask_in(&format!("urn:uuid:{RECORD}")).unwrap().rows, 4);
    assert_eq!(ask_in("urn:uuid:0").unwrap().rows, 0);
    assert!(matches!(ask_in("not an iri"), Err(SparqlError::Graph(_))));
}

#[test]
fn another_endpoint_is_never_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let refused = ask(&format!("SELECT * {{ SERVICE <http://{address}/sparql> {{ ?s ?p ?o }} }}"), None);
    assert!(matches!(refused, Err(SparqlError::Service(_))), "{refused:?}");
    let silent = ask(&format!("SELECT * {{ SERVICE SILENT <http://{address}/sparql> {{ ?s ?p ?o }} }}"), None);
    assert!(silent.is_ok_and(|answer| answer.rows <= 1));
    let _ = ask(&format!("SELECT * FROM <http://{address}/data.ttl> {{ ?s ?p ?o }}"), None);
    std::thread::sleep(Duration::from_millis(200));
    assert!(listener.accept().is_err(), "nobody connected");
}

#[test]
fn updates_and_nonsense_are_refused() {
    assert!(matches!(ask("DELETE WHERE { ?s ?p ?o }", None), Err(SparqlError::Update)));
    assert!(matches!(ask("LOAD <http://127.0.0.1:9/x.ttl>", None), Err(SparqlError::Update)));
    assert!(matches!(ask("SELECT WHERE", None), Err(SparqlError::Syntax(_))));
    assert!(matches!(ask("", None), Err(SparqlError::QueryLength { .. })));
    assert!(matches!(ask(&"x".repeat(30_000), None), Err(SparqlError::QueryLength { .. })));
    let nested = format!("ASK {{ {}?s ?p ?o{} }}", "{".repeat(3_000), "}".repeat(3_000));
    assert!(matches!(ask(&nested, None), Err(SparqlError::Syntax(_))));
}

#[test]
fn an_answer_is_whole_or_an_error() {
    let ask_within = |limits: SparqlLimits| {
        let request = SparqlRequest { query: "SELECT * { ?s ?p ?o }".to_owned(), ..SparqlRequest::default() };
        answer(&store(), &request, &limits)
    };
    let rows = SparqlLimits { max_rows: 3, ..SparqlLimits::default() };
    assert!(matches!(ask_within(rows), Err(SparqlError::TooManyRows { limit: 3 })));
    let bytes = SparqlLimits { max_bytes: 64, ..SparqlLimits::default() };
    assert!(matches!(ask_within(bytes), Err(SparqlError::TooLarge { limit: 64 })));
    let busy = SparqlLimits { max_at_once: 0, ..SparqlLimits::default() };
    assert!(matches!(ask_within(busy), Err(SparqlError::Busy { .. })));
}

#[test]
fn a_query_that_takes_too_long_is_given_up_at_its_deadline() {
    let query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o . ?p ?q ?r . ?s ?t ?u . ?v ?w ?x . ?y ?z ?aa }";
    let request = SparqlRequest { query: query.to_owned(), ..SparqlRequest::default() };
    let limits = SparqlLimits { deadline: Duration::from_millis(300), ..SparqlLimits::default() };
    let started = std::time::Instant::now();
    assert!(matches!(answer(&store(), &request, &limits), Err(SparqlError::Deadline { .. })));
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn the_endpoint_describes_itself() {
    let graph = service_description("https://atlas.example/sparql");
    let text = graph.to_string();
    assert!(text.contains("https://atlas.example/sparql") && text.contains("UnionDefaultGraph"));
}
