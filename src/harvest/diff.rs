//! The comparison of what a source says now with what is stored, record by record.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::manifest::Withheld;
use super::read::ReadItem;
use super::report::{Change, Reason, RecordCheck, RecordLine, RuleReport, RunReport, Stop, Tally};
use crate::db::runs::{KnownHashes, StagedRecord};
use crate::domain::lifecycle::{FallLimits, RecordKind, RemovalVerdict, RunOutcome, judge_removal};

/// A record's key inside its source.
pub type Key = (RecordKind, String);

/// The comparison under way.
#[derive(Debug, Default)]
pub struct Diff {
    known: Arc<KnownHashes>,
    fall: FallLimits,
    seen: HashMap<Key, String>,
    spared: BTreeSet<Key>,
    unknown: BTreeMap<String, String>,
    anything_unknown: bool,
    lines: Vec<RecordLine>,
    notes: Vec<String>,
    /// The first thing that kept the source from being read whole.
    gap: Option<Stop>,
    rules: RuleReport,
    tally: Tally,
}

impl Diff {
    /// A comparison with what is stored; a fall above the limits waits for a person.
    #[must_use]
    pub fn new(known: KnownHashes, fall: FallLimits) -> Self {
        Self { known: Arc::new(known), fall, ..Self::default() }
    }

    /// What is stored.
    #[must_use]
    pub fn known(&self) -> &KnownHashes {
        &self.known
    }

    /// What is stored, to be shared with whoever reads.
    #[must_use]
    pub fn shared_known(&self) -> Arc<KnownHashes> {
        Arc::clone(&self.known)
    }

    /// Records that the source named and did not show: what is stored of them stays.
    pub fn withheld(&mut self, withheld: Vec<Withheld>) {
        for one in withheld {
            self.anything_unknown |= one.unknown;
            let stored = self.spare(&one.iri);
            if one.unknown {
                self.unknown.insert(one.iri.clone(), one.reason.clone());
            }
            let change = if stored { Change::Kept } else { Change::Refused };
            if !stored && one.unknown {
                self.tally.refused += 1;
            }
            if stored || one.unknown {
                let reason = Reason { found: one.reason, ..Reason::default() };
                self.lines.push(RecordLine { kind: None, name: one.iri, title: None, change, reasons: vec![reason] });
            } else {
                self.notes.push(format!("{}: {}", one.iri, one.reason));
            }
        }
    }

    /// Notes something that concerns no record.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Says that a part of the source could not be read; the first is shown first, the others are notes.
    pub fn gap(&mut self, gap: Stop) {
        self.anything_unknown = true;
        match &self.gap {
            None => self.gap = Some(gap),
            Some(_) => self.notes.push(gap.message),
        }
    }

    /// Compares what was read with the number of records that the source announced. Some sources count their series too.
    pub fn compare_with(&mut self, announced: u64) {
        let size = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let of_kind = |kind: RecordKind| {
            let refused = self.lines.iter().filter(|line| line.change == Change::Refused && line.kind == Some(kind));
            size(self.seen.keys().filter(|(known, _)| *known == kind).count()).saturating_add(size(refused.count()))
        };
        let datasets = of_kind(RecordKind::Dataset);
        let all = datasets.saturating_add(of_kind(RecordKind::Series));
        if announced > datasets && announced != all {
            self.gap(Stop {
                class: "incomplete".to_owned(),
                message: format!("the source announces {announced} records and showed {datasets}"),
                advice: "Check its paging, and that its count leaves out what it does not show.".to_owned(),
            });
        } else if announced < datasets {
            self.notes.push(format!("the source announces {announced} records and showed {datasets}"));
        }
    }

    /// Says that not everything could be read, so that what is missing is not known to be gone.
    pub fn forbid_removals(&mut self) {
        self.anything_unknown = true;
    }

    /// Takes in what was read; answers with the records to stage.
    pub fn take(&mut self, items: Vec<ReadItem>) -> Vec<StagedRecord> {
        let mut staged = Vec::new();
        for item in items {
            match item {
                ReadItem::Refused(line) => self.refuse(line),
                ReadItem::Record(record, title, reasons, found) => {
                    if self.accept(&record, title, reasons) {
                        if let Some(found) = found {
                            let (kind, name) = (record.kind, record.identity.clone());
                            self.rules.add(RecordCheck { kind, name, conformance: found.conformance });
                        }
                        staged.push(*record);
                    }
                }
            }
        }
        staged
    }

