//! Facets: every value with the number of data sets that choosing it would list.
//!
//! Counts are true under multiple choice: a facet is counted with every other filter applied and its own left out.
//! With ALL, its own applies too, since each further value narrows the list. Chosen values stay, at zero if need be.

use std::collections::{BTreeMap, BTreeSet};

use super::filter::{self, Filters};
use super::page::{FacetResult, FacetValue};
use super::view::{Hits, View};
use crate::domain::concept::ConceptId;
use crate::domain::search::{ANY, Facet, Match, NOT_RECOGNISED, NOT_STATED, Notice, SearchRequest};
use crate::vocab::{ModalityRole, Vocabulary};

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
    let count = |facet: Facet| {
        let own = filters.has(facet) && request.matching(facet) == Match::Any;
        let without = own.then(|| filters.apply(base, Some(facet)));
        let set = without.as_ref().unwrap_or(left);
        let counted = Counted { facet, request, set, view, vocabulary };
        FacetResult { facet, values: counted.values(), hidden_not_stated: counted.hidden(filters, base) }
    };
    Facet::ALL.into_iter().map(count).collect()
}

/// Chosen values that nothing is known by.
pub(super) fn unknown(request: &SearchRequest, view: &View, vocabulary: &Vocabulary) -> Vec<Notice> {
    let mut notices = Vec::new();
    for facet in request.facets().filter(|facet| !facet.takes_spans()) {
        let occurring = filter::known_values(facet, view);
        for value in request.values(facet) {
            let concept = concept(facet, value).is_some_and(|id| vocabulary.concept(&id).is_some());
            let special = matches!(value, NOT_STATED | NOT_RECOGNISED) || (facet == Facet::SubjectKind && value == ANY);
            let banded =
                matches!(facet, Facet::SizeOrder | Facet::Completeness | Facet::Annotated) && band(facet, value);
            if !(concept || special || banded || occurring.contains(value)) {
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
    if let Some(plain) = facet.plain_label(value) {
        return plain;
    }
    if facet == Facet::Provider {
        return view.providers.get(value).map_or_else(|| value.to_owned(), |provider| provider.name.clone());
    }
    concept(facet, value).map_or_else(|| value.to_owned(), |id| vocabulary.label(&id).to_owned())
}

struct Counted<'a> {
    facet: Facet,
    request: &'a SearchRequest,
    set: &'a Hits,
    view: &'a View,
    vocabulary: &'a Vocabulary,
}

impl Counted<'_> {
    fn values(&self) -> Vec<FacetValue> {
        let mut counts = filter::counts(self.facet, self.set, self.view);
        for value in self.request.values(self.facet) {
            if !counts.contains_key(value) {
                let count = match value {
                    ANY if self.facet == Facet::SubjectKind => self.set.len(),
                    _ => self.set.and(&filter::having(self.facet, value, self.view)).len(),
                };
                counts.insert(value.to_owned(), count);
            }
        }
        if self.facet == Facet::Modality {
            counts.retain(|value, _| !MODALITY_ROLES.contains(&value.as_str()) || self.request.has(self.facet, value));
        }
        let mut values: Vec<FacetValue> = counts.iter().map(|(value, count)| self.value(value, *count)).collect();
        values.sort_by_cached_key(by_rank);
        if self.facet.hierarchical() {
            return self.tree(&values);
        }
        let mut given = 0;
        values.retain(|value| {
            given += 1;
            given <= MOST_VALUES || value.chosen
        });
        values
    }

    fn value(&self, value: &str, count: u64) -> FacetValue {
        let known = concept(self.facet, value);
        let role = known.as_ref().and_then(|id| self.vocabulary.concept(id)).and_then(|concept| concept.role);
        FacetValue {
            value: value.to_owned(),
            label: label(self.facet, value, self.view, self.vocabulary),
            count,
            chosen: self.request.has(self.facet, value),
            depth: 0,
            parent: None,
            derived_object: role == Some(ModalityRole::Derived),
        }
    }

    /// The values as a tree, parents before their children; a value with several parents stands under its first.
    fn tree(&self, ranked: &[FacetValue]) -> Vec<FacetValue> {
        let present: BTreeSet<&str> = ranked.iter().map(|value| value.value.as_str()).collect();
        let mut children: BTreeMap<Option<String>, Vec<&FacetValue>> = BTreeMap::new();
        for value in ranked {
            children.entry(self.parent(&value.value, &present)).or_default().push(value);
        }
        let mut tree = Vec::with_capacity(ranked.len());
        let mut waiting: Vec<(Option<String>, usize, &FacetValue)> =
            children.get(&None).into_iter().flatten().rev().map(|value| (None, 0, *value)).collect();
        while let Some((parent, depth, value)) = waiting.pop() {
            // A circle in a vocabulary must not become one here.
            if tree.len() > ranked.len() {
                break;
            }
            tree.push(FacetValue { depth, parent, ..value.clone() });
            let above = Some(value.value.clone());
            for child in children.get(&above).into_iter().flatten().rev() {
                waiting.push((above.clone(), depth + 1, child));
            }
        }
        tree
    }

    fn parent(&self, value: &str, present: &BTreeSet<&str>) -> Option<String> {
        let id = concept(self.facet, value)?;
        let broader = self.vocabulary.broader(&id).iter().map(ConceptId::code);
        broader.into_iter().find(|code| present.contains(code)).map(ToOwned::to_owned)
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

/// Most frequent first, then by label; what is not stated or not recognised comes last.
fn by_rank(value: &FacetValue) -> (bool, std::cmp::Reverse<u64>, String) {
    let last = matches!(value.value.as_str(), NOT_STATED | NOT_RECOGNISED);
    (last, std::cmp::Reverse(value.count), value.label.to_lowercase())
}
