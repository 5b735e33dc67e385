//! Failures that harvesters of other catalogues are known for: each is a test here. What each is, and what happens
//! instead, is listed in docs/harvest-failures.md.

use std::collections::BTreeSet;

use atlas::domain::dataset::Dataset;
use atlas::domain::lifecycle::{RecordState, RunOutcome};
use atlas::harvest::report::Change;
use atlas::harvest::{Options, Protocol};

use super::bench::{Bench, PERSISTENT, PREFIXES, add_source, dataset, document, publish_fdp, set_dataset};
use crate::helpers::provider::Answer;

async fn fdp(names: &[&str]) -> Bench {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, names);
    let report = bench.harvest().await;
    assert_eq!(report.outcome, RunOutcome::Complete, "{report}");
    bench
}

async fn value_of(bench: &Bench, slug: &str) -> Dataset {
    let record = bench.records().await.into_iter().find(|record| record.slug.as_str() == slug).unwrap();
    serde_json::from_str(&record.document).unwrap()
}

fn catalog(name: &str, datasets: &[&str]) -> Answer {
    let members: Vec<String> = datasets.iter().map(|name| format!("<{PERSISTENT}/dataset/{name}>")).collect();
    Answer::turtle(format!(
        "{PREFIXES}<{PERSISTENT}/catalog/{name}> a dcat:Catalog ; dct:title \"{name}\" ; dcat:dataset {} .",
        members.join(", ")
    ))
}

/// A FAIR Data Point with two catalogues.
async fn two_catalogues() -> Bench {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b", "c", "d"]);
    bench.provider.set(
        "/",
        Answer::turtle(format!(
            "{PREFIXES}<{PERSISTENT}/> a fdp-o:FAIRDataPoint ; fdp-o:metadataCatalog <{PERSISTENT}/catalog/one>, <{PERSISTENT}/catalog/two> ."
        )),
    );
    bench.provider.set("/catalog/one", catalog("one", &["a", "b"]));
    bench.provider.set("/catalog/two", catalog("two", &["c", "d"]));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 4), "{report}");
    bench
}

#[tokio::test]
async fn one_broken_record_never_costs_the_others_however_it_is_broken() {
    let broken = [
        (Answer::Status(500), "500"),
        (Answer::Status(400), "400"),
        (Answer::CutAt(0, Box::new(Answer::Status(200))), "could not be reached"),
        (Answer::CutAt(300, Box::new(document(&["b"]))), "cut off"),
        (Answer::ResetAt(300, Box::new(document(&["b"]))), "cut off"),
        (Answer::turtle("<https://node.example.org/dataset/b> a <http"), "could not be read"),
        (Answer::turtle(""), "could not be read"),
        (Answer::Document("text/html", b"<html>Sorry</html>".to_vec()), "web page"),
        (Answer::Redirect("/dataset/b".to_owned()), "in a circle"),
        (Answer::Redirect("http://169.254.169.254/".to_owned()), "not fetched"),
        (Answer::Bomb(64 * 1024 * 1024), "more than"),
        (Answer::Raw(b"SSH-2.0-OpenSSH\r\n".to_vec()), "not HTTP"),
    ];
    for (answer, says) in broken {
        let bench = fdp(&["a", "b", "c"]).await;
        set_dataset(&bench.provider, "a", "a, second edition");
        bench.provider.set("/dataset/b", answer);
        let report = bench.harvest().await;
        assert_eq!((report.outcome, report.exit_code()), (RunOutcome::Salvaged, 2), "{says}: {report}");
        assert_eq!((report.tally.changed, report.tally.removed), (1, 0), "{says}: {report}");
        let line = report.records.iter().find(|line| line.name.ends_with("/b")).unwrap();
        assert_eq!(line.change, Change::Kept, "{says}: {report}");
        assert!(report.to_string().contains(says), "{says}: {report}");
        assert!(bench.records().await.iter().all(|record| record.state == RecordState::Published));
    }
}

#[tokio::test]
async fn one_broken_part_of_a_record_costs_neither_the_record_nor_the_others() {
    for answer in [
        Answer::Status(500),
        Answer::CutAt(200, Box::new(document(&["b"]))),
        Answer::Document("text/html", b"<html>Sorry</html>".to_vec()),
        Answer::turtle("<https://node"),
    ] {
        let bench = fdp(&["a", "b", "c"]).await;
        let before = bench.snapshot().await;
        bench.provider.set("/distribution/b", answer.clone());
        let report = bench.harvest().await;
        assert_eq!((report.outcome, report.tally.removed), (RunOutcome::Salvaged, 0), "{answer:.60?}: {report}");
        assert_eq!(bench.snapshot().await, before, "{answer:.60?}: {report}");
    }
}

