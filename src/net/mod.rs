//! The guarded HTTP client that everything outbound uses.
//!
//! Policy: an address that somebody else wrote down is never trusted. Every hop of a redirect is resolved by us, every
//! resolved address is checked before a connection is made to exactly that address, and private networks are reached
//! only where the operator's configuration says so (`net.allow_private`), never because a form or a document asks.
//! Every answer is capped in bytes (after decompression), in time, in silence and in redirects; every host is asked at
//! its own pace. What can go wrong has a name ([`FetchError`]), because the callers treat each differently.

mod address;
mod body;
mod client;
mod date;
mod error;
mod fetch;
mod link;
mod pace;

pub use address::{is_public, refused_url};
pub use client::Client;
pub use date::read_date;
pub use error::{ErrorClass, FetchError};
pub use fetch::{Fetch, FetchLimits, Fetched, NetSettings};
