//! The job queue: once for each key, again after failures, never lost, never blocking the worker.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas::db::jobs::{self as rows, NewJob, QueueDepth, Schedule};
use atlas::domain::clock::{Clock, ManualClock};
use atlas::domain::ids::JobId;
use atlas::jobs::{self, Job, JobError, Registry, Worker, WorkerOptions};
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use super::given::{at, read, write};
use crate::helpers::database::TestDatabase;

on_both!(
    a_job_runs_once_with_its_payload,
    an_unfinished_key_is_not_enqueued_twice,
    a_failure_is_tried_again_later_and_given_up_in_the_end,
    a_panic_or_an_unreadable_payload_ends_the_job_only,
    a_job_of_a_dead_worker_is_taken_over,
    many_workers_never_share_a_job,
    a_schedule_fires_once_for_each_turn,
    a_stopping_worker_gives_back_what_is_not_done,
);

type Log = Arc<Mutex<Vec<String>>>;

struct Bench {
    clock: Arc<ManualClock>,
    log: Log,
    worker: Arc<Worker<Log>>,
    runtime: tokio::runtime::Runtime,
}

async fn note(log: Log, job: Job) -> Result<(), JobError> {
    let text: String = job.payload()?;
    log.lock().unwrap().push(text.clone());
    match text.as_str() {
        "fail" => Err(JobError::retry("the source is away")),
        "panic" => panic!("on purpose"),
        "sleep" => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn bench(database: &TestDatabase) -> Bench {
    let (clock, log) = (Arc::new(ManualClock::new(at(0))), Log::default());
    let options =
        WorkerOptions { poll: Duration::from_millis(20), grace: Duration::from_millis(50), ..WorkerOptions::default() };
    let time: Arc<dyn Clock> = clock.clone();
    let registry = Registry::default().with("note", note);
    let worker = Arc::new(Worker::new(database.db.clone(), time, registry, Arc::clone(&log), options));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    Bench { clock, log, worker, runtime }
}

impl Bench {
    fn drain(&self) -> usize {
        self.runtime.block_on(self.worker.drain()).unwrap()
    }
    fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

fn enqueue(database: &TestDatabase, text: &str, key: Option<&str>) -> Option<JobId> {
    write(&database.db, |connection| jobs::enqueue(connection, "note", &text, key.map(str::to_owned), at(0)))
}

fn state(database: &TestDatabase, id: &JobId) -> (String, Option<String>) {
    read(&database.db, |connection| rows::state(connection, id))
}

fn a_job_runs_once_with_its_payload(database: &TestDatabase) {
    let bench = bench(database);
    let id = enqueue(database, "hello", None).unwrap();
    assert_eq!((bench.drain(), bench.drain()), (1, 0));
    assert_eq!(bench.log(), ["hello"]);
    assert_eq!(state(database, &id).0, "done");
    assert_eq!(write(&database.db, |connection| rows::trim(connection, at(1))), 1);
}

fn an_unfinished_key_is_not_enqueued_twice(database: &TestDatabase) {
    let bench = bench(database);
    assert!(enqueue(database, "first", Some("harvest:kos")).is_some());
    assert!(enqueue(database, "second", Some("harvest:kos")).is_none());
    assert!(enqueue(database, "other", Some("harvest:delos")).is_some());
    bench.drain();
    assert!(enqueue(database, "third", Some("harvest:kos")).is_some());

    let winners = AtomicI64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            let (process, winners) = (database.another_process(), &winners);
            scope.spawn(move || {
                let key = Some("harvest:naxos".to_owned());
                let made = write(&process, |connection| jobs::enqueue(connection, "note", &"x", key, at(0)));
                winners.fetch_add(i64::from(made.is_some()), Ordering::SeqCst);
            });
        }
    });
    assert_eq!(winners.into_inner(), 1);
}

fn a_failure_is_tried_again_later_and_given_up_in_the_end(database: &TestDatabase) {
    let bench = bench(database);
    let id = enqueue(database, "fail", None).unwrap();
    for attempt in 1..=jobs::DEFAULT_ATTEMPTS {
        assert_eq!(bench.drain(), 1, "attempt {attempt}");
        assert_eq!(bench.drain(), 0, "it waits before the next attempt");
        bench.clock.advance(TimeDelta::hours(2));
    }
    assert_eq!(state(database, &id), ("dead".to_owned(), Some("the source is away".to_owned())));
    assert_eq!(bench.drain(), 0);
    assert_eq!(read(&database.db, rows::depth), QueueDepth { queued: 0, running: 0, dead: 1 });
}

