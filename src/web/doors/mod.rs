//! Open-data doors: machine forms of pages, SPARQL, health.

pub mod formats;
pub mod health;
pub mod sparql;
