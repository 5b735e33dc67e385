//! Sources of many pages: every way to name the next one, and every way to get it wrong.

use atlas::domain::lifecycle::{RecordState, RunOutcome};
use atlas::harvest::report::Change;
use atlas::harvest::{Protocol, RunReport, SourceOptions, Target};

use super::bench::{Bench, PREFIXES, dataset};
use crate::helpers::provider::{Answer, FakeProvider};

const HYDRA: &str = "http://www.w3.org/ns/hydra/core#";
const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn iri(name: &str) -> String {
    format!("https://data.example.org/{name}")
}

/// A page with one data set and these statements about its place.
fn page(name: &str, paging: &str) -> Answer {
    Answer::turtle(format!("{PREFIXES}@prefix hydra: <{HYDRA}> .\n{}{paging}", dataset(&iri(name), name)))
}

/// Five pages of one data set each, which say how many they are.
fn publish_five(provider: &FakeProvider) {
    for (number, name) in NAMES.iter().enumerate() {
        let number = number + 1;
        let next = if number < 5 { format!("hydra:next <?page={}> ;", number + 1) } else { String::new() };
        let links = format!(
            "<?page={number}> a hydra:PartialCollectionView ; {next} hydra:last <?page=5> .
             <catalog> a hydra:Collection ; hydra:view <?page={number}> ; hydra:totalItems 5 ."
        );
        provider.set(&format!("/catalog?page={number}"), page(name, &links));
    }
}

async fn five() -> Bench {
    let bench = Bench::new(Protocol::Document, "/catalog?page=1").await;
    publish_five(&bench.provider);
    bench
}

fn stop_of(report: &RunReport) -> (&str, &str) {
    let stop = report.stop.as_ref().unwrap_or_else(|| panic!("{report}"));
    assert!(!stop.advice.is_empty(), "{report}");
    (&stop.class, &stop.message)
}

#[tokio::test]
async fn five_pages_are_read_and_compared_with_the_announced_number() {
    let bench = five().await;
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found, report.documents), (RunOutcome::Complete, 5, 5), "{report}");
    assert_eq!(report.stop, None);
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Unchanged);
    assert_eq!(bench.provider.not_modified(), 5);
}

#[tokio::test]
async fn a_broken_page_in_the_middle_is_named_and_costs_nothing_that_is_stored() {
    let whole = "PREFIX : <https://data.example.org/>";
    let broken = [
        (Answer::Status(500), "server-error"),
        (Answer::Status(404), "gone"),
        (Answer::Status(403), "forbidden"),
        (Answer::With(429, vec![("Retry-After", "3600".to_owned())]), "rate-limited"),
        (Answer::turtle("<https://data.example.org/c> a <http://www.w3.org/ns/dcat#Data"), "unreadable"),
        (Answer::turtle(""), "unreadable"),
        (Answer::Document("text/html", b"<html>Sorry</html>".to_vec()), "not-rdf"),
        (Answer::Broken(whole.repeat(50).into_bytes()), "cut-off"),
        (Answer::CutAt(0, Box::new(Answer::Status(200))), "unreachable"),
        (Answer::Redirect("http://10.0.0.1/".to_owned()), "refused-address"),
        (Answer::Bomb(64 * 1024 * 1024), "too-large"),
    ];
    for (answer, class) in broken {
        let bench = five().await;
        bench.harvest().await;
        let before = bench.snapshot().await;
        bench.provider.set("/catalog?page=3", answer);
        let report = bench.harvest().await;
        assert_eq!((report.outcome, report.exit_code()), (RunOutcome::Salvaged, 2), "{class}: {report}");
        let (found, message) = stop_of(&report);
        assert_eq!(found, class, "{report}");
        assert!(message.contains("page 3 of 5 could not be read"), "{report}");
        assert_eq!(report.tally.removed, 0, "{report}");
        assert_eq!(bench.snapshot().await, before, "{class}: {report}");
        publish_five(&bench.provider);
        let mended = bench.harvest().await;
        assert_eq!((mended.outcome, mended.tally.found), (RunOutcome::Complete, 5), "{class}: {mended}");
        assert_eq!(mended.stop, None, "what was wrong at the last run is not shown again");
    }
}

