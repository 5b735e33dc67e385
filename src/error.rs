//! The user-facing error at the edge.
