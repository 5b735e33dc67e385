//! Transactions, writers side by side, leases, the outbox and the archive.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use atlas::db::outbox::{self, Operation};
use atlas::db::{DbError, answers, leases, runs, settings};
use atlas::domain::ids::RecordId;
use atlas::domain::lifecycle::SourceState;
use chrono::TimeDelta;

use super::given::{at, read, source, write};
use crate::helpers::database::{Backend, TestDatabase};

on_both!(
    a_failed_write_leaves_nothing,
    a_read_cannot_write,
    a_panic_in_a_write_undoes_it_and_the_next_one_works,
    two_processes_write_side_by_side_without_losing_anything,
    outbox_positions_become_visible_in_order,
    an_old_cursor_and_one_from_the_future_cannot_resume,
    one_of_many_gets_the_lease,
    a_lease_runs_out,
    an_archived_answer_comes_back_as_it_was,
);

fn a_failed_write_leaves_nothing(database: &TestDatabase) {
    let failed = database.db.write_blocking(|connection| {
        settings::put(connection, "colour", "red", at(0))?;
        Err::<(), _>(DbError::Refused("no".to_owned()))
    });
    assert!(failed.is_err());
    assert_eq!(read(&database.db, |connection| settings::get(connection, "colour")), None);
}

fn a_read_cannot_write(database: &TestDatabase) {
    let written = database.db.read_blocking(|connection| settings::put(connection, "colour", "red", at(0)));
    assert!(written.is_err());
    assert_eq!(read(&database.db, |connection| settings::get(connection, "colour")), None);
}

fn a_panic_in_a_write_undoes_it_and_the_next_one_works(database: &TestDatabase) {
    let db = database.db.clone();
    let panicked = std::thread::spawn(move || {
        db.write_blocking(|connection| {
            settings::put(connection, "colour", "red", at(0))?;
            if read_colour(connection)? == "red" {
                panic!("on purpose")
            }
            Ok::<(), DbError>(())
        })
    });
    assert!(panicked.join().is_err());
    assert_eq!(read(&database.db, |connection| settings::get(connection, "colour")), None);
    write(&database.db, |connection| settings::put(connection, "colour", "blue", at(0)));
}

fn read_colour(connection: &mut atlas::db::Connection) -> Result<String, DbError> {
    Ok(settings::get(connection, "colour")?.unwrap_or_default())
}

/// As a command beside a server: two pools on one database, each reading before it writes.
fn two_processes_write_side_by_side_without_losing_anything(database: &TestDatabase) {
    const EACH: i64 = 40;
    write(&database.db, |connection| {
        leases::acquire(connection, "counter", "test", at(0), TimeDelta::minutes(1))?;
        settings::put(connection, "counter", "0", at(0))
    });
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let process = database.another_process();
            scope.spawn(move || {
                for _ in 0..EACH {
                    write(&process, |connection| {
                        // The lease's row is what makes them take turns on PostgreSQL too.
                        leases::acquire(connection, "counter", "test", at(0), TimeDelta::minutes(1))?;
                        let count: i64 = settings::get(connection, "counter")?.unwrap().parse().unwrap();
                        settings::put(connection, "counter", &(count + 1).to_string(), at(0))
                    });
                }
            });
        }
    });
    let total = read(&database.db, |connection| settings::get(connection, "counter"));
    assert_eq!(total, Some((2 * EACH).to_string()));
}

/// A reader that has seen position n must never see a position below n appear later.
fn outbox_positions_become_visible_in_order(database: &TestDatabase) {
    const WRITERS: usize = 4;
    const EACH: usize = 25;
    let done = Arc::new(AtomicI64::new(0));
    let mut seen = Vec::new();
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            let (process, done) = (database.another_process(), Arc::clone(&done));
            scope.spawn(move || {
                for _ in 0..EACH {
                    let events = [(RecordId::fresh(at(0)), Operation::Put), (RecordId::fresh(at(0)), Operation::Put)];
                    write(&process, |connection| outbox::append(connection, &events, at(0)));
                }
                done.fetch_add(1, Ordering::SeqCst);
            });
        }
        loop {
            let finished = done.load(Ordering::SeqCst) == i64::try_from(WRITERS).unwrap();
            let cursor = seen.last().copied().unwrap_or(0);
            let new = read(&database.db, |connection| outbox::after(connection, cursor, 1_000));
            seen.extend(new.iter().map(|event| event.seq));
            if finished {
                break;
            }
        }
    });
    assert_eq!(seen.len(), 2 * WRITERS * EACH, "a cursor that moves along must meet every event");
}

