//! From the manifest to the stored records: reading and staging bundle by bundle, then the one swap.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use oxrdf::Graph;

use super::HarvestError;
use super::archive::Archive;
use super::diff::Diff;
use super::engine::{Engine, StoredReport};
use super::manifest::{Bundle, Halt, Manifest};
use super::read::{self, ReadBundle, Reading, Unreadable};
use super::report::{RunReport, Stop, Tally};
use crate::db::records::{self, Applied, ApplyRun};
use crate::db::runs::{KnownHashes, RunCounts, StagedRecord};
use crate::db::sources::Source;
use crate::db::{DbError, runs, sources, vocabularies};
use crate::domain::ids::RunId;
use crate::domain::lifecycle::RunOutcome;
use crate::rdf::canonical::canonicalise;
use crate::rdf::shapes::Wish;

/// Statements of the remainder that are kept; a larger one stays in the archive only.
const MAX_REMAINDER: usize = 50_000;

/// Bundles that are read at the same time, each on a thread of its own; their records are staged in order.
const READ_AHEAD: usize = 3;

/// What the second phase brought.
pub struct Read {
    /// The comparison with what is stored.
    pub diff: Diff,
    /// What no record took, as canonical N-Quads with their hash.
    pub remainder: Option<(String, String)>,
}

/// Reads the manifest's documents and, for a run, stages their records.
///
/// # Errors
/// [`HarvestError`] for faults of our own; the inner [`Halt`] for those of the source.
pub async fn read_all(
    engine: &Engine,
    archive: &Arc<Archive>,
    manifest: Manifest,
    mut diff: Diff,
    run: Option<&RunId>,
) -> Result<Result<Read, Halt>, HarvestError> {
    for note in manifest.notes {
        diff.note(note);
    }
    diff.withheld(manifest.withheld);
    for gap in manifest.gaps {
        diff.gap(gap);
    }
    let mut remainder = Graph::new();
    for guide in manifest.guides {
        let bundle = Bundle { answers: vec![guide], ..Bundle::default() };
        match read_one(engine, archive, bundle, diff.shared_known(), true).await? {
            Ok(read) => {
                for note in read.notes {
                    diff.note(note);
                }
                if read.lost {
                    diff.forbid_removals();
                }
                merge(&mut remainder, &read.remainder);
            }
            Err(unreadable) => return Ok(Err(halt(&unreadable))),
        }
    }
    let limit = super::engine::count(engine.settings.max_records);
    let known = diff.shared_known();
    let one = |bundle| read_one(engine, archive, bundle, Arc::clone(&known), false);
    let mut reading = stream::iter(manifest.bundles.into_iter().map(one)).buffered(READ_AHEAD);
    while let Some(read) = reading.next().await {
        let read = match read? {
            Ok(read) => read,
            Err(unreadable) => return Ok(Err(halt(&unreadable))),
        };
        for note in read.notes {
            diff.note(note);
        }
        if read.lost {
            diff.forbid_removals();
        }
        merge(&mut remainder, &read.remainder);
        let staged = diff.take(read.items);
        if diff.found() > limit {
            return Ok(Err(Halt::refused(
                "limit",
                format!("the source has more than {limit} records"),
                "Split it into several sources, or ask the operator to raise harvest.max_records.",
            )));
        }
        if let Some(run) = run {
            diff = stage(engine, run, staged, diff).await?;
        }
    }
    if let Some(announced) = manifest.announced {
        diff.compare_with(announced);
    }
    Ok(Ok(Read { diff, remainder: canonical_remainder(remainder).await? }))
}

async fn read_one(
    engine: &Engine,
    archive: &Arc<Archive>,
    bundle: Bundle,
    known: Arc<KnownHashes>,
    guide: bool,
) -> Result<Result<ReadBundle, Unreadable>, HarvestError> {
    let (archive, vocabulary, limits) = (Arc::clone(archive), Arc::clone(&engine.vocabulary), engine.read_limits());
    let shapes = Arc::clone(&engine.shapes);
    let work = tokio::task::spawn_blocking(move || {
        let bodies = bundle.answers.iter().map(|answer| archive.body_blocking(&answer.hash));
        let bodies = bodies.collect::<Result<Vec<_>, DbError>>()?;
        if guide {
            let only = bundle.answers.first().zip(bodies.first());
            let read = only.map(|(answer, body)| read::read_guide(answer, body, &limits));
            return Ok(read.unwrap_or_else(|| Ok(ReadBundle::default())));
        }
        let reading = Reading {
            vocabulary: &vocabulary,
            limits: &limits,
            shapes: &shapes,
            wish: &Wish::default(),
            known: &known,
            keep_graphs: false,
        };
        Ok::<_, HarvestError>(read::read_bundle(&bundle, &bodies, &reading))
    });
    work.await.map_err(|_| HarvestError::Database(DbError::Task))?
}

async fn stage(engine: &Engine, run: &RunId, staged: Vec<StagedRecord>, diff: Diff) -> Result<Diff, HarvestError> {
    if staged.is_empty() {
        return Ok(diff);
    }
    let run = run.clone();
    let work = engine.db.write(move |connection| {
        runs::stage(connection, &run, &staged, diff.known())?;
        Ok::<_, DbError>(diff)
    });
    Ok(work.await?)
}

