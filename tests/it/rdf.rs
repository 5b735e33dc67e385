//! Tests of rdf.
