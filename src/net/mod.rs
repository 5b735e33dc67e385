//! The guarded HTTP client that everything outbound uses.
