//! Marking what matched. Texts are escaped here; the marks are the only HTML that is added.

use std::collections::HashMap;
use std::ops::Range;

use tantivy::tokenizer::TextAnalyzer;

use super::card::Card;
use super::page::{Field, Matched};
use super::question::{Clause, Question};
use super::schema;
use crate::domain::concept::ConceptId;
use crate::vocab::{Concept, Vocabulary};

/// Characters of a description's passage.
const PASSAGE: usize = 260;
/// Most phrases that are looked for: a broad concept has hundreds of narrower ones.
const MOST_PHRASES: usize = 400;
/// Most narrower concepts that a result's reasons name.
const MOST_NARROWER: usize = 3;

/// Finds what matched in the texts of results.
pub(super) struct Highlighter {
    stemmer: TextAnalyzer,
    /// Stem sequences to find, by their first stem, longest first.
    phrases: HashMap<String, Vec<Vec<String>>>,
    /// The concepts asked for.
    concepts: Vec<ConceptId>,
}

impl Highlighter {
    pub(super) fn new(question: &Question, vocabulary: &Vocabulary) -> Self {
        let mut highlighter = Self { stemmer: schema::analyzer(true), phrases: HashMap::new(), concepts: Vec::new() };
        let mut texts: Vec<String> = Vec::new();
        for clause in &question.clauses {
            match clause {
                Clause::Concepts { ids, phrase, .. } => {
                    texts.push(phrase.clone());
                    highlighter.concepts.extend(ids.iter().cloned());
                    let narrower = ids.iter().flat_map(|id| vocabulary.descendants(id));
                    for id in ids.iter().cloned().chain(narrower) {
                        let labels = vocabulary.concept(&id).into_iter();
                        texts.extend(labels.flat_map(Concept::labels).map(|label| label.text.clone()));
                    }
                }
                Clause::Words { any_of, .. } => texts.extend(any_of.iter().cloned()),
                Clause::Phrase(phrase) => texts.push(phrase.clone()),
                Clause::Excluded { .. } | Clause::Optional(_) => {}
            }
        }
        for text in texts.into_iter().take(MOST_PHRASES) {
            let stems: Vec<String> = highlighter.words(&text).into_iter().map(|(_, stem)| stem).collect();
            if let Some(first) = stems.first() {
                highlighter.phrases.entry(first.clone()).or_default().push(stems);
            }
        }
        highlighter.phrases.values_mut().for_each(|phrases| phrases.sort_by_key(|stems| usize::MAX - stems.len()));
        highlighter
    }

    /// The card's title and best passage, escaped and marked, and why it matched.
    pub(super) fn card(&mut self, card: &Card, vocabulary: &Vocabulary) -> (String, String, Vec<Matched>) {
        let title = &card.title.text;
        let description = card.description.as_ref().map(|text| text.text.as_str()).unwrap_or_default();
        let (in_title, in_description) = (self.find(title), self.find(description));
        let first = |text: &str, found: &[Range<usize>]| {
            found.first().and_then(|range| text.get(range.clone())).map(str::to_owned)
        };
        let reasons = self.reasons(card, first(title, &in_title), first(description, &in_description), vocabulary);
        (mark(title, 0..title.len(), &in_title), passage(description, &in_description), reasons)
    }

    /// Why the card matched; what was found in its title and its description is known already.
    fn reasons(
        &mut self,
        card: &Card,
        in_title: Option<String>,
        in_description: Option<String>,
        vocabulary: &Vocabulary,
    ) -> Vec<Matched> {
        let mut reasons = self.concept_reasons(card, vocabulary);
        let agents =
            card.publisher.iter().chain([&card.provider.name]).chain(card.series.iter().map(|(_, title)| title));
        let agents = agents.map(String::as_str).collect::<Vec<_>>().join(" · ");
        let mut words =
            |text: &str| self.find(text).first().and_then(|range| text.get(range.clone())).map(str::to_owned);
        let fields = [
            (Field::Title, in_title),
            (Field::Keywords, words(&card.keywords.join(" · "))),
            (Field::Provider, words(&agents)),
            (Field::Identifier, words(card.identifier.as_deref().unwrap_or_default())),
            (Field::Description, in_description),
        ];
        reasons.extend(fields.into_iter().filter_map(|(field, words)| Some(Matched::Words { field, words: words? })));
        reasons
    }

    fn concept_reasons(&self, card: &Card, vocabulary: &Vocabulary) -> Vec<Matched> {
        let lists = [
            &card.conditions,
            &card.topographies,
            &card.body_parts,
            &card.modalities,
            &card.manufacturers,
            &card.sexes,
            &card.subject_kinds,
            &card.types,
            &card.countries,
            &card.linked,
        ];
        let stated: Vec<&ConceptId> =
            lists.into_iter().flatten().chain(&card.tier).filter_map(|value| value.concept.as_ref()).collect();
        let mut reasons = Vec::new();
        for asked in &self.concepts {
            let label = vocabulary.label(asked).to_owned();
            if stated.contains(&asked) {
                reasons.push(Matched::Concept { concept: asked.clone(), label });
                continue;
            }
            let narrower = stated.iter().filter(|id| vocabulary.ancestors(id).contains(asked)).take(MOST_NARROWER);
            reasons.extend(narrower.map(|id| Matched::Narrower {
                concept: (*id).clone(),
                label: vocabulary.label(id).to_owned(),
                of: asked.clone(),
                of_label: label.clone(),
            }));
        }
        reasons
    }

