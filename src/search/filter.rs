//! Filters: which data sets each part of a request leaves, and the counts of the facets under all the others.

use std::collections::BTreeMap;

use super::columns::{Number, SegmentColumns};
use super::document::{GIGABYTE, token};
use super::view::{Counts, Hits, View};
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
    let counts = view.counts_of(facet, set);
    of_part(facet, &counts, view).into_iter().map(|(value, count)| (value.to_owned(), count)).collect()
}

/// The counts of a facet out of its own by segment, by rising value; values without a document are left out.
pub(super) fn of_part<'a>(facet: Facet, counts: &'a [Vec<u64>], view: &'a View) -> Vec<(&'a str, u64)> {
    merged(view.segments.iter().zip(counts).map(|(columns, counts)| (columns.values(facet), counts.as_slice())))
}

/// The counts of a facet out of those of all tokens, by rising value; values without a document are left out.
pub(super) fn of_facet<'a>(facet: Facet, counts: &'a Counts, view: &'a View) -> Vec<(&'a str, u64)> {
    let parts = view.segments.iter().zip(&counts.0);
    merged(parts.map(|(columns, counts)| (columns.values(facet), counts.get(columns.facet(facet)).unwrap_or_default())))
}

/// Adds up the counts of the segments.
fn merged<'a>(parts: impl Iterator<Item = (&'a [String], &'a [u64])>) -> Vec<(&'a str, u64)> {
    let mut counted: Vec<(&'a str, u64)> = Vec::new();
    for (tokens, counts) in parts {
        for (token, count) in tokens.iter().zip(counts).filter(|(_, count)| **count > 0) {
            let value = token.split_once('/').map_or(token.as_str(), |(_, value)| value);
            counted.push((value, *count));
        }
    }
    counted.sort_unstable_by_key(|(value, _)| *value);
    counted.dedup_by(|again, first| {
        let same = again.0 == first.0;
        if same {
            first.1 += again.1;
        }
        same
    });
    counted
}

/// Whether any document has the value.
pub(super) fn occurs(facet: Facet, value: &str, view: &View) -> bool {
    view.with_any(&[token(facet, value)]).len() > 0
}
