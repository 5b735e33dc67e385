//! Servers that break the rules of HTTP or of decency. Each misbehaviour has its outcome by name, a message that says what
//! happened and what to do, and leaves what is stored as it was.

use std::sync::Arc;
use std::time::Duration;

use atlas::domain::clock::ManualClock;
use atlas::domain::lifecycle::RunOutcome;
use atlas::harvest::Protocol;
use atlas::harvest::report::Stop;
use atlas::net::{Client, ErrorClass, Fetch, FetchLimits, NetSettings};
use chrono::{TimeDelta, Utc};

use super::bench::{Bench, client, document};
use crate::helpers::provider::{Answer, FakeProvider, wire};

const TURTLE: (&str, &str) = ("Content-Type", "text/turtle");

fn turtle() -> (&'static str, String) {
    (TURTLE.0, TURTLE.1.to_owned())
}

fn body() -> Vec<u8> {
    document(&["a", "b"]).body()
}

/// A bench with two stored data sets from a document.
async fn stored() -> Bench {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", document(&["a", "b"]));
    bench.harvest().await;
    bench
}

/// Harvests once the source answers so, and proves that nothing that is stored has changed.
async fn refusal_on(bench: &Bench, answer: Answer) -> (RunOutcome, Stop) {
    let before = bench.snapshot().await;
    bench.provider.set("/all.ttl", answer);
    let report = bench.harvest().await;
    assert_eq!(report.exit_code(), 1, "{report}");
    assert_eq!(bench.snapshot().await, before, "{report}");
    let stop = report.stop.unwrap();
    assert!(!stop.message.is_empty() && !stop.advice.is_empty(), "{stop:?}");
    (report.outcome, stop)
}

async fn expect(answer: Answer, outcome: RunOutcome, class: &str, says: &str) {
    let shown = format!("{answer:.60?}");
    let (found, stop) = refusal_on(&stored().await, answer).await;
    assert_eq!((found, stop.class.as_str()), (outcome, class), "{shown}: {stop:?}");
    assert!(stop.message.contains(says), "{shown}: {stop:?}");
}

#[tokio::test]
async fn every_status_that_is_no_answer_has_its_name() {
    let table = [
        (401, RunOutcome::Forbidden, "forbidden"),
        (403, RunOutcome::Forbidden, "forbidden"),
        (404, RunOutcome::Gone, "gone"),
        (410, RunOutcome::Gone, "gone"),
        (429, RunOutcome::Unreachable, "rate-limited"),
        (500, RunOutcome::Unreachable, "server-error"),
        (502, RunOutcome::Unreachable, "server-error"),
        (503, RunOutcome::Unreachable, "server-error"),
        (504, RunOutcome::Unreachable, "server-error"),
        (400, RunOutcome::Refused, "unexpected-status"),
        (406, RunOutcome::Refused, "unexpected-status"),
        (451, RunOutcome::Refused, "unexpected-status"),
        (202, RunOutcome::Refused, "unexpected-status"),
        (204, RunOutcome::Refused, "unexpected-status"),
        (206, RunOutcome::Refused, "unexpected-status"),
        (300, RunOutcome::Refused, "redirect"),
    ];
    for (status, outcome, class) in table {
        let says = if status == 300 { "names no target" } else { &status.to_string() };
        expect(Answer::Status(status), outcome, class, says).await;
    }
}

#[tokio::test]
async fn a_part_of_a_document_is_not_the_document() {
    let half = body()[..200].to_vec();
    let text = String::from_utf8(wire::whole(&[turtle()], &half)).unwrap().replace("200 OK", "206 Partial Content");
    expect(Answer::Raw(text.into_bytes()), RunOutcome::Refused, "unexpected-status", "206").await;
}

#[tokio::test]
async fn not_modified_is_no_answer_to_who_has_nothing() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", Answer::Status(304));
    let report = bench.harvest().await;
    assert_eq!(report.outcome, RunOutcome::Refused, "{report}");
    assert!(report.to_string().contains("304"), "{report}");
    bench.provider.set("/all.ttl", document(&["a"]));
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Complete);
}

