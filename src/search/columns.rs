//! The columns of one segment in memory: facet bitmaps and whole numbers. A segment never changes once written
//! (deletions aside), so its columns are built once and shared by every later view of the index.

use std::sync::Arc;

use roaring::RoaringBitmap;
use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentId;

use super::SearchError;
use super::schema::NUMBERS;
use crate::counting::Counter;

/// A whole-number column, in the order of [`NUMBERS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Subjects,
    Studies,
    Series,
    Images,
    Bytes,
    MinAge,
    MaxAge,
    FirstYear,
    LastYear,
    Changed,
    Published,
    Completeness,
    Flags,
}

/// The columns of a segment.
pub(super) struct SegmentColumns {
    pub(super) id: SegmentId,
    /// Facet tokens and hidden kind tokens.
    pub(super) tokens: Counter,
    slugs: StrColumn,
    titles: Option<StrColumn>,
    numbers: Vec<Column<i64>>,
}

impl SegmentColumns {
    /// Reads the columns of the segment.
    pub(super) fn read(reader: &SegmentReader) -> Result<Arc<Self>, SearchError> {
        let fast = reader.fast_fields();
        let slugs = fast.str("slug")?.ok_or(SearchError::Damaged("a segment has no slugs"))?;
        let numbers = NUMBERS.into_iter().map(|name| fast.i64(name)).collect::<Result<_, _>>()?;
        let tokens = match fast.str("facet")? {
            Some(column) => count_tokens(&column, reader.max_doc())?,
            None => Counter::default(),
        };
        Ok(Arc::new(Self { id: reader.segment_id(), tokens, slugs, titles: fast.str("title_order")?, numbers }))
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
