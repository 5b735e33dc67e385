//! Facets: every value with the number of data sets that choosing it would list.
//!
//! Counts are true under multiple choice: a facet is counted with every other filter applied and its own left out.
//! With ALL, its own applies too, since each further value narrows the list. Chosen values stay, at zero if need be.

use std::collections::HashMap;

use super::filter::{self, Filters};
use super::page::{FacetResult, FacetValue};
use super::view::{Hits, View};
use crate::domain::concept::ConceptId;
use crate::domain::search::{ANY, Facet, Match, NOT_RECOGNISED, NOT_STATED, Notice, SearchRequest};
use crate::vocab::{Concept, ModalityRole, Vocabulary};

/// Most values of a flat facet that are given; the chosen ones come on top.
const MOST_VALUES: usize = 200;

/// The two concepts that only part modalities into acquired and derived; every value says which it is.
const MODALITY_ROLES: [&str; 2] = ["acquired", "derived"];

/// Counts every facet over the documents that match the words (`base`) and all filters (`left`).
pub(super) fn facets(
    request: &SearchRequest,
    base: &Hits,
    left: &Hits,
    filters: &Filters,
    view: &View,
    vocabulary: &Vocabulary,
) -> Vec<FacetResult> {
    let shared = view.counts(left);
    let count = |facet: Facet| {
        let own = filters.has(facet) && request.matching(facet) == Match::Any;
        let without = own.then(|| filters.apply(base, Some(facet)));
        let set = without.as_ref().unwrap_or(left);
        let own_counts = without.as_ref().map(|set| view.counts_of(facet, set));
        let counts = match &own_counts {
            Some(counts) => filter::of_part(facet, counts, view),
            None => filter::of_facet(facet, &shared, view),
        };
        let counted = Counted { facet, request, set, view, vocabulary };
        FacetResult { facet, values: counted.values(counts), hidden_not_stated: counted.hidden(filters, base) }
    };
    Facet::ALL.into_iter().map(count).collect()
}

/// Chosen values that nothing is known by.
pub(super) fn unknown(request: &SearchRequest, view: &View, vocabulary: &Vocabulary) -> Vec<Notice> {
    let mut notices = Vec::new();
    for facet in request.facets().filter(|facet| !facet.takes_spans()) {
        for value in request.values(facet) {
            let concept = concept(facet, value).is_some_and(|id| vocabulary.concept(&id).is_some());
            let special = matches!(value, NOT_STATED | NOT_RECOGNISED) || (facet == Facet::SubjectKind && value == ANY);
            let banded =
                matches!(facet, Facet::SizeOrder | Facet::Completeness | Facet::Annotated) && band(facet, value);
            if !(concept || special || banded || filter::occurs(facet, value, view)) {
                notices.push(Notice::UnknownValue { facet, value: value.to_owned() });
            }
        }
    }
    notices
}

fn band(facet: Facet, value: &str) -> bool {
    use crate::domain::search::{COMPLETENESS_BANDS, SUBJECT_ORDERS};
    match facet {
        Facet::SizeOrder => SUBJECT_ORDERS.iter().any(|(band, ..)| *band == value),
        Facet::Completeness => COMPLETENESS_BANDS.iter().any(|(band, ..)| *band == value),
        Facet::Annotated => matches!(value, "segmented" | "annotated"),
        _ => false,
    }
}

fn concept(facet: Facet, value: &str) -> Option<ConceptId> {
    ConceptId::new(facet.scheme()?, value).ok()
}

/// The label of a facet's value.
pub(super) fn label(facet: Facet, value: &str, view: &View, vocabulary: &Vocabulary) -> String {
    let id = concept(facet, value);
    label_of(facet, value, id.as_ref().and_then(|id| vocabulary.concept(id)), view)
}

fn label_of(facet: Facet, value: &str, concept: Option<&Concept>, view: &View) -> String {
    if let Some(plain) = facet.plain_label(value) {
        return plain;
    }
    if facet == Facet::Provider {
        return view.providers.get(value).map_or_else(|| value.to_owned(), |provider| provider.name.clone());
    }
    concept.map_or(value, Concept::label).to_owned()
}

struct Counted<'a> {
    facet: Facet,
    request: &'a SearchRequest,
    set: &'a Hits,
    view: &'a View,
    vocabulary: &'a Vocabulary,
}

