//! Full-text search and facets: the only place that knows tantivy.
