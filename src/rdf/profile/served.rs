//! The profiles in which records are given out: by the web's `?profile=` and `Accept-Profile`, and by `atlas export`.

use std::fmt;
use std::str::FromStr;

use oxttl::TurtleSyntaxError;

use super::{RecordPage, Target, write_dataset, write_series};
use crate::domain::dataset::{Dataset, Profile, Series};
use crate::rdf::{Graph, canonical};
use crate::vocab::Vocabulary;

/// A profile to give a record out in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Served {
    /// HealthDCAT-AP Release 8 with everything that the catalogue knows.
    #[default]
    R8,
    /// EUCAIM DCAT-AP 2.0, without the product's own properties.
    Eucaim2,
    /// DCAT-AP 3 only.
    DcatAp3,
    /// The statements as the source published them.
    Source,
}

/// A name that is no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no profile {0:?}: use r8, eucaim-2, dcat-ap-3 or source")]
pub struct UnknownProfile(pub String);

impl Served {
    /// Every profile, the usual one first.
    pub const ALL: [Served; 4] = [Served::R8, Served::Eucaim2, Served::DcatAp3, Served::Source];

    /// Its short name, in addresses and on the command line.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Served::R8 => "r8",
            Served::Eucaim2 => "eucaim-2",
            Served::DcatAp3 => "dcat-ap-3",
            Served::Source => "source",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Served::R8 => "HealthDCAT-AP Release 8",
            Served::Eucaim2 => "EUCAIM DCAT-AP 2.0",
            Served::DcatAp3 => "DCAT-AP 3",
            Served::Source => "Original statements of the source",
        }
    }

    /// The IRI that names it in `Accept-Profile` and `Link` (W3C Content Negotiation by Profile): where the profile is
    /// published, and a name of our own for what no one publishes.
    #[must_use]
    pub const fn iri(self) -> &'static str {
        match self {
            Served::R8 => "https://healthdataeu.pages.code.europa.eu/healthdcat-ap/releases/release-8/",
            Served::Eucaim2 => "https://eucaim.github.io/eucaim_dcat_ap/releases/v2.0/",
            Served::DcatAp3 => "https://semiceu.github.io/DCAT-AP/releases/3.0.1/",
            Served::Source => "urn:atlas:profile:source",
        }
    }

    /// What to write; `None` for the source's own statements, which are not written but kept.
    #[must_use]
    pub fn target(self, record_page: Option<RecordPage>) -> Option<Target> {
        let profile = match self {
            Served::R8 => Profile::HealthDcatApR8,
            Served::Eucaim2 => Profile::Eucaim2,
            Served::DcatAp3 => Profile::DcatAp,
            Served::Source => return None,
        };
        Some(Target { profile, record_page })
    }

    /// Whether the stored statements of the source are needed.
    #[must_use]
    pub fn needs_source(self) -> bool {
        self == Served::Source
    }

    /// The record's graph; `quads` are the stored statements of its source, canonical N-Quads, looked at only where
    /// [`Served::needs_source`].
    ///
    /// # Errors
    /// Stored statements that cannot be read any more.
    pub fn graph(
        self,
        contents: Contents<'_>,
        vocabulary: &Vocabulary,
        page: Option<RecordPage>,
        quads: &str,
    ) -> Result<Graph, TurtleSyntaxError> {
        match (self.target(page), contents) {
            (Some(target), Contents::Dataset(dataset)) => Ok(write_dataset(dataset, vocabulary, &target)),
            (Some(target), Contents::Series(series)) => Ok(write_series(series, vocabulary, &target)),
            (None, _) => canonical::read(quads),
        }
    }
}

/// What a record describes.
#[derive(Debug, Clone, Copy)]
pub enum Contents<'a> {
    /// A data set.
    Dataset(&'a Dataset),
    /// A series.
    Series(&'a Series),
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Served {
    type Err = UnknownProfile;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Served::ALL.into_iter().find(|profile| profile.key() == name).ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}