#[tokio::test]
async fn a_slow_source_is_read_and_one_that_never_ends_is_left() {
    let mut bench = stored().await;
    let slowly = |wait| Answer::Dripping(400, Duration::from_millis(wait), Box::new(document(&["a", "b", "c"])));
    bench.provider.set("/all.ttl", slowly(5));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 1), "{report}");
    bench.engine.request_time = Duration::from_secs(1);
    let endless = Answer::Dripping(1, Duration::from_millis(20), Box::new(document(&["a", "b", "d"])));
    let (outcome, stop) = refusal_on(&bench, endless).await;
    assert_eq!((outcome, stop.class.as_str()), (RunOutcome::Unreachable, "timeout"));
    assert!(stop.message.contains("took longer than 1 s"), "{stop:?}");
}

#[tokio::test]
async fn a_silent_server_is_left_before_and_inside_its_answer() {
    let provider = FakeProvider::start().await;
    let limits = FetchLimits { idle: Duration::from_millis(200), ..FetchLimits::default() };
    let hour = Duration::from_secs(3_600);
    for answer in [
        Answer::Late(hour, Box::new(document(&["a"]))),
        Answer::Dripping(120, hour, Box::new(document(&["a"]))),
        Answer::Dripping(300, hour, Box::new(document(&["a"]))),
    ] {
        provider.set("/", answer.clone());
        let fetch = Fetch { limits, ..Fetch::new(format!("{}/", provider.base), "text/turtle") };
        let error = client(true).get(&fetch).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::Timeout, "{answer:.80?}: {error}");
        assert!(error.to_string().contains("sent nothing"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_at_any_byte_changes_nothing() {
    let bench = stored().await;
    let before = bench.snapshot().await;
    let whole = document(&["a", "b", "c"]);
    let length = wire::whole(&[turtle(), ("ETag", wire::tag_of(&body()))], &whole.clone().body()).len();
    for at in (0..length - 1).step_by(61) {
        for answer in [Answer::CutAt(at, Box::new(whole.clone())), Answer::ResetAt(at, Box::new(whole.clone()))] {
            bench.provider.set("/all.ttl", answer);
            let report = bench.harvest().await;
            let class = report.stop.as_ref().map(|stop| stop.class.as_str());
            assert!(matches!(class, Some("cut-off" | "unreachable" | "not-http")), "cut at {at}: {report}");
            assert_eq!(bench.snapshot().await, before, "cut at {at}: {report}");
        }
    }
    bench.provider.set("/all.ttl", whole);
    assert_eq!(bench.harvest().await.tally.added, 1);
}

#[tokio::test]
async fn half_a_body_that_claims_to_be_whole_is_seen_through() {
    let half = body()[..body().len() / 2].to_vec();
    let says = "could not be read to its end";
    expect(Answer::Headed(vec![turtle()], half.clone()), RunOutcome::Refused, "unreadable", says).await;
    let old_manner = Answer::Raw(wire::until_the_end(&[turtle()], &half));
    expect(old_manner, RunOutcome::Refused, "unreadable", says).await;
}

#[tokio::test]
async fn a_server_of_http_1_0_is_read() {
    let bench = stored().await;
    bench.provider.set("/all.ttl", Answer::Raw(wire::until_the_end(&[turtle()], &document(&["a", "b", "c"]).body())));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 1), "{report}");
}

#[tokio::test]
async fn a_length_that_lies_is_seen_through() {
    let body = body();
    let longer = Answer::Raw(wire::with_length(&[turtle()], &body, body.len() + 1_000));
    expect(longer, RunOutcome::Refused, "cut-off", "cut off").await;
    let shorter = Answer::Raw(wire::with_length(&[turtle()], &body, body.len() / 2));
    expect(shorter, RunOutcome::Refused, "unreadable", "could not be read").await;
    let two_lengths = Answer::Raw(wire::whole(&[turtle(), ("Content-Length", "7".to_owned())], &body));
    expect(two_lengths, RunOutcome::Refused, "not-http", "not HTTP that can be read").await;
    let enormous = Answer::Raw(wire::with_length(&[turtle()], &body, usize::MAX / 4));
    expect(enormous, RunOutcome::Refused, "too-large", "more than").await;
}

#[tokio::test]
async fn the_type_in_the_header_may_lie() {
    for media_type in ["text/html", "text/plain", "application/octet-stream", "application/json", "nonsense"] {
        let bench = stored().await;
        bench.provider.set("/all.ttl", Answer::Document(media_type, document(&["a", "b", "c"]).body()));
        let report = bench.harvest().await;
        assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 1), "{media_type}: {report}");
    }
    let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0, 1, 2, 3, 200, 201].repeat(50)].concat();
    expect(Answer::Document("text/turtle", picture), RunOutcome::Refused, "unreadable", "could not be read").await;
}

