//! Pure types and rules: no I/O, no clock, no engine. Every rule of the product lives here once.

pub mod clock;
pub mod concept;
pub mod conformance;
pub mod dataset;
pub mod ids;
pub mod lifecycle;
pub mod quality;
pub mod search;
