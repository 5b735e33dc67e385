//! Pages for people, one file per noun.

pub mod about;
pub mod api_reference;
pub mod dataset;
pub mod datasets;
pub mod filters;
pub mod help;
pub mod hits;
pub mod home;
pub mod population;
pub mod providers;
pub mod series;
pub mod sparql;
pub mod terms;
