//! The order of results: by the asked key, ties by slug, so that pages never overlap or miss a data set.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::SearchError;
use super::columns::{Number, SegmentColumns};
use super::view::{Hits, Scored, View};
use crate::domain::search::{SearchRequest, Sort};

/// A document with its place in the order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked {
    pub(super) segment: usize,
    pub(super) document: u32,
    pub(super) score: f32,
}

/// Smaller comes first. Inside a segment, titles and slugs are compared by their places in its dictionary.
#[derive(Debug, Clone, Copy)]
struct Key {
    /// Negated score, or 0.
    score: f32,
    /// Negated number, title place, or 0; what is not stated comes last.
    number: i64,
    slug: u64,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(self.number.cmp(&other.number)).then(self.slug.cmp(&other.slug))
    }
}

/// The page of the request out of the documents, in order.
pub(super) fn page(
    request: &SearchRequest,
    left: &Hits,
    scored: Option<&Scored>,
    view: &View,
    length: usize,
) -> Result<Vec<Ranked>, SearchError> {
    let wanted = request.offset().saturating_add(length);
    let mut merged: Vec<(f32, i64, String, String, Ranked)> = Vec::new();
    for (segment, (columns, documents)) in view.segments.iter().zip(&left.0).enumerate() {
        // The best of the segment; the largest key of them lies on top.
        let mut best: BinaryHeap<(Key, u32)> = BinaryHeap::new();
        for document in documents {
            let score = scored.map_or(0.0, |scored| scored.score(segment, document));
            best.push((key(request.sort(), score, scored.is_some(), columns, document), document));
            if best.len() > wanted {
                best.pop();
            }
        }
        for (key, document) in best {
            let by_title = request.sort() == Sort::Title;
            let title = if by_title { columns.title(document)? } else { String::new() };
            // Places of different segments cannot be compared; their texts can.
            let number = if by_title { 0 } else { key.number };
            merged.push((
                key.score,
                number,
                title,
                columns.slug(document)?,
                Ranked { segment, document, score: -key.score },
            ));
        }
    }
    merged.sort_by(|one, other| {
        one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)).then(one.2.cmp(&other.2)).then(one.3.cmp(&other.3))
    });
    Ok(merged.into_iter().skip(request.offset()).take(length).map(|(.., ranked)| ranked).collect())
}

fn key(sort: Sort, score: f32, by_words: bool, columns: &SegmentColumns, document: u32) -> Key {
    let falling = |number: Number| columns.number(number, document).map_or(i64::MAX, i64::saturating_neg);
    let number = match sort {
        // Equally good matches, and lists without words: the largest first.
        Sort::Relevance | Sort::Subjects => falling(Number::Subjects),
        Sort::Title => i64::try_from(columns.title_order(document)).unwrap_or(i64::MAX),
        Sort::Images => falling(Number::Images),
        Sort::Size => falling(Number::Bytes),
        Sort::Updated => falling(Number::Changed),
        Sort::Newest => falling(Number::Published),
        Sort::Completeness => falling(Number::Completeness),
    };
    let score = if sort == Sort::Relevance && by_words { -score } else { 0.0 };
    Key { score, number, slug: columns.slug_order(document) }
}