#[tokio::test]
async fn one_broken_catalogue_costs_neither_its_records_nor_the_other_catalogue() {
    for answer in [Answer::Status(500), Answer::Status(403), Answer::turtle("<https://node"), Answer::turtle("")] {
        let bench = two_catalogues().await;
        set_dataset(&bench.provider, "a", "a, second edition");
        bench.provider.set("/catalog/two", answer.clone());
        let report = bench.harvest().await;
        assert_eq!(report.outcome, RunOutcome::Salvaged, "{answer:?}: {report}");
        assert_eq!((report.tally.changed, report.tally.removed), (1, 0), "{answer:?}: {report}");
        assert!(report.to_string().contains("catalog/two"), "{report}");
        assert!(bench.records().await.iter().all(|record| record.state == RecordState::Published));
    }
}

#[tokio::test]
async fn a_catalogue_that_lost_a_statement_removes_nothing_and_says_so() {
    let bench = two_catalogues().await;
    let lost = format!(
        "{PREFIXES}<{0}/catalog/two> a dcat:Catalog . <{0}/catalog/two> nowhere:dataset <x> .",
        bench.provider.base
    );
    bench.provider.set("/catalog/two", Answer::turtle(lost));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.removed), (RunOutcome::Salvaged, 0), "{report}");
    assert!(report.to_string().contains("nowhere"), "{report}");
    assert!(bench.records().await.iter().all(|record| record.state == RecordState::Published));
}

#[tokio::test]
async fn a_source_none_of_whose_catalogues_can_be_read_is_no_success() {
    for (status, outcome) in [(500, RunOutcome::Unreachable), (403, RunOutcome::Forbidden)] {
        let bench = two_catalogues().await;
        let before = bench.snapshot().await;
        for name in ["one", "two"] {
            bench.provider.set(&format!("/catalog/{name}"), Answer::Status(status));
        }
        let report = bench.harvest().await;
        assert_eq!((report.outcome, report.exit_code()), (outcome, 1), "{report}");
        assert_eq!(bench.snapshot().await, before);
    }
}

#[tokio::test]
async fn a_host_that_asks_for_patience_is_not_asked_for_every_other_record() {
    let bench = fdp(&["a", "b", "c", "d", "e", "f"]).await;
    let before = bench.snapshot().await;
    bench.provider.set("/dataset/b", Answer::With(429, vec![("Retry-After", "3600".to_owned())]));
    bench.provider.take_requests();
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.removed), (RunOutcome::Salvaged, 0), "{report}");
    let asked = bench.provider.take_requests();
    assert_eq!(asked.last().map(String::as_str), Some("/dataset/b"), "{asked:?}");
    assert_eq!(bench.snapshot().await, before);
}

#[tokio::test]
async fn the_same_identifier_in_two_sources_is_two_records_that_leave_each_other_alone() {
    let bench = Bench::new(Protocol::Document, "/one.ttl").await;
    let same = |iri: &str, title: &str| {
        Answer::turtle(format!(
            "{PREFIXES}<{iri}> a dcat:Dataset ; dct:identifier \"collection-1\" ; dct:title \"{title}\"@en ."
        ))
    };
    bench.provider.set("/one.ttl", same("https://one.example.org/x", "First"));
    bench.provider.set("/two.ttl", same("https://two.example.org/x", "Second"));
    bench.harvest().await;
    let before = bench.snapshot().await;
    let address = format!("{}/two.ttl", bench.provider.base);
    let other = add_source(&bench.engine, "two", Protocol::Document, &address).await;
    let report = bench.engine.run(&other, &Options::default()).await.unwrap();
    assert_eq!(report.tally.added, 1, "{report}");
    assert_eq!(bench.snapshot().await, before, "the first is as it was");
    let second = bench.engine.db.read(move |c| atlas::db::records::of_source(c, &other)).await.unwrap().remove(0);
    let first = bench.records().await.remove(0);
    assert_ne!((first.id, first.slug, first.data_set_id), (second.id, second.slug, second.data_set_id));
}

