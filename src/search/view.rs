//! One unchanging view of the index: the searcher, its segments' columns, the lexicon, the providers' names.

use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::Query;
use tantivy::schema::Value as _;
use tantivy::{DocAddress, Searcher, SegmentReader, TantivyDocument};

use super::SearchError;
use super::card::{Card, ProviderBrief};
use super::columns::SegmentColumns;
use super::lexicon::Lexicon;
use super::schema::Fields;
use crate::domain::search::Facet;

/// A view of the index.
pub(super) struct View {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// In the order of the searcher's segments.
    pub(super) segments: Vec<Arc<SegmentColumns>>,
    /// Every document that is not deleted, by segment.
    pub(super) alive: Hits,
    pub(super) lexicon: Lexicon,
    pub(super) providers: BTreeMap<String, ProviderBrief>,
}

/// Documents by segment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Hits(pub(super) Vec<RoaringBitmap>);

impl Hits {
    /// How many documents.
    pub(super) fn len(&self) -> u64 {
        self.0.iter().map(RoaringBitmap::len).sum()
    }
    /// Keeps the documents that are in the other set too.
    pub(super) fn intersect(&mut self, other: &Hits) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine &= theirs;
        }
    }
    /// The documents that are in both.
    pub(super) fn and(&self, other: &Hits) -> Hits {
        Hits(self.0.iter().zip(&other.0).map(|(mine, theirs)| mine & theirs).collect())
    }
}

/// The documents that matched, with their scores: by segment, in the order of the documents.
pub(super) struct Scored {
    pub(super) hits: Hits,
    pub(super) scores: Vec<Vec<f32>>,
}

impl Scored {
    /// The score of a document that matched; 0 for any other.
    pub(super) fn score(&self, segment: usize, document: u32) -> f32 {
        let documents = self.hits.0.get(segment);
        let place = documents.filter(|documents| documents.contains(document)).map(|found| found.rank(document) - 1);
        let place = place.and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| self.scores.get(segment)?.get(place)).copied().unwrap_or(0.0)
    }
}

impl View {
    /// The view of the searcher; columns of segments that an earlier view had are shared.
    pub(super) fn new(searcher: Searcher, fields: Fields, earlier: Option<&View>) -> Result<Self, SearchError> {
        let mut segments = Vec::new();
        for reader in searcher.segment_readers() {
            let known = earlier.and_then(|view| view.segments.iter().find(|columns| columns.id == reader.segment_id()));
            segments.push(known.cloned().map_or_else(|| SegmentColumns::read(reader), Ok)?);
        }
        let alive = Hits(searcher.segment_readers().iter().map(|reader| reader.doc_ids_alive().collect()).collect());
        let lexicon = Lexicon::read(&searcher, fields.exact)?;
        let mut view = Self { searcher, fields, segments, alive, lexicon, providers: BTreeMap::new() };
        view.providers = view.read_providers()?;
        Ok(view)
    }

    /// The documents of the query with their scores.
    pub(super) fn run(&self, query: &dyn Query) -> Result<Scored, SearchError> {
        let mut fruits = self.searcher.search(query, &Collecting)?;
        // Segments are not guaranteed to be visited in order.
        fruits.sort_by_key(|(segment, ..)| *segment);
        let mut scored = Scored { hits: Hits(Vec::new()), scores: Vec::new() };
        for (_, documents, scores) in fruits {
            scored.hits.0.push(documents);
            scored.scores.push(scores);
        }
        Ok(scored)
    }

    /// The stored card.
    pub(super) fn card(&self, address: DocAddress) -> Result<Card, SearchError> {
        let document: TantivyDocument = self.searcher.doc(address)?;
        let stored = document.get_first(self.fields.card).and_then(|value| value.as_str());
        Ok(serde_json::from_str(stored.ok_or(SearchError::Damaged("a document has no card"))?)?)
    }

    /// The living documents that have any of the tokens; those replaced or removed since stay in the columns.
    pub(super) fn with_any(&self, tokens: &[String]) -> Hits {
        let segments = self.segments.iter().zip(&self.alive.0);
        Hits(segments.map(|(segment, alive)| segment.with_any(tokens.iter()) & alive).collect())
    }

    fn read_providers(&self) -> Result<BTreeMap<String, ProviderBrief>, SearchError> {
        let prefix = format!("{}/", Facet::Provider.key());
        let mut providers = BTreeMap::new();
        for (ordinal, (segment, alive)) in (0_u32..).zip(self.segments.iter().zip(&self.alive.0)) {
            for value in segment.tokens.values().get(segment.tokens.range(&prefix)).unwrap_or_default() {
                let documents = segment.tokens.rows_with(value).map(|rows| rows & alive).unwrap_or_default();
                // The newest document of a provider has its name of today.
                if let Some(document) = documents.max() {
                    let provider = self.card(DocAddress::new(ordinal, document))?.provider;
                    providers.insert(provider.slug.clone(), provider);
                }
            }
        }
        Ok(providers)
    }
}

struct Collecting;

struct CollectingSegment(u32, Vec<u32>, Vec<f32>);

type SegmentFruit = (u32, RoaringBitmap, Vec<f32>);

impl Collector for Collecting {
    type Fruit = Vec<SegmentFruit>;
    type Child = CollectingSegment;

    fn for_segment(&self, segment: u32, _reader: &SegmentReader) -> tantivy::Result<CollectingSegment> {
        Ok(CollectingSegment(segment, Vec::new(), Vec::new()))
    }
    fn requires_scoring(&self) -> bool {
        true
    }
    fn merge_fruits(&self, fruits: Vec<SegmentFruit>) -> tantivy::Result<Vec<SegmentFruit>> {
        Ok(fruits)
    }
}

impl SegmentCollector for CollectingSegment {
    type Fruit = SegmentFruit;

    fn collect(&mut self, document: u32, score: f32) {
        self.1.push(document);
        self.2.push(score);
    }
    fn harvest(self) -> SegmentFruit {
        (self.0, self.1.into_iter().collect(), self.2)
    }
}
