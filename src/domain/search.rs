//! The search request: parsed once from the address, its `Display` is the canonical address.