#[tokio::test]
async fn a_redirect_never_makes_a_second_record_of_one() {
    let bench = fdp(&["a", "b", "c"]).await;
    let before = bench.snapshot().await;
    // One record has moved.
    let own = |name: &str| {
        let iri = format!("{PERSISTENT}/dataset/{name}");
        let part = format!("{PERSISTENT}/distribution/{name}");
        Answer::turtle(format!(
            "{PREFIXES}{}<{iri}> dct:isPartOf <{PERSISTENT}/catalog/main> ; dcat:distribution <{part}> .",
            dataset(&iri, name)
        ))
    };
    bench.provider.set("/dataset/a", Answer::Moved("/v2/sets/a".to_owned()));
    bench.provider.set("/v2/sets/a", own("a"));
    let report = bench.harvest().await;
    assert_eq!(report.exit_code(), 0, "{report}");
    assert_eq!(bench.snapshot().await, before, "{report}");
    // The whole source has moved, and only its root says so.
    publish_fdp(&bench.provider, &["a", "b", "c"]);
    bench.provider.move_under("/v3");
    bench.provider.set("/", Answer::Moved("/v3/".to_owned()));
    let report = bench.harvest().await;
    assert_eq!((report.exit_code(), report.tally.found), (0, 3), "{report}");
    assert_eq!(bench.snapshot().await, before, "{report}");
    assert_eq!(bench.records().await.len(), 3);
}

/// The source has given all its records new names: that is many removed and many new ones at once.
#[tokio::test]
async fn new_names_for_everything_wait_for_a_person() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", document(&["a", "b", "c"]));
    bench.harvest().await;
    let before = bench.snapshot().await;
    let text = String::from_utf8(document(&["a", "b", "c"]).body()).unwrap();
    bench.provider.set("/all.ttl", Answer::turtle(text.replace("data.example.org", "new.example.org")));
    let report = bench.harvest().await;
    assert_eq!(report.outcome, RunOutcome::Held, "{report}");
    assert_eq!(bench.snapshot().await, before);
}

#[tokio::test]
async fn one_bad_byte_costs_one_record_of_a_thousand() {
    let names: Vec<String> = (0..1_000).map(|number| format!("set-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let text = String::from_utf8(document(&names).body()).unwrap();
    for (good, bad) in [
        ("dct:title \"set-500\"@en", "dct:title \"set\r-500\"@en"),
        ("dct:title \"set-500\"@en", "dct:title \"set\\500\"@en"),
        ("dct:title \"set-500\"@en", "dct:title \"set\u{1}500\"@en"),
        ("dct:title \"set-500\"@en", "dct:title \"set \"500\"@en"),
        ("dct:title \"set-500\"@en", "dct:title \"set-500@en"),
    ] {
        let bench = Bench::new(Protocol::Document, "/all.ttl").await;
        bench.provider.set("/all.ttl", Answer::turtle(text.replace(good, bad)));
        let report = bench.harvest().await;
        assert!(report.tally.found >= 998, "{bad:?}: {} found, {:?}", report.tally.found, report.stop);
        assert!(report.to_string().contains("set-500") || report.tally.found == 1_000, "{bad:?}");
    }
}

#[tokio::test]
async fn thousands_of_distributions_and_keywords_are_survived_and_reported() {
    let iri = "https://data.example.org/monster";
    let parts: String = (0..8_327)
        .map(|number| format!("<{iri}> dcat:distribution <{iri}/f{number}> . <{iri}/f{number}> a dcat:Distribution ; dcat:accessURL <https://f.example/{number}> .\n"))
        .collect();
    let keywords: String =
        (0..34_866).map(|number| format!("<{iri}> dcat:keyword \"keyword {number}\"@en .\n")).collect();
    for more in [parts, keywords] {
        let bench = Bench::new(Protocol::Document, "/all.ttl").await;
        let good = document(&["a", "b"]).body();
        let text = format!("{}{}{more}", String::from_utf8(good).unwrap(), dataset(iri, "monster"));
        bench.provider.set("/all.ttl", Answer::turtle(text));
        let report = bench.harvest().await;
        assert!(matches!(report.outcome, RunOutcome::Complete | RunOutcome::Salvaged), "{report}");
        let records = bench.records().await;
        assert!(["a", "b"].iter().all(|name| records.iter().any(|record| record.slug.as_str() == *name)), "{report}");
        let line = report.records.iter().find(|line| line.name == iri).unwrap_or_else(|| panic!("{report}"));
        assert!(line.change == Change::New || !line.reasons.is_empty(), "{line:?}");
        assert_eq!(bench.harvest().await.outcome, RunOutcome::Unchanged);
    }
}

#[tokio::test]
async fn thousands_of_distributions_in_documents_of_their_own_are_capped_and_said() {
    let bench = fdp(&["a", "b"]).await;
    let iri = format!("{PERSISTENT}/dataset/a");
    let parts: String = (0..8_327)
        .map(|number| format!("<{iri}> dcat:distribution <{PERSISTENT}/distribution/f{number}> .\n"))
        .collect();
    bench.provider.set("/dataset/a", Answer::turtle(format!("{PREFIXES}{}{parts}", dataset(&iri, "a"))));
    bench.provider.take_requests();
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 2), "{:?}", report.stop);
    assert!(bench.provider.take_requests().len() < 600);
    assert!(report.to_string().contains("has 8327 parts in documents of their own; the first 500 were read"));
}

