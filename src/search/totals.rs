//! Sums over a set of data sets, by subject kind: as published, not de-duplicated, saying what they leave out.

use super::columns::{Number, SegmentColumns};
use super::document::{DERIVED, KIND_PREFIX, MIXED, inexact_flag};
use super::filter;
use super::page::{KindTotal, Sum, Totals};
use super::view::{Hits, View};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::search::{HUMAN_KINDS, NOT_STATED};
use crate::vocab::Vocabulary;

/// Sums the set.
pub(super) fn totals(set: &Hits, view: &View, vocabulary: &Vocabulary) -> Totals {
    let mut totals = Totals::default();
    "all data sets".clone_into(&mut totals.all.label);
    "human".clone_into(&mut totals.human.label);
    let mut kinds: Vec<String> = filter::tally(KIND_PREFIX, set, view).into_keys().collect();
    kinds.sort_by_key(|kind| (rank(kind), kind.clone()));
    for kind in kinds {
        let rows = view.with_any(&[format!("{KIND_PREFIX}{kind}")]);
        let members = set.and(&rows);
        let (total, derived) = sum(&members, view);
        totals.derived_datasets += derived;
        add(&mut totals.all, &total);
        if HUMAN_KINDS.contains(&kind.as_str()) || kind == NOT_STATED {
            add(&mut totals.human, &total);
        }
        let label = kind_label(&kind, vocabulary);
        totals.by_kind.push(KindTotal { kind, label, ..total });
    }
    totals
}

/// Subject entries of the set: derived data sets add none.
pub(super) fn subjects(set: &Hits, view: &View) -> i64 {
    let each = filter::documents(set).filter_map(|(segment, document)| {
        let columns = view.segments.get(segment)?;
        let derived = columns.number(Number::Flags, document)? & DERIVED != 0;
        if derived { None } else { columns.number(Number::Subjects, document) }
    });
    each.fold(0, i64::saturating_add)
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

/// The sums of the set and how many of its data sets are derived.
fn sum(set: &Hits, view: &View) -> (KindTotal, u64) {
    let mut total = KindTotal { datasets: set.len(), ..KindTotal::default() };
    let mut derived = 0;
    for (segment, document) in filter::documents(set) {
        let Some(columns) = view.segments.get(segment) else { continue };
        let flags = columns.number(Number::Flags, document).unwrap_or(0);
        if flags & DERIVED == 0 {
            count(&mut total.subjects, columns, Number::Subjects, document, flags);
        } else {
            derived += 1;
        }
        count(&mut total.studies, columns, Number::Studies, document, flags);
        count(&mut total.series, columns, Number::Series, document, flags);
        count(&mut total.images, columns, Number::Images, document, flags);
        count(&mut total.bytes, columns, Number::Bytes, document, flags);
    }
    (total, derived)
}

fn count(sum: &mut Sum, columns: &SegmentColumns, number: Number, document: u32, flags: i64) {
    match columns.number(number, document) {
        Some(value) => sum.value = sum.value.saturating_add(value),
        None => sum.not_stated += 1,
    }
    if flags & inexact_flag(number as usize) != 0 {
        sum.inexact += 1;
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