    fn refuse(&mut self, line: RecordLine) {
        self.spare(&line.name);
        self.tally.refused += 1;
        self.lines.push(line);
    }

    /// Whether the record is to be staged.
    fn accept(&mut self, record: &StagedRecord, title: Option<String>, reasons: Vec<Reason>) -> bool {
        let key = (record.kind, record.identity.clone());
        if record.iri.as_ref().is_some_and(|iri| self.unknown.contains_key(iri)) {
            return false;
        }
        if let Some(first) = self.seen.get(&key) {
            if *first != record.graph_hash {
                self.notes.push(format!("{} is described twice and differently; the first description counts", key.1));
            }
            return false;
        }
        self.seen.insert(key.clone(), record.graph_hash.clone());
        self.spared.remove(&key);
        self.tally.found += 1;
        let change = match self.known.get(&key) {
            None => Change::New,
            Some(stored) if stored.is_same_as(record) => Change::Unchanged,
            Some(_) => Change::Changed,
        };
        match change {
            Change::New => self.tally.added += 1,
            Change::Changed => self.tally.changed += 1,
            _ => self.tally.unchanged += 1,
        }
        if change != Change::Unchanged {
            self.lines.push(RecordLine { kind: Some(record.kind), name: key.1, title, change, reasons });
        }
        true
    }

    /// Keeps what is stored under this name; whether anything is.
    fn spare(&mut self, name: &str) -> bool {
        let mut stored = false;
        for kind in RecordKind::ALL {
            let key = (*kind, name.to_owned());
            if self.known.contains_key(&key) {
                stored = true;
                if !self.seen.contains_key(&key) {
                    self.spared.insert(key);
                }
            }
        }
        stored
    }

    /// Whether everything that the source has is known, so that what is missing is gone.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.anything_unknown && !self.lines.iter().any(|line| line.change == Change::Refused && line.kind.is_none())
    }

    /// Records that stay as they are although the source did not show them.
    #[must_use]
    pub fn spared(&self) -> Vec<Key> {
        self.spared.iter().cloned().collect()
    }

    /// How many records were found and can be taken over.
    #[must_use]
    pub fn found(&self) -> u64 {
        self.tally.found
    }

    /// Records that the source no longer has.
    #[must_use]
    pub fn missing(&self) -> Vec<Key> {
        let gone = |key: &&Key| !self.seen.contains_key(*key) && !self.spared.contains(*key);
        let mut missing: Vec<Key> = self.known.keys().filter(gone).cloned().collect();
        missing.sort();
        missing
    }

    /// Writes the comparison into the report, with the outcome that a run with it has.
    pub fn into_report(mut self, report: &mut RunReport) {
        let complete = self.is_complete();
        let missing = self.missing();
        let live = u64::try_from(self.known.len()).unwrap_or(u64::MAX);
        let still = self.tally.found + u64::try_from(self.spared.len()).unwrap_or(0);
        let removed = u64::try_from(missing.len()).unwrap_or(u64::MAX);
        let verdict = if complete { judge_removal(live, removed, still, self.fall) } else { RemovalVerdict::Proceed };
        if complete {
            self.tally.removed = removed;
            for (kind, name) in missing {
                let reason = Reason { found: "the source no longer has it".to_owned(), ..Reason::default() };
                self.lines.push(RecordLine {
                    kind: Some(kind),
                    name,
                    title: None,
                    change: Change::Removed,
                    reasons: vec![reason],
                });
            }
        } else if !missing.is_empty() {
            let note = "some of the source could not be read, so nothing is removed in this run".to_owned();
            self.notes.push(note);
        }
        let incomplete = self.tally.refused > 0 || self.anything_unknown;
        report.stop = self.gap;
        report.outcome = match verdict.held_as() {
            Some(held) => held,
            None if self.tally.found == 0 && incomplete && self.known.is_empty() => RunOutcome::Refused,
            None if incomplete => RunOutcome::Salvaged,
            None => RunOutcome::Complete,
        };
        self.lines.sort_by(|a, b| a.name.cmp(&b.name));
        for line in self.lines {
            report.add(line);
        }
        for note in self.notes {
            report.note(note);
        }
        report.tally = self.tally;
        report.rules = self.rules;
    }
}
