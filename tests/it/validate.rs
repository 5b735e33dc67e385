//! `atlas validate`, and the rules in the report of a harvest.

use atlas::harvest::Protocol;
use atlas::harvest::report::RecordFindings;
use atlas::harvest::{RunReport, StoredReport};

use crate::harvest::bench::Bench;
use crate::helpers::program::Terminal;
use crate::helpers::provider::{Answer, FakeProvider};

const WHOLE: &str = include_str!("../independent/records/r8-whole.ttl");
const BROKEN: &str = include_str!("../independent/records/eucaim-2-broken.ttl");
const PLAIN: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\
    <https://hospital.example/one> a dcat:Dataset ; dct:title \"One\"@en ; dct:description \"A first.\"@en .\n";

#[test]
fn a_file_is_held_against_its_profile_with_exit_codes_for_conforming_warned_and_broken() {
    let terminal = Terminal::open();
    terminal.write("whole.ttl", WHOLE);
    let whole = terminal.run(&["validate", "whole.ttl"]);
    assert_eq!(whole.code, Some(0), "{whole:?}");
    assert!(whole.said.contains("HealthDCAT-AP Release 8 for non-public data, as written"), "{}", whole.said);
    assert!(whole.said.contains("1 of 1 conform"), "{}", whole.said);

    terminal.write("plain.ttl", PLAIN);
    let warned = terminal.run(&["validate", "plain.ttl"]);
    assert_eq!(warned.code, Some(2), "{warned:?}");
    assert!(warned.said.contains("warning    dcat:keyword: A data set should state keywords."), "{}", warned.said);
    assert!(warned.said.contains("Write: dcat:keyword \"lung cancer\"@en"), "{}", warned.said);

    terminal.write("broken.ttl", BROKEN);
    let broken = terminal.run(&["validate", "broken.ttl"]);
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert!(broken.said.contains("held against EUCAIM DCAT-AP 2.0"), "{}", broken.said);
    let first_warning = broken.said.find("\n  warning").unwrap();
    assert!(!broken.said[first_warning..].contains("\n  violation"), "the gravest come first:\n{}", broken.said);
}

#[test]
fn what_cannot_be_read_ends_with_1_and_says_why() {
    let terminal = Terminal::open();
    terminal.write("page.ttl", "<!doctype html><html><body>Sign in</body></html>");
    let page = terminal.run(&["validate", "page.ttl"]);
    assert_eq!(page.code, Some(1), "{page:?}");
    assert!(page.said.contains("HTML"), "{}", page.said);
    let missing = terminal.run(&["validate", "nowhere.ttl"]);
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.complained.contains("nowhere.ttl"), "{}", missing.complained);
    terminal.write("empty.ttl", "<urn:a> <urn:b> <urn:c> .");
    let empty = terminal.run(&["validate", "empty.ttl"]);
    assert_eq!(empty.code, Some(1), "{empty:?}");
    assert!(empty.said.contains("no data set, series or catalogue"), "{}", empty.said);
}

#[test]
fn a_broken_statement_does_not_hide_the_findings_of_its_neighbours() {
    let terminal = Terminal::open();
    terminal.write("half.ttl", &format!("{PLAIN}<https://hospital.example/two> a dcat:Dataset ; dct:title \"Two ;\n"));
    let half = terminal.run(&["validate", "half.ttl", "--json"]);
    assert_eq!(half.code, Some(1), "{half:?}");
    let report: serde_json::Value = serde_json::from_str(&half.said).unwrap();
    assert!(
        report["stop"].is_object() || report["records"][0]["name"] == "https://hospital.example/one",
        "{}",
        half.said
    );
}

