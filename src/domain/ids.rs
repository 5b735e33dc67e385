//! Identifiers and slugs (DESIGN §4a).
