//! FAIR Data Points.

use atlas::domain::dataset::Dataset;
use atlas::domain::lifecycle::{RecordState, RunOutcome};
use atlas::harvest::Protocol;
use atlas::harvest::report::Change;

use super::bench::{Bench, PERSISTENT, PREFIXES, dataset, publish_fdp, set_dataset};
use crate::helpers::provider::Answer;

#[tokio::test]
async fn a_whole_fdp_is_read_and_keeps_its_persistent_names() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["breast", "lung", "liver"]);
    let report = bench.harvest().await;
    assert_eq!(report.outcome, RunOutcome::Complete, "{report}");
    assert_eq!((report.tally.found, report.tally.added), (3, 3));
    assert_eq!(report.exit_code(), 0);
    let records = bench.records().await;
    let iris: Vec<_> = records.iter().filter_map(|record| record.iri.clone()).collect();
    assert!(iris.contains(&format!("{PERSISTENT}/dataset/lung")), "{iris:?}");
    assert!(records.iter().all(|record| record.state == RecordState::Published));
    let lung = records.iter().find(|record| record.slug.as_str() == "lung").unwrap();
    let value: Dataset = serde_json::from_str(&lung.document).unwrap();
    assert_eq!(value.distributions.len(), 1);
    assert_eq!(value.distributions[0].access_urls, ["https://access.example.org/lung"]);
}

#[tokio::test]
async fn a_second_harvest_finds_nothing_new_and_writes_one_run_row() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b"]);
    bench.harvest().await;
    let (before, head) = (bench.snapshot().await, bench.outbox_head().await);
    let second = bench.harvest().await;
    assert_eq!(second.outcome, RunOutcome::Unchanged, "{second}");
    assert_eq!((second.tally.found, second.tally.unchanged), (2, 2));
    assert!(second.records.is_empty());
    assert!(bench.provider.not_modified() >= 6, "conditional requests were not used");
    assert_eq!(bench.snapshot().await, before);
    assert_eq!(bench.outbox_head().await, head);
    assert_eq!(bench.runs().await.len(), 2);
}

#[tokio::test]
async fn blank_nodes_in_another_order_are_no_change() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b"]);
    bench.harvest().await;
    let before = bench.snapshot().await;
    let iri = format!("{PERSISTENT}/dataset/a");
    bench.provider.set(
        "/dataset/a",
        Answer::turtle(format!(
            "# the same, written differently\n{PREFIXES}
_:when dcat:startDate \"2010-01-01\"^^xsd:date . _:when a dct:PeriodOfTime . _:who vcard:hasEmail <mailto:desk@example.org> ;
 vcard:fn \"Desk\" ; a vcard:Kind . <{iri}> dcat:contactPoint _:who ; dct:temporal _:when ;
 dcat:distribution <{PERSISTENT}/distribution/a> ; dct:isPartOf <{PERSISTENT}/catalog/main> ;
 dct:description \"A collection of images.\"@en ; dct:identifier \"a\" ; dct:title \"a\"@en ; a dcat:Dataset ."
        )),
    );
    let report = bench.harvest().await;
    assert_eq!(report.outcome, RunOutcome::Complete, "{report}");
    assert_eq!((report.tally.added, report.tally.changed, report.tally.removed), (0, 0, 0), "{report}");
    assert_eq!(bench.snapshot().await, before);
}

#[tokio::test]
async fn a_change_makes_a_new_version_of_that_record_only() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b"]);
    bench.harvest().await;
    set_dataset(&bench.provider, "b", "b, second edition");
    let report = bench.harvest().await;
    assert_eq!((report.tally.changed, report.tally.unchanged), (1, 1), "{report}");
    assert_eq!(report.records.len(), 1);
    assert_eq!(report.records[0].change, Change::Changed);
    assert_eq!(report.records[0].title.as_deref(), Some("b, second edition"));
    let versions: Vec<i64> = bench.records().await.iter().map(|record| record.version).collect();
    assert_eq!(versions.iter().sum::<i64>(), 3);
}

#[tokio::test]
async fn a_removed_record_leaves_a_tombstone_and_can_come_back() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b", "c"]);
    bench.harvest().await;
    publish_fdp(&bench.provider, &["a", "b"]);
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.removed), (RunOutcome::Complete, 1), "{report}");
    let gone = bench.records().await.into_iter().find(|record| record.slug.as_str() == "c").unwrap();
    assert_eq!(gone.state, RecordState::Gone);
    publish_fdp(&bench.provider, &["a", "b", "c"]);
    bench.harvest().await;
    let back = bench.records().await.into_iter().find(|record| record.slug.as_str() == "c").unwrap();
    assert_eq!((back.id, back.state), (gone.id, RecordState::Published));
}

