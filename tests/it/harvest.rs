//! Harvesting from providers that behave, and from those that do not.

pub(crate) mod bench;
mod document;
mod encrypted;
mod failures;
mod faults;
mod fdp;
mod held;
mod kills;
mod misbehaving;
mod paging;
mod providers;
mod reread;
