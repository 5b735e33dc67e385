//! From a read question to the engine's query, built by hand.
//!
//! Scores: a data set that states the named concept stands above one that states a narrower one, one that is about it
//! above one that lists it among many, and all above one that only has the words. Titles weigh most. Concept scores are constants, so that a rare concept does not outweigh
//! another only because it is rare; words are weighed by BM25.

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery, Query,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::tokenizer::TextAnalyzer;

use super::question::{Clause, Question};
use super::schema::{self, Fields};
use crate::domain::concept::ConceptId;

/// Score of stating the concept or a narrower one.
const STATED: f32 = 6.0;
/// Added for stating the concept itself.
const OWN_CONCEPT: f32 = 2.0;
/// Added when the data set is about little else.
const FOCUSED: f32 = 4.0;
/// Weight of a synonym in a title or a keyword.
const SYNONYM: f32 = 0.4;
/// Most synonyms that are looked for as words.
const MOST_SYNONYMS: usize = 16;
/// Synonyms shorter than this (bytes) are too ambiguous as words.
const SHORTEST_SYNONYM: usize = 3;
/// Weight of a word that was guessed from its beginning or corrected.
const GUESSED: f32 = 0.5;
/// Weight of words that are not needed.
const COMMON_WORD: f32 = 0.1;
/// Weight of the words of a recognised concept beside the concept itself.
const BESIDE_CONCEPT: f32 = 0.6;

/// Builds queries over the fields.
pub(super) struct QueryBuilder {
    fields: Fields,
    stemmer: TextAnalyzer,
    folder: TextAnalyzer,
}

impl QueryBuilder {
    pub(super) fn new(fields: Fields) -> Self {
        Self { fields, stemmer: schema::analyzer(true), folder: schema::analyzer(false) }
    }

    /// The query of the question. `relaxed`: one of the words that name no concept may be absent; what was asked for by
    /// concept is never given up.
    pub(super) fn query(&mut self, question: &Question, relaxed: bool) -> Box<dyn Query> {
        let mut words = Vec::new();
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for clause in &question.clauses {
            match clause {
                Clause::Concepts { ids, synonyms, phrase } => {
                    parts.push((Occur::Must, self.concepts(ids, synonyms, phrase)));
                }
                Clause::Words { any_of, typed } => words.push(self.any_word(any_of, typed)),
                Clause::Phrase(phrase) => words.push(self.exact_phrase(phrase)),
                Clause::Excluded { ids, phrase } => parts.push((Occur::MustNot, self.excluded(ids, phrase))),
                Clause::Optional(word) => parts.push((Occur::Should, boosted(self.in_texts(word), COMMON_WORD))),
            }
        }
        let by_concept = parts.iter().any(|(occur, _)| *occur == Occur::Must);
        let missing = usize::from(relaxed);
        let minimum = words.len().saturating_sub(missing).max(usize::from(!by_concept && !words.is_empty()));
        if !words.is_empty() {
            let clauses = words.into_iter().map(|query| (Occur::Should, query)).collect();
            let occur = if minimum == 0 { Occur::Should } else { Occur::Must };
            parts.push((occur, Box::new(BooleanQuery::with_minimum_required_clauses(clauses, minimum.max(1)))));
        } else if !by_concept {
            parts.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))));
        }
        Box::new(BooleanQuery::new(parts))
    }

    fn concepts(&mut self, ids: &[ConceptId], synonyms: &[String], phrase: &str) -> Box<dyn Query> {
        let fields = self.fields;
        let stating = |id: &ConceptId| -> Box<dyn Query> {
            let token = id.to_string();
            Box::new(BooleanQuery::union(vec![
                constant(fields.broad, &token, STATED),
                constant(fields.own, &token, OWN_CONCEPT),
                constant(fields.focus, &token, FOCUSED),
            ]))
        };
        let by_concept: Box<dyn Query> = Box::new(DisjunctionMaxQuery::new(ids.iter().map(stating).collect()));
        let by_words = boosted(self.in_texts(phrase), BESIDE_CONCEPT);
        let mut named: Vec<Box<dyn Query>> = Vec::new();
        for synonym in synonyms.iter().filter(|synonym| synonym.len() >= SHORTEST_SYNONYM).take(MOST_SYNONYMS) {
            let stems = tokens(&mut self.stemmer, synonym);
            named.push(phrase_query(fields.title, &stems));
            named.push(phrase_query(fields.keywords, &stems));
        }
        let by_synonyms = boosted(Box::new(DisjunctionMaxQuery::new(named)), SYNONYM);
        Box::new(BooleanQuery::union(vec![by_concept, by_words, by_synonyms]))
    }

    fn any_word(&mut self, words: &[String], typed: &str) -> Box<dyn Query> {
        let as_typed = words.first().is_some_and(|word| words.len() == 1 && *word == typed.to_lowercase());
        let weight = if as_typed { 1.0 } else { GUESSED };
        let ways = words.iter().map(|word| boosted(self.in_texts(word), weight)).collect();
        Box::new(DisjunctionMaxQuery::new(ways))
    }

    fn excluded(&mut self, ids: &[ConceptId], phrase: &str) -> Box<dyn Query> {
        let mut ways: Vec<Box<dyn Query>> =
            ids.iter().map(|id| constant(self.fields.broad, &id.to_string(), 1.0)).collect();
        // A concept is excluded by what is stated; its words may stand in a description for many reasons.
        if ids.is_empty() {
            ways.push(phrase_query(self.fields.all, &tokens(&mut self.stemmer, phrase)));
        }
        Box::new(BooleanQuery::union(ways))
    }

    fn exact_phrase(&mut self, phrase: &str) -> Box<dyn Query> {
        let words = tokens(&mut self.folder, phrase);
        let stems = tokens(&mut self.stemmer, phrase);
        let title = boosted(phrase_query(self.fields.title, &stems), 3.0);
        let exact = phrase_query(self.fields.exact, &words);
        // Must stand there exactly; the title only raises it.
        Box::new(BooleanQuery::new(vec![(Occur::Must, exact), (Occur::Should, title)]))
    }

    /// The words next to each other, in any form, in any text.
    fn in_texts(&mut self, text: &str) -> Box<dyn Query> {
        let stems = tokens(&mut self.stemmer, text);
        let words = tokens(&mut self.folder, text);
        let fields = self.fields;
        let ways = vec![
            boosted(phrase_query(fields.title, &stems), 3.0),
            boosted(phrase_query(fields.keywords, &stems), 2.0),
            boosted(phrase_query(fields.agents, &stems), 1.5),
            boosted(phrase_query(fields.identifier, &words), 3.0),
            boosted(phrase_query(fields.description, &stems), 0.7),
            boosted(phrase_query(fields.all, &stems), 0.5),
        ];
        Box::new(BooleanQuery::union(ways))
    }
}

fn tokens(analyzer: &mut TextAnalyzer, text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut stream = analyzer.token_stream(text);
    while let Some(token) = stream.next() {
        words.push(token.text.clone());
    }
    words
}

fn phrase_query(field: Field, words: &[String]) -> Box<dyn Query> {
    match words {
        [] => Box::new(EmptyQuery),
        [word] => Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs)),
        words => Box::new(PhraseQuery::new(words.iter().map(|word| Term::from_field_text(field, word)).collect())),
    }
}

fn constant(field: Field, token: &str, score: f32) -> Box<dyn Query> {
    let term = TermQuery::new(Term::from_field_text(field, token), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(term), score))
}

fn boosted(query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, weight))
}
