//! The reading door of SPARQL: formats, refusals, limits, and the processes that answer.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use atlas::domain::clock::SystemClock;
use atlas::rdf::sparql::{
    AnswerForm, Answered, PoolSettings, SparqlError, SparqlLimits, SparqlPool, SparqlRequest, service_description,
};
use atlas::rdf::store::{GraphChange, RdfStore};
use atlas::telemetry::Metrics;
use tempfile::TempDir;

use super::graph;

const RECORD: &str = "01890000-0000-7000-8000-000000000001";
const OTHER: &str = "01890000-0000-7000-8000-000000000002";

/// A store on disk with two data sets in one record, and what answers queries on it.
struct Door {
    pool: Arc<SparqlPool>,
    store: Arc<RdfStore>,
    metrics: Arc<Metrics>,
    folder: TempDir,
}

impl Door {
    fn open() -> Self {
        Self::open_with(|_| {})
    }

    fn open_with(change: impl FnOnce(&mut PoolSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(RdfStore::open(&folder.path().join("rdf")).unwrap());
        let graph =
            Some(graph(":a a dcat:Dataset ; dct:title \"Lung, CT\"@en . :b a dcat:Dataset ; dct:title \"Liver\" ."));
        store.apply(&[GraphChange { record_id: RECORD.to_owned(), graph }], 1).unwrap();
        let mut settings = PoolSettings {
            limits: SparqlLimits::default(),
            deadline: Duration::from_secs(20),
            memory_mebibytes: 512,
            at_once: 2,
            waiting: 2,
            patience: Duration::from_secs(20),
            checkpoint_every: Duration::ZERO,
            checkpoints: folder.path().join("checkpoints"),
            program: env!("CARGO_BIN_EXE_atlas").into(),
        };
        change(&mut settings);
        let metrics = Arc::new(Metrics::new().unwrap());
        let runtime = tokio::runtime::Handle::current();
        let clock = Arc::new(SystemClock);
        let pool = SparqlPool::new(settings, Arc::clone(&store), clock, Arc::clone(&metrics), runtime);
        Self { pool, store, metrics, folder }
    }

    async fn ask(&self, query: &str) -> Result<Answered, SparqlError> {
        self.ask_as(query, None).await
    }

    async fn ask_as(&self, query: &str, accept: Option<&str>) -> Result<Answered, SparqlError> {
        let request =
            SparqlRequest { query: query.to_owned(), accept: accept.map(str::to_owned), ..SparqlRequest::default() };
        self.pool.answer(request).await
    }

    fn checkpoints(&self) -> usize {
        files_in(&self.folder.path().join("checkpoints"))
    }
}

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).map(Iterator::count).unwrap_or(0)
}

fn text(answered: &Answered) -> String {
    String::from_utf8(answered.answer.body.clone()).unwrap()
}

/// Statements of a Turtle document that has one a line.
fn statements(turtle: &str) -> usize {
    turtle.lines().filter(|line| line.ends_with(" .") && !line.starts_with("@prefix")).count()
}

/// Waits until something is so; it must become so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came to this: {what}");
}

/// A query that nobody waits for to its end.
const ENDLESS: &str = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o . ?p ?q ?r . \
    ?s ?t ?u . ?v ?w ?x . ?y ?z ?aa . ?ab ?ac ?ad . ?ae ?af ?ag . ?ah ?ai ?aj }";

