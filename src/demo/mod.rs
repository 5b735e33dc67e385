//! The demonstration federation and its data.
