//! Harvesting from providers that behave, and from those that do not.

pub(crate) mod bench;
mod document;
mod faults;
mod fdp;
mod held;
mod providers;