#[tokio::test]
async fn the_pages_before_a_broken_one_are_taken_over() {
    let bench = five().await;
    bench.harvest().await;
    let text = format!(
        "{PREFIXES}@prefix hydra: <{HYDRA}> . {} <?page=2> hydra:next <?page=3> .",
        dataset(&iri("b"), "b, second edition")
    );
    bench.provider.set("/catalog?page=2", Answer::turtle(text));
    bench.provider.set("/catalog?page=3", Answer::Status(500));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.changed, report.tally.removed), (RunOutcome::Salvaged, 1, 0), "{report}");
    assert!(bench.records().await.iter().all(|record| record.state == RecordState::Published));
}

/// The publisher of the record on page 1 is described on page 2 only.
#[tokio::test]
async fn a_record_that_a_broken_page_describes_further_is_not_cut() {
    let bench = Bench::new(Protocol::Document, "/page1").await;
    let publisher = "https://data.example.org/hospital";
    let first = |title: &str| {
        Answer::turtle(format!(
            "{PREFIXES}{}<{}> dct:publisher <{publisher}> . <> <{HYDRA}next> <page2> .",
            dataset(&iri("a"), title),
            iri("a")
        ))
    };
    bench.provider.set("/page1", first("a"));
    bench.provider.set(
        "/page2",
        Answer::turtle(format!(
            "{PREFIXES}{}<{publisher}> a <http://xmlns.com/foaf/0.1/Agent> ; <http://xmlns.com/foaf/0.1/name> \"Hospital\" .",
            dataset(&iri("b"), "b")
        )),
    );
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Complete);
    let before = bench.snapshot().await;
    assert!(before.contains("Hospital"), "{before}");
    bench.provider.set("/page1", first("a, second edition"));
    bench.provider.set("/page2", Answer::Status(500));
    let report = bench.harvest().await;
    assert_eq!(bench.snapshot().await, before, "{report}");
    assert!(report.to_string().contains("may be described on a page that could not be read"), "{report}");
}

#[tokio::test]
async fn the_next_page_may_be_named_in_every_way_there_is() {
    let ways = [
        "<> a hydra:PagedCollection ; hydra:nextPage <NEXT> .",
        "<> a hydra:PagedCollection ; hydra:nextPage \"NEXT\" ; hydra:lastPage \"NEXT\" .",
        "<> a hydra:PartialCollectionView ; hydra:next <NEXT> .",
        "<catalog> a hydra:Collection ; hydra:next <NEXT> .",
        "<catalog> a hydra:Collection ; hydra:view [ a hydra:PartialCollectionView ; hydra:next \"NEXT\" ] .",
        "<> <https://www.w3.org/ns/hydra/core#next> <NEXT> .",
    ];
    for way in ways {
        for next in ["second", "/catalogs/second", "BASE/catalogs/second", "./x/../second#top"] {
            let bench = Bench::new(Protocol::Document, "/catalogs/first").await;
            let next = next.replace("BASE", &bench.provider.base);
            bench.provider.set("/catalogs/first", page("a", &way.replace("NEXT", &next)));
            bench.provider.set("/catalogs/second", page("b", ""));
            let report = bench.harvest().await;
            assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 2), "{way} {next}: {report}");
        }
    }
}

#[tokio::test]
async fn a_link_header_leads_on_among_several_links_and_in_quotes() {
    for link in [
        "<second>; rel=next",
        "<first>; rel=\"self first\", <second>; title=\"on; rel=prev, <x>\"; rel=\"next last\"",
        "<https://other.example.org/x>; rel=next; anchor=\"https://other.example.org/\", </catalogs/second>; rel=\"NEXT\"",
    ] {
        let bench = Bench::new(Protocol::Document, "/catalogs/first").await;
        bench.provider.set("/catalogs/first", Answer::Paged(page("a", "").body(), link.to_owned()));
        bench.provider.set("/catalogs/second", page("b", ""));
        let report = bench.harvest().await;
        assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 2), "{link}: {report}");
    }
}

