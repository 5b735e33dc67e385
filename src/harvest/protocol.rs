//! What a harvester is. One file per protocol; the engine knows none of them.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::gather::Gatherer;
use super::manifest::{Halt, Manifest};

/// The protocols that sources are read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// FAIR Data Point 1.2.
    Fdp,
    /// One RDF document, or a paged one, by address or file.
    Document,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Protocol; 2] = [Protocol::Fdp, Protocol::Document];

    /// How an address that nobody described is read: as a document when its name says so, else as a FAIR Data Point.
    #[must_use]
    pub fn of_address(address: &str) -> Self {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let suffix = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, suffix)| suffix);
        let named = suffix.is_some_and(|suffix| crate::rdf::media::Format::from_suffix(suffix).is_some());
        if named || !address.contains("://") { Self::Document } else { Self::Fdp }
    }

    /// Its name in the database and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fdp => "fdp",
            Self::Document => "document",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a way to harvest: fdp or document was expected")]
pub struct UnknownProtocol(pub String);

impl FromStr for Protocol {
    type Err = UnknownProtocol;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Protocol::ALL.into_iter().find(|one| one.as_str() == name).ok_or_else(|| UnknownProtocol(name.to_owned()))
    }
}

/// Options of a source, kept as JSON beside its address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceOptions {
    /// Further hosts (`host` or `host:port`) that links may lead to; set by the operator only.
    pub hosts: Vec<String>,
    /// What relative names in a document refer to; empty: its address.
    pub base: String,
    /// Media type, where the server's word is wrong; empty: the server's.
    pub media_type: String,
}

/// What is to be read.
#[derive(Debug, Clone)]
pub struct Target {
    /// Address or file.
    pub address: String,
    /// Options.
    pub options: SourceOptions,
}

/// Reads a source by its protocol: the first phase of a harvest.
#[async_trait]
pub trait Harvester: Send + Sync {
    /// Fetches everything that the source consists of.
    ///
    /// # Errors
    /// [`Halt`] when the source cannot be read to its end; then nothing changes.
    async fn gather(&self, target: &Target, gatherer: &mut Gatherer) -> Result<Manifest, Halt>;
}
