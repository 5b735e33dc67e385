//! The columns of one segment in memory: facet bitmaps and whole numbers. A segment never changes once written
//! (deletions aside), so its columns are built once and shared by every later view of the index.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;
use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentId;

use super::SearchError;
use super::document::KIND_PREFIX;
use super::lexicon::Words;
use super::schema::{Fields, NUMBERS};
use crate::counting::Counter;
use crate::domain::search::{Facet, Sort};

/// The numbers that are summed, in the order of [`NUMBERS`].
pub(super) const SUMMED: usize = 5;

/// A whole-number column by its place in [`NUMBERS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Subjects = 0,
    Images = 3,
    Bytes = 4,
    MinAge = 5,
    MaxAge = 6,
    FirstYear = 7,
    LastYear = 8,
    Changed = 9,
    Published = 10,
    Completeness = 11,
    Flags = 12,
}

/// The columns of a segment.
pub(super) struct SegmentColumns {
    pub(super) id: SegmentId,
    /// Facet tokens and hidden kind tokens.
    pub(super) tokens: Counter,
    /// The words that occur in the segment.
    pub(super) words: Arc<Words>,
    /// What is summed over lists, one for each document.
    pub(super) sums: Vec<Summed>,
    /// Where the tokens of each facet stand, in the order of [`Facet::ALL`].
    facets: Vec<Range<usize>>,
    kinds: Range<usize>,
    slugs: StrColumn,
    titles: Option<StrColumn>,
    numbers: Vec<Column<i64>>,
    /// The documents in each order of [`Sort::ALL`], made when first asked for.
    orders: [OnceLock<Arc<SegmentOrder>>; Sort::ALL.len()],
}

/// What totals need of a document, side by side: a list of a million is summed in one walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summed {
    /// Subjects, studies, series, images, bytes; [`NOT_STATED`] where it is not stated.
    pub(super) numbers: [i64; SUMMED],
    /// Whether it is derived, and which numbers are inexact.
    pub(super) flags: i64,
    /// Place of its kind among the segment's kinds.
    pub(super) kind: usize,
}

/// Stands for a number that is not stated; published counts are never negative.
pub(super) const NOT_STATED: i64 = i64::MIN;

/// The documents of a segment in one order.
pub(super) struct SegmentOrder {
    /// The documents, first to last.
    pub(super) documents: Vec<u32>,
    /// The place of each document.
    pub(super) places: Vec<u32>,
}

impl SegmentColumns {
    /// Reads the columns of the segment.
    pub(super) fn read(reader: &SegmentReader, fields: Fields) -> Result<Arc<Self>, SearchError> {
        let fast = reader.fast_fields();
        let slugs = fast.str("slug")?.ok_or(SearchError::Damaged("a segment has no slugs"))?;
        let numbers = NUMBERS.into_iter().map(|name| fast.i64(name)).collect::<Result<_, _>>()?;
        let tokens = match fast.str("facet")? {
            Some(column) => count_tokens(&column, reader.max_doc())?,
            None => Counter::default(),
        };
        let mut columns = Self {
            id: reader.segment_id(),
            words: Words::read(reader, fields.exact)?,
            facets: Facet::ALL.map(|facet| tokens.range(&format!("{}/", facet.key()))).into(),
            kinds: tokens.range(KIND_PREFIX),
            tokens,
            sums: Vec::new(),
            slugs,
            titles: fast.str("title_order")?,
            numbers,
            orders: Default::default(),
        };
        columns.sums = (0..reader.max_doc()).map(|document| columns.summed(document)).collect();
        Ok(Arc::new(columns))
    }

    /// Where the tokens of the facet stand.
    pub(super) fn facet(&self, facet: Facet) -> Range<usize> {
        self.facets.get(facet as usize).cloned().unwrap_or_default()
    }

    /// The facet's tokens.
    pub(super) fn values(&self, facet: Facet) -> &[String] {
        self.tokens.values().get(self.facet(facet)).unwrap_or_default()
    }

    /// The kinds of the segment's documents.
    pub(super) fn kinds(&self) -> &[String] {
        self.tokens.values().get(self.kinds.clone()).unwrap_or_default()
    }

