//! The search request: parsed once from the address, its `Display` is the canonical address.
//!
//! Policy: page, API, CSV, Atom, saved search and every facet link come from one [`SearchRequest`]. Parsing never
//! fails: what cannot be used is left out and named by a [`Notice`], so that a mistyped address still answers.
//! Parameters: `q`; the facets' keys, repeated for several values; `{facet}.match=all`; the measures `subjects`,
//! `images` and `age` as `100-`, `-50` or `10-20` (forms may send `subjects.from` and `subjects.to`); `sort`; `page`.

mod facet;
mod notice;
mod range;
mod request;

pub use facet::{ANY, COMPLETENESS_BANDS, Facet, HUMAN_KINDS, NOT_RECOGNISED, NOT_STATED, SIZE_BANDS, SUBJECT_ORDERS};
pub use notice::Notice;
pub use range::{Measure, Span};
pub use request::{MAX_PAGE, MAX_QUERY_CHARACTERS, MAX_VALUES, Match, PER_PAGE, SearchRequest, Sort};

#[cfg(test)]
mod tests;
