//! Reads the outbox and feeds the full-text and the RDF index.