#[tokio::test]
async fn a_message_says_what_where_and_how_to_mend_it_and_goes_when_it_is_mended() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let iri = "https://data.example.org/dated";
    let dated = |date: &str| {
        Answer::turtle(format!("{PREFIXES}{}<{iri}> dct:issued \"{date}\"^^xsd:date .", dataset(iri, "dated")))
    };
    bench.provider.set("/all.ttl", dated("2021-02-31"));
    let report = bench.harvest().await;
    let line = report.records.iter().find(|line| line.name == iri).unwrap();
    let reason = line.reasons.iter().find(|reason| reason.found.contains("2021-02-31")).unwrap();
    assert_eq!(reason.property, "dct:issued");
    assert!(!reason.expected.is_empty() && !reason.fix.is_empty(), "{reason:?}");
    bench.provider.set("/all.ttl", dated("2021-02-28"));
    let report = bench.harvest().await;
    assert!(!report.to_string().contains("2021-02-31"), "{report}");
}

#[tokio::test]
async fn harvesting_again_resets_no_date_and_doubles_no_row() {
    let bench = fdp(&["a", "b"]).await;
    let dates = |records: Vec<atlas::db::records::Record>| -> BTreeSet<_> {
        records.into_iter().map(|record| (record.id, record.first_seen, record.published_at)).collect()
    };
    let before = dates(bench.records().await);
    set_dataset(&bench.provider, "a", "a, second edition");
    for _ in 0..3 {
        bench.harvest().await;
    }
    assert_eq!(dates(bench.records().await), before);
}

#[tokio::test]
async fn a_slash_at_the_end_of_an_address_is_no_other_source() {
    for (root, catalogue) in [("", "/catalog/main/"), ("/", "/catalog/main"), ("/", "/catalog/main/")] {
        let bench = Bench::new(Protocol::Fdp, "/").await;
        publish_fdp(&bench.provider, &["a", "b"]);
        let name = format!("{PERSISTENT}{catalogue}");
        bench.provider.set(
            "/",
            Answer::turtle(format!(
                "{PREFIXES}<{PERSISTENT}{root}> a fdp-o:FAIRDataPoint ; fdp-o:metadataCatalog <{name}> ."
            )),
        );
        let listing = format!(
            "{PREFIXES}<{name}> a dcat:Catalog ; dcat:dataset <{PERSISTENT}/dataset/a>, <{PERSISTENT}/dataset/b> ."
        );
        bench.provider.set(catalogue, Answer::turtle(listing));
        let report = bench.harvest().await;
        assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 2), "{root} {catalogue}: {report}");
        assert_eq!(bench.harvest().await.outcome, RunOutcome::Unchanged);
    }
}

#[tokio::test]
async fn every_language_every_contact_and_every_nameless_distribution_is_kept() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let iri = "https://data.example.org/many";
    bench.provider.set(
        "/all.ttl",
        Answer::turtle(format!(
            "{PREFIXES}<{iri}> a dcat:Dataset ; dct:title \"Lung\"@en, \"Lunge\"@de, \"Poumon\"@fr ;
             dcat:contactPoint [ a vcard:Kind ; vcard:fn \"Desk\" ; vcard:hasEmail <mailto:desk@example.org> ],
               [ a vcard:Kind ; vcard:fn \"Office\" ; vcard:hasEmail <mailto:office@example.org> ] ;
             dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://a.example/1> ],
               [ a dcat:Distribution ; dcat:accessURL <https://a.example/2> ] ."
        )),
    );
    bench.harvest().await;
    let value = value_of(&bench, "many").await;
    let languages: BTreeSet<_> = value.titles.iter().filter_map(|title| title.lang.as_deref()).collect();
    assert_eq!(languages, BTreeSet::from(["de", "en", "fr"]));
    assert_eq!((value.contacts.len(), value.distributions.len()), (2, 2));
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Unchanged);
}

#[tokio::test]
async fn a_catalogue_record_named_like_its_data_set_doubles_nothing() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let iri = "https://data.example.org/a";
    bench.provider.set(
        "/all.ttl",
        Answer::turtle(format!(
            "{PREFIXES}{}<{iri}> a dcat:CatalogRecord ; <http://xmlns.com/foaf/0.1/primaryTopic> <{iri}> .
             <https://data.example.org/catalog> a dcat:Catalog ; dcat:dataset <{iri}> ; dcat:record <{iri}> .",
            dataset(iri, "a")
        )),
    );
    let report = bench.harvest().await;
    assert_eq!((report.tally.found, bench.records().await.len()), (1, 1), "{report}");
}