fn an_old_cursor_and_one_from_the_future_cannot_resume(database: &TestDatabase) {
    let event = |minutes| {
        let events = [(RecordId::fresh(at(minutes)), Operation::Put)];
        write(&database.db, |connection| outbox::append(connection, &events, at(minutes)));
    };
    let days = |days: i64| days * 24 * 60;
    event(0);
    event(days(1));
    event(days(9));
    let removed = write(&database.db, |connection| outbox::trim(connection, at(days(9))));
    assert_eq!(removed, 2);
    let span = read(&database.db, outbox::span);
    assert_eq!((span.trimmed_to, span.head), (2, 3));
    assert!(!span.can_resume(1) && span.can_resume(2) && span.can_resume(3) && !span.can_resume(4));

    assert_eq!(write(&database.db, |connection| outbox::trim(connection, at(days(30)))), 1);
    let span = read(&database.db, outbox::span);
    assert_eq!((span.trimmed_to, span.head), (3, 3), "an empty outbox still knows where it stood");
    event(days(31));
    assert_eq!(read(&database.db, outbox::span).head, 4, "a position is never given twice");
}

fn one_of_many_gets_the_lease(database: &TestDatabase) {
    for round in 0..5 {
        let winners = AtomicI64::new(0);
        std::thread::scope(|scope| {
            for number in 0..6 {
                let (process, winners) = (database.another_process(), &winners);
                scope.spawn(move || {
                    let (name, holder) = (format!("harvest-{round}"), format!("worker-{number}"));
                    let got = write(&process, |connection| {
                        leases::acquire(connection, &name, &holder, at(0), TimeDelta::minutes(1))
                    });
                    winners.fetch_add(i64::from(got), Ordering::SeqCst);
                });
            }
        });
        assert_eq!(winners.into_inner(), 1, "round {round}");
    }
}

fn a_lease_runs_out(database: &TestDatabase) {
    let acquire = |holder: &str, minute| {
        write(&database.db, |connection| {
            leases::acquire(connection, "harvest", holder, at(minute), TimeDelta::minutes(5))
        })
    };
    assert!(acquire("first", 0) && !acquire("second", 4) && acquire("first", 4));
    assert!(!acquire("second", 8) && acquire("second", 9) && !acquire("first", 9));
    write(&database.db, |connection| leases::release(connection, "harvest", "first"));
    assert_eq!(
        read(&database.db, |connection| leases::holder(connection, "harvest", at(10))).as_deref(),
        Some("second")
    );
    write(&database.db, |connection| leases::release(connection, "harvest", "second"));
    assert!(acquire("third", 10));
}

fn an_archived_answer_comes_back_as_it_was(database: &TestDatabase) {
    let kos = source(&database.db, "kos", SourceState::Approved);
    let run = write(&database.db, |connection| runs::begin(connection, &kos, "test", at(0)));
    let body = b"<a> <b> \"\xc3\xa9\" .\n".repeat(500);
    write(&database.db, |connection| {
        for position in 1..=2 {
            let answer = answers::NewAnswer {
                address: "https://kos.example/fdp",
                status: 200,
                media_type: Some("text/turtle"),
                entity_tag: Some("\"v1\""),
                last_modified: None,
                body: Some(&body),
            };
            answers::archive(connection, &run, position, &answer, at(position))?;
        }
        Ok(())
    });
    let newest = read(&database.db, |connection| answers::newest_of(connection, "https://kos.example/fdp")).unwrap();
    assert_eq!((newest.entity_tag.as_deref(), newest.fetched), (Some("\"v1\""), at(2)));
    let hash = newest.body_hash.unwrap();
    assert_eq!(read(&database.db, |connection| answers::body(connection, &hash)), body);
    assert_eq!(read(&database.db, |connection| answers::of_run(connection, &run)).len(), 2);
}

#[test]
fn the_chosen_back_end_is_the_one_that_runs() {
    let database = TestDatabase::new();
    let is_file = matches!(database.db.target(), atlas::db::Target::Sqlite(_));
    assert_eq!(is_file, Backend::chosen() == Backend::Sqlite);
}
