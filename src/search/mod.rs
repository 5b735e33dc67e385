//! Full-text search and facets: the only place that knows tantivy.
//!
//! One document per published data set, made by the projection as an [`Entry`]; the index is never the truth and can
//! be rebuilt from the database at any time. The projection's cursor is stored in the same commit as the documents.
//! Searching blocks: call it where blocking is allowed.

mod card;
mod columns;
mod document;
mod engine;
mod facets;
mod filter;
mod highlight;
mod lexicon;
mod order;
mod overview;
mod page;
mod plain;
mod query;
mod question;
mod schema;
mod suggest;
mod totals;
mod view;

pub use card::{Card, Entry, Labelled, ProviderBrief};
pub use engine::{SearchChange, SearchEngine};
pub use page::{
    Bucket, CountryTotal, FacetResult, FacetValue, Field, Hit, KindTotal, Matched, Matrix, MatrixCell, Overview,
    ProviderTotal, SearchPage, Suggestion, SuggestionKind, Sum, Totals, Understood, UnderstoodConcept, WordReading,
};
pub use plain::{Plain, plain};

use crate::generation::GenerationError;

/// The index could not be opened, fed or searched.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The engine refused.
    #[error("search index: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// The index directory could not be used.
    #[error("search index: {0}")]
    Generation(#[from] GenerationError),
    /// A stored card could not be written or read.
    #[error("search index: a stored result is not readable: {0}")]
    Card(#[from] serde_json::Error),
    /// A dictionary could not be read.
    #[error("search index: {0}")]
    Io(#[from] std::io::Error),
    /// Something that every index has is not there.
    #[error("search index is damaged: {0}; run `atlas reindex`")]
    Damaged(&'static str),
    /// Another process feeds this index.
    #[error("another process is writing this search index; this one can only read it")]
    ReadOnly,
}
