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

#[tokio::test]
async fn a_record_with_thousands_of_files_and_keywords_is_kept_with_the_first_of_them_and_said_to_be() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let iri = |name: &str| format!("https://data.example.org/{name}");
    let mut text = format!("{PREFIXES}{}", dataset(&iri("a"), "a"));
    text.push_str(&format!("<{0}> a dcat:Dataset ; dct:title \"Files\" ; dct:identifier \"files\" .\n", iri("files")));
    for number in 0..8_000 {
        text.push_str(&format!(
            "<{}> dcat:distribution [ a dcat:Distribution ; dct:title \"File {number}\" ; dct:description \"{}\" ;
              dcat:accessURL <https://files.example/{number}> ] .\n",
            iri("files"),
            "x".repeat(200)
        ));
    }
    let words: Vec<String> = (0..35_000).map(|number| format!("\"keyword number {number}\"")).collect();
    let words = words.join(" , ");
    text.push_str(&format!("<{}> a dcat:Dataset ; dct:title \"Words\" ; dcat:keyword {words} .\n", iri("words")));
    bench.provider.set("/all.ttl", Answer::turtle(text));
    let report = bench.harvest().await;
    assert_eq!((report.tally.added, report.tally.refused), (3, 0), "{}", report.records.len());
    let shown = report.to_string();
    assert!(
        shown.contains("dcat:distribution: 8000 values") && shown.contains("dcat:keyword: 35000 values"),
        "{shown}"
    );
    for record in bench.records().await {
        let value: Dataset = serde_json::from_str(&record.document).unwrap();
        assert!(value.distributions.len() <= 1_000 && value.keywords.len() <= 1_000);
        assert!(value.iri.as_deref() != Some(iri("files").as_str()) || value.distributions.len() == 1_000);
        assert!(value.iri.as_deref() != Some(iri("words").as_str()) || value.keywords.len() == 1_000);
    }
    let again = bench.harvest().await;
    assert_eq!(again.outcome, RunOutcome::Unchanged, "the same ones are kept every time: {again}");
}

#[tokio::test]
async fn what_was_mended_in_the_document_is_kept_with_its_record_and_shown_in_the_report() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let iri = |name: &str| format!("https://data.example.org/{name}");
    let text = format!(
        "{PREFIXES}{}\n<{}> a dcat:Dataset ; dct:title \"Page\" ; dcat:landingPage <https://x.example/my page> .\n\
         <{}> a dcat:Dataset ; dct:title \"Never closed ;\n  dct:identifier \"b\" .\n{}",
        dataset(&iri("a"), "a"),
        iri("page"),
        iri("bad"),
        dataset(&iri("z"), "z")
    );
    bench.provider.set("/all.ttl", Answer::turtle(text));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added, report.tally.refused), (RunOutcome::Salvaged, 3, 1), "{report}");
    let shown = report.to_string();
    assert!(shown.contains("https://x.example/my%20page") && shown.contains("column"), "{shown}");
    let refused = report.records.iter().find(|line| line.change == Change::Refused).unwrap();
    assert_eq!(refused.name, iri("bad"));
    assert!(refused.reasons[0].line.is_some() && !refused.reasons[0].fix.is_empty(), "{report}");
    let page = bench.records().await.into_iter().find(|record| record.slug.as_str() == "page").unwrap();
    let repairs = page.repairs().unwrap();
    assert!(repairs.iter().any(|repair| repair.original == "https://x.example/my page"), "{repairs:?}");
}

#[tokio::test]
async fn files_of_every_format_are_tried_also_packed_and_under_a_wrong_name() {
    use std::io::Write as _;
    let bench = Bench::new(Protocol::Document, "/unused").await;
    let directory = tempfile::tempdir().unwrap();
    let quad = "<https://data.example.org/f> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset>";
    let title = "<https://data.example.org/f> <http://purl.org/dc/terms/title> \"F\"";
    let lines = format!("{quad} .\n{title} .\n");
    let quads = format!("{quad} <https://g.example/g> .\n{title} <https://g.example/g> .\n");
    let trig = format!("<https://g.example/g> {{\n{lines}}}\n");
    let json = r#"{"@id": "https://data.example.org/f", "@type": "http://www.w3.org/ns/dcat#Dataset", "http://purl.org/dc/terms/title": "F"}"#;
    let xml = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:d='http://purl.org/dc/terms/'><rdf:Description rdf:about='https://data.example.org/f'><rdf:type rdf:resource='http://www.w3.org/ns/dcat#Dataset'/><d:title>F</d:title></rdf:Description></rdf:RDF>";
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(lines.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let files: [(&str, &[u8]); 10] = [
        ("f.ttl", lines.as_bytes()),
        ("f.nt", lines.as_bytes()),
        ("f.nq", quads.as_bytes()),
        ("f.trig", trig.as_bytes()),
        ("f.jsonld", json.as_bytes()),
        ("f.rdf", xml.as_bytes()),
        ("f.nt.gz", &packed),
        ("json.ttl", json.as_bytes()),
        ("quads.ttl", quads.as_bytes()),
        ("xml", xml.as_bytes()),
    ];
    for (name, bytes) in files {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let target = Target { address: path.display().to_string(), options: SourceOptions::default() };
        let report = bench.engine.try_address(Protocol::Document, &target).await.unwrap();
        assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 1), "{name}: {report}");
    }
}
