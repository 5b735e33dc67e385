//! A running hub with a shelf of our own making: documents are harvested by the real engine, projected into the real
//! indexes and served by the real server.

use std::net::TcpListener;
use std::sync::Arc;

use atlas::app::{App, AppParts};
use atlas::config::Config;
use atlas::db::organisations::{self, NewOrganisation};
use atlas::db::sources::{self, NewSource};
use atlas::db::{DbError, records};
use atlas::domain::clock::{Clock, SystemClock};
use atlas::domain::ids::{Slug, SourceId};
use atlas::domain::lifecycle::{RecordEvent, RecordKind, SourceState};
use atlas::harvest::{self, Options};
use atlas::projection::Projector;
use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use scraper::{Html, Selector};

/// A hub that answers on a port of its own until it is dropped.
pub struct Shelf {
    /// Everything behind it.
    pub app: Arc<App>,
    /// Where it answers.
    pub base: String,
    client: reqwest::Client,
    directory: tempfile::TempDir,
}

/// An answer, read to its end.
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// Body.
    pub body: String,
}

impl Answer {
    /// A header's text; empty when absent.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The texts of what a selector finds.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector)
            .map(|found| found.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// The values of an attribute of what a selector finds.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector).filter_map(|found| found.value().attr(name).map(str::to_owned)).collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.body))
    }
}

impl Shelf {
    /// An empty hub.
    pub async fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.directory = directory.path().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        config.server.public_url.clone_from(&base);
        config.server.workers = 1;
        config.rdf.sparql_worker = env!("CARGO_BIN_EXE_atlas").into();
        let runtime = tokio::runtime::Handle::current();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let opened = tokio::task::spawn_blocking(move || {
            let rdf = atlas::rdf::store::RdfStore::open_current(&config.data.directory.join("rdf")).unwrap();
            App::open(AppParts { config, clock, runtime, rdf, lock: None })
        });
        let app = opened.await.unwrap().unwrap();
        tokio::spawn(atlas::web::server(Arc::clone(&app), listener).unwrap());
        let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { app, base, client, directory }
    }

    /// A provider publishes a Turtle document, and the hub takes it in.
    pub async fn provider_publishes(&self, name: &str, country: &str, turtle: &str) -> SourceId {
        let file = self.directory.path().join(format!("{}.ttl", name.replace(' ', "-")));
        std::fs::write(&file, turtle).unwrap();
        let (name, country) = (name.to_owned(), country.to_owned());
        let address = file.display().to_string();
        let now = self.app.clock.now();
        let source = self
            .app
            .db
            .write(move |connection| {
                let slug = Slug::from_name(&name).unwrap();
                let new = NewOrganisation {
                    slug,
                    name: name.clone(),
                    country: Some(country),
                    homepage: None,
                    simulated: false,
                };
                let organisation = organisations::insert(connection, &new, now)?;
                let new = NewSource {
                    organisation_id: organisation.id,
                    name: name.clone(),
                    protocol: "document".into(),
                    address,
                    state: SourceState::Approved,
                    interval_seconds: None,
                    options: "{}".into(),
                };
                sources::insert(connection, &new, now).map(|source| source.id)
            })
            .await
            .map_err(|error: DbError| error)
            .unwrap();
        let options = Options { dry_run: false, cause: "test".into() };
        let report = harvest::run(&self.app, &source, &options).await.unwrap();
        assert!(report.tally.refused == 0, "{report:?}");
        self.project().await;
        source
    }

    /// A provider takes a data set back.
    pub async fn withdraw(&self, slug: &str) {
        let (slug, now) = (slug.to_owned(), self.app.clock.now());
        self.app
            .db
            .write(move |connection| {
                let record = records::by_slug(connection, RecordKind::Dataset, &slug)?.unwrap();
                records::set_state(connection, &record.id, RecordEvent::Withdraw, now).map(|_| ())
            })
            .await
            .map_err(|error: DbError| error)
            .unwrap();
        self.project().await;
    }

    async fn project(&self) {
        let app = Arc::clone(&self.app);
        tokio::task::spawn_blocking(move || Projector::of(&app).run_once().unwrap()).await.unwrap();
    }

    /// Opens an address as a browser does.
    pub async fn open(&self, path: &str) -> Answer {
        self.ask(path, "text/html,application/xhtml+xml,*/*;q=0.8").await
    }

    /// Asks for an address in a form.
    pub async fn ask(&self, path: &str, accept: &str) -> Answer {
        let request = self.client.get(format!("{}{path}", self.base)).header(ACCEPT, accept);
        Self::read(request.send().await.unwrap()).await
    }

    /// Sends a body.
    pub async fn send(&self, path: &str, kind: &str, accept: &str, body: String) -> Answer {
        let request = self.client.post(format!("{}{path}", self.base)).header(ACCEPT, accept);
        Self::read(request.header("content-type", kind).body(body).send().await.unwrap()).await
    }

    async fn read(response: reqwest::Response) -> Answer {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.text().await.unwrap() }
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.app.shutdown.cancel();
    }
}