#[tokio::test]
async fn every_form_of_rdf_can_be_paged() {
    let (type_, title) = ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://purl.org/dc/terms/title");
    let class = "http://www.w3.org/ns/dcat#Dataset";
    let lines = |name: &str, next: &str, graph: &str| {
        let mut text =
            format!("<{0}> <{type_}> <{class}> {graph}.\n<{0}> <{title}> \"{name}\"@en {graph}.\n", iri(name));
        if !next.is_empty() {
            text.push_str(&format!("<{next}> <{HYDRA}next> \"{next}\" {graph}.\n"));
        }
        text
    };
    type Form = (&'static str, fn(&str, &str, &dyn Fn(&str, &str, &str) -> String) -> String);
    let forms: [Form; 6] = [
        ("text/turtle", |name, next, lines| lines(name, next, "")),
        ("application/n-triples", |name, next, lines| lines(name, next, "")),
        ("application/n-quads", |name, next, lines| lines(name, next, "<https://data.example.org/graph> ")),
        ("application/trig", |name, next, lines| {
            format!("<https://data.example.org/graph> {{ {} }}", lines(name, next, ""))
        }),
        ("application/ld+json", |name, next, _| {
            let mut page = serde_json::json!({
                "@id": iri(name),
                "@type": "http://www.w3.org/ns/dcat#Dataset",
                "http://purl.org/dc/terms/title": {"@value": name, "@language": "en"},
            });
            if !next.is_empty() {
                page = serde_json::json!([page, {"@id": "", "http://www.w3.org/ns/hydra/core#next": next}]);
            }
            page.to_string()
        }),
        ("application/rdf+xml", |name, next, _| {
            let view = if next.is_empty() {
                String::new()
            } else {
                format!("<rdf:Description rdf:about=\"\"><h:next rdf:resource=\"{next}\"/></rdf:Description>")
            };
            format!(
                "<?xml version=\"1.0\"?><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
                 xmlns:h=\"{HYDRA}\" xmlns:dct=\"http://purl.org/dc/terms/\" xmlns:dcat=\"http://www.w3.org/ns/dcat#\">\
                 <dcat:Dataset rdf:about=\"{}\"><dct:title xml:lang=\"en\">{name}</dct:title></dcat:Dataset>{view}</rdf:RDF>",
                iri(name)
            )
        }),
    ];
    for (media_type, write) in forms {
        let bench = Bench::new(Protocol::Document, "/first").await;
        let second = format!("{}/second", bench.provider.base);
        bench.provider.set("/first", Answer::Document(media_type, write("a", &second, &lines).into_bytes()));
        bench.provider.set("/second", Answer::Document(media_type, write("b", "", &lines).into_bytes()));
        let report = bench.harvest().await;
        assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 2), "{media_type}: {report}");
    }
}

#[tokio::test]
async fn links_of_pages_refer_to_the_address_that_answered_and_names_to_the_one_that_was_asked() {
    let bench = Bench::new(Protocol::Document, "/catalog").await;
    bench.provider.set("/catalog", Answer::Moved("/catalogs/v2/".to_owned()));
    let text = format!("{PREFIXES}{}<> <{HYDRA}next> <?page=2> .", dataset("#a", "a"));
    bench.provider.set("/catalogs/v2/", Answer::turtle(text));
    bench.provider.set("/catalogs/v2/?page=2", page("b", ""));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 2), "{report}");
    let names: Vec<String> = bench.records().await.into_iter().filter_map(|record| record.iri).collect();
    assert!(names.contains(&format!("{}/catalog#a", bench.provider.base)), "{names:?}");
}

#[tokio::test]
async fn pages_of_a_source_with_a_base_of_its_own_are_found_all_the_same() {
    let bench = Bench::new(Protocol::Document, "/unused").await;
    bench
        .provider
        .set("/dump/1.ttl", Answer::turtle(format!("{PREFIXES}{}<> <{HYDRA}next> <2.ttl> .", dataset("#a", "a"))));
    bench.provider.set("/dump/2.ttl", page("b", ""));
    let options = SourceOptions { base: "https://persistent.example.org/sets".to_owned(), ..SourceOptions::default() };
    let target = Target { address: format!("{}/dump/1.ttl", bench.provider.base), options };
    let report = bench.engine.try_address(Protocol::Document, &target).await.unwrap();
    assert_eq!((report.outcome, report.tally.found), (RunOutcome::Complete, 2), "{report}");
    assert!(report.records.iter().any(|line| line.name == "https://persistent.example.org/sets#a"), "{report}");
}

