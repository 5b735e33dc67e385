//! The order of results: by the asked key, ties by slug, so that pages never overlap or miss a data set.
//!
//! Inside a segment each document has a place in each order, computed once. A broad list without words is read off in
//! that order until the page is full; any other keeps the best of its documents in a heap.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use roaring::RoaringBitmap;

use super::SearchError;
use super::columns::SegmentOrder;
use super::view::{Hits, Scored, View};
use crate::domain::search::{SearchRequest, Sort};

/// A document with its place in the order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked {
    pub(super) segment: usize,
    pub(super) document: u32,
    pub(super) score: f32,
}

/// Smaller comes first.
#[derive(Debug, Clone, Copy)]
struct Key {
    /// Negated score, or 0.
    score: f32,
    /// Place in the order of the segment.
    place: u32,
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
        self.score.total_cmp(&other.score).then(self.place.cmp(&other.place))
    }
}

/// The best of a segment, at most as many as are wanted; the last of them lies on top.
struct Best {
    wanted: usize,
    heap: BinaryHeap<(Key, u32)>,
}

impl Best {
    fn offer(&mut self, key: Key, document: u32) {
        if self.heap.len() < self.wanted {
            self.heap.push((key, document));
        } else if let Some(mut last) = self.heap.peek_mut()
            && key < last.0
        {
            *last = (key, document);
        }
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
    let sort = request.sort();
    let by_score = scored.filter(|_| sort == Sort::Relevance);
    let mut merged: Vec<(f32, i64, String, String, Ranked)> = Vec::new();
    for (segment, (columns, documents)) in view.segments.iter().zip(&left.0).enumerate() {
        let Some(order) = columns.order(sort) else { continue };
        let best = match by_score {
            Some(scored) => best_scored(scored, segment, documents, order, wanted),
            None if is_broad(documents, order, wanted) => first(documents, order, wanted),
            None => best(documents, order, wanted),
        };
        for (key, document) in best {
            let by_title = sort == Sort::Title;
            let title = if by_title { columns.title(document)? } else { String::new() };
            // Places of different segments cannot be compared; what they were made from can.
            let number = if by_title { 0 } else { columns.sort_number(sort, document) };
            let ranked = Ranked { segment, document, score: -key.score };
            merged.push((key.score, number, title, columns.slug(document)?, ranked));
        }
    }
    merged.sort_by(|one, other| {
        one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)).then(one.2.cmp(&other.2)).then(one.3.cmp(&other.3))
    });
    Ok(merged.into_iter().skip(request.offset()).take(length).map(|(.., ranked)| ranked).collect())
}

/// Whether going through the order until enough are found looks at fewer documents than going through the list.
fn is_broad(documents: &RoaringBitmap, order: &SegmentOrder, wanted: usize) -> bool {
    let (listed, all) = (documents.len(), u64::try_from(order.documents.len()).unwrap_or(u64::MAX));
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
    wanted.saturating_mul(all) < listed.saturating_mul(listed)
}

fn first(documents: &RoaringBitmap, order: &SegmentOrder, wanted: usize) -> Vec<(Key, u32)> {
    let listed = (0_u32..).zip(&order.documents).filter(|(_, document)| documents.contains(**document));
    listed.take(wanted).map(|(place, document)| (Key { score: 0.0, place }, *document)).collect()
}

fn best(documents: &RoaringBitmap, order: &SegmentOrder, wanted: usize) -> Vec<(Key, u32)> {
    let mut best = Best { wanted, heap: BinaryHeap::new() };
    for document in documents {
        best.offer(Key { score: 0.0, place: place(order, document) }, document);
    }
    best.heap.into_vec()
}

fn best_scored(
    scored: &Scored,
    segment: usize,
    documents: &RoaringBitmap,
    order: &SegmentOrder,
    wanted: usize,
) -> Vec<(Key, u32)> {
    let mut best = Best { wanted, heap: BinaryHeap::new() };
    let mut listed = documents.iter().peekable();
    for (document, score) in scored.documents(segment) {
        // The list is part of what was scored, and both rise.
        if listed.next_if_eq(&document).is_some() {
            best.offer(Key { score: -score, place: place(order, document) }, document);
        }
    }
    best.heap.into_vec()
}

fn place(order: &SegmentOrder, document: u32) -> u32 {
    usize::try_from(document).ok().and_then(|at| order.places.get(at)).copied().unwrap_or(u32::MAX)
}
