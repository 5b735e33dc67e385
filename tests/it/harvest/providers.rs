//! Entering sources and the gate to the public, on a whole hub.

use std::sync::Arc;

use atlas::app::{App, AppParts};
use atlas::config::Config;
use atlas::db::records;
use atlas::domain::clock::SystemClock;
use atlas::domain::lifecycle::{RecordKind, RunOutcome, SourceState};
use atlas::harvest::{self, Options, Protocol, SourceOptions};
use atlas::providers::{self, NewProvider, NewSource};
use atlas::rdf::store::RdfStore;

use super::bench::document;
use crate::helpers::provider::FakeProvider;

fn hub(directory: &std::path::Path) -> Arc<App> {
    let mut config = Config::default();
    config.data.directory = directory.to_owned();
    config.net.allow_private = true;
    config.harvest.pace_milliseconds = 0;
    App::open(AppParts {
        config,
        clock: Arc::new(SystemClock),
        runtime: tokio::runtime::Handle::current(),
        rdf: RdfStore::in_memory().unwrap(),
        lock: None,
    })
    .unwrap()
}

fn new_source(address: String, approve: bool) -> NewSource {
    NewSource {
        name: "node".to_owned(),
        provider: NewProvider {
            name: "Node (Netherlands)".to_owned(),
            country: Some("nl".to_owned()),
            homepage: None,
            simulated: true,
        },
        protocol: Protocol::Document,
        address,
        options: SourceOptions::default(),
        interval_hours: Some(24),
        approve,
        actor: "operator".to_owned(),
    }
}

async fn visible(app: &App) -> i64 {
    app.db.read(|connection| records::count_published(connection, RecordKind::Dataset)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_visible_before_its_source_is_approved_and_nothing_after_it_is_suspended() {
    let provider = FakeProvider::start().await;
    provider.set("/all.ttl", document(&["a", "b"]));
    let directory = tempfile::tempdir().unwrap();
    let app = hub(directory.path());
    let added = providers::add_source(&app, new_source(format!("{}/all.ttl", provider.base), false)).await.unwrap();
    assert_eq!(added.source.state, SourceState::Draft);
    let trial = providers::test_source(&app, "node").await.unwrap();
    assert_eq!((trial.outcome, trial.tally.added), (RunOutcome::Complete, 2), "{trial}");
    harvest::run(&app, &added.source.id, &Options::default()).await.unwrap();
    assert_eq!(visible(&app).await, 0);
    assert_eq!(providers::approve(&app, "node", "operator").await.unwrap(), 2);
    assert_eq!(visible(&app).await, 2);
    assert_eq!(providers::suspend(&app, "node", "operator").await.unwrap(), 2);
    assert_eq!(visible(&app).await, 0);
    assert_eq!(providers::approve(&app, "node", "operator").await.unwrap(), 2);
    let source = added.source.id.clone();
    let record = app.db.read(move |connection| records::of_source(connection, &source)).await.unwrap().remove(0);
    providers::withdraw(&app, &record.id, "operator", "consent was withdrawn").await.unwrap();
    provider.set("/all.ttl", document(&["a", "b", "c"]));
    harvest::run(&app, &added.source.id, &Options::default()).await.unwrap();
    assert_eq!(visible(&app).await, 2, "a withdrawn record stays away however often it is harvested");
}

#[tokio::test(flavor = "multi_thread")]
async fn entering_a_source_twice_is_entering_it_once() {
    let directory = tempfile::tempdir().unwrap();
    let app = hub(directory.path());
    let first = providers::add_source(&app, new_source("https://a.example/all.ttl".to_owned(), true)).await.unwrap();
    let second = providers::add_source(&app, new_source("https://b.example/all.ttl".to_owned(), true)).await.unwrap();
    assert!(first.is_new && !second.is_new);
    assert_eq!(first.source.id, second.source.id);
    assert_eq!(second.source.address, "https://b.example/all.ttl");
    let refusal = providers::accept_held(&app, "node", "operator").await.unwrap_err().to_string();
    assert!(refusal.contains("no harvest that waits"), "{refusal}");
    let mut wrong = new_source("ftp://a.example/".to_owned(), true);
    wrong.name = "wrong".to_owned();
    let refusal = providers::add_source(&app, wrong).await.unwrap_err().to_string();
    assert!(refusal.contains("address") && refusal.contains("ftp://a.example/"), "{refusal}");
}
