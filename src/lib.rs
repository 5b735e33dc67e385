//! The Atlas of Cancer Imaging: a central catalogue and federated search portal for cancer image collections.
//!
//! Floors, lowest first; imports only go downward: [`error`], [`config`], [`telemetry`]; [`domain`]; [`vocab`],
//! [`counting`], [`generation`]; [`net`], [`fdp`]; [`db`], [`rdf`], [`search`]; [`jobs`]; [`app`]; [`projection`],
//! [`harvest`]; [`providers`]; [`web`]; `demo`; [`cli`]. The database is the truth, the indexes are projections of it.

pub mod app;
pub mod cli;
pub mod config;
pub mod counting;
pub mod db;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
pub mod error;
pub mod fdp;
pub mod generation;
pub mod harvest;
pub mod jobs;
pub mod net;
pub mod projection;
pub mod providers;
pub mod rdf;
pub mod search;
pub mod telemetry;
pub mod vocab;
pub mod web;
