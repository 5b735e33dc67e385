//! Bad input, anywhere, has a clear answer: it names the thing, says why, and shows the way out; nothing is lost and
//! nothing is half-written.

use atlas::domain::lifecycle::RunOutcome;
use atlas::harvest::report::Change;

use crate::helpers::hub::TestHub;
use crate::helpers::program::Terminal;
use crate::helpers::provider::{Answer, FakeProvider};

/// A document with these data sets.
fn document(datasets: &[(&str, &str)]) -> String {
    let mut text = String::from(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n\
         @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n",
    );
    for (iri, more) in datasets {
        let name = iri.rsplit('/').next().unwrap();
        text.push_str(&format!("<{iri}> a dcat:Dataset ; dct:title \"{name}\"@en {more} .\n"));
    }
    text
}

#[test]
fn an_unknown_configuration_key_is_named_with_its_origin_and_the_nearest_known_one() {
    let terminal = Terminal::open();
    let refused = terminal.atlas(&["check-config"]).env("ATLAS__SERVER__BINDD", "x").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("server.bindd") && said.contains("ATLAS__SERVER__BINDD"), "{said}");
    assert!(said.contains("did you mean \"server.bind\""), "{said}");

    terminal.write("atlas.toml", "[harvest]\ninterval_hour = 3\n");
    let refused = terminal.run(&["serve"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.complained.contains("harvest.interval_hour"), "{}", refused.complained);
    assert!(refused.complained.contains("atlas.toml"), "{}", refused.complained);
    assert!(!terminal.path("data").exists(), "nothing was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_source_is_told_from_an_empty_one_and_changes_nothing() {
    let hub = TestHub::spawn();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    let report = hub.harvest(&address).await;
    assert_eq!(report.outcome, RunOutcome::Unreachable);
    let stop = report.stop.unwrap();
    assert!(!stop.message.is_empty() && !stop.advice.is_empty(), "{stop:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_html_is_refused_with_the_way_out() {
    let provider = FakeProvider::start().await;
    let page = "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in</body></html>";
    provider.set("/", Answer::Document("text/html", page.into()));
    let hub = TestHub::spawn();
    let report = hub.harvest(&format!("{}/", provider.base)).await;
    assert_eq!(report.outcome, RunOutcome::Refused);
    let stop = report.stop.unwrap();
    assert!(
        stop.message.to_lowercase().contains("html") || stop.message.to_lowercase().contains("web page"),
        "{stop:?}"
    );
    assert!(!stop.advice.is_empty(), "{stop:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_three_megabytes_is_refused_and_its_neighbour_kept() {
    let provider = FakeProvider::start().await;
    let long = format!("; dct:description \"{}\"@en", "many words ".repeat(300_000));
    let text =
        document(&[("https://hospital.example/dataset/large", &long), ("https://hospital.example/dataset/small", "")]);
    provider.set("/all.ttl", Answer::turtle(text));
    let hub = TestHub::spawn();
    let report = hub.harvest_document(&format!("{}/all.ttl", provider.base)).await;
    assert_eq!(report.outcome, RunOutcome::Salvaged);
    let refused: Vec<_> = report.records.iter().filter(|line| line.change == Change::Refused).collect();
    assert_eq!(refused.len(), 1, "{:?}", report.records);
    assert!(refused[0].name.ends_with("/large") && !refused[0].reasons.is_empty(), "{:?}", refused[0]);
    assert_eq!(hub.visitor.open("/datasets/small").await.status, 200);
    assert_eq!(hub.visitor.open("/datasets/large").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_iri_with_spaces_is_named_and_the_other_records_are_kept() {
    let provider = FakeProvider::start().await;
    let text = document(&[
        ("https://hospital.example/dataset/good", ""),
        ("https://hospital.example/dataset/spaced", "; dcat:landingPage <https://hospital.example/a page with spaces>"),
    ]);
    provider.set("/all.ttl", Answer::turtle(text));
    let hub = TestHub::spawn();
    let report = hub.harvest_document(&format!("{}/all.ttl", provider.base)).await;
    assert!(report.to_string().contains("a page with spaces"), "{report}");
    assert_eq!(hub.visitor.open("/datasets/good").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_31st_of_february_is_shown_as_written_and_read_as_not_stated() {
    let provider = FakeProvider::start().await;
    let text = document(&[("https://hospital.example/dataset/dated", "; dct:issued \"2021-02-31\"^^xsd:date")]);
    provider.set("/all.ttl", Answer::turtle(text));
    let hub = TestHub::spawn();
    let report = hub.harvest_document(&format!("{}/all.ttl", provider.base)).await;
    assert!(matches!(report.outcome, RunOutcome::Complete | RunOutcome::Salvaged), "{report}");
    let page = hub.visitor.open("/datasets/dated").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("2021-02-31"), "{}", page.text());
    let json = hub.visitor.api("/datasets/dated.json").await;
    let issued = json.pointer("/dataset/issued").or_else(|| json.get("issued")).unwrap_or_else(|| panic!("{json}"));
    assert_eq!(issued["original"], "2021-02-31");
    assert!(issued["canonical"].is_null(), "{issued}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_of_ten_thousand_characters_keeps_the_form_and_says_so() {
    let hub = TestHub::spawn();
    let long = "lung ".repeat(2_000).trim().replace(' ', "+");
    let page = hub.visitor.open(&format!("/datasets?q={long}")).await;
    assert!(page.status < 500, "{}", page.status);
    assert!(page.text().contains("500"), "{}", page.text());
    let html = scraper::Html::parse_document(&page.body);
    let box_ = scraper::Selector::parse("input[name=q], textarea[name=q]").unwrap();
    assert!(html.select(&box_).next().is_some(), "the form is kept");

    let answer = hub.visitor.ask(&format!("/api/v1/datasets?q={long}"), "application/json").await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert!(answer.header("content-type").starts_with("application/problem+json"));
    assert!(answer.body.contains("500"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_before_the_first_leads_to_the_canonical_address() {
    let hub = TestHub::spawn();
    let answer = hub.visitor.open("/datasets?page=-1").await;
    assert!((300..400).contains(&answer.status), "{}", answer.status);
    let target = answer.header("location");
    assert!(target.ends_with("/datasets"), "{target}");
    let refused = hub.visitor.ask("/api/v1/datasets?page=-1", "application/json").await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert!(refused.body.contains("page"), "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_facet_value_that_does_not_exist_is_named_with_a_link_that_removes_it() {
    let hub = TestHub::spawn();
    let page = hub.visitor.open("/datasets?modality=crystal-ball").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("crystal-ball"), "{}", page.text());
    let html = scraper::Html::parse_document(&page.body);
    let link = scraper::Selector::parse("main a").unwrap();
    let removes = |href: &str| href.contains("/datasets") && !href.contains("crystal-ball");
    assert!(html.select(&link).filter_map(|a| a.value().attr("href")).any(removes));
    let refused = hub.visitor.ask("/api/v1/datasets?modality=crystal-ball", "application/json").await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert!(refused.body.contains("crystal-ball"), "{}", refused.body);
}

#[cfg(feature = "demo")]
#[test]
fn a_second_demonstration_on_the_same_folder_is_told_who_has_it() {
    let terminal = Terminal::open();
    let ready = terminal.path("ready");
    let arguments = |ready: &str| {
        ["demo", "--port", "0", "--nodes", "1", "--dir", "shared", "--ready-file", ready].map(str::to_owned)
    };
    let first_arguments = arguments(ready.to_str().unwrap());
    let mut first = terminal.start(&first_arguments.each_ref().map(String::as_str));
    first.wait_for_file(&ready);
    let second = terminal.run(&arguments("second").each_ref().map(String::as_str));
    assert_eq!(second.code, Some(1));
    assert!(second.complained.contains(&format!("process {}", first.id())), "{}", second.complained);
    assert!(second.complained.contains("--dir"), "{}", second.complained);
    let ended = first.press_ctrl_c();
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
