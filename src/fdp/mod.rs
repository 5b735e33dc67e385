//! FAIR Data Point 1.2: data sets and a base address to the graphs of its resources. Pure: hub, node and demonstration
//! share it, none of its functions reads a file or the network.
//!
//! Policy: resources are named by the *persistent* base, whatever address a server listens on; every level links down
//! both by its relation (`fdp-o:metadataCatalog`, `dcat:dataset`, `dcat:distribution`) and by an LDP direct container,
//! and up by `dct:isPartOf`; `{record}/page/{child}` gives whole children, a page at a time, with `Link` relations.
//! Nothing is claimed that the caller did not say: no default licence, language or access right.

mod document;
mod graphs;

pub use document::{Document, Links, MAX_PAGE_SIZE, answer};

use chrono::{DateTime, Utc};
use oxrdf::Graph;

/// A data set (or a series, sample…) to publish: its own graph, written by a profile of the caller's choice.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Last segment of its address, `[A-Za-z0-9._-]+`.
    pub id: String,
    /// Its graph; its subject is `{base}/dataset/{id}`.
    pub graph: Graph,
    /// When this metadata changed last.
    pub modified: DateTime<Utc>,
}

/// A catalogue of the data point.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Last segment of its address.
    pub id: String,
    /// Title, in English.
    pub title: String,
    /// Description, in English.
    pub description: String,
    /// Its data sets in their order.
    pub datasets: Vec<Entry>,
}

/// A whole FAIR Data Point.
#[derive(Debug, Clone)]
pub struct FairDataPoint {
    /// Persistent base of every address, without a slash at its end.
    pub base: String,
    /// Title, in English.
    pub title: String,
    /// Description, in English.
    pub description: String,
    /// Name of the organisation that publishes it.
    pub publisher: String,
    /// When its metadata were first published.
    pub issued: DateTime<Utc>,
    /// Its catalogues in their order.
    pub catalogues: Vec<Catalogue>,
}

impl FairDataPoint {
    /// Address of a catalogue.
    #[must_use]
    pub fn catalogue_iri(&self, id: &str) -> String {
        format!("{}/catalog/{id}", self.base)
    }

    /// Address of a data set.
    #[must_use]
    pub fn dataset_iri(&self, id: &str) -> String {
        format!("{}/dataset/{id}", self.base)
    }

    /// Address of a distribution.
    #[must_use]
    pub fn distribution_iri(&self, id: &str) -> String {
        format!("{}/distribution/{id}", self.base)
    }
}
