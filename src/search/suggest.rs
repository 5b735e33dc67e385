//! Suggestions while typing: concepts with data sets behind them, data sets, providers.

use std::collections::BTreeMap;

use super::SearchError;
use super::document::token;
use super::filter;
use super::order;
use super::page::{Suggestion, SuggestionKind};
use super::query::QueryBuilder;
use super::question::Question;
use super::view::View;
use crate::domain::concept::ConceptId;
use crate::domain::search::{Facet, MAX_QUERY_CHARACTERS, SearchRequest};
use crate::vocab::Vocabulary;

/// Suggestions of each kind.
const OF_EACH: usize = 5;
/// Concepts looked at to find some that have data sets.
const CONCEPTS_LOOKED_AT: usize = 40;
/// Letters before anything is suggested.
const SHORTEST: usize = 2;

/// Suggestions for the text typed so far.
pub(super) fn suggest(text: &str, view: &View, vocabulary: &Vocabulary) -> Result<Vec<Suggestion>, SearchError> {
    let text = text.trim();
    if !(SHORTEST..=MAX_QUERY_CHARACTERS).contains(&text.chars().count()) {
        return Ok(Vec::new());
    }
    let mut suggestions = concepts(text, view, vocabulary);
    suggestions.extend(datasets(text, view, vocabulary)?);
    suggestions.extend(providers(text, view));
    Ok(suggestions)
}

fn concepts(text: &str, view: &View, vocabulary: &Vocabulary) -> Vec<Suggestion> {
    let mut counts: BTreeMap<Facet, BTreeMap<String, u64>> = BTreeMap::new();
    let human = filter::human(view);
    let mut found = Vec::new();
    for (id, label) in vocabulary.complete(text, CONCEPTS_LOOKED_AT) {
        let Some(facet) = facet_of(&id) else { continue };
        let by_value = counts.entry(facet).or_insert_with(|| filter::counts(facet, &human, view));
        let Some(&datasets) = by_value.get(id.code()) else { continue };
        let shown = vocabulary.label(&id);
        found.push(Suggestion {
            kind: SuggestionKind::Concept,
            label: shown.to_owned(),
            address: SearchRequest::default().with(facet, id.code()).address("/datasets"),
            datasets,
            note: (label != shown).then_some(label),
        });
    }
    found.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.datasets));
    found.truncate(OF_EACH);
    found
}

fn facet_of(id: &ConceptId) -> Option<Facet> {
    Facet::ALL.into_iter().find(|facet| facet.scheme() == Some(id.scheme()))
}

fn datasets(text: &str, view: &View, vocabulary: &Vocabulary) -> Result<Vec<Suggestion>, SearchError> {
    let question = Question::read(text, vocabulary, &view.lexicon);
    if question.is_empty() {
        return Ok(Vec::new());
    }
    let scored = view.run(&*QueryBuilder::new(view.fields).query(&question, false))?;
    let left = filter::human(view).and(&scored.hits);
    let mut found = Vec::new();
    for place in order::page(&SearchRequest::default(), &left, Some(&scored), view, OF_EACH)? {
        let segment = u32::try_from(place.segment).map_err(|_| SearchError::Damaged("too many segments"))?;
        let card = view.card(tantivy::DocAddress::new(segment, place.document))?;
        found.push(Suggestion {
            kind: SuggestionKind::Dataset,
            address: format!("/datasets/{}", card.slug),
            label: card.title.text,
            datasets: 1,
            note: Some(card.provider.name),
        });
    }
    Ok(found)
}

fn providers(text: &str, view: &View) -> Vec<Suggestion> {
    let typed = text.to_lowercase();
    let begins = |name: &str| {
        name.to_lowercase().split_whitespace().any(|word| word.starts_with(&typed))
            || name.to_lowercase().starts_with(&typed)
    };
    let matching = view.providers.values().filter(|provider| begins(&provider.name)).take(OF_EACH);
    matching
        .map(|provider| Suggestion {
            kind: SuggestionKind::Provider,
            label: provider.name.clone(),
            address: format!("/providers/{}", provider.slug),
            datasets: view.with_any(&[token(Facet::Provider, &provider.slug)]).len(),
            note: None,
        })
        .collect()
}
