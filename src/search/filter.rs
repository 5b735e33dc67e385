//! Filters: which data sets each part of a request leaves, and the counts of the facets under all the others.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;

use super::columns::{Number, SegmentColumns};
use super::document::{GIGABYTE, token};
use super::view::{Hits, View};
use crate::domain::search::{ANY, Facet, HUMAN_KINDS, Match, Measure, NOT_STATED, SearchRequest, Span};

/// Every filter of a request, kept apart so that each facet can be counted without its own.
pub(super) struct Filters {
    by_facet: BTreeMap<Facet, Hits>,
    /// The measures together.
    spans: Option<Hits>,
}

impl Filters {
    /// The filters of the request.
    pub(super) fn of(request: &SearchRequest, view: &View) -> Self {
        let mut by_facet: BTreeMap<Facet, Hits> =
            request.facets().map(|facet| (facet, chosen(facet, request, view))).collect();
        if request.opens_on_human() {
            by_facet.insert(Facet::SubjectKind, human(view));
        }
        let mut spans: Option<Hits> = None;
        for (measure, span) in Measure::ALL.into_iter().filter_map(|measure| Some((measure, request.span(measure)?))) {
            let within = bounded(measure, span, view);
            spans = Some(spans.map_or_else(|| within.clone(), |others| others.and(&within)));
        }
        Self { by_facet, spans }
    }

    /// The documents of the base that pass every filter, the facet's own left out if one is named.
    pub(super) fn apply(&self, base: &Hits, except: Option<Facet>) -> Hits {
        let mut left = base.clone();
        for (_, passing) in self.by_facet.iter().filter(|(facet, _)| Some(**facet) != except) {
            left.intersect(passing);
        }
        if let Some(passing) = &self.spans {
            left.intersect(passing);
        }
        left
    }

    /// Whether the facet filters anything.
    pub(super) fn has(&self, facet: Facet) -> bool {
        self.by_facet.contains_key(&facet)
    }
}

/// The documents that lists open on: human kinds, and those that state no kind.
pub(super) fn human(view: &View) -> Hits {
    let tokens: Vec<String> =
        HUMAN_KINDS.into_iter().chain([NOT_STATED]).map(|kind| token(Facet::SubjectKind, kind)).collect();
    view.with_any(&tokens)
}

/// The documents that have one or all of the facet's chosen values.
fn chosen(facet: Facet, request: &SearchRequest, view: &View) -> Hits {
    if request.has(facet, ANY) && facet == Facet::SubjectKind {
        return view.alive.clone();
    }
    let mut values = request.values(facet).map(|value| having(facet, value, view));
    let Some(mut passing) = values.next() else { return view.alive.clone() };
    for with_value in values {
        match request.matching(facet) {
            Match::All => passing.intersect(&with_value),
            Match::Any => passing.0.iter_mut().zip(&with_value.0).for_each(|(mine, theirs)| *mine |= theirs),
        }
    }
    passing
}

/// The documents that have the value.
pub(super) fn having(facet: Facet, value: &str, view: &View) -> Hits {
    match value.parse::<Span>() {
        Ok(span) if facet == Facet::Year => overlapping(span, view, |columns, document| {
            Some((columns.number(Number::FirstYear, document)?, columns.number(Number::LastYear, document)?))
        }),
        Ok(span) if facet == Facet::Size => matching(view, |columns, document| {
            columns.number(Number::Bytes, document).is_some_and(|bytes| {
                span.min().is_none_or(|low| bytes >= low * GIGABYTE)
                    && span.max().is_none_or(|high| bytes < high * GIGABYTE)
            })
        }),
        _ => view.with_any(&[token(facet, value)]),
    }
}

/// The documents within the span of the measure; those that do not state it are outside.
fn bounded(measure: Measure, span: Span, view: &View) -> Hits {
    match measure {
        Measure::Subjects => overlapping(span, view, |columns, document| {
            columns.number(Number::Subjects, document).map(|count| (count, count))
        }),
        Measure::Images => overlapping(span, view, |columns, document| {
            columns.number(Number::Images, document).map(|count| (count, count))
        }),
        Measure::Age => overlapping(span, view, |columns, document| {
            let (low, high) = (columns.number(Number::MinAge, document), columns.number(Number::MaxAge, document));
            Some((low.or(high)?, high.or(low)?))
        }),
    }
}

fn overlapping(span: Span, view: &View, ends: impl Fn(&SegmentColumns, u32) -> Option<(i64, i64)>) -> Hits {
    matching(view, |columns, document| ends(columns, document).is_some_and(|(low, high)| span.overlaps(low, high)))
}

fn matching(view: &View, keep: impl Fn(&SegmentColumns, u32) -> bool) -> Hits {
    let segments = view.segments.iter().zip(&view.alive.0);
    Hits(segments.map(|(columns, alive)| alive.iter().filter(|document| keep(columns, *document)).collect()).collect())
}

/// How many documents of the set have each value of the facet; values without one are left out.
pub(super) fn counts(facet: Facet, set: &Hits, view: &View) -> BTreeMap<String, u64> {
    tally(&format!("{}/", facet.key()), set, view)
}

/// How many documents of the set have each token with the prefix, by the rest of the token.
pub(super) fn tally(prefix: &str, set: &Hits, view: &View) -> BTreeMap<String, u64> {
    let mut totals = BTreeMap::new();
    for (columns, documents) in view.segments.iter().zip(&set.0) {
        let range = columns.tokens.range(prefix);
        let counts = columns.tokens.count(documents, range.clone());
        let values = columns.tokens.values().get(range).unwrap_or_default();
        for (value, count) in values.iter().zip(counts).filter(|(_, count)| *count > 0) {
            let value = value.strip_prefix(prefix).unwrap_or(value);
            *totals.entry(value.to_owned()).or_default() += count;
        }
    }
    totals
}

/// The values of the facet that any document has.
pub(super) fn known_values(facet: Facet, view: &View) -> BTreeSet<String> {
    counts(facet, &view.alive, view).into_keys().collect()
}

/// The documents of a segment that are in the set.
pub(super) fn documents(set: &Hits) -> impl Iterator<Item = (usize, u32)> + '_ {
    set.0
        .iter()
        .enumerate()
        .flat_map(|(segment, found): (usize, &RoaringBitmap)| found.iter().map(move |document| (segment, document)))
}