#[test]
fn other_rules_and_own_shapes_may_be_asked_for() {
    let terminal = Terminal::open();
    terminal.write("plain.ttl", PLAIN);
    let asked = terminal.run(&["validate", "plain.ttl", "--profile", "r8", "--level", "public", "--json", "--graphs"]);
    assert_eq!(asked.code, Some(1), "{asked:?}");
    let report: serde_json::Value = serde_json::from_str(&asked.said).unwrap();
    let record = &report["records"][0];
    assert_eq!((record["profile"].as_str(), record["level"].as_str()), (Some("r8"), Some("public")));
    assert!(record["graph"].as_str().unwrap().contains("<https://hospital.example/one>"));
    let finding = &record["findings"][0];
    for part in ["severity", "focus", "property", "expected", "message", "fix", "shape"] {
        assert!(finding[part].as_str().is_some_and(|text| !text.is_empty()), "{part}: {finding}");
    }
    terminal.write(
        "own.ttl",
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dct: <http://purl.org/dc/terms/> .
         <urn:s> sh:targetClass <http://www.w3.org/ns/dcat#Dataset> ; sh:property [ sh:path dct:subject ; sh:minCount 1 ] .",
    );
    let own = terminal.run(&["validate", "plain.ttl", "--shapes", "own.ttl"]);
    assert_eq!(own.code, Some(1), "{own:?}");
    assert!(own.said.contains("dct:subject"), "{}", own.said);
    terminal.write(
        "odd.ttl",
        "<urn:s> <http://www.w3.org/ns/shacl#sparql> <urn:x> ; a <http://www.w3.org/ns/shacl#NodeShape> .",
    );
    let odd = terminal.run(&["validate", "plain.ttl", "--shapes", "odd.ttl"]);
    assert_eq!(odd.code, Some(1), "{odd:?}");
    assert!(odd.complained.contains("sh:sparql is not supported"), "{}", odd.complained);
    let unknown = terminal.run(&["validate", "plain.ttl", "--profile", "r9"]);
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    assert!(unknown.complained.contains("eucaim-2"), "{}", unknown.complained);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_read_keeps_the_whole_from_conforming() {
    let provider = FakeProvider::start().await;
    let first = format!("{PLAIN}<> <http://www.w3.org/ns/hydra/core#next> <second> .");
    provider.set("/first", Answer::turtle(first));
    provider.set("/second", Answer::Status(404));
    let terminal = Terminal::open();
    let address = format!("{}/first", provider.base);
    let validate = move || {
        let mut command = terminal.atlas(&["validate", &address, "--protocol", "document"]);
        command.env("ATLAS__NET__ALLOW_PRIVATE", "true").output().unwrap()
    };
    let checked = tokio::task::spawn_blocking(validate).await.unwrap();
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(1), "{said}");
    assert!(said.contains("hospital.example/one") && said.contains("page 2"), "{said}");
}

#[tokio::test]
async fn an_address_is_fetched_under_guard() {
    let provider = FakeProvider::start().await;
    provider.set("/all.ttl", Answer::turtle(WHOLE));
    let address = format!("{}/all.ttl", provider.base);
    let terminal = Terminal::open();
    let refused = {
        let mut command = terminal.atlas(&["validate", &address]);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    };
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(provider.take_requests().is_empty(), "a private address is not asked");
    let read = {
        let mut command = terminal.atlas(&["validate", &address]);
        command.env("ATLAS__NET__ALLOW_PRIVATE", "true");
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    };
    assert_eq!(read.status.code(), Some(0), "{read:?}");
}

fn of_run(report: &RunReport) -> (u64, u64, u64) {
    (report.rules.checked, report.rules.conforming, report.rules.counts.violations)
}

#[tokio::test]
async fn a_harvest_reports_how_new_and_changed_records_keep_the_rules_and_takes_them_over_all_the_same() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", Answer::turtle(format!("{WHOLE}\n{}", BROKEN.replace(":lung", ":broken"))));
    let first = bench.harvest().await;
    assert_eq!(first.tally.added, 2, "{first}");
    let (checked, conforming, violations) = of_run(&first);
    assert_eq!((checked, conforming), (2, 1), "{first}");
    assert!(violations > 10, "{first}");
    assert!(first.to_string().contains("1 of 2 new or changed records keep the rules"), "{first}");

    let stored: StoredReport = serde_json::from_str(&bench.runs().await[0].report).unwrap();
    assert_eq!(stored.report.unwrap().rules, first.rules, "the run keeps what the report says");
    for record in bench.records().await {
        let findings: RecordFindings = serde_json::from_str(&record.findings).unwrap();
        let RecordFindings::Whole { rules, .. } = findings else { panic!("{}", record.findings) };
        assert_eq!(rules.counts.violations == 0, record.identity.ends_with("/lung"), "{}", record.identity);
        assert_eq!(record.state, atlas::domain::lifecycle::RecordState::Published, "{}", record.identity);
    }

    let changed = WHOLE.replace("\"Lung CT\"@en", "\"Lung CT, second part\"@en");
    bench.provider.set("/all.ttl", Answer::turtle(format!("{changed}\n{}", BROKEN.replace(":lung", ":broken"))));
    let second = bench.harvest().await;
    assert_eq!(of_run(&second), (1, 1, 0), "only what changed is checked again: {second}");
}

#[tokio::test]
async fn a_report_of_many_broken_records_keeps_some_and_counts_the_rest() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let (prefixes, record) = BROKEN.split_at(BROKEN.find(":lung a").unwrap());
    let many: String = (0..40).map(|number| record.replace(":lung", &format!(":n{number}"))).collect();
    bench.provider.set("/all.ttl", Answer::turtle(format!("{prefixes}{many}")));
    let report = bench.harvest().await;
    let kept: usize = report.rules.records.iter().map(|record| record.conformance.findings.len()).sum();
    assert!(kept <= atlas::harvest::report::MAX_FINDINGS && report.rules.more_records > 0, "{kept} kept");
    assert_eq!(report.rules.checked, 40);
    assert!(report.to_string().contains("more records with findings"), "{report}");
}
