//! RDF documents by address and by file.

use atlas::domain::dataset::Dataset;
use atlas::domain::lifecycle::RunOutcome;
use atlas::harvest::report::Change;
use atlas::harvest::{Protocol, SourceOptions, Target};

use super::bench::{Bench, PREFIXES, dataset, document};
use crate::helpers::provider::Answer;

#[tokio::test]
async fn a_document_is_read_and_an_equal_one_is_no_news() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", document(&["a", "b"]));
    let first = bench.harvest().await;
    assert_eq!((first.outcome, first.tally.added), (RunOutcome::Complete, 2), "{first}");
    let second = bench.harvest().await;
    assert_eq!(second.outcome, RunOutcome::Unchanged, "{second}");
    assert_eq!(bench.provider.not_modified(), 1);
}

#[tokio::test]
async fn json_ld_is_read_too() {
    let bench = Bench::new(Protocol::Document, "/all.jsonld").await;
    let text = r#"{"@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@id": "https://data.example.org/j", "@type": "dcat:Dataset", "dct:title": {"@value": "J", "@language": "en"}}"#;
    bench.provider.set("/all.jsonld", Answer::Document("application/ld+json", text.as_bytes().to_vec()));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 1), "{report}");
}

#[tokio::test]
async fn a_record_of_three_megabytes_is_refused_and_its_neighbours_are_kept() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let iri = |name: &str| format!("https://data.example.org/{name}");
    let mut text = format!("{PREFIXES}{}{}", dataset(&iri("a"), "a"), dataset(&iri("z"), "z"));
    let long = "x".repeat(3 * 1024 * 1024);
    text.push_str(&format!("<{}> a dcat:Dataset ; dct:title \"Big\" ; dct:description \"{long}\" .", iri("big")));
    bench.provider.set("/all.ttl", Answer::turtle(text));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.exit_code()), (RunOutcome::Salvaged, 2), "{report}");
    assert_eq!((report.tally.added, report.tally.refused), (2, 1));
    let line = report.records.iter().find(|line| line.change == Change::Refused).unwrap();
    assert_eq!(line.name, iri("big"));
    assert!(line.reasons[0].expected.contains("2097152 bytes"), "{report}");
}

#[tokio::test]
async fn an_iri_with_spaces_is_mended_or_refused_with_a_reason() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let spaced = dataset("https://data.example.org/with a space", "spaced");
    bench
        .provider
        .set("/all.ttl", Answer::turtle(format!("{PREFIXES}{}{spaced}", dataset("https://data.example.org/a", "a"))));
    let report = bench.harvest().await;
    let records = bench.records().await;
    assert!(records.iter().any(|record| record.slug.as_str() == "a"), "{report}");
    assert!(records.iter().all(|record| record.iri.as_deref().is_none_or(|iri| !iri.contains(' '))));
    assert!(report.to_string().contains("with a space") || report.to_string().contains("with%20a%20space"), "{report}");
}

#[tokio::test]
async fn the_thirty_first_of_february_is_shown_and_read_as_not_stated() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let iri = "https://data.example.org/feb";
    bench.provider.set(
        "/all.ttl",
        Answer::turtle(format!("{PREFIXES}{}<{iri}> dct:issued \"2021-02-31\"^^xsd:date .", dataset(iri, "feb"))),
    );
    let report = bench.harvest().await;
    let record = bench.records().await.remove(0);
    let value: Dataset = serde_json::from_str(&record.document).unwrap();
    let issued = value.issued.unwrap();
    assert_eq!((issued.original.as_str(), issued.canonical), ("2021-02-31", None));
    assert!(report.to_string().contains("2021-02-31"), "{report}");
}

#[tokio::test]
async fn a_record_with_neither_iri_nor_identifier_is_refused() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let text =
        format!("{PREFIXES}{}[] a dcat:Dataset ; dct:title \"Nameless\" .", dataset("https://data.example.org/a", "a"));
    bench.provider.set("/all.ttl", Answer::turtle(text));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added, report.tally.refused), (RunOutcome::Salvaged, 1, 1), "{report}");
    assert!(report.to_string().contains("dct:identifier"), "{report}");
}

#[tokio::test]
async fn a_trial_writes_nothing_and_shows_the_whole_difference() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", document(&["a", "b"]));
    bench.harvest().await;
    let (before, runs) = (bench.snapshot().await, bench.runs().await.len());
    bench.provider.set("/all.ttl", document(&["b", "c"]));
    let trial = bench.dry_run().await;
    assert_eq!((trial.tally.added, trial.tally.removed, trial.tally.unchanged), (1, 1, 1), "{trial}");
    assert!(trial.dry_run && trial.run.is_none());
    assert_eq!(bench.snapshot().await, before);
    assert_eq!(bench.runs().await.len(), runs);
}

#[tokio::test]
async fn a_file_is_tried_without_any_source() {
    let bench = Bench::new(Protocol::Document, "/unused").await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sets.ttl");
    std::fs::write(&path, format!("{PREFIXES}{}", dataset("https://data.example.org/f", "f"))).unwrap();
    let target = Target { address: path.display().to_string(), options: SourceOptions::default() };
    let report = bench.engine.try_address(Protocol::Document, &target).await.unwrap();
    assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 1), "{report}");
    let missing = Target { address: directory.path().join("none.ttl").display().to_string(), ..target };
    let report = bench.engine.try_address(Protocol::Document, &missing).await.unwrap();
    assert_eq!(report.exit_code(), 1, "{report}");
}
