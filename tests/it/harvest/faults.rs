//! Providers that misbehave. Whatever they do, nothing that is stored is lost.

use atlas::domain::lifecycle::RunOutcome;
use atlas::harvest::Protocol;
use atlas::net::{ErrorClass, Fetch};

use super::bench::{Bench, client, document, publish_fdp, set_dataset};
use crate::helpers::provider::{Answer, FakeProvider};

/// A bench with two stored data sets from a document.
async fn stored() -> Bench {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", document(&["a", "b"]));
    bench.harvest().await;
    bench
}

/// Harvests once the source answers so, and proves that nothing changed.
async fn outcome_of(answer: Answer, class: &str) -> RunOutcome {
    let bench = stored().await;
    let before = bench.snapshot().await;
    bench.provider.set("/all.ttl", answer);
    let report = bench.harvest().await;
    assert_eq!(report.exit_code(), 1, "{report}");
    let stop = report.stop.clone().unwrap();
    assert_eq!(stop.class, class, "{report}");
    assert!(!stop.message.is_empty() && !stop.advice.is_empty());
    assert_eq!(bench.snapshot().await, before);
    report.outcome
}

#[tokio::test]
async fn unreachable_forbidden_gone_and_empty_are_four_outcomes() {
    assert_eq!(outcome_of(Answer::Status(503), "server-error").await, RunOutcome::Unreachable);
    assert_eq!(outcome_of(Answer::Status(403), "forbidden").await, RunOutcome::Forbidden);
    assert_eq!(outcome_of(Answer::Status(410), "gone").await, RunOutcome::Gone);
    assert_eq!(outcome_of(document(&[]), "held").await, RunOutcome::EmptyHeld);
}

#[tokio::test]
async fn a_web_page_is_not_metadata() {
    let page = "<!DOCTYPE html><html><body>Maintenance</body></html>";
    let answer = Answer::Document("text/turtle", page.as_bytes().to_vec());
    assert_eq!(outcome_of(answer, "not-rdf").await, RunOutcome::Refused);
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_is_no_answer() {
    let Answer::Document(_, body) = document(&["a"]) else { unreachable!() };
    assert_eq!(outcome_of(Answer::Broken(body), "cut-off").await, RunOutcome::Refused);
}

#[tokio::test]
async fn a_document_that_ends_in_its_middle_is_no_answer_wherever_it_is_cut() {
    let bench = stored().await;
    let before = bench.snapshot().await;
    let Answer::Document(_, body) = document(&["a"]) else { unreachable!() };
    // Cut at the end of a statement, nothing can tell; there the mass-removal guard holds.
    for at in (120..body.len() - 3).step_by(37) {
        bench.provider.set("/all.ttl", Answer::Document("text/turtle", body[..at].to_vec()));
        let report = bench.harvest().await;
        assert_ne!(report.outcome, RunOutcome::Complete, "cut at {at}: {report}");
        assert_eq!(bench.snapshot().await, before, "cut at {at}: {report}");
    }
}

/// Harvests `a` as it was, `b` with another description, and more; proves that `b` stays as it was.
async fn b_stays_as_it_was_beside(more: &str) {
    let bench = stored().await;
    let before = bench.snapshot().await;
    let Answer::Document(_, body) = document(&["a", "b"]) else { unreachable!() };
    let text = String::from_utf8(body).unwrap();
    let (a, b) = text.split_at(text.find("<https://data.example.org/b>").unwrap());
    let b = b.replace("A collection of images.", "Another collection.");
    bench
        .provider
        .set("/all.ttl", Answer::turtle(format!("{a}{more}{b}<https://data.example.org/b> dcat:keyword \"k\" .\n")));
    let report = bench.harvest().await;
    assert_eq!(bench.snapshot().await, before, "{report}");
    assert_eq!((report.tally.changed, report.tally.removed), (0, 0), "{report}");
    assert!(report.to_string().contains("https://data.example.org/b"), "{report}");
}

#[tokio::test]
async fn a_record_that_is_cut_among_very_many_problems_stays_as_it_was() {
    let mut more: String = (0..250).map(|n| format!("<https://data.example.org/x{n}> dct:title Oops .\n")).collect();
    more.push_str("<https://data.example.org/b> dct:alternative Oops .\n");
    b_stays_as_it_was_beside(&more).await;
}

#[tokio::test]
async fn a_record_of_which_unnamed_statements_may_be_lost_stays_as_it_was() {
    b_stays_as_it_was_beside("<https://data.example.org/b> dct:publisher _:desk .\n_:desk dct:title Oops .\n").await;
}

#[tokio::test]
async fn a_small_answer_that_unfolds_without_end_is_given_up() {
    assert_eq!(outcome_of(Answer::Bomb(64 * 1024 * 1024), "too-large").await, RunOutcome::Refused);
}

#[tokio::test]
async fn a_redirect_to_an_address_inside_is_refused() {
    let inner = FakeProvider::start().await;
    inner.set("/secret", document(&["secret"]));
    let answer = Answer::Redirect(format!("{}/secret", inner.base.replace("127.0.0.1", "localhost")));
    assert_eq!(outcome_of(answer, "refused-address").await, RunOutcome::Refused);
    assert!(inner.take_requests().is_empty());
}

#[tokio::test]
async fn without_the_operators_word_no_private_address_is_asked() {
    let provider = FakeProvider::start().await;
    provider.set("/", document(&["a"]));
    let port = provider.base.rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"] {
        let error = client(false).get(&Fetch::new(format!("http://{host}:{port}/"), "text/turtle")).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::RefusedAddress, "{host}: {error}");
    }
    assert!(provider.take_requests().is_empty());
}

