//! Stored records are read again when the vocabulary changes: in batches, cut off anywhere, never mixed.

use atlas::db::records::Record;
use atlas::db::vocabularies::{self, NewImport};
use atlas::db::{Db, DbError};
use atlas::domain::clock::SystemClock;
use atlas::domain::concept::Scheme;
use atlas::domain::dataset::LangText;
use atlas::harvest::Protocol;
use atlas::harvest::reread::{self, Step};
use atlas::rdf::shapes::Library;
use atlas::vocab::SharedVocabulary;
use atlas::vocab::import::{ImportedConcept, ImportedScheme};
use chrono::Utc;

use super::bench::{Bench, PREFIXES};
use crate::helpers::provider::Answer;

fn numbered(count: usize) -> Answer {
    let mut text = format!("{PREFIXES}@prefix eucaim: <https://cancerimage.eu/ontology/EUCAIM#> .\n");
    for number in 0..count {
        text.push_str(&format!(
            "<https://data.example.org/{number}> a dcat:Dataset ; dct:title \"Number {number}\"@en ; \
             eucaim:hasCondition \"quuxoma {number}\" .\n"
        ));
    }
    Answer::turtle(text)
}

/// A scheme that reads the conditions of the numbered data sets.
fn scheme(version: &str, count: usize) -> ImportedScheme {
    let label = |number: usize| LangText { lang: None, text: format!("quuxoma {number}") };
    ImportedScheme {
        name: "quux".to_owned(),
        title: "Quuxomas".to_owned(),
        version: Some(version.to_owned()),
        scheme: Some(Scheme::Condition),
        concepts: (0..count)
            .map(|number| ImportedConcept {
                iri: format!("https://example.org/quux/q{number}"),
                labels: vec![label(number)],
                ..ImportedConcept::default()
            })
            .collect(),
        ..ImportedScheme::default()
    }
}

fn import(db: &Db, scheme: &ImportedScheme) {
    let content = serde_json::to_string(scheme).unwrap();
    db.write_blocking(|connection| {
        let import = NewImport {
            name: &scheme.name,
            title: &scheme.title,
            file_name: "quux.ttl",
            file_hash: "00",
            classes: scheme.concepts.len(),
            report: "{}",
            content: &content,
        };
        assert!(vocabularies::put(connection, &import, Utc::now())?);
        reread::ask(connection, Utc::now())
    })
    .unwrap();
}

/// A process that has just started.
struct Process(Db, SharedVocabulary);

impl Process {
    fn started(bench: &Bench) -> Self {
        Self(bench.engine.db.clone(), SharedVocabulary::open(None).unwrap())
    }

    async fn step(&self, limit: i64) -> Step {
        let (db, vocabulary) = (self.0.clone(), self.1.clone());
        let shapes = Library::load(None).unwrap();
        tokio::task::spawn_blocking(move || reread::step(&db, &vocabulary, &shapes, &SystemClock, limit).unwrap())
            .await
            .unwrap()
    }
}

fn read_count(records: &[Record]) -> usize {
    records
        .iter()
        .filter(|record| record.document.contains("condition/q") || record.document.contains("condition:q"))
        .count()
}

/// What a re-reading must not touch.
fn kept(records: &[Record]) -> Vec<String> {
    records
        .iter()
        .map(|one| format!("{} {} {} {} {:?}", one.id, one.state, one.version, one.graph_hash, one.slug))
        .collect()
}

#[tokio::test]
async fn a_walk_that_is_cut_off_goes_on_behind_its_last_batch() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", numbered(5));
    bench.harvest().await;
    let before = bench.records().await;
    assert_eq!((before.len(), read_count(&before)), (5, 0));
    let head = bench.outbox_head().await;
    import(&bench.engine.db, &scheme("1", 5));

    let first = Process::started(&bench);
    assert_eq!(first.step(2).await, Step::default(), "the first step only says what it reads with");
    assert_eq!(first.step(2).await, Step { read: 2, changed: 2, done: false });
    assert_eq!(read_count(&bench.records().await), 2);
    drop(first);

    let second = Process::started(&bench);
    assert_eq!(second.step(2).await, Step { read: 2, changed: 2, done: false });
    assert_eq!(second.step(2).await, Step { read: 1, changed: 1, done: false });
    assert_eq!(second.step(2).await, Step { read: 0, changed: 0, done: true });
    assert_eq!(second.step(2).await, Step { read: 0, changed: 0, done: true });
    let after = bench.records().await;
    assert_eq!((read_count(&after), kept(&after)), (5, kept(&before)), "only the reading changed");
    assert!(bench.outbox_head().await >= head + 5, "the indexes hear of every record");
}

#[tokio::test]
async fn a_vocabulary_that_changes_meanwhile_starts_the_walk_again() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", numbered(4));
    bench.harvest().await;
    import(&bench.engine.db, &scheme("1", 4));
    let process = Process::started(&bench);
    process.step(2).await;
    assert_eq!(process.step(2).await.changed, 2);
    import(&bench.engine.db, &scheme("2", 1));
    let mut read = 0;
    loop {
        let step = process.step(2).await;
        read += step.read;
        if step.done {
            break;
        }
    }
    assert_eq!(read, 4, "every record is read with the vocabulary that is stored now");
    assert_eq!(read_count(&bench.records().await), 1);
}

#[tokio::test]
async fn a_harvest_that_began_with_an_older_vocabulary_writes_nothing() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", numbered(2));
    bench.harvest().await;
    import(&bench.engine.db, &scheme("1", 2));
    bench.provider.set("/all.ttl", numbered(3));
    let before = bench.snapshot().await;
    let report = bench.harvest().await;
    assert!(report.stop.is_some(), "two vocabularies would be mixed: {report}");
    assert_eq!(bench.snapshot().await, before);
    assert_eq!(bench.records().await.len(), 2);
}

#[tokio::test]
async fn a_start_with_another_vocabulary_orders_the_walk_and_one_with_the_same_does_not() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", numbered(2));
    bench.harvest().await;
    let process = Process::started(&bench);
    let ordered = || {
        let current = process.1.current();
        bench
            .engine
            .db
            .write_blocking(|connection| {
                reread::resume(connection, &current, Utc::now())?;
                Ok::<_, DbError>(vocabularies::rereading(connection)?.is_some())
            })
            .unwrap()
    };
    assert!(ordered(), "nobody has said what the records were read with");
    while !process.step(10).await.done {}
    assert!(!ordered());
}
