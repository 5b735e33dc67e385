//! A running hub: the real server on a port of its own, real engines in a temporary folder, the chosen database.
//!
//! Policy: what a test does, a person could do; helper methods are named after the deed. A hub that is let go with jobs
//! undone or changes not in its indexes fails its test.

use std::sync::Arc;
#[cfg(feature = "demo")]
use std::sync::OnceLock;

use atlas::cli::serve::Serving;
use atlas::cli::work;
use atlas::config::Config;
use atlas::db::{DbError, jobs};
use atlas::domain::clock::{Clock, SystemClock};
use atlas::harvest::{Protocol, RunReport, SourceOptions};
use atlas::providers::{NewProvider, NewSource, add_source};
use reqwest::header::ACCEPT;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::database::TestDatabase;

/// An answer of the hub, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Answer {
    /// The value of a header, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|problem| panic!("{problem} in {}", self.body))
    }

    /// The text of a page as a reader sees it: no tags, single spaces.
    pub fn text(&self) -> String {
        let page = scraper::Html::parse_document(&self.body);
        let skipped = scraper::Selector::parse("script, style").expect("selector");
        let hidden: Vec<String> = page.select(&skipped).map(|element| element.inner_html()).collect();
        let words = page.root_element().text().filter(|text| !hidden.iter().any(|code| code == text));
        words.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Asks a hub as a browser or a program does; redirects are answers of their own.
pub struct Visitor {
    client: reqwest::Client,
    base: String,
}

impl Visitor {
    /// A visitor of the hub at this address.
    pub fn new(base: String) -> Self {
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("client");
        Self { client, base }
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Answer {
        self.ask(path, "text/html").await
    }

    /// Asks for a form of a page by `Accept`.
    pub async fn ask(&self, path: &str, accept: &str) -> Answer {
        let address = format!("{}{path}", self.base);
        let response = self.client.get(address).header(ACCEPT, accept).send().await.expect("answer");
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.expect("body"),
        }
    }

    /// Asks a hub that may not be there yet; `None`: it is not.
    pub async fn try_ask(&self, path: &str, accept: &str) -> Option<Answer> {
        let address = format!("{}{path}", self.base);
        let response = self.client.get(address).header(ACCEPT, accept).send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Some(Answer { status, headers, body: response.text().await.ok()? })
    }

    /// Asks the API, which must answer with 200.
    pub async fn api(&self, path: &str) -> serde_json::Value {
        let answer = self.ask(path, "application/json").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }
}

/// A hub of one test.
pub struct TestHub {
    pub visitor: Visitor,
    serving: Option<Serving>,
    runtime: Option<Runtime>,
    _folder: TempDir,
    _database: TestDatabase,
}

impl TestHub {
    /// A hub with the system's clock.
    pub fn spawn() -> Self {
        Self::spawn_with(Arc::new(SystemClock), |_| {})
    }

    /// A hub with a clock of the test's own and changed settings.
    pub fn spawn_with(clock: Arc<dyn Clock>, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let database = TestDatabase::new();
        let mut config = Config::default();
        config.server.bind = "127.0.0.1:0".to_owned();
        config.server.workers = 1;
        config.data.directory = folder.path().join("data");
        config.database.url = database.url.clone();
        config.net.allow_private = true;
        config.harvest.pace_milliseconds = 0;
        config.rdf.sparql_worker = env!("CARGO_BIN_EXE_atlas").into();
        change(&mut config);
        let runtime = runtime();
        let serving = Serving::start(config, clock, runtime.handle()).expect("the hub starts");
        // The first build of the empty indexes is part of the start; a test may end sooner than it does.
        serving.projector.run_once().expect("the indexes are built");
        let visitor = Visitor::new(format!("http://{}", serving.address));
        Self { visitor, serving: Some(serving), runtime: Some(runtime), _folder: folder, _database: database }
    }

    /// The parts of the hub.
    pub fn serving(&self) -> &Serving {
        self.serving.as_ref().expect("the hub runs")
    }

    /// Enters the FAIR Data Point as an approved source, harvests it, and waits until pages show it.
    pub async fn harvest(&self, address: &str) -> RunReport {
        self.harvest_as(Protocol::Fdp, address).await
    }

    /// Enters the RDF document as an approved source, harvests it, and waits until pages show it.
    pub async fn harvest_document(&self, address: &str) -> RunReport {
        self.harvest_as(Protocol::Document, address).await
    }

    async fn harvest_as(&self, protocol: Protocol, address: &str) -> RunReport {
        let app = Arc::clone(&self.serving().app);
        let source = NewSource {
            name: address.to_owned(),
            provider: NewProvider {
                name: "Hospital of the test".to_owned(),
                country: Some("de".to_owned()),
                homepage: None,
                simulated: false,
            },
            protocol,
            address: address.to_owned(),
            options: SourceOptions::default(),
            interval_hours: None,
            approve: true,
            actor: "test".to_owned(),
        };
        let added = add_source(&app, source).await.expect("the source is entered");
        let report = work::harvest_and_count(&app, &added.source.id, "test").await.expect("the harvest is tried");
        self.settle().await;
        report
    }

    /// Carries out every job that is due and brings the indexes up to date.
    pub async fn settle(&self) {
        let serving = self.serving();
        serving.worker.drain().await.expect("jobs");
        let projector = Arc::clone(&serving.projector);
        tokio::task::spawn_blocking(move || projector.run_once()).await.expect("projection").expect("projection");
    }
}

impl Drop for TestHub {
    fn drop(&mut self) {
        let (Some(serving), Some(runtime)) = (self.serving.take(), self.runtime.take()) else { return };
        if !std::thread::panicking() {
            let depth = serving.app.db.read_blocking::<_, DbError, _>(jobs::depth);
            let depth = depth.expect("the job queue can be read");
            assert_eq!(depth.queued + depth.running, 0, "jobs were left undone");
            let progress = serving.projector.progress().expect("progress");
            assert_eq!(progress.lag(), 0, "changes were left out of the indexes");
        }
        serving.app.shutdown.cancel();
        runtime.shutdown_background();
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime")
}

/// The demonstration that all tests of this process share; started by the first that asks.
#[cfg(feature = "demo")]
pub struct DemoHub {
    pub demonstration: atlas::cli::demo::Demonstration,
    _runtime: Runtime,
    _folder: TempDir,
}

/// The shared demonstration. Blocks until it is harvested; from an async test use `demo_visitor`.
#[cfg(feature = "demo")]
pub fn demo_hub() -> &'static DemoHub {
    static SHARED: OnceLock<DemoHub> = OnceLock::new();
    SHARED.get_or_init(|| std::thread::spawn(start_demo).join().expect("the demonstration starts"))
}

/// A visitor of the shared demonstration.
#[cfg(feature = "demo")]
pub fn demo_visitor() -> Visitor {
    Visitor::new(demo_hub().demonstration.serving.url())
}

#[cfg(feature = "demo")]
fn start_demo() -> DemoHub {
    use atlas::cli::demo::{Demonstration, settings};
    use atlas::config::Layers;
    let folder = tempfile::tempdir().expect("temporary folder");
    let directory = folder.path().join("demo");
    let mut config = settings(Layers::default(), Some(&directory), Some(0)).expect("settings");
    config.server.workers = 2;
    config.rdf.sparql_worker = env!("CARGO_BIN_EXE_atlas").into();
    let runtime = runtime();
    let demonstration = Demonstration::start(config, atlas::demo::NODES, runtime.handle()).expect("it starts");
    runtime.block_on(demonstration.harvest(|_| {})).expect("every node is harvested");
    DemoHub { demonstration, _runtime: runtime, _folder: folder }
}