#[tokio::test]
async fn what_is_not_http_is_named_so() {
    let says = "not HTTP that can be read";
    let many = (0..500).map(|number| ("X-Header", number.to_string())).collect::<Vec<_>>();
    for answer in [
        Answer::Raw(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".to_vec()),
        Answer::Raw(wire::with_length(&[("Content-Length", "minus one".to_owned())], b"", 0)),
        Answer::With(200, many),
        Answer::With(200, vec![("X-Long", "x".repeat(4 * 1024 * 1024))]),
        Answer::Headed(vec![turtle(), ("Content-Encoding", "br".to_owned())], body()),
    ] {
        expect(answer, RunOutcome::Refused, "not-http", says).await;
    }
}

#[tokio::test]
async fn broken_packing_is_no_answer() {
    let mut packed = wire::bomb(100_000);
    packed.truncate(packed.len() / 2);
    let answer = Answer::Headed(vec![turtle(), ("Content-Encoding", "gzip".to_owned())], packed);
    expect(answer, RunOutcome::Refused, "cut-off", "cut off").await;
    let not_packed = Answer::Headed(vec![turtle(), ("Content-Encoding", "gzip".to_owned())], body());
    expect(not_packed, RunOutcome::Refused, "cut-off", "cut off").await;
}

#[tokio::test]
async fn redirects_that_lead_nowhere_or_inside_are_refused() {
    let other = FakeProvider::start().await;
    other.set("/", document(&["secret"]));
    let port = other.base.rsplit(':').next().unwrap();
    let refused = [
        ("http://169.254.169.254/latest/meta-data", "not a host of this source"),
        ("http://[::1]:9/", "not a host of this source"),
        (&other.base, "not a host of this source"),
        (&format!("http://user:secret@127.0.0.1:{port}/"), "not a host of this source"),
        ("file:///etc/passwd", "not a host of this source"),
        ("gopher://127.0.0.1/", "only http and https"),
    ];
    for (target, says) in refused {
        let bench = stored().await;
        let (outcome, stop) = refusal_on(&bench, Answer::Redirect(target.to_owned())).await;
        assert_eq!((outcome, stop.class.as_str()), (RunOutcome::Refused, "refused-address"), "{target}: {stop:?}");
        assert!(stop.message.contains(says) && !stop.message.contains("secret"), "{target}: {stop:?}");
    }
    assert!(other.take_requests().is_empty());
    let nowhere = [
        (Answer::Redirect("/all.ttl".to_owned()), "in a circle"),
        (Answer::Redirect("http://".to_owned()), "not an address"),
        (Answer::With(301, Vec::new()), "names no target"),
    ];
    for (answer, says) in nowhere {
        expect(answer, RunOutcome::Refused, "redirect", says).await;
    }
}

#[tokio::test]
async fn redirects_without_end_are_left() {
    let bench = stored().await;
    for number in 0..20 {
        bench.provider.set(&format!("/{number}"), Answer::Redirect(format!("/{}", number + 1)));
    }
    let (outcome, stop) = refusal_on(&bench, Answer::Redirect("/0".to_owned())).await;
    assert_eq!((outcome, stop.class.as_str()), (RunOutcome::Refused, "redirect"));
    assert!(stop.message.contains("more than 5 redirects"), "{stop:?}");
    bench.provider.set("/all.ttl", Answer::Redirect("/b".to_owned()));
    bench.provider.set("/b", Answer::Redirect("/c".to_owned()));
    bench.provider.set("/c", Answer::Redirect("/b".to_owned()));
    assert!(bench.harvest().await.to_string().contains("in a circle, back to"));
}

fn patient() -> Client {
    Client::new(NetSettings {
        allow_private: true,
        pace: Duration::ZERO,
        attempts: 3,
        backoff: Duration::from_millis(10),
        longest_wait: Duration::from_secs(5),
        ..NetSettings::default()
    })
}

#[tokio::test]
async fn a_source_that_recovers_is_read_in_the_same_run() {
    let provider = FakeProvider::start().await;
    let whole = || Box::new(document(&["a"]));
    for trouble in [
        Answer::Status(500),
        Answer::Status(503),
        Answer::Status(429),
        Answer::CutAt(0, whole()),
        Answer::CutAt(300, whole()),
        Answer::ResetAt(300, whole()),
    ] {
        provider.set("/", Answer::Turns(vec![trouble.clone(), trouble.clone(), document(&["a"])]));
        let fetched = patient().get(&Fetch::new(format!("{}/", provider.base), "text/turtle")).await;
        assert_eq!(fetched.unwrap().status, 200, "{trouble:.80?}");
        assert_eq!(provider.take_requests().len(), 3);
    }
}

/// The server's clock is four years ahead of ours; it asks for one second.
#[tokio::test]
async fn a_wait_until_a_date_is_counted_by_the_clock_of_the_server() {
    let provider = FakeProvider::start().await;
    let busy = Answer::With(
        429,
        vec![
            ("Date", "Tue, 01 Jan 2030 00:00:00 GMT".to_owned()),
            ("Retry-After", "Tue, 01 Jan 2030 00:00:01 GMT".to_owned()),
        ],
    );
    provider.set("/", Answer::Turns(vec![busy, document(&["a"])]));
    let fetched = patient().get(&Fetch::new(format!("{}/", provider.base), "text/turtle")).await;
    assert_eq!(fetched.unwrap().status, 200);
}

#[tokio::test]
async fn the_wait_that_a_host_asks_for_is_not_taken_for_slowness() {
    let provider = FakeProvider::start().await;
    let busy = Answer::With(503, vec![("Retry-After", "1".to_owned())]);
    provider.set("/", Answer::Turns(vec![busy, document(&["a"])]));
    let limits = FetchLimits { total: Duration::from_millis(600), ..FetchLimits::default() };
    let fetch = Fetch { limits, ..Fetch::new(format!("{}/", provider.base), "text/turtle") };
    assert_eq!(patient().get(&fetch).await.unwrap().status, 200);
}

#[tokio::test]
async fn an_hour_of_patience_is_more_than_a_run_has_however_it_is_asked_for() {
    for wait in ["3600", "Tue, 01 Jan 2030 01:00:00 GMT", "18446744073709551615"] {
        let headers = vec![("Date", "Tue, 01 Jan 2030 00:00:00 GMT".to_owned()), ("Retry-After", wait.to_owned())];
        expect(Answer::With(429, headers), RunOutcome::Unreachable, "rate-limited", "429").await;
    }
}

/// Two hundred bytes came, with the tag of the whole document; then the server is mended and knows the tag.
#[tokio::test]
async fn a_cut_document_is_not_kept_alive_by_its_entity_tag() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let whole = body();
    bench.provider.set("/all.ttl", Answer::Tagged("\"one\"", whole[..whole.len() / 2].to_vec()));
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Refused);
    bench.provider.set("/all.ttl", Answer::Tagged("\"one\"", whole));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 2), "{report}");
    assert_eq!(bench.provider.not_modified(), 1, "it was asked on condition first");
}

