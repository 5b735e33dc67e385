//! The one integration binary: real server, real engines, real databases; fakes only at the far edge.
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod architecture;
mod bad_input;
#[cfg(feature = "demo")]
mod benches;
mod cli;
mod db;
#[cfg(feature = "demo")]
mod demo;
mod harvest;
mod helpers;
mod rdf;
mod search;
mod validate;
mod vocab;
mod web;