#[tokio::test]
async fn dates_of_a_clock_that_is_off_are_kept_as_written() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let text = |modified: &str| {
        let iri = "https://data.example.org/a";
        Answer::turtle(format!("{PREFIXES}{}<{iri}> dct:modified \"{modified}\"^^xsd:dateTime .", dataset(iri, "a")))
    };
    for modified in ["2099-12-31T00:00:00Z", "1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z"] {
        bench.provider.set("/all.ttl", text(modified));
        let report = bench.harvest().await;
        assert_eq!(report.exit_code(), 0, "{report}");
        assert_eq!(value_of(&bench, "a").await.modified.unwrap().original, modified, "an older date is a change too");
    }
}

#[tokio::test]
async fn thousands_of_records_in_one_catalogue_document_are_read_in_one_go() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a"]);
    let mut text = format!("{PREFIXES}<{PERSISTENT}/catalog/main> a dcat:Catalog .\n");
    for number in 0..2_000 {
        let iri = format!("{PERSISTENT}/dataset/{number}");
        text.push_str(&format!(
            "<{PERSISTENT}/catalog/main> dcat:dataset <{iri}> . <{iri}> a dcat:Dataset ; dct:title \"{number}\"@en ; dct:description \"Images.\"@en .\n"
        ));
    }
    bench.provider.set("/catalog/main", Answer::turtle(text));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 2_000), "{:?}", report.stop);
}

#[tokio::test]
async fn an_address_with_a_password_in_it_is_not_asked_and_costs_nothing_else() {
    let bench = fdp(&["a", "b"]).await;
    let host = bench.provider.base.trim_start_matches("http://").to_owned();
    bench.provider.set(
        "/catalog/main",
        Answer::turtle(format!(
            "{PREFIXES}<{PERSISTENT}/catalog/main> a dcat:Catalog ; dcat:dataset <{PERSISTENT}/dataset/a>, <{PERSISTENT}/dataset/b>, <http://user:secret@{host}/dataset/c> ."
        )),
    );
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found, report.tally.removed), (RunOutcome::Salvaged, 2, 0), "{report}");
    assert!(report.to_string().contains("must not carry a user name"), "{report}");
}

/// The catalogue carries a line about each data set; the rest is in a document of its own.
#[tokio::test]
async fn a_line_in_a_catalogue_is_not_taken_for_the_record() {
    let bench = fdp(&["a", "b"]).await;
    let before = bench.snapshot().await;
    let line = |name: &str| format!("<{PERSISTENT}/dataset/{name}> a dcat:Dataset ; dct:title \"{name}\"@en .\n");
    let listing = format!(
        "{PREFIXES}<{PERSISTENT}/catalog/main> a dcat:Catalog ; dcat:dataset <{PERSISTENT}/dataset/a>, <{PERSISTENT}/dataset/b> .\n{}{}",
        line("a"),
        line("b")
    );
    bench.provider.set("/catalog/main", Answer::turtle(listing));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.changed), (RunOutcome::Complete, 0), "{report}");
    assert_eq!(bench.snapshot().await, before);
    bench.provider.set("/dataset/b", Answer::Status(500));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.changed), (RunOutcome::Salvaged, 0), "{report}");
    assert_eq!(bench.snapshot().await, before);
    bench.provider.set("/dataset/b", Answer::Document("text/html", b"<html>Lung images</html>".to_vec()));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 2), "{report}");
}

#[tokio::test]
async fn what_a_provider_writes_cannot_steer_the_terminal_of_the_operator() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let iri = "https://data.example.org/a";
    let text = format!("{PREFIXES}<{iri}> a dcat:Dataset ; dct:title \"\\u001B[2J\\u0007cleared\"@en .");
    bench.provider.set("/all.ttl", Answer::turtle(text));
    let report = bench.harvest().await;
    assert!(report.records[0].title.as_deref().unwrap().contains("cleared"), "{report}");
    assert!(report.to_string().chars().all(|c| c == '\n' || !c.is_control()), "{:?}", report.to_string());
}