#[tokio::test]
async fn a_draft_that_answers_403_is_never_a_deletion() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b"]);
    bench.harvest().await;
    let before = bench.snapshot().await;
    bench.provider.set("/dataset/b", Answer::Status(403));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.removed), (RunOutcome::Complete, 0), "{report}");
    assert!(report.records.iter().any(|line| line.change == Change::Kept), "{report}");
    assert_eq!(bench.snapshot().await, before);
}

#[tokio::test]
async fn a_child_that_is_gone_is_removed() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b", "c"]);
    bench.harvest().await;
    bench.provider.set("/dataset/b", Answer::Status(410));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.removed), (RunOutcome::Complete, 1), "{report}");
}

#[tokio::test]
async fn a_server_error_on_one_child_removes_nothing_and_the_others_go_on() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b", "c"]);
    bench.harvest().await;
    publish_fdp(&bench.provider, &["a", "b"]);
    set_dataset(&bench.provider, "a", "a, second edition");
    bench.provider.set("/dataset/b", Answer::Status(500));
    let report = bench.harvest().await;
    assert_eq!(report.outcome, RunOutcome::Salvaged, "{report}");
    assert_eq!(report.exit_code(), 2);
    assert_eq!((report.tally.removed, report.tally.changed), (0, 1), "{report}");
    assert!(bench.records().await.iter().all(|record| record.state == RecordState::Published));
}

#[tokio::test]
async fn pages_are_used_where_the_server_has_them() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b", "c"]);
    let page = |names: &[&str]| {
        let mut text = PREFIXES.to_owned();
        for name in names {
            text.push_str(&dataset(&format!("{PERSISTENT}/dataset/{name}"), name));
        }
        text.into_bytes()
    };
    let second = "/catalog/main/page/dataset?page=1&size=100";
    bench.provider.set(
        "/catalog/main/page/dataset?page=0&size=100",
        Answer::Paged(page(&["a"]), format!("<{}{second}>; rel=\"next\"", bench.provider.base)),
    );
    bench.provider.set(second, Answer::Document("text/turtle", page(&["b"])));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 3), "{report}");
    let asked = bench.provider.take_requests();
    assert!(asked.contains(&"/dataset/c".to_owned()), "what the pages left out is asked for: {asked:?}");
    assert!(!asked.contains(&"/dataset/a".to_owned()), "what a page showed is not asked for again: {asked:?}");
}

#[tokio::test]
async fn what_the_server_injects_is_not_taken_for_the_providers_word() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a"]);
    let iri = format!("{PERSISTENT}/dataset/a");
    bench.provider.set(
        "/dataset/a",
        Answer::turtle(format!(
            "{PREFIXES}{}<{iri}> dct:accessRights <{iri}#accessRights> ;
 dct:license <http://rdflicense.appspot.com/rdflicense/cc-zero1.0> .
<{iri}#accessRights> a dct:RightsStatement ; dct:description \"This resource has no access restriction\" .",
            dataset(&iri, "a")
        )),
    );
    let report = bench.harvest().await;
    let record = bench.records().await.remove(0);
    let value: Dataset = serde_json::from_str(&record.document).unwrap();
    assert_eq!((value.access_rights, value.licence), (None, None));
    let repairs = record.repairs().unwrap();
    assert!(repairs.iter().any(|repair| repair.property == "dct:accessRights"), "{repairs:?}");
    assert!(report.to_string().contains("the provider did not state it"), "{report}");
}

#[tokio::test]
async fn links_to_other_hosts_are_not_followed() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    let other = crate::helpers::provider::FakeProvider::start().await;
    publish_fdp(&bench.provider, &["a"]);
    bench.provider.set(
        "/catalog/main",
        Answer::turtle(format!(
            "{PREFIXES}<{PERSISTENT}/catalog/main> a dcat:Catalog ; dcat:dataset <{PERSISTENT}/dataset/a>, <{}/dataset/x> .",
            other.base
        )),
    );
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 1), "{report}");
    assert!(other.take_requests().is_empty());
    assert!(report.to_string().contains("on another host"), "{report}");
}

#[tokio::test]
async fn older_servers_name_their_catalogues_otherwise() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a"]);
    bench.provider.set(
        "/",
        Answer::turtle(format!(
            "@prefix r3d: <http://www.re3data.org/schema/3-0#> . <{PERSISTENT}> a r3d:Repository ; r3d:dataCatalog <{PERSISTENT}/catalog/main> ."
        )),
    );
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 1), "{report}");
}
