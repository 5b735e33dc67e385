//! Sums over a set of data sets, by subject kind: as published, not de-duplicated, saying what they leave out.

use std::collections::BTreeMap;

use super::columns::{NOT_STATED as NO_NUMBER, SUMMED};
use super::document::{DERIVED, KIND_PREFIX, MIXED, inexact_flag};
use super::page::{KindTotal, Sum, Totals};
use super::view::{Hits, View};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::search::{HUMAN_KINDS, NOT_STATED};
use crate::vocab::Vocabulary;

/// Sums by subject kind, so wide that nothing is cut off: sums of a part can be taken from those of the whole.
pub(super) type KindSums = BTreeMap<String, Sums>;

/// The sums over the data sets of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    datasets: u64,
    derived: u64,
    /// Subjects, studies, series, images, bytes.
    numbers: [WideSum; SUMMED],
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct WideSum {
    value: i128,
    not_stated: u64,
    inexact: u64,
}

/// Sums the set, which is part of the living documents.
pub(super) fn totals(set: &Hits, view: &View, vocabulary: &Vocabulary) -> Totals {
    let left_out = view.alive.len().saturating_sub(set.len());
    let sums = if left_out < set.len() {
        without(view.sums.clone(), &by_kind(&view.alive.without(set), view))
    } else {
        by_kind(set, view)
    };
    let mut totals = Totals::default();
    "all data sets".clone_into(&mut totals.all.label);
    "human".clone_into(&mut totals.human.label);
    let mut kinds: Vec<(String, Sums)> = sums.into_iter().filter(|(_, sums)| sums.datasets > 0).collect();
    kinds.sort_by_key(|(kind, _)| (rank(kind), kind.clone()));
    for (kind, sums) in kinds {
        let total = KindTotal::from(sums);
        totals.derived_datasets += sums.derived;
        add(&mut totals.all, &total);
        if HUMAN_KINDS.contains(&kind.as_str()) || kind == NOT_STATED {
            add(&mut totals.human, &total);
        }
        let label = kind_label(&kind, vocabulary);
        totals.by_kind.push(KindTotal { kind, label, ..total });
    }
    totals
}

/// Sums the set by subject kind.
pub(super) fn by_kind(set: &Hits, view: &View) -> KindSums {
    let mut sums = KindSums::new();
    for (columns, documents) in view.segments.iter().zip(&set.0) {
        let kinds = columns.kinds();
        let mut by_place = vec![Sums::default(); kinds.len()];
        for document in documents {
            let row = usize::try_from(document).ok().and_then(|at| columns.sums.get(at));
            let Some((row, sums)) = row.and_then(|row| Some((row, by_place.get_mut(row.kind)?))) else { continue };
            sums.count(row.numbers, row.flags);
        }
        for (kind, more) in kinds.iter().zip(by_place) {
            sums.entry(kind.strip_prefix(KIND_PREFIX).unwrap_or(kind).to_owned()).or_default().add(&more);
        }
    }
    sums
}

fn without(mut whole: KindSums, part: &KindSums) -> KindSums {
    for (kind, sums) in &mut whole {
        if let Some(part) = part.get(kind) {
            sums.take(part);
        }
    }
    whole
}

impl Sums {
    fn count(&mut self, numbers: [i64; SUMMED], flags: i64) {
        self.datasets += 1;
        let derived = flags & DERIVED != 0;
        self.derived += u64::from(derived);
        for (place, (sum, number)) in self.numbers.iter_mut().zip(numbers).enumerate() {
            // Derived data sets re-use the subjects of others and add none.
            if place == 0 && derived {
                continue;
            }
            if number == NO_NUMBER {
                sum.not_stated += 1;
            } else {
                sum.value += i128::from(number);
            }
            sum.inexact += u64::from(flags & inexact_flag(place) != 0);
        }
    }

    fn add(&mut self, other: &Sums) {
        self.datasets += other.datasets;
        self.derived += other.derived;
        for (sum, more) in self.numbers.iter_mut().zip(other.numbers) {
            sum.value += more.value;
            sum.not_stated += more.not_stated;
            sum.inexact += more.inexact;
        }
    }

    fn take(&mut self, part: &Sums) {
        self.datasets = self.datasets.saturating_sub(part.datasets);
        self.derived = self.derived.saturating_sub(part.derived);
        for (sum, less) in self.numbers.iter_mut().zip(part.numbers) {
            sum.value -= less.value;
            sum.not_stated = sum.not_stated.saturating_sub(less.not_stated);
            sum.inexact = sum.inexact.saturating_sub(less.inexact);
        }
    }
}

impl From<Sums> for KindTotal {
    fn from(sums: Sums) -> Self {
        let [subjects, studies, series, images, bytes] = sums.numbers.map(|sum| Sum {
            value: i64::try_from(sum.value).unwrap_or(i64::MAX),
            not_stated: sum.not_stated,
            inexact: sum.inexact,
        });
        Self { datasets: sums.datasets, subjects, studies, series, images, bytes, ..Self::default() }
    }
}

/// Subject entries of the set: derived data sets add none.
pub(super) fn subjects(set: &Hits, view: &View) -> i64 {
    let mut subjects = 0_i64;
    for (columns, documents) in view.segments.iter().zip(&set.0) {
        for document in documents {
            let row = usize::try_from(document).ok().and_then(|at| columns.sums.get(at));
            let counted = row.filter(|row| row.flags & DERIVED == 0).and_then(|row| row.numbers.first());
            if let Some(&number) = counted.filter(|number| **number != NO_NUMBER) {
                subjects = subjects.saturating_add(number);
            }
        }
    }
    subjects
}

fn rank(kind: &str) -> usize {
    let human = HUMAN_KINDS.iter().position(|human| *human == kind);
    human.unwrap_or(if kind == NOT_STATED {
        8
    } else if kind == MIXED {
        7
    } else {
        5
    })
}

fn kind_label(kind: &str, vocabulary: &Vocabulary) -> String {
    match kind {
        NOT_STATED => "not stated".to_owned(),
        MIXED => "Mixed, not stated how many of each".to_owned(),
        code => ConceptId::new(Scheme::SubjectKind, code)
            .map_or_else(|_| code.to_owned(), |id| vocabulary.label(&id).to_owned()),
    }
}

fn add(to: &mut KindTotal, other: &KindTotal) {
    to.datasets += other.datasets;
    let pairs = [
        (&mut to.subjects, other.subjects),
        (&mut to.studies, other.studies),
        (&mut to.series, other.series),
        (&mut to.images, other.images),
        (&mut to.bytes, other.bytes),
    ];
    for (sum, other) in pairs {
        sum.value = sum.value.saturating_add(other.value);
        sum.not_stated += other.not_stated;
        sum.inexact += other.inexact;
    }
}