    fn summed(&self, document: u32) -> Summed {
        let number = |column: &Column<i64>| column.first(document).unwrap_or(NOT_STATED);
        let mut numbers = [NOT_STATED; SUMMED];
        numbers.iter_mut().zip(&self.numbers).for_each(|(slot, column)| *slot = number(column));
        let tokens = self.tokens.values_of(document).iter().filter_map(|&index| usize::try_from(index).ok());
        let kind = tokens.filter(|index| self.kinds.contains(index)).map(|index| index - self.kinds.start).next();
        Summed { numbers, flags: self.number(Number::Flags, document).unwrap_or(0), kind: kind.unwrap_or(usize::MAX) }
    }

    /// The documents in the order of the sort, as it is without words.
    pub(super) fn order(&self, sort: Sort) -> Option<&SegmentOrder> {
        let order = self.orders.get(sort as usize)?.get_or_init(|| Arc::new(self.sorted(sort)));
        Some(order)
    }

    fn sorted(&self, sort: Sort) -> SegmentOrder {
        let count = u32::try_from(self.sums.len()).unwrap_or(u32::MAX);
        let mut keyed: Vec<(i64, u64, u32)> = (0..count)
            .map(|document| (self.sort_number(sort, document), self.slug_order(document), document))
            .collect();
        keyed.sort_unstable();
        let mut places = vec![0; keyed.len()];
        for (place, (.., document)) in (0_u32..).zip(&keyed) {
            if let Some(slot) = usize::try_from(*document).ok().and_then(|at| places.get_mut(at)) {
                *slot = place;
            }
        }
        SegmentOrder { documents: keyed.into_iter().map(|(.., document)| document).collect(), places }
    }

    /// What the sort goes by before the slug; smaller comes first, what is not stated last.
    pub(super) fn sort_number(&self, sort: Sort, document: u32) -> i64 {
        let falling = |number: Number| self.number(number, document).map_or(i64::MAX, i64::saturating_neg);
        match sort {
            // Equally good matches, and lists without words: the largest first.
            Sort::Relevance | Sort::Subjects => falling(Number::Subjects),
            Sort::Title => i64::try_from(self.title_order(document)).unwrap_or(i64::MAX),
            Sort::Images => falling(Number::Images),
            Sort::Size => falling(Number::Bytes),
            Sort::Updated => falling(Number::Changed),
            Sort::Newest => falling(Number::Published),
            Sort::Completeness => falling(Number::Completeness),
        }
    }

    /// The number of the document, if stated.
    pub(super) fn number(&self, number: Number, document: u32) -> Option<i64> {
        self.numbers.get(number as usize)?.first(document)
    }

    /// The document's place among the segment's slugs.
    pub(super) fn slug_order(&self, document: u32) -> u64 {
        self.slugs.ords().first(document).unwrap_or(u64::MAX)
    }

    /// The document's place among the segment's titles.
    pub(super) fn title_order(&self, document: u32) -> u64 {
        self.titles.as_ref().and_then(|titles| titles.ords().first(document)).unwrap_or(u64::MAX)
    }

    /// The document's slug.
    pub(super) fn slug(&self, document: u32) -> Result<String, SearchError> {
        text(&self.slugs, self.slug_order(document))
    }

    /// The document's folded title.
    pub(super) fn title(&self, document: u32) -> Result<String, SearchError> {
        self.titles.as_ref().map_or(Ok(String::new()), |titles| text(titles, self.title_order(document)))
    }

    /// The documents that have any of the tokens.
    pub(super) fn with_any<'a>(&self, tokens: impl Iterator<Item = &'a String>) -> RoaringBitmap {
        let mut found = RoaringBitmap::new();
        for rows in tokens.filter_map(|token| self.tokens.rows_with(token)) {
            found |= rows;
        }
        found
    }
}

fn text(column: &StrColumn, order: u64) -> Result<String, SearchError> {
    let mut found = String::new();
    if order != u64::MAX {
        column.ord_to_str(order, &mut found)?;
    }
    Ok(found)
}

fn count_tokens(column: &StrColumn, documents: u32) -> Result<Counter, SearchError> {
    let mut values = Vec::with_capacity(column.num_terms());
    for order in 0..u64::try_from(column.num_terms()).unwrap_or(0) {
        values.push(text(column, order)?);
    }
    // Terms are kept in byte order, which is the order of `str`.
    let rows = (0..documents)
        .map(|document| column.term_ords(document).filter_map(|order| u32::try_from(order).ok()).collect::<Vec<_>>());
    Ok(Counter::build(values, rows))
}