/// A, B, C and back to B: by its address, and by what it says.
#[tokio::test]
async fn pages_in_a_circle_end_and_what_was_read_is_kept() {
    for (third, hint) in [("B", "leads back to"), ("B-again", "shows the same as page 2")] {
        let bench = Bench::new(Protocol::Document, "/A").await;
        bench.provider.set("/A", page("a", "<> hydra:next <B> ; hydra:last <D> ."));
        bench.provider.set("/B", page("b", "<> hydra:next <C> ."));
        bench.provider.set("/C", page("c", &format!("<> hydra:next <{third}> .")));
        bench.provider.set("/B-again", page("b", "<> hydra:next <C-again> ."));
        let report = bench.harvest().await;
        assert_eq!((report.outcome, report.tally.added), (RunOutcome::Salvaged, 3), "{report}");
        let (class, message) = stop_of(&report);
        assert_eq!(class, "incomplete");
        assert!(message.contains("circle") && message.contains(hint), "{report}");
        let asked = bench.provider.take_requests().len();
        assert!(asked <= 4, "{asked} requests");
        bench.provider.set("/A", page("a", ""));
        let report = bench.harvest().await;
        assert_eq!(report.outcome, RunOutcome::Held, "two of three are missing now: {report}");
    }
}

#[tokio::test]
async fn a_server_that_counts_its_pages_for_ever_is_left() {
    let bench = Bench::new(Protocol::Document, "/page?n=0").await;
    for number in 0..40 {
        // The same record on every page, with a new number in it, so that no two pages are equal.
        let more = format!("<{}> dct:description \"Page {number}\"@en . <> hydra:next <?n={}> .", iri("a"), number + 1);
        bench.provider.set(&format!("/page?n={number}"), page("a", &more));
    }
    let report = bench.harvest().await;
    let (class, message) = stop_of(&report);
    assert_eq!(class, "incomplete", "{report}");
    assert!(message.contains("brought no new record"), "{report}");
    assert!(bench.provider.take_requests().len() < 15);
}

#[tokio::test]
async fn fewer_records_than_announced_remove_nothing() {
    let bench = five().await;
    bench.harvest().await;
    let before = bench.snapshot().await;
    // Page 2 has lost its record: nothing but the announced number tells.
    bench.provider.set(
        "/catalog?page=2",
        Answer::turtle(format!(
            "@prefix hydra: <{HYDRA}> . <?page=2> a hydra:PartialCollectionView ; hydra:next <?page=3> .
             <catalog> a hydra:Collection ; hydra:view <?page=2> ; hydra:totalItems 5 ."
        )),
    );
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.removed), (RunOutcome::Salvaged, 0), "{report}");
    assert_eq!(stop_of(&report), ("incomplete", "the source announces 5 records and showed 4"));
    assert_eq!(bench.snapshot().await, before);
}

#[tokio::test]
async fn a_source_that_changes_while_it_is_read_removes_nothing() {
    let bench = five().await;
    bench.harvest().await;
    let before = bench.snapshot().await;
    bench.provider.set(
        "/catalog?page=3",
        Answer::turtle(format!(
            "{PREFIXES}@prefix hydra: <{HYDRA}> . {} <?page=3> a hydra:PartialCollectionView ; hydra:next <?page=5> .
             <catalog> a hydra:Collection ; hydra:view <?page=3> ; hydra:totalItems 4 .",
            dataset(&iri("c"), "c")
        )),
    );
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.removed), (RunOutcome::Salvaged, 0), "{report}");
    assert!(stop_of(&report).1.contains("announce 4 and 5 records"), "{report}");
    assert_eq!(bench.snapshot().await, before);
}

#[tokio::test]
async fn a_next_page_on_another_host_is_not_asked_for() {
    let bench = Bench::new(Protocol::Document, "/first").await;
    let other = FakeProvider::start().await;
    other.set("/second", page("b", ""));
    bench.provider.set("/first", page("a", &format!("<> hydra:next <{}/second> .", other.base)));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added), (RunOutcome::Salvaged, 1), "{report}");
    assert!(stop_of(&report).1.contains("on another host"), "{report}");
    assert!(other.take_requests().is_empty());
}

#[tokio::test]
async fn one_bad_record_on_a_page_costs_only_itself() {
    let bench = five().await;
    bench.harvest().await;
    let Answer::Document(_, body) = page("c", "<?page=3> hydra:next <?page=4> .") else { unreachable!() };
    let text = String::from_utf8(body).unwrap().replace("dct:title \"c\"@en", "nowhere:title \"c\"@en");
    bench.provider.set("/catalog?page=3", Answer::turtle(text));
    let report = bench.harvest().await;
    assert_ne!(report.outcome, RunOutcome::Complete, "{report}");
    assert_eq!(report.tally.removed, 0, "{report}");
    let states = bench.records().await;
    assert!(states.len() == 5 && states.iter().all(|record| record.state == RecordState::Published), "{report}");
    assert!(report.records.iter().all(|line| line.change != Change::Removed), "{report}");
}