    /// Where the phrases stand, in order, without overlap.
    fn find(&mut self, text: &str) -> Vec<Range<usize>> {
        if self.phrases.is_empty() {
            return Vec::new();
        }
        let words = self.words(text);
        let mut found = Vec::new();
        let mut at = 0;
        while let Some((range, stem)) = words.get(at) {
            let here = |stems: &&Vec<String>| {
                words
                    .get(at..at + stems.len())
                    .is_some_and(|stretch| stretch.iter().zip(*stems).all(|((_, word), stem)| word == stem))
            };
            let length = self.phrases.get(stem).and_then(|phrases| phrases.iter().find(here)).map_or(0, Vec::len);
            if let Some((last, _)) = length.checked_sub(1).and_then(|more| words.get(at + more)) {
                found.push(range.start..last.end);
            }
            at += length.max(1);
        }
        found
    }

    fn words(&mut self, text: &str) -> Vec<(Range<usize>, String)> {
        let mut words = Vec::new();
        let mut stream = self.stemmer.token_stream(text);
        while let Some(token) = stream.next() {
            words.push((token.offset_from..token.offset_to, token.text.clone()));
        }
        words
    }
}

/// The passage with most matches, escaped and marked, with an ellipsis where it was cut.
fn passage(text: &str, found: &[Range<usize>]) -> String {
    let range = best_passage(text, found);
    let cut_before = if range.start > 0 { "… " } else { "" };
    let cut_after = if range.end < text.len() { " …" } else { "" };
    format!("{cut_before}{}{cut_after}", mark(text, range, found))
}

/// The stretch of about [`PASSAGE`] characters that begins before the match after which most others follow.
fn best_passage(text: &str, found: &[Range<usize>]) -> Range<usize> {
    /// Bytes shown before the first match.
    const LEAD: usize = 60;
    let within = |from: usize| found.iter().filter(|range| range.start >= from && range.end <= from + PASSAGE).count();
    let densest = found.iter().rev().max_by_key(|range| within(range.start)).map_or(0, |range| range.start);
    let start = if densest < LEAD { 0 } else { word_start(text, densest - LEAD) };
    let end = text.char_indices().skip_while(|(at, _)| *at < start).nth(PASSAGE).map_or(text.len(), |(at, _)| at);
    let end = if end == text.len() { end } else { text.get(..end).and_then(|head| head.rfind(' ')).unwrap_or(end) };
    start..end.max(start)
}

/// The beginning of the first word after the byte.
fn word_start(text: &str, byte: usize) -> usize {
    let after = text.char_indices().find(|(at, character)| *at >= byte && character.is_whitespace());
    after.map_or(0, |(at, character)| at + character.len_utf8())
}

fn mark(text: &str, range: Range<usize>, found: &[Range<usize>]) -> String {
    let mut html = String::new();
    let mut at = range.start;
    for part in found.iter().filter(|part| part.start >= range.start && part.end <= range.end) {
        escape(text.get(at..part.start).unwrap_or_default(), &mut html);
        html.push_str("<mark>");
        escape(text.get(part.clone()).unwrap_or_default(), &mut html);
        html.push_str("</mark>");
        at = part.end;
    }
    escape(text.get(at..range.end).unwrap_or_default(), &mut html);
    html
}

fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Highlighter {
        fn whole(&mut self, text: &str) -> String {
            let found = self.find(text);
            mark(text, 0..text.len(), &found)
        }

        fn passage(&mut self, text: &str) -> String {
            let found = self.find(text);
            passage(text, &found)
        }
    }

    fn highlighter(words: &[&str]) -> Highlighter {
        let mut highlighter =
            Highlighter { stemmer: schema::analyzer(true), phrases: HashMap::new(), concepts: Vec::new() };
        for text in words {
            let stems: Vec<String> = highlighter.words(text).into_iter().map(|(_, stem)| stem).collect();
            highlighter.phrases.entry(stems[0].clone()).or_default().push(stems);
        }
        highlighter
    }

    #[test]
    fn marks_are_the_only_markup() {
        let marked = highlighter(&["lung cancer", "tumours"]).whole("<b>Lung cancers</b> & \"tumour\"");
        assert_eq!(marked, "&lt;b&gt;<mark>Lung cancers</mark>&lt;/b&gt; &amp; &quot;<mark>tumour</mark>&quot;");
    }

    #[test]
    fn the_passage_shows_the_match_and_says_where_it_was_cut() {
        let text = format!("{} glioma {}", "filler words ".repeat(60), "more text ".repeat(60));
        let passage = highlighter(&["glioma"]).passage(&text);
        assert!(passage.contains("<mark>glioma</mark>") && passage.starts_with("… ") && passage.ends_with(" …"));
        assert!(passage.chars().count() < PASSAGE + 60);
        assert_eq!(highlighter(&["glioma"]).passage("kurz, für alle"), "kurz, für alle");
    }
}