#[tokio::test]
async fn an_entity_tag_that_never_changes_is_believed_for_a_week() {
    let mut bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let clock = Arc::new(ManualClock::new(Utc::now()));
    bench.engine.clock = clock.clone();
    bench.provider.set("/all.ttl", Answer::Tagged("\"same\"", document(&["a"]).body()));
    bench.harvest().await;
    bench.provider.set("/all.ttl", Answer::Tagged("\"same\"", document(&["a", "b"]).body()));
    clock.advance(TimeDelta::days(6));
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Unchanged);
    clock.advance(TimeDelta::days(2));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 1), "{report}");
    bench.provider.take_conditions();
    clock.advance(TimeDelta::days(1));
    bench.harvest().await;
    assert_eq!(bench.provider.take_conditions(), 1, "what came again is believed again");
}

#[tokio::test]
async fn a_date_in_the_future_does_not_hide_later_changes() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", Answer::Dated("Tue, 01 Jan 2999 00:00:00 GMT", document(&["a"]).body()));
    bench.harvest().await;
    bench.provider.set("/all.ttl", Answer::Dated("Tue, 01 Dec 2020 00:00:00 GMT", document(&["a", "b"]).body()));
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.added), (RunOutcome::Complete, 1), "{report}");
    bench.provider.take_conditions();
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Unchanged);
    assert_eq!((bench.provider.take_conditions(), bench.provider.not_modified()), (1, 1), "a past date is a condition");
}