#[tokio::test(flavor = "multi_thread")]
async fn tables_come_in_each_format() {
    let door = Door::open();
    let query = "SELECT ?t WHERE { ?d <http://purl.org/dc/terms/title> ?t } ORDER BY ?t";
    for (accept, form, expected) in [
        (None, AnswerForm::Json, "application/sparql-results+json"),
        (Some("application/sparql-results+xml"), AnswerForm::Xml, "application/sparql-results+xml"),
        (Some("text/csv"), AnswerForm::Csv, "text/csv; charset=utf-8"),
        (Some("text/tab-separated-values"), AnswerForm::Tsv, "text/tab-separated-values; charset=utf-8"),
    ] {
        let answered = door.ask_as(query, accept).await.unwrap();
        assert_eq!((answered.answer.form, answered.answer.rows), (form, 2));
        assert_eq!(answered.answer.form.content_type(), expected);
        assert!(text(&answered).contains("Liver"));
    }
    assert!(matches!(door.ask_as(query, Some("image/png")).await, Err(SparqlError::NotAcceptable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn yes_or_no_and_graphs_are_answered() {
    let door = Door::open();
    let yes = door.ask("ASK { ?d a <http://www.w3.org/ns/dcat#Dataset> }").await.unwrap();
    assert!(text(&yes).contains("true"));
    for accept in ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"] {
        let graph = door.ask_as("DESCRIBE <https://provider.example/a>", Some(accept)).await.unwrap();
        assert_eq!((graph.answer.form.content_type(), graph.answer.rows), (accept, 2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn graphs_named_by_the_request_are_the_data() {
    let door = Door::open();
    let query = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }";
    let asked = async |default_graphs: &[&str], named_graphs: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (default_graphs, named_graphs) = (owned(default_graphs), owned(named_graphs));
        let request =
            SparqlRequest { query: query.to_owned(), default_graphs, named_graphs, ..SparqlRequest::default() };
        door.pool.answer(request).await.map(|answered| answered.answer.rows)
    };
    let record = format!("urn:uuid:{RECORD}");
    assert_eq!(asked(&[&record], &[]).await, Ok(4));
    assert_eq!(asked(&[], &[&record]).await, Ok(4));
    assert_eq!(asked(&[&record], &[&record]).await, Ok(8));
    assert_eq!(asked(&["urn:uuid:0"], &[]).await, Ok(0));
    assert!(matches!(asked(&["not an iri"], &[]).await, Err(SparqlError::Graph(_))));
    let many = vec![record.as_str(); 101];
    assert!(matches!(asked(&many, &[]).await, Err(SparqlError::Graph(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_is_never_asked_whatever_the_query_says() {
    let door = Door::open();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let there = format!("<http://{}/sparql>", listener.local_addr().unwrap());
    for query in [
        format!("SELECT * {{ SERVICE {there} {{ ?s ?p ?o }} }}"),
        format!("SELECT * {{ SERVICE SILENT {there} {{ ?s ?p ?o }} }}"),
        format!("SELECT * {{ VALUES ?x {{ {there} }} SERVICE ?x {{ ?s ?p ?o }} }}"),
        format!("SELECT * {{ VALUES ?x {{ {there} }} SERVICE SILENT ?x {{ ?s ?p ?o }} }}"),
        format!("SELECT * {{ {{ SELECT ?s {{ {{ SELECT ?s {{ SERVICE {there} {{ ?s ?p ?o }} }} }} }} }} }}"),
        format!("SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE {there} {{ ?s ?p ?o }} }} }}"),
        format!("SELECT * {{ ?s ?p ?o FILTER (!EXISTS {{ SERVICE SILENT {there} {{ ?s ?p ?o }} }}) }}"),
        format!("SELECT * {{ ?s ?p ?o OPTIONAL {{ GRAPH ?g {{ SERVICE {there} {{ ?s ?p ?o }} }} }} }}"),
        format!("SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o MINUS {{ SERVICE {there} {{ ?s ?p ?o }} }} }}"),
        format!("CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE {there} {{ ?s ?p ?o }} }}"),
        format!("DESCRIBE ?s {{ SERVICE {there} {{ ?s ?p ?o }} }}"),
    ] {
        let refused = door.ask(&query).await;
        assert!(matches!(refused, Err(SparqlError::Service(_))), "{query}: {refused:?}");
    }
    for query in [
        format!("SELECT * FROM {there} {{ ?s ?p ?o }}"),
        format!("SELECT * FROM NAMED {there} {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
        format!("SELECT * {{ GRAPH {there} {{ ?s ?p ?o }} }}"),
    ] {
        assert_eq!(door.ask(&query).await.map(|answered| answered.answer.rows), Ok(0), "{query}");
    }
    for update in [
        format!("LOAD {there}"),
        format!("LOAD SILENT {there} INTO GRAPH <urn:x>"),
        "DELETE WHERE { ?s ?p ?o }".to_owned(),
        "DROP ALL".to_owned(),
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }".to_owned(),
        format!("INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE {there} {{ ?s ?p ?o }} }}"),
    ] {
        assert_eq!(door.ask(&update).await.map(|_| ()), Err(SparqlError::Update), "{update}");
    }
    let graphs = SparqlRequest {
        query: "SELECT * { ?s ?p ?o }".to_owned(),
        default_graphs: vec![there.trim_matches(['<', '>']).to_owned()],
        ..SparqlRequest::default()
    };
    assert_eq!(door.pool.answer(graphs).await.map(|answered| answered.answer.rows), Ok(0));
    assert!(listener.accept().is_err(), "nobody connected");
    assert_eq!(door.ask("SELECT * { ?s ?p ?o }").await.unwrap().answer.rows, 6, "nothing was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_and_told_where_it_begins() {
    let door = Door::open();
    let Err(SparqlError::Syntax(problem)) = door.ask("SELECT ?x\nWHERE { ?x ?? }").await else { panic!("refused") };
    assert!(problem.contains("2:"), "{problem}");
    assert_eq!(door.ask("  ").await.map(|_| ()), Err(SparqlError::Missing));
    assert!(matches!(door.ask(&"x".repeat(30_000)).await, Err(SparqlError::TooLong { chars: 30_000, .. })));
    let nested = format!("ASK {{ {}?s ?p ?o{} }}", "{".repeat(3_000), "}".repeat(3_000));
    assert!(matches!(door.ask(&nested).await, Err(SparqlError::Syntax(_))));
    let unknown = door.ask("SELECT (<urn:no-such-function>(?s) AS ?x) { ?s ?p ?o }").await;
    assert!(matches!(unknown, Err(SparqlError::Syntax(_))), "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_whole_or_an_error() {
    let all = "SELECT * { ?s ?p ?o }";
    let rows = Door::open_with(|settings| settings.limits.max_rows = 3);
    assert_eq!(rows.ask(all).await.map(|_| ()), Err(SparqlError::TooManyRows { limit: 3 }));
    let graph = rows.ask("CONSTRUCT WHERE { ?s ?p ?o }").await;
    assert_eq!(graph.map(|_| ()), Err(SparqlError::TooManyRows { limit: 3 }));
    let bytes = Door::open_with(|settings| settings.limits.max_bytes = 64);
    assert_eq!(bytes.ask(all).await.map(|_| ()), Err(SparqlError::TooLarge { limit: 64 }));
    let graph = bytes.ask("CONSTRUCT WHERE { ?s ?p ?o }").await;
    assert_eq!(graph.map(|_| ()), Err(SparqlError::TooLarge { limit: 64 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_writes_the_beginning_and_counts_everything() {
    let door = Door::open();
    let preview = async |query: &str, shown: usize| {
        let request = SparqlRequest { query: query.to_owned(), preview: Some(shown), ..SparqlRequest::default() };
        door.pool.answer(request).await.unwrap()
    };
    let table = preview("SELECT ?s { ?s ?p ?o }", 2).await;
    let json: serde_json::Value = serde_json::from_slice(&table.answer.body).unwrap();
    assert_eq!((table.answer.rows, json["results"]["bindings"].as_array().unwrap().len()), (6, 2));
    let graph = preview("CONSTRUCT WHERE { ?s ?p ?o }", 1).await;
    assert_eq!((graph.answer.rows, statements(&text(&graph))), (6, 1), "{}", text(&graph));
    let long = preview(
        "SELECT (REPLACE(STR(?s), \".\", REPEATED) AS ?x) { ?s ?p ?o }"
            .replace("REPEATED", &format!("\"{}\"", "long ".repeat(3_000)))
            .as_str(),
        200,
    )
    .await;
    assert_eq!(long.answer.rows, 6);
    assert!(long.answer.body.len() < 600_000, "{}", long.answer.body.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_takes_too_long_is_stopped_and_the_next_one_answered() {
    let door = Door::open_with(|settings| settings.deadline = Duration::from_secs(2));
    assert_eq!(door.ask(ENDLESS).await.map(|_| ()), Err(SparqlError::Deadline { seconds: 2 }));
    assert_eq!(door.metrics.sparql_workers_ended.with_label_values(&["deadline"]).get(), 1);
    assert_eq!(door.ask("SELECT * { ?s ?p ?o }").await.unwrap().answer.rows, 6);
    assert_eq!(door.metrics.sparql_queries.with_label_values(&["answered"]).get(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_needs_too_much_memory_is_stopped_and_says_so() {
    let door = Door::open_with(|settings| {
        settings.memory_mebibytes = 128;
        settings.deadline = Duration::from_secs(60);
    });
    let bomb = format!("{} ORDER BY ?o", ENDLESS.replace("(COUNT(*) AS ?n)", "*"));
    assert_eq!(door.ask(&bomb).await.map(|_| ()), Err(SparqlError::Memory { mebibytes: 128 }));
    assert_eq!(door.metrics.sparql_workers_ended.with_label_values(&["memory"]).get(), 1);
    assert_eq!(door.ask("SELECT * { ?s ?p ?o }").await.unwrap().answer.rows, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_when_too_many_wait_is_sent_away_and_those_who_wait_get_their_turn() {
    let door = Door::open_with(|settings| {
        settings.at_once = 1;
        settings.waiting = 1;
        settings.deadline = Duration::from_secs(3);
    });
    let pool = Arc::clone(&door.pool);
    let request = |query: &str| SparqlRequest { query: query.to_owned(), ..SparqlRequest::default() };
    let slow = tokio::spawn({
        let (pool, request) = (Arc::clone(&pool), request(ENDLESS));
        async move { pool.answer(request).await.map(|_| ()) }
    });
    until("the first one runs", || door.metrics.sparql_running.get() == 1).await;
    let second = tokio::spawn({
        let (pool, request) = (Arc::clone(&pool), request("ASK {}"));
        async move { pool.answer(request).await.map(|answered| answered.answer.rows) }
    });
    until("the second one waits", || door.metrics.sparql_waiting.get() == 1).await;
    assert_eq!(door.ask("ASK {}").await.map(|_| ()), Err(SparqlError::Busy));
    assert!(matches!(slow.await.unwrap(), Err(SparqlError::Deadline { .. })));
    assert_eq!(second.await.unwrap(), Ok(1));
    assert_eq!((door.metrics.sparql_running.get(), door.metrics.sparql_waiting.get()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn letting_go_of_a_query_kills_its_worker() {
    let door = Door::open();
    let asking = tokio::spawn({
        let pool = Arc::clone(&door.pool);
        async move { pool.answer(SparqlRequest { query: ENDLESS.to_owned(), ..SparqlRequest::default() }).await }
    });
    until("it runs", || door.metrics.sparql_running.get() == 1 && door.checkpoints() == 1).await;
    let folder = door.folder.path().join("checkpoints").display().to_string();
    until("its worker is there", || processes_on(&folder) == 1).await;
    asking.abort();
    until("its worker is gone", || processes_on(&folder) == 0).await;
    assert_eq!(door.metrics.sparql_running.get(), 0);
    assert_eq!(door.metrics.sparql_workers_ended.with_label_values(&["left"]).get(), 1);
}

/// Running processes, zombies apart, whose command line names the folder.
fn processes_on(folder: &str) -> usize {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(folder)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_made_when_the_store_has_changed_and_the_old_one_goes() {
    let door = Door::open();
    let count = async || door.ask("SELECT * { ?s ?p ?o }").await.unwrap();
    let first = count().await;
    assert_eq!((first.answer.rows, door.checkpoints()), (6, 1));
    let again = count().await;
    assert_eq!(again.as_of, first.as_of, "nothing has changed");
    let change = GraphChange { record_id: OTHER.to_owned(), graph: Some(graph(":c dct:title \"Colon\" .")) };
    door.store.apply(&[change], 2).unwrap();
    let fresh = count().await;
    assert_eq!(fresh.answer.rows, 7);
    assert!(fresh.as_of > first.as_of);
    until("one checkpoint is left", || door.checkpoints() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_worker_answers_one_query_after_the_other() {
    let door = Door::open();
    for _ in 0..5 {
        assert_eq!(door.ask("SELECT * { ?s ?p ?o }").await.unwrap().answer.rows, 6);
        assert!(matches!(door.ask("SELECT").await, Err(SparqlError::Syntax(_))));
    }
    assert_eq!(processes_on(&door.folder.path().display().to_string()), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn between_checkpoints_answers_come_from_one_state() {
    let door = Door::open_with(|settings| settings.checkpoint_every = Duration::from_secs(3_600));
    let first = door.ask("SELECT * { ?s ?p ?o }").await.unwrap();
    let change = GraphChange { record_id: OTHER.to_owned(), graph: Some(graph(":c dct:title \"Colon\" .")) };
    door.store.apply(&[change], 2).unwrap();
    let second = door.ask("SELECT * { ?s ?p ?o }").await.unwrap();
    assert_eq!((second.answer.rows, second.as_of), (first.answer.rows, first.as_of));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_behind_is_deleted_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join("checkpoints/7");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("000001.sst"), "left").unwrap();
    let door = Door::open_with(|settings| settings.checkpoints = folder.path().join("checkpoints"));
    assert!(!left.exists());
    assert_eq!(door.ask("SELECT * { ?s ?p ?o }").await.unwrap().answer.rows, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn nameless_nodes_of_two_records_stay_two() {
    let door = Door::open();
    let tally = |number: usize| {
        Some(graph(&format!(":d{number} atlas:tally [ atlas:value \"{number}\" ; atlas:subjects {number} ] .")))
    };
    let change = |record: &str, number| GraphChange { record_id: record.to_owned(), graph: tally(number) };
    door.store.apply(&[change(RECORD, 1), change(OTHER, 2)], 2).unwrap();
    let query = "SELECT * { ?d <https://atlas-of-cancer-imaging.eu/ns#tally>/<https://atlas-of-cancer-imaging.eu/ns#value> ?v }";
    assert_eq!(door.ask(query).await.unwrap().answer.rows, 2);
}

#[test]
fn the_endpoint_describes_itself() {
    let graph = service_description("https://atlas.example/sparql", &SparqlLimits::default());
    let text = graph.to_string();
    assert!(text.contains("https://atlas.example/sparql") && text.contains("UnionDefaultGraph"));
    assert!(text.contains("defaultDataset") && text.contains("10000 rows"));
}
