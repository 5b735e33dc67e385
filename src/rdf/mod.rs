//! RDF: parse, write, canonicalise, map, store, query. The only place that knows the store.
