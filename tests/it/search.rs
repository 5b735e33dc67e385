//! Searching: words, concepts, facets, sums, order, and the index's life.

#[cfg(feature = "demo")]
#[path = "judged/collections.rs"]
mod collections;
#[cfg(feature = "demo")]
#[path = "judged/judged.rs"]
mod judged;
