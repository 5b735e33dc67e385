//! What the tests of the database start from.

use atlas::db::records::{Applied, ApplyRun, Record};
use atlas::db::runs::StagedRecord;
use atlas::db::{Connection, Db, DbError, answers, organisations, records, runs, sources};
use atlas::domain::dataset::{Dataset, LangText, Profile, Series, SeriesReference};
use atlas::domain::ids::{RunId, Slug, SourceId};
use atlas::domain::lifecycle::{FallLimits, RecordKind, SourceState};
use chrono::{DateTime, TimeDelta, Utc};

/// Noon of a day, `minutes` later.
pub fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 123_456_000).unwrap() + TimeDelta::minutes(minutes)
}

pub fn write<T>(db: &Db, work: impl FnOnce(&mut Connection) -> Result<T, DbError>) -> T {
    db.write_blocking(work).expect("the write is kept")
}

pub fn read<T>(db: &Db, work: impl FnOnce(&mut Connection) -> Result<T, DbError>) -> T {
    db.read_blocking(work).expect("the read answers")
}

/// A source of the University of Kos (or one called so) in the state.
pub fn source(db: &Db, name: &str, state: SourceState) -> SourceId {
    write(db, |connection| {
        let owner = organisations::NewOrganisation {
            slug: Slug::from_name(&format!("University of {name}")).unwrap(),
            name: format!("University of {name}"),
            country: Some("gr".to_owned()),
            homepage: None,
            simulated: false,
        };
        let organisation_id = organisations::insert(connection, &owner, at(0))?.id;
        let new = sources::NewSource {
            organisation_id,
            name: name.to_owned(),
            protocol: "fdp".to_owned(),
            address: format!("https://{name}.example/fdp"),
            state,
            interval_seconds: None,
            options: "{}".to_owned(),
        };
        Ok(sources::insert(connection, &new, at(0))?.id)
    })
}

/// A data set as a harvest stages it: known by its IRI, `text` is its title and all that may differ.
pub fn data_set(name: &str, text: &str) -> StagedRecord {
    let iri = format!("https://kos.example/dataset/{name}");
    let dataset = Dataset { iri: Some(iri.clone()), titles: vec![english(text)], ..Dataset::default() };
    staged(RecordKind::Dataset, &iri, name, text, serde_json::to_string(&dataset).unwrap())
}

/// A data set that names itself part of the series.
pub fn member(name: &str, series: &str) -> StagedRecord {
    let iri = format!("https://kos.example/dataset/{name}");
    let reference = SeriesReference { iri: Some(format!("https://kos.example/series/{series}")), titles: Vec::new() };
    let dataset =
        Dataset { iri: Some(iri.clone()), titles: vec![english(name)], series: vec![reference], ..Dataset::default() };
    staged(RecordKind::Dataset, &iri, name, name, serde_json::to_string(&dataset).unwrap())
}

pub fn series(name: &str, text: &str) -> StagedRecord {
    let iri = format!("https://kos.example/series/{name}");
    let series = Series { iri: Some(iri.clone()), titles: vec![english(text)], ..Series::default() };
    staged(RecordKind::Series, &iri, name, text, serde_json::to_string(&series).unwrap())
}

fn english(text: &str) -> LangText {
    LangText { lang: Some("en".to_owned()), text: text.to_owned() }
}

fn staged(kind: RecordKind, iri: &str, slug: &str, text: &str, document: String) -> StagedRecord {
    let source_graph = format!("<{iri}> <http://purl.org/dc/terms/title> \"{text}\"@en .\n");
    StagedRecord {
        kind,
        identity: iri.to_owned(),
        iri: Some(iri.to_owned()),
        slug: Slug::from_name(slug).unwrap(),
        names: vec![iri.to_owned()],
        document_hash: answers::body_hash(document.as_bytes()),
        document,
        graph_hash: answers::body_hash(source_graph.as_bytes()),
        source_graph,
        profile: Profile::Eucaim2,
        repairs: Vec::new(),
        findings: "[]".to_owned(),
        sound: true,
    }
}

/// A complete harvest that finds exactly these records, at the minute.
pub fn harvest(db: &Db, source: &SourceId, minute: i64, found: &[StagedRecord]) -> Applied {
    harvest_as(db, source, minute, found, true, &[], false)
}

pub fn harvest_as(
    db: &Db,
    source: &SourceId,
    minute: i64,
    found: &[StagedRecord],
    complete: bool,
    spared: &[(RecordKind, String)],
    accept_removal: bool,
) -> Applied {
    let run = stage(db, source, minute, found);
    write(db, |connection| {
        let apply = ApplyRun {
            source,
            run: &run,
            complete,
            spared,
            accept_removal,
            fall: FallLimits::default(),
            now: at(minute),
        };
        records::apply_run(connection, &apply)
    })
}

/// The first phase alone: what a harvest that is killed leaves behind.
pub fn stage(db: &Db, source: &SourceId, minute: i64, found: &[StagedRecord]) -> RunId {
    let run = write(db, |connection| runs::begin(connection, source, "test", at(minute)));
    let known = read(db, |connection| runs::known_hashes(connection, source));
    write(db, |connection| runs::stage(connection, &run, found, &known));
    run
}

/// The record of a data set by its public name.
pub fn record(db: &Db, slug: &str) -> Record {
    read(db, |connection| records::by_slug(connection, RecordKind::Dataset, slug)).expect("a record of that name")
}

/// (added, changed, unchanged, removed) of a harvest that was taken over.
pub fn numbers(applied: Applied) -> (i64, i64, i64, i64) {
    match applied {
        Applied::Taken { counts, .. } => (counts.added, counts.changed, counts.unchanged, counts.removed),
        Applied::Held { verdict, .. } => panic!("the harvest was held: {verdict:?}"),
    }
}