#[tokio::test]
async fn a_source_that_is_not_there_is_unreachable() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    let error = client(true).get(&Fetch::new(address, "text/turtle")).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Unreachable, "{error}");
}

#[tokio::test]
async fn a_host_that_asks_for_patience_gets_it_and_then_answers() {
    let provider = FakeProvider::start().await;
    provider.set("/", Answer::With(429, vec![("Retry-After", "3600".to_owned())]));
    let error = client(true).get(&Fetch::new(format!("{}/", provider.base), "")).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::RateLimited);
    assert_eq!(provider.take_requests().len(), 1, "an hour is more than a run waits");
}

#[tokio::test]
async fn a_gone_root_is_not_an_empty_federation() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b"]);
    bench.harvest().await;
    let before = bench.snapshot().await;
    bench.provider.clear();
    let report = bench.harvest().await;
    assert_eq!(report.outcome, RunOutcome::Gone, "{report}");
    assert_eq!(bench.snapshot().await, before);
}

#[tokio::test]
async fn a_source_that_dies_at_any_request_changes_nothing() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a", "b", "c"]);
    bench.harvest().await;
    let (before, head) = (bench.snapshot().await, bench.outbox_head().await);
    publish_fdp(&bench.provider, &["a", "b", "d"]);
    set_dataset(&bench.provider, "a", "a, second edition");
    // Root, catalogue, the probe for pages, and two documents for each of three data sets.
    for request in 0..9 {
        bench.provider.die_at(Some(request));
        let report = bench.harvest().await;
        assert_eq!(report.exit_code(), 1, "died at request {request}: {report}");
        assert_eq!(bench.snapshot().await, before, "died at request {request}: {report}");
    }
    assert_eq!(bench.outbox_head().await, head);
    bench.provider.die_at(None);
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 1), "{report}");
    assert_eq!((report.tally.changed, report.tally.removed), (1, 1), "{report}");
}

#[tokio::test]
async fn a_run_whose_process_was_killed_is_closed_by_the_next() {
    let bench = stored().await;
    let source = bench.source.clone();
    bench
        .engine
        .db
        .write(move |connection| atlas::db::runs::begin(connection, &source, "killed", chrono::Utc::now()))
        .await
        .unwrap();
    let report = bench.harvest().await;
    assert_eq!(report.outcome, RunOutcome::Unchanged, "{report}");
    let runs = bench.runs().await;
    let killed = runs.iter().find(|run| run.cause == "killed").unwrap();
    assert_eq!(killed.outcome().unwrap(), Some(RunOutcome::Failed));
}

#[tokio::test]
async fn a_passing_failure_is_tried_again() {
    let provider = FakeProvider::start().await;
    provider.set("/", Answer::With(503, vec![("Retry-After", "1".to_owned())]));
    let patient = atlas::net::Client::new(atlas::net::NetSettings {
        allow_private: true,
        pace: std::time::Duration::ZERO,
        attempts: 2,
        ..atlas::net::NetSettings::default()
    });
    let asking = tokio::spawn({
        let fetch = Fetch::new(format!("{}/", provider.base), "text/turtle");
        async move { patient.get(&fetch).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    provider.set("/", document(&["a"]));
    assert_eq!(asking.await.unwrap().unwrap().status, 200);
    assert_eq!(provider.take_requests().len(), 2);
}

#[tokio::test]
async fn a_statement_that_cannot_be_read_removes_nothing() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", document(&["a", "b", "c", "d", "e", "f"]));
    bench.harvest().await;
    let Answer::Document(_, body) = document(&["a", "b", "c", "d", "e", "f"]) else { unreachable!() };
    let text = String::from_utf8(body).unwrap().replace("data.example.org/c> a", "data.example.org/c> <<< a");
    bench.provider.set("/all.ttl", Answer::turtle(text));
    let report = bench.harvest().await;
    assert_ne!(report.exit_code(), 0, "{report}");
    let states = bench.records().await;
    assert!(states.iter().all(|record| record.state == atlas::domain::lifecycle::RecordState::Published), "{report}");
    assert_eq!(states.len(), 6);
}
