//! The indexes follow the database, whatever happens in between.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use atlas::db::{organisations, outbox, records, sources};
use atlas::domain::clock::SystemClock;
use atlas::domain::lifecycle::{RecordEvent, SourceState};
use atlas::domain::search::SearchRequest;
use atlas::projection::{Projector, ProjectorParts};
use atlas::rdf::store::RdfStore;
use atlas::search::SearchEngine;
use atlas::vocab::Vocabulary;
use tokio_util::sync::CancellationToken;

use super::given::{at, data_set, harvest, member, read, record, series, source, write};
use crate::helpers::database::TestDatabase;

on_both!(
    what_is_published_is_found_and_what_is_withdrawn_is_not,
    an_index_that_was_behind_goes_on_where_it_stood,
    an_index_that_the_outbox_no_longer_reaches_is_built_anew,
    an_index_ahead_of_the_database_is_built_anew,
    one_data_set_of_two_sources_is_one_entry,
    a_series_that_changes_its_title_changes_it_in_its_members,
    an_unreadable_record_keeps_nobody_else_out,
    the_loop_takes_in_what_another_process_writes,
);

/// The indexes of one process in a folder; opening it again is starting the process again.
struct Indexes {
    search: Arc<SearchEngine>,
    rdf: Arc<RdfStore>,
    projector: Arc<Projector>,
}

fn open(database: &TestDatabase, folder: &Path) -> Indexes {
    let vocabulary = Arc::new(Vocabulary::embedded().unwrap());
    let search = Arc::new(SearchEngine::open(&folder.join("search"), Arc::clone(&vocabulary)).unwrap());
    let rdf = Arc::new(RdfStore::open_current(&folder.join("rdf")).unwrap());
    let projector = Arc::new(Projector::new(ProjectorParts {
        db: database.db.clone(),
        search: Arc::clone(&search),
        rdf: Arc::clone(&rdf),
        vocabulary: vocabulary.into(),
        clock: Arc::new(SystemClock),
        public_url: Some("https://atlas.example".to_owned()),
    }));
    Indexes { search, rdf, projector }
}

impl Indexes {
    fn catch_up(&self) {
        self.projector.run_once().unwrap();
        assert_eq!(self.projector.progress().unwrap().lag(), 0);
    }

    /// Public names in the full-text index, sorted.
    fn found(&self) -> Vec<String> {
        let (everything, _) = SearchRequest::parse("subject-kind=any");
        let mut slugs: Vec<String> =
            self.search.all(&everything).unwrap().hits.into_iter().map(|hit| hit.card.slug).collect();
        slugs.sort();
        slugs
    }

    fn graphs(&self) -> usize {
        self.rdf.records().unwrap()
    }
}

fn what_is_published_is_found_and_what_is_withdrawn_is_not(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let indexes = open(database, folder.path());
    indexes.catch_up();
    assert_eq!((indexes.found().len(), indexes.graphs()), (0, 0));

    let (kos, draft) =
        (source(&database.db, "kos", SourceState::Approved), source(&database.db, "draft", SourceState::Draft));
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs"), data_set("skin", "Skins")]);
    harvest(&database.db, &draft, 1, &[data_set("hidden", "Hidden")]);
    indexes.catch_up();
    assert_eq!((indexes.found(), indexes.graphs()), (vec!["lung".to_owned(), "skin".to_owned()], 2));

    let lung = record(&database.db, "lung").id;
    write(&database.db, |connection| records::set_state(connection, &lung, RecordEvent::Withdraw, at(2)));
    indexes.catch_up();
    assert_eq!((indexes.found(), indexes.graphs()), (vec!["skin".to_owned()], 1));
    assert!(indexes.rdf.record(lung.as_str()).unwrap().is_none());
}

/// A crash between the commit of the database and the projection leaves an index behind; so does one between the two
/// indexes.
fn an_index_that_was_behind_goes_on_where_it_stood(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let kos = source(&database.db, "kos", SourceState::Approved);
    {
        let indexes = open(database, folder.path());
        harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs")]);
        indexes.catch_up();
        harvest(&database.db, &kos, 2, &[data_set("lung", "Lungs"), data_set("skin", "Skins")]);
        let lung = record(&database.db, "lung");
        // Only one of the two indexes has got as far as this before the crash.
        let graph = indexes.rdf.record(lung.id.as_str()).unwrap();
        let change = atlas::rdf::store::GraphChange { record_id: lung.id.to_string(), graph };
        indexes.rdf.apply(&[change], read(&database.db, outbox::span).head - 1).unwrap();
    }
    let indexes = open(database, folder.path());
    assert_eq!(indexes.found(), ["lung"]);
    assert!(indexes.projector.progress().unwrap().lag() > 0);
    indexes.catch_up();
    assert_eq!((indexes.found().len(), indexes.graphs()), (2, 2));
}

