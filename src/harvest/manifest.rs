//! What the first phase of a harvest brings home: which documents the source consists of, and what is known of records
//! that it did not show. The second phase reads records from these documents alone, so that a run can be repeated from
//! the archive.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::report::Stop;
use crate::domain::lifecycle::RunOutcome;
use crate::vocab::Vocabulary;

/// Change this when the same documents would be read differently: a run is "unchanged" only under the same reading.
pub const READER_VERSION: u32 = 2;

/// One archived answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The address that was asked.
    pub address: String,
    /// What relative names in it refer to: the persistent address where the source has one.
    pub base: String,
    /// HTTP status.
    pub status: u16,
    /// Media type as sent.
    pub media_type: Option<String>,
    /// Entity tag.
    pub etag: Option<String>,
    /// Last-Modified.
    pub last_modified: Option<String>,
    /// SHA-256 of the body in hexadecimal.
    pub hash: String,
    /// Size of the body in bytes.
    pub size: u64,
}

/// Documents that are read together, because records of one are described further in another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The documents, the leading one first.
    pub answers: Vec<Answer>,
    /// The data sets that these documents are asked for, so that another data set which is merely mentioned here is not
    /// taken for its own description; empty: all that are described.
    pub subjects: BTreeSet<String>,
    /// Whether documents that belong to them could not be read: records may be described further there.
    pub partial: bool,
}

/// A record that the source named and did not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Its IRI as the source names it.
    pub iri: String,
    /// Why.
    pub reason: String,
    /// Whether we cannot know if it still exists (a server error), so that nothing may be removed in this run.
    pub unknown: bool,
}

/// The result of the first phase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// What is to be read.
    pub bundles: Vec<Bundle>,
    /// Documents that only lead to others.
    pub guides: Vec<Answer>,
    /// Records that were named and not shown.
    pub withheld: Vec<Withheld>,
    /// Parts of the source that could not be read, in order: what is missing is not known to be gone.
    pub gaps: Vec<Stop>,
    /// Records that the source says it has (`hydra:totalItems`).
    pub announced: Option<u64>,
    /// What was noticed.
    pub notes: Vec<String>,
}

impl Manifest {
    /// A digest of every document of the run and its content, and of what they are read by: equal digests mean that
    /// reading them again would bring the same.
    #[must_use]
    pub fn digest(&self, vocabulary: &Vocabulary) -> String {
        let mut lines: Vec<String> = self
            .answers()
            .map(|answer| format!("{} {}", answer.address, answer.hash))
            .chain(self.withheld.iter().map(|withheld| format!("{} withheld", withheld.iri)))
            .chain(self.announced.iter().map(|total| format!("{total} announced")))
            .collect();
        lines.sort();
        lines.dedup();
        let mut hasher = Sha256::new();
        hasher.update(READER_VERSION.to_be_bytes());
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        hasher.update(vocabulary.fingerprint().as_bytes());
        for line in lines {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        hexadecimal(&hasher.finalize())
    }

    /// Every answer of the run, guides first.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.guides.iter().chain(self.bundles.iter().flat_map(|bundle| bundle.answers.iter()))
    }

    /// Whether it is left open what the source still has.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        !self.gaps.is_empty() || self.withheld.iter().any(|withheld| withheld.unknown)
    }
}

/// A harvest that ended before its end: nothing changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// The outcome of the run.
    pub outcome: RunOutcome,
    /// Why.
    pub stop: Stop,
}

impl Halt {
    /// The source's answers cannot be used.
    #[must_use]
    pub fn refused(class: &str, message: String, advice: &str) -> Self {
        let stop = Stop { class: class.to_owned(), message, advice: advice.to_owned() };
        Self { outcome: RunOutcome::Refused, stop }
    }

    /// A fault of our own.
    #[must_use]
    pub fn internal(message: String) -> Self {
        let advice = "Nothing was changed. The next run tries again; the log has the details.".to_owned();
        Self { outcome: RunOutcome::Failed, stop: Stop { class: "internal".to_owned(), message, advice } }
    }
}

/// SHA-256 of the bytes in lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
