//! Profiles: reading any of them into the canonical data set and writing it back.