fn a_panic_or_an_unreadable_payload_ends_the_job_only(database: &TestDatabase) {
    let bench = bench(database);
    let panicking = enqueue(database, "panic", None).unwrap();
    let number = write(&database.db, |connection| jobs::enqueue(connection, "note", &17, None, at(0))).unwrap();
    enqueue(database, "hello", None);
    assert_eq!(bench.drain(), 3);
    assert_eq!(state(database, &panicking), ("queued".to_owned(), Some("the job panicked".to_owned())));
    assert_eq!(state(database, &number).0, "dead");
    assert!(bench.log().contains(&"hello".to_owned()));
}

fn a_job_of_a_dead_worker_is_taken_over(database: &TestDatabase) {
    let bench = bench(database);
    let id = enqueue(database, "hello", None).unwrap();
    let lock = TimeDelta::minutes(1);
    let claimed = write(&database.db, |connection| rows::claim(connection, "dead", &["note"], at(0), lock));
    assert_eq!(claimed.unwrap().id, id);
    assert_eq!(bench.drain(), 0);
    bench.clock.advance(TimeDelta::minutes(2));
    assert_eq!(bench.drain(), 1);
    assert_eq!(state(database, &id).0, "done");
    let late = write(&database.db, |connection| {
        rows::settle(connection, &id, "dead", &rows::Settled::Dead { error: "late".to_owned() }, at(3))
    });
    assert!(!late, "who lost the job cannot settle it");
}

fn many_workers_never_share_a_job(database: &TestDatabase) {
    const JOBS: usize = 30;
    for number in 0..JOBS {
        enqueue(database, &number.to_string(), None);
    }
    let claimed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (process, claimed) = (database.another_process(), &claimed);
            scope.spawn(move || {
                let worker = format!("worker-{number}");
                let mut empty_looks = 0;
                while empty_looks < 3 {
                    let lock = TimeDelta::minutes(1);
                    match write(&process, |connection| rows::claim(connection, &worker, &["note"], at(1), lock)) {
                        Some(job) => claimed.lock().unwrap().push(job.id),
                        None => empty_looks += 1,
                    }
                }
            });
        }
    });
    let mut claimed = claimed.into_inner().unwrap();
    assert_eq!(claimed.len(), JOBS);
    claimed.sort();
    claimed.dedup();
    assert_eq!(claimed.len(), JOBS);
}

fn a_schedule_fires_once_for_each_turn(database: &TestDatabase) {
    let bench = bench(database);
    let hourly = Schedule {
        name: "harvest:kos".to_owned(),
        job_name: "note".to_owned(),
        payload: "\"scheduled\"".to_owned(),
        interval_seconds: 3_600,
        next_due: at(60),
    };
    write(&database.db, |connection| rows::put_schedule(connection, &hourly));
    assert_eq!(bench.drain(), 0);
    bench.clock.set(at(60));
    assert_eq!((bench.drain(), bench.drain()), (1, 0));
    bench.clock.set(at(60 * 24));
    assert_eq!(bench.drain(), 1, "turns that were missed are not made up for");

    // Entering it again, as every start does, does not fire it again.
    write(&database.db, |connection| rows::put_schedule(connection, &hourly));
    assert_eq!(bench.drain(), 0);
    write(&database.db, |connection| rows::remove_schedule(connection, "harvest:kos"));
    bench.clock.set(at(60 * 48));
    assert_eq!(bench.drain(), 0);
}

fn a_stopping_worker_gives_back_what_is_not_done(database: &TestDatabase) {
    let bench = bench(database);
    let slow = enqueue(database, "sleep", None).unwrap();
    let quick = enqueue(database, "hello", None).unwrap();
    let shutdown = CancellationToken::new();
    bench.runtime.block_on(async {
        let running = tokio::spawn(Arc::clone(&bench.worker).run(shutdown.clone()));
        for _ in 0..500 {
            if bench.log().len() == 2 && state(database, &quick).0 == "done" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        shutdown.cancel();
        running.await.unwrap();
    });
    assert_eq!(state(database, &quick).0, "done");
    assert_eq!(state(database, &slow).0, "queued", "it is free at once, not only when its lock runs out");
    let retaken = NewJob {
        name: "note".to_owned(),
        payload: "\"later\"".to_owned(),
        dedupe_key: None,
        due: at(5),
        max_attempts: 1,
    };
    let after_stop = write(&database.db, |connection| rows::enqueue(connection, &retaken, at(0)));
    assert_eq!(state(database, &after_stop.unwrap()).0, "queued", "a stopped worker begins nothing");
}
