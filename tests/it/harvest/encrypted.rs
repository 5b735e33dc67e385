//! Certificates: a source whose certificate is not right is unreachable, never an empty success.

use atlas::domain::lifecycle::RunOutcome;
use atlas::harvest::{Protocol, SourceOptions, Target};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::bench::{Bench, document};
use crate::helpers::program::{Finished, Terminal};
use crate::helpers::provider::Answer;
use crate::helpers::tls;

/// What the program says about a source, when it trusts the authority of the tests.
async fn trial(address: &str) -> Finished {
    let terminal = Terminal::open();
    let mut command = terminal.atlas(&["harvest", address, "--json"]);
    command.env("SSL_CERT_FILE", tls::certificate("authority")).env("ATLAS__NET__ALLOW_PRIVATE", "true");
    let finished = tokio::task::spawn_blocking(move || command.output().expect("the program runs")).await.unwrap();
    Finished::of(finished)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_certificate_opens_the_source() {
    let address = tls::serve("good", document(&["a"]).body()).await;
    let finished = trial(&address).await;
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(finished.said.contains("https://data.example.org/a"), "{finished:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_or_foreign_certificate_is_a_source_that_cannot_be_reached() {
    for (name, says) in [("expired", "expired"), ("other-name", "not valid for"), ("self-signed", "certificate")] {
        let address = tls::serve(name, document(&["a"]).body()).await;
        let finished = trial(&address).await;
        assert_eq!(finished.code, Some(1), "{name}: {finished:?}");
        let report: serde_json::Value = serde_json::from_str(&finished.said).unwrap();
        assert_eq!(report["outcome"], "unreachable", "{name}: {report}");
        assert_eq!(report["stop"]["class"], "tls", "{name}: {report}");
        let message = report["stop"]["message"].as_str().unwrap();
        assert!(message.contains("no trusted connection") && message.contains(says), "{name}: {message}");
        assert!(report["stop"]["advice"].as_str().unwrap().contains("certificate"), "{name}: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_goes_bad_changes_nothing_that_is_stored() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", document(&["a", "b"]));
    bench.harvest().await;
    let before = bench.snapshot().await;
    bench.provider.set("/all.ttl", Answer::Redirect(tls::serve("self-signed", Vec::new()).await));
    let report = bench.harvest().await;
    assert_eq!(report.exit_code(), 1, "{report}");
    assert_eq!(bench.snapshot().await, before);
}

#[tokio::test]
async fn a_server_without_encryption_behind_an_https_address_is_named_so() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/all.ttl", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0_u8; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
        }
    });
    let target = Target { address, options: SourceOptions::default() };
    let report = bench.engine.try_address(Protocol::Document, &target).await.unwrap();
    assert_eq!(report.outcome, RunOutcome::Unreachable, "{report}");
    assert_eq!(report.stop.as_ref().unwrap().class, "tls", "{report}");
}
