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
use super::totals::{self, KindSums};
use crate::counting::Whole;
use crate::domain::search::Facet;

/// A view of the index.
pub(super) struct View {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// In the order of the searcher's segments.
    pub(super) segments: Vec<Arc<SegmentColumns>>,
    /// Every document that is not deleted, by segment.
    pub(super) alive: Hits,
    /// The living documents of each segment with the counts of all tokens.
    wholes: Vec<Whole>,
    /// The sums over all living documents.
    pub(super) sums: KindSums,
    pub(super) lexicon: Lexicon,
    pub(super) providers: BTreeMap<String, ProviderBrief>,
}

/// Counts of all tokens, by segment.
pub(super) struct Counts(pub(super) Vec<Vec<u64>>);

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
    /// The documents that are not in the other set.
    pub(super) fn without(&self, other: &Hits) -> Hits {
        Hits(self.0.iter().zip(&other.0).map(|(mine, theirs)| mine - theirs).collect())
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
    /// The segment's documents that matched, each with its score, in rising order.
    pub(super) fn documents(&self, segment: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let scores = self.scores.get(segment).into_iter().flatten().copied();
        self.hits.0.get(segment).into_iter().flatten().zip(scores)
    }
}

impl View {
    /// The view of the searcher; columns of segments that an earlier view had are shared.
    pub(super) fn new(searcher: Searcher, fields: Fields, earlier: Option<&View>) -> Result<Self, SearchError> {
        let mut segments = Vec::new();
        for reader in searcher.segment_readers() {
            let known = earlier.and_then(|view| view.segments.iter().find(|columns| columns.id == reader.segment_id()));
            segments.push(known.cloned().map_or_else(|| SegmentColumns::read(reader, fields), Ok)?);
        }
        let alive = Hits(searcher.segment_readers().iter().map(|reader| reader.doc_ids_alive().collect()).collect());
        let wholes =
            segments.iter().zip(&alive.0).map(|(columns, alive)| columns.tokens.whole(alive.clone())).collect();
        let lexicon = Lexicon::of(segments.iter().map(|columns| Arc::clone(&columns.words)).collect());
        let mut view = Self {
            searcher,
            fields,
            segments,
            alive,
            wholes,
            sums: KindSums::default(),
            lexicon,
            providers: BTreeMap::new(),
        };
        view.providers = view.read_providers(earlier)?;
        view.sums = totals::by_kind(&view.alive, &view);
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

    /// How many documents of the set, all of them living, have each token, by segment in the order of its tokens. All
    /// facets at once: walking a narrow set for each facet by itself would read its rows many times over.
    pub(super) fn counts(&self, set: &Hits) -> Counts {
        let segments = self.segments.iter().zip(&self.wholes).zip(&set.0);
        Counts(
            segments
                .map(|((columns, whole), set)| columns.tokens.count_within(whole, set, columns.tokens.all()))
                .collect(),
        )
    }

    /// [`View::counts`] of one facet; the other tokens are not counted.
    pub(super) fn counts_of(&self, facet: Facet, set: &Hits) -> Vec<Vec<u64>> {
        let segments = self.segments.iter().zip(&self.wholes).zip(&set.0);
        segments.map(|((columns, whole), set)| columns.tokens.count_within(whole, set, columns.facet(facet))).collect()
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

    fn read_providers(&self, earlier: Option<&View>) -> Result<BTreeMap<String, ProviderBrief>, SearchError> {
        let known = |id| earlier.is_some_and(|view| view.segments.iter().any(|columns| columns.id == id));
        let mut providers = BTreeMap::new();
        for (ordinal, (segment, alive)) in (0_u32..).zip(self.segments.iter().zip(&self.alive.0)) {
            for token in segment.values(Facet::Provider) {
                let Some((_, slug)) = token.split_once('/') else { continue };
                // A segment that was there before has no newer name than the one that was read then.
                if known(segment.id) && providers.contains_key(slug) {
                    continue;
                }
                let Some(rows) = segment.tokens.rows_with(token).filter(|rows| !rows.is_disjoint(alive)) else {
                    continue;
                };
                let before = earlier.filter(|_| known(segment.id)).and_then(|view| view.providers.get(slug));
                let provider = match before {
                    Some(provider) => provider.clone(),
                    // The newest document of a provider has its name of today.
                    None => match (rows & alive).max() {
                        Some(document) => self.card(DocAddress::new(ordinal, document))?.provider,
                        None => continue,
                    },
                };
                providers.insert(provider.slug.clone(), provider);
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
        (self.0, sorted(self.1), self.2)
    }
}

/// The bitmap of documents in rising order, as a segment gives them.
fn sorted(documents: Vec<u32>) -> RoaringBitmap {
    RoaringBitmap::from_sorted_iter(documents.iter().copied()).unwrap_or_else(|_| documents.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use tantivy::aggregation::agg_req::Aggregations;
    use tantivy::aggregation::{AggContextParams, AggregationCollector};
    use tantivy::query::{AllQuery, TermQuery};
    use tantivy::schema::IndexRecordOption;
    use tantivy::{Index, IndexWriter, TantivyDocument, Term};

    use super::super::schema;
    use super::*;

    const TOKENS: [&str; 6] =
        ["kind/human", "modality/ct", "modality/mr", "sex/female", "sex/male", "subject-kind/human"];

    static AGGREGATIONS: LazyLock<Aggregations> = LazyLock::new(|| {
        serde_json::from_value(serde_json::json!({"tokens": {"terms": {"field": "facet", "size": 1000}}})).unwrap()
    });

    /// An index with a segment for each batch of documents, each document a set of tokens; the named ones are deleted.
    fn view(batches: &[Vec<Vec<bool>>], deleted: &[usize]) -> View {
        let (schema, fields) = schema::schema();
        let index = Index::create_in_ram(schema);
        schema::register(&index);
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000).unwrap();
        writer.set_merge_policy(Box::new(tantivy::merge_policy::NoMergePolicy));
        let mut number = 0;
        for batch in batches {
            for states in batch {
                let mut document = TantivyDocument::default();
                document.add_text(fields.slug, format!("d{number}"));
                for (token, _) in TOKENS.iter().zip(states).filter(|(_, on)| **on) {
                    document.add_text(fields.facet, token);
                }
                writer.add_document(document).unwrap();
                number += 1;
            }
            writer.commit().unwrap();
        }
        for number in deleted {
            writer.delete_term(Term::from_field_text(fields.slug, &format!("d{number}")));
        }
        writer.commit().unwrap();
        View::new(index.reader().unwrap().searcher(), fields, None).unwrap()
    }

    /// What the engine's own terms aggregation counts.
    fn aggregated(view: &View, query: &dyn Query) -> BTreeMap<String, u64> {
        let collector = AggregationCollector::from_aggs(AGGREGATIONS.clone(), AggContextParams::default());
        let found = serde_json::to_value(view.searcher.search(query, &collector).unwrap()).unwrap();
        let buckets = found["tokens"]["buckets"].as_array().cloned().unwrap_or_default();
        let count = |bucket: &serde_json::Value| bucket["doc_count"].as_u64().unwrap();
        buckets.iter().map(|bucket| (bucket["key"].as_str().unwrap().to_owned(), count(bucket))).collect()
    }

    fn counted(view: &View, set: &Hits) -> BTreeMap<String, u64> {
        let mut totals = BTreeMap::new();
        for (columns, counts) in view.segments.iter().zip(view.counts(set).0) {
            for (token, count) in columns.tokens.values().iter().zip(counts).filter(|(_, count)| *count > 0) {
                *totals.entry(token.clone()).or_default() += count;
            }
        }
        totals
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn bitmaps_count_what_the_engines_aggregation_counts(
            batches in prop::collection::vec(
                prop::collection::vec(prop::collection::vec(any::<bool>(), TOKENS.len()), 1..12), 1..4),
            deleted in prop::collection::vec(0_usize..40, 0..8),
            token in 0_usize..TOKENS.len(),
        ) {
            let view = view(&batches, &deleted);
            prop_assert_eq!(counted(&view, &view.alive), aggregated(&view, &AllQuery));
            let term = TermQuery::new(Term::from_field_text(view.fields.facet, TOKENS[token]), IndexRecordOption::Basic);
            let set = view.with_any(&[TOKENS[token].to_owned()]);
            prop_assert_eq!(&view.run(&term).unwrap().hits, &set);
            prop_assert_eq!(counted(&view, &set), aggregated(&view, &term));
        }
    }
}