fn merge(remainder: &mut Graph, more: &Graph) {
    if remainder.len() <= MAX_REMAINDER {
        for triple in more {
            remainder.insert(triple);
        }
    }
}

async fn canonical_remainder(graph: Graph) -> Result<Option<(String, String)>, HarvestError> {
    if graph.len() > MAX_REMAINDER {
        return Ok(None);
    }
    let work = tokio::task::spawn_blocking(move || canonicalise(&graph).ok());
    let canonical = work.await.map_err(|_| HarvestError::Database(DbError::Task))?;
    Ok(canonical.map(|canonical| (canonical.nquads, canonical.hash)))
}

pub(super) fn halt(unreadable: &Unreadable) -> Halt {
    Halt::refused(
        "unreadable",
        format!("{} could not be read to its end: {}", unreadable.address, unreadable.reason),
        "Check the document with a Turtle or JSON-LD validator and serve it whole.",
    )
}

/// Takes the staged records over, or holds them: records, remainder, acceptance and the run's row in one transaction.
///
/// # Errors
/// [`HarvestError`] of the database; then nothing was changed.
pub async fn apply(
    engine: &Engine,
    source: &Source,
    run: &RunId,
    read: Read,
    report: &mut RunReport,
    digest: String,
) -> Result<(), HarvestError> {
    let now = engine.clock.now();
    let (source_id, run, accepted) = (source.id.clone(), run.clone(), source.removal_accepted());
    let (complete, spared, fall) = (read.diff.is_complete(), read.diff.spared(), engine.fall_limits());
    let Read { diff, remainder } = read;
    diff.into_report(report);
    if report.outcome == RunOutcome::Refused && report.stop.is_none() {
        report.stop = Some(Stop {
            class: "refused".to_owned(),
            message: "no record of the source could be taken over".to_owned(),
            advice: "Mend the records as listed.".to_owned(),
        });
    }
    report.finished = now;
    let planned = report.clone();
    let read_with = engine.vocabulary.stamp().to_owned();
    let finished = engine
        .db
        .write(move |connection| {
            let apply = ApplyRun {
                source: &source_id,
                run: &run,
                complete,
                spared: &spared,
                accept_removal: accepted,
                fall,
                now,
            };
            let mut report = planned;
            if vocabularies::stamp(connection)? != read_with {
                return Err(DbError::Refused(
                    "the vocabularies were changed while the source was harvested; harvest again".to_owned(),
                ));
            }
            match records::apply_run(connection, &apply)? {
                Applied::Taken { counts, .. } => {
                    settle(&mut report, &counts);
                    let changed_source = if accepted {
                        sources::accept_removal(connection, &source_id, None, now)?;
                        now
                    } else {
                        sources::get(connection, &source_id)?.changed
                    };
                    if let Some((graph, hash)) = &remainder {
                        sources::put_remainder(connection, &source_id, graph, hash, now)?;
                    }
                    let whole = complete && report.outcome != RunOutcome::Refused;
                    let digest = whole.then_some(digest);
                    let changed_source = Some(changed_source);
                    let text = StoredReport { digest, changed_source, report: Some(report.clone()) }.to_text();
                    runs::finish(connection, &run, report.outcome, &counts_of(&report.tally), &text, now)?;
                }
                Applied::Held { verdict, counts } => {
                    report.outcome = verdict.held_as().unwrap_or(RunOutcome::Held);
                    report.tally.removed = u64::try_from(counts.removed).unwrap_or(0);
                    report.stop = Some(held_stop(&report));
                    let text = StoredReport { report: Some(report.clone()), ..StoredReport::default() }.to_text();
                    runs::finish(connection, &run, report.outcome, &counts_of(&report.tally), &text, now)?;
                }
            }
            Ok::<_, DbError>(report)
        })
        .await?;
    *report = finished;
    Ok(())
}

/// The outcome of a run that was taken over; an accepted removal is no longer held.
fn settle(report: &mut RunReport, counts: &RunCounts) {
    let read = |number: i64| u64::try_from(number).unwrap_or(0);
    report.tally.added = read(counts.added);
    report.tally.changed = read(counts.changed);
    report.tally.unchanged = read(counts.unchanged);
    report.tally.removed = read(counts.removed);
    if report.outcome.is_held() {
        report.outcome = if report.tally.refused > 0 { RunOutcome::Salvaged } else { RunOutcome::Complete };
    }
}

fn held_stop(report: &RunReport) -> Stop {
    Stop {
        class: "held".to_owned(),
        message: format!("{} records are no longer at the source", report.tally.removed),
        advice: format!("If this is right, run: atlas source accept {}", report.source),
    }
}

/// The report's numbers as the database keeps them.
#[must_use]
pub fn counts_of(tally: &Tally) -> RunCounts {
    let stored = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    RunCounts {
        found: stored(tally.found),
        added: stored(tally.added),
        changed: stored(tally.changed),
        unchanged: stored(tally.unchanged),
        removed: stored(tally.removed),
        refused: stored(tally.refused),
    }
}