fn an_index_that_the_outbox_no_longer_reaches_is_built_anew(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let kos = source(&database.db, "kos", SourceState::Approved);
    let indexes = open(database, folder.path());
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs"), data_set("skin", "S"), data_set("bone", "B")]);
    indexes.catch_up();

    let skin = record(&database.db, "skin").id;
    write(&database.db, |connection| records::set_state(connection, &skin, RecordEvent::Withdraw, at(2)));
    let a_month_later = at(30 * 24 * 60);
    write(&database.db, |connection| outbox::trim(connection, a_month_later));
    assert!(read(&database.db, |connection| outbox::after(connection, 0, 10)).is_empty());

    indexes.catch_up();
    assert_eq!((indexes.found(), indexes.graphs()), (vec!["bone".to_owned(), "lung".to_owned()], 2));
}

fn an_index_ahead_of_the_database_is_built_anew(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let kos = source(&database.db, "kos", SourceState::Approved);
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs")]);
    let indexes = open(database, folder.path());
    indexes.catch_up();
    // As if the database had been restored from a backup that is older than the index.
    indexes.search.apply(&[], 9_000).unwrap();
    let change = atlas::rdf::store::GraphChange {
        record_id: "0190a000-0000-7000-8000-000000000099".to_owned(),
        graph: indexes.rdf.record(record(&database.db, "lung").id.as_str()).unwrap(),
    };
    indexes.rdf.apply(&[change], 9_000).unwrap();
    assert_eq!(indexes.graphs(), 2);

    indexes.catch_up();
    assert_eq!((indexes.found(), indexes.graphs()), (vec!["lung".to_owned()], 1));
}

fn one_data_set_of_two_sources_is_one_entry(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let indexes = open(database, folder.path());
    let (kos, delos) =
        (source(&database.db, "kos", SourceState::Approved), source(&database.db, "delos", SourceState::Approved));
    harvest(&database.db, &kos, 1, &[data_set("lung", "Lungs at Kos")]);
    let mut same = data_set("same-lung", "Lungs at Delos");
    same.names.push("https://kos.example/dataset/lung".to_owned());
    harvest(&database.db, &delos, 2, &[same]);
    indexes.catch_up();
    assert_eq!((indexes.found(), indexes.graphs()), (vec!["lung".to_owned()], 2));

    let other = record(&database.db, "same-lung").id;
    write(&database.db, |connection| records::set_lead(connection, &other, at(3)));
    indexes.catch_up();
    assert_eq!(indexes.found(), ["same-lung"]);

    write(&database.db, |connection| records::set_state(connection, &other, RecordEvent::Withdraw, at(4)));
    indexes.catch_up();
    assert_eq!(indexes.found(), ["lung"]);
    indexes.projector.rebuild().unwrap();
    assert_eq!((indexes.found(), indexes.graphs()), (vec!["lung".to_owned()], 1));
}

fn a_series_that_changes_its_title_changes_it_in_its_members(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let indexes = open(database, folder.path());
    let kos = source(&database.db, "kos", SourceState::Approved);
    let members = [member("lung", "islands"), member("skin", "islands")];
    let with = |title: &str| [members[0].clone(), members[1].clone(), series("islands", title)];
    harvest(&database.db, &kos, 1, &with("Islands"));
    indexes.catch_up();
    harvest(&database.db, &kos, 2, &with("Isles"));
    indexes.catch_up();
    let (everything, _) = SearchRequest::parse("subject-kind=any");
    for hit in indexes.search.all(&everything).unwrap().hits {
        assert_eq!(hit.card.series, [("islands".to_owned(), "Isles".to_owned())], "in {}", hit.card.slug);
    }
}

fn an_unreadable_record_keeps_nobody_else_out(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let indexes = open(database, folder.path());
    let kos = source(&database.db, "kos", SourceState::Approved);
    let mut unreadable = data_set("lung", "Lungs");
    unreadable.document = "{\"titles\":7}".to_owned();
    harvest(&database.db, &kos, 1, &[unreadable, data_set("skin", "Skins")]);
    indexes.catch_up();
    assert_eq!(indexes.found(), ["skin"]);
}

fn the_loop_takes_in_what_another_process_writes(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let indexes = open(database, folder.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let shutdown = CancellationToken::new();
    let running = runtime.spawn(Arc::clone(&indexes.projector).run(shutdown.clone()));

    let command = database.another_process();
    let kos = source(&command, "kos", SourceState::Approved);
    harvest(&command, &kos, 1, &[data_set("lung", "Lungs")]);
    let head = read(&command, outbox::span).head;
    let arrived = runtime.block_on(indexes.projector.wait_for(head, Duration::from_secs(30)));
    assert!(arrived);
    assert_eq!(indexes.found(), ["lung"]);
    let owner = read(&command, |connection| {
        let owner = sources::get(connection, &kos)?.organisation_id;
        organisations::get(connection, &owner)
    });
    assert_eq!(owner.slug.as_str(), "university-of-kos");

    shutdown.cancel();
    runtime.block_on(running).unwrap();
}
