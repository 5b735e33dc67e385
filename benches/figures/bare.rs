//! Bare tantivy: what a programmer would build with it in an afternoon. One text field with every text, fifteen raw
//! facet fields that are indexed and fast, numbers as fast fields, the card stored. One search with the hits, their
//! number and fifteen terms aggregations; the cards are fetched, not read or highlighted. Values of a facet are
//! counted under its own filter too, which is less work than the product's counts under multiple choice.

use std::collections::BTreeMap;
use std::path::Path;

use atlas::domain::search::{ANY, Facet, HUMAN_KINDS, Match, NOT_STATED, SearchRequest};
use atlas::search::Plain;
use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::AggregationResults;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{AllQuery, BooleanQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, TextAnalyzer,
};
use tantivy::{Index, IndexReader, IndexWriter, Order, TantivyDocument, Term};

use super::questions::{FACETS, Question};

/// Memory of the writer in bytes.
const WRITER_MEMORY: usize = 100_000_000;
/// Results on a page.
const PAGE: usize = 12;
/// Most values of a facet.
const VALUES: usize = 5_000;

/// The engine.
pub struct Bare {
    index: Index,
    reader: Option<IndexReader>,
    writer: Option<IndexWriter>,
    fields: Fields,
    aggregations: Aggregations,
}

struct Fields {
    text: Field,
    card: Field,
    facets: Vec<Field>,
    numbers: BTreeMap<&'static str, Field>,
}

/// What was found.
pub struct Found {
    /// How many.
    pub total: u64,
    /// The page's cards.
    pub cards: Vec<TantivyDocument>,
    /// Values of the facets.
    pub counts: AggregationResults,
}

impl Bare {
    /// An empty index in the folder.
    pub fn create(folder: &Path) -> Self {
        let mut builder = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("words")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = builder.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let card = builder.add_text_field("card", STORED);
        let facets = FACETS.map(|facet| builder.add_text_field(facet.key(), STRING.set_fast("raw"))).into();
        let numbers = ["subjects", "studies", "series", "images", "bytes"]
            .map(|name| (name, builder.add_i64_field(name, FAST)))
            .into();
        let index = Index::create_in_dir(folder, builder.build()).unwrap();
        let words = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(64))
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .filter(Stemmer::new(Language::English));
        index.tokenizers().register("words", words.build());
        let asked: serde_json::Map<String, serde_json::Value> = FACETS
            .iter()
            .map(|facet| {
                let terms =
                    serde_json::json!({"terms": {"field": facet.key(), "size": VALUES, "segment_size": VALUES}});
                (facet.key().to_owned(), terms)
            })
            .collect();
        let aggregations = serde_json::from_value(serde_json::Value::Object(asked)).unwrap();
        let writer = index.writer_with_num_threads(1, WRITER_MEMORY).unwrap();
        let fields = Fields { text, card, facets, numbers };
        Self { index, reader: None, writer: Some(writer), fields, aggregations }
    }

    /// Adds a data set.
    pub fn add(&self, plain: &Plain) {
        let mut document = TantivyDocument::default();
        for text in &plain.texts {
            document.add_text(self.fields.text, text);
        }
        document.add_text(self.fields.card, &plain.card);
        for token in &plain.tokens {
            let (key, value) = token.split_once('/').unwrap();
            if let Some(at) = FACETS.iter().position(|facet| facet.key() == key) {
                document.add_text(self.fields.facets[at], value);
            }
        }
        for (name, number) in &plain.numbers {
            if let Some(field) = self.fields.numbers.get(name) {
                document.add_i64(*field, *number);
            }
        }
        self.writer.as_ref().unwrap().add_document(document).unwrap();
    }

    /// Commits, and waits for merges.
    pub fn finish(&mut self) {
        let mut writer = self.writer.take().unwrap();
        writer.commit().unwrap();
        writer.wait_merging_threads().unwrap();
        self.reader = Some(self.index.reader().unwrap());
    }

    /// Answers the question.
    pub fn ask(&self, question: &Question) -> Found {
        let searcher = self.reader.as_ref().unwrap().searcher();
        let query = self.query(question);
        let facets = AggregationCollector::from_aggs(self.aggregations.clone(), Default::default());
        let (total, addresses, counts) = if question.words.is_empty() {
            let top = TopDocs::with_limit(PAGE).order_by_fast_field::<i64>("subjects", Order::Desc);
            let (total, top, counts) = searcher.search(&query, &(Count, top, facets)).unwrap();
            (total, top.into_iter().map(|(_, address)| address).collect::<Vec<_>>(), counts)
        } else {
            let top = TopDocs::with_limit(PAGE).order_by_score();
            let (total, top, counts) = searcher.search(&query, &(Count, top, facets)).unwrap();
            (total, top.into_iter().map(|(_, address)| address).collect(), counts)
        };
        let cards = addresses.into_iter().map(|address| searcher.doc(address).unwrap()).collect();
        Found { total: total as u64, cards, counts }
    }

    fn query(&self, question: &Question) -> BooleanQuery {
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        if question.words.is_empty() {
            parts.push((Occur::Must, Box::new(AllQuery)));
        } else if question.same_answer {
            for word in question.words.split(' ') {
                parts.push((Occur::Must, self.phrase(word)));
            }
        } else {
            parts.push((Occur::Must, self.phrase(question.words)));
        }
        let request = &question.request;
        for (facet, field) in FACETS.iter().zip(&self.fields.facets) {
            let values = chosen(*facet, request);
            let terms = values.iter().map(|value| {
                let term = TermQuery::new(Term::from_field_text(*field, value), IndexRecordOption::Basic);
                Box::new(term) as Box<dyn Query>
            });
            if values.is_empty() {
                continue;
            }
            let any = BooleanQuery::union(terms.collect());
            assert!(request.matching(*facet) == Match::Any, "no question asks for all values");
            parts.push((Occur::Must, Box::new(any)));
        }
        BooleanQuery::new(parts)
    }

    fn phrase(&self, words: &str) -> Box<dyn Query> {
        let mut analyzer = self.index.tokenizers().get("words").unwrap();
        let mut terms = Vec::new();
        let mut stream = analyzer.token_stream(words);
        while let Some(token) = stream.next() {
            terms.push(Term::from_field_text(self.fields.text, &token.text));
        }
        if terms.len() == 1 {
            return Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::WithFreqs));
        }
        Box::new(PhraseQuery::new(terms))
    }
}

/// The values that a facet is held to: chosen ones, or the human kinds that lists open on.
pub fn chosen(facet: Facet, request: &SearchRequest) -> Vec<String> {
    if facet == Facet::SubjectKind && request.opens_on_human() {
        return HUMAN_KINDS.into_iter().chain([NOT_STATED]).map(ToOwned::to_owned).collect();
    }
    request.values(facet).filter(|value| *value != ANY).map(ToOwned::to_owned).collect()
}
