//! Full-text search and facets: the only place that knows tantivy.
//!
//! One document per published data set, made by the projection as an [`Entry`]; the index is never the truth and can
//! be rebuilt from the database at any time. The projection's cursor is stored in the same commit as the documents.

mod card;
mod page;

pub use card::{Card, Entry, Labelled, ProviderBrief};
pub use page::{
    Bucket, CountryTotal, FacetResult, FacetValue, Field, Hit, KindTotal, Matched, Matrix, MatrixCell, Overview,
    ProviderTotal, SearchPage, Suggestion, SuggestionKind, Sum, Totals, Understood, UnderstoodConcept, WordReading,
};