/// A value with the concept that it names.
type Known<'a> = (FacetValue, Option<&'a Concept>);

impl<'a> Counted<'a> {
    fn values<'b>(&'b self, mut counts: Vec<(&'b str, u64)>) -> Vec<FacetValue> {
        for value in self.request.values(self.facet) {
            if !counts.iter().any(|(known, _)| *known == value) {
                let count = match value {
                    ANY if self.facet == Facet::SubjectKind => self.set.len(),
                    _ => self.set.and(&filter::having(self.facet, value, self.view)).len(),
                };
                counts.push((value, count));
            }
        }
        if self.facet == Facet::Modality {
            counts.retain(|(value, _)| !MODALITY_ROLES.contains(value) || self.request.has(self.facet, value));
        }
        let mut values: Vec<Known<'a>> = counts.iter().map(|(value, count)| self.value(value, *count)).collect();
        values.sort_by_cached_key(|(value, _)| by_rank(value));
        if self.facet.hierarchical() {
            return tree(values);
        }
        let mut given = 0;
        values.retain(|(value, _)| {
            given += 1;
            given <= MOST_VALUES || value.chosen
        });
        values.into_iter().map(|(value, _)| value).collect()
    }

    fn value(&self, value: &str, count: u64) -> Known<'a> {
        let vocabulary = self.vocabulary;
        let concept = concept(self.facet, value).and_then(|id| vocabulary.concept(&id));
        let given = FacetValue {
            value: value.to_owned(),
            label: label_of(self.facet, value, concept, self.view),
            count,
            chosen: self.request.has(self.facet, value),
            depth: 0,
            parent: None,
            derived_object: concept.and_then(|concept| concept.role) == Some(ModalityRole::Derived),
        };
        (given, concept)
    }

    /// How many data sets the choice hides only because they do not state the property.
    fn hidden(&self, filters: &Filters, base: &Hits) -> u64 {
        let asked = self.request.values(self.facet).next().is_some();
        let stated = self.request.has(self.facet, NOT_STATED)
            || (self.facet == Facet::SubjectKind && self.request.has(Facet::SubjectKind, ANY));
        if !asked || stated {
            return 0;
        }
        let others = filters.apply(base, Some(self.facet));
        others.and(&filter::having(self.facet, NOT_STATED, self.view)).len()
    }
}

/// The values as a tree, parents before their children; a value with several parents stands under its first. What a
/// circle in a vocabulary holds hangs under nothing and is left out.
fn tree(ranked: Vec<Known<'_>>) -> Vec<FacetValue> {
    let places: HashMap<&str, usize> =
        ranked.iter().enumerate().map(|(at, (value, _))| (value.value.as_str(), at)).collect();
    let parent = |concept: &Concept| concept.broader.iter().find_map(|above| places.get(above.code()).copied());
    let parents: Vec<Option<usize>> = ranked.iter().map(|(_, concept)| concept.and_then(parent)).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); ranked.len()];
    let mut waiting: Vec<(usize, usize)> = Vec::new();
    for (at, parent) in parents.iter().enumerate().rev() {
        match parent.and_then(|parent| children.get_mut(parent)) {
            Some(siblings) => siblings.push(at),
            None => waiting.push((at, 0)),
        }
    }
    let codes: Vec<String> = ranked.iter().map(|(value, _)| value.value.clone()).collect();
    let mut values: Vec<Option<FacetValue>> = ranked.into_iter().map(|(value, _)| Some(value)).collect();
    let mut tree = Vec::with_capacity(values.len());
    while let Some((at, depth)) = waiting.pop() {
        let Some(value) = values.get_mut(at).and_then(Option::take) else { continue };
        let parent = parents.get(at).copied().flatten().and_then(|parent| codes.get(parent).cloned());
        tree.push(FacetValue { depth, parent, ..value });
        waiting.extend(children.get(at).into_iter().flatten().map(|child| (*child, depth + 1)));
    }
    tree
}

/// Most frequent first, then by label; what is not stated or not recognised comes last.
fn by_rank(value: &FacetValue) -> (bool, std::cmp::Reverse<u64>, String) {
    let last = matches!(value.value.as_str(), NOT_STATED | NOT_RECOGNISED);
    (last, std::cmp::Reverse(value.count), value.label.to_lowercase())
}
