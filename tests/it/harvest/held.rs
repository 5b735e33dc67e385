//! Falls that wait for a person, and data sets that two sources describe.

use atlas::db::sources;
use atlas::domain::lifecycle::{RecordState, RunOutcome};
use atlas::harvest::{Options, Protocol};

use super::bench::{Bench, add_source, document, publish_fdp};

#[tokio::test]
async fn a_mass_removal_waits_until_it_is_accepted() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", document(&["a", "b", "c", "d", "e"]));
    bench.harvest().await;
    let before = bench.snapshot().await;
    bench.provider.set("/all.ttl", document(&["a", "b"]));
    for _ in 0..2 {
        let held = bench.harvest().await;
        assert_eq!((held.outcome, held.tally.removed, held.exit_code()), (RunOutcome::Held, 3, 1), "{held}");
        assert!(held.to_string().contains("source accept"), "{held}");
        assert_eq!(bench.snapshot().await, before);
    }
    let run = bench.runs().await.remove(0).id;
    let source = bench.source.clone();
    bench
        .engine
        .db
        .write(move |connection| sources::accept_removal(connection, &source, Some(&run), chrono::Utc::now()))
        .await
        .unwrap();
    let accepted = bench.harvest().await;
    assert_eq!((accepted.outcome, accepted.tally.removed), (RunOutcome::Complete, 3), "{accepted}");
    let gone = bench.records().await.iter().filter(|record| record.state == RecordState::Gone).count();
    assert_eq!(gone, 3);
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Unchanged);
    bench.provider.set("/all.ttl", document(&[]));
    assert_eq!(bench.harvest().await.outcome, RunOutcome::EmptyHeld, "an acceptance counts once");
}

#[tokio::test]
async fn the_operator_says_how_many_may_vanish_at_once() {
    let mut bench = Bench::new(Protocol::Document, "/all.ttl").await;
    (bench.engine.settings.fall_percent, bench.engine.settings.fall_records) = (5, 1);
    bench.provider.set("/all.ttl", document(&["a", "b", "c", "d", "e"]));
    bench.harvest().await;
    bench.provider.set("/all.ttl", document(&["a", "b", "c", "d"]));
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Held);
    bench.engine.settings.fall_percent = 50;
    let report = bench.harvest().await;
    assert_eq!((report.outcome, report.tally.removed), (RunOutcome::Complete, 1), "{report}");
}

#[tokio::test]
async fn an_empty_fdp_is_held() {
    let bench = Bench::new(Protocol::Fdp, "/").await;
    publish_fdp(&bench.provider, &["a"]);
    bench.harvest().await;
    publish_fdp(&bench.provider, &[]);
    let report = bench.harvest().await;
    assert_eq!(report.outcome, RunOutcome::EmptyHeld, "{report}");
    assert_eq!(bench.records().await[0].state, RecordState::Published);
}

#[tokio::test]
async fn one_iri_from_two_sources_is_two_records_of_one_data_set() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    bench.provider.set("/all.ttl", document(&["a"]));
    bench.provider.set("/other.ttl", document(&["a", "b"]));
    bench.harvest().await;
    let other =
        add_source(&bench.engine, "two", Protocol::Document, &format!("{}/other.ttl", bench.provider.base)).await;
    bench.engine.run(&other, &Options::default()).await.unwrap();
    let first = bench.records().await.remove(0);
    let second =
        bench.engine.db.read(move |connection| atlas::db::records::of_source(connection, &other)).await.unwrap();
    let same = second.iter().find(|record| record.iri == first.iri).unwrap();
    assert_ne!(same.id, first.id);
    assert_ne!(same.slug, first.slug);
    assert_eq!(same.data_set_id, first.data_set_id);
    assert_eq!(bench.harvest().await.outcome, RunOutcome::Unchanged);
}

/// Any change of a source, taken over and harvested again, is no news; and what is stored is what the source says.
#[tokio::test]
async fn harvesting_again_is_never_news_whatever_changed() {
    let bench = Bench::new(Protocol::Document, "/all.ttl").await;
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut seed: u64 = 20_261_123;
    let mut draw = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    bench.provider.set("/all.ttl", document(&names));
    bench.harvest().await;
    for round in 0..12 {
        let mut present: Vec<&str> = names.to_vec();
        present.remove(usize::try_from(draw() % 10).unwrap());
        let turn = usize::try_from(draw() % 9).unwrap();
        present.rotate_left(turn);
        bench.provider.set("/all.ttl", document(&present));
        let first = bench.harvest().await;
        assert_eq!(first.exit_code(), 0, "round {round}: {first}");
        let stored = bench.snapshot().await;
        present.reverse();
        bench.provider.set("/all.ttl", document(&present));
        let again = bench.harvest().await;
        let news = again.tally.added + again.tally.changed + again.tally.removed;
        assert_eq!(news, 0, "round {round}: {again}");
        assert_eq!(bench.snapshot().await, stored);
        let live = bench.records().await.iter().filter(|record| record.state == RecordState::Published).count();
        assert_eq!(live, 9);
    }
}
