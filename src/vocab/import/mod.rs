//! Schemes that an operator imports at run time: an ontology of OWL classes or a SKOS scheme, of any origin.
//!
//! Policy, in this order, so that the same file always gives the same vocabulary:
//! 1. **Where a class belongs.** The fields of the catalogue are fixed, so every class is placed into their schemes: the
//!    scheme of the embedded concept that it is, the scheme of its root (`imports.tsv`, or named at the import), and
//!    every scheme of the classes above it. A class that belongs nowhere is kept and not used.
//! 2. **What is already there.** A class *is* an embedded concept where its IRI, an exact match, a code of a system
//!    whose codes name one thing, or its preferred label says so, in this order, and says so of one concept only. It
//!    adds its synonyms and codes to it and takes nothing away. Codes of a classification (ICD) name groups and never
//!    join.
//! 3. **What is new.** Any other class becomes a concept of its own under its local name, below its parents.
//! 4. **Who wins.** The embedded vocabulary always does: a label or code that it has is read as it says. Of two new
//!    concepts with one label the first of the file has it; a code that two new concepts share is read as neither.
//! 5. **No circles.** A statement that would put a class above itself is left out. The hierarchy between two embedded
//!    concepts is never changed.
//!
//! Whatever these rules leave out is a [`Note`] of the import.

mod hierarchy;
mod join;
mod read;

use serde::{Deserialize, Serialize};

pub(super) use join::{Joining, join};
pub use read::{ImportOptions, ImportRefused, check_name, read_scheme};

use super::load::VocabularyError;
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::LangText;

/// The most classes of one file.
pub const MOST_CONCEPTS: usize = 50_000;
/// The deepest hierarchy, in levels.
pub const MOST_LEVELS: usize = 64;
/// The most labels, codes, matches or parents of one class; more are left out and reported.
pub const MOST_VALUES: usize = 200;
/// The longest label or code, in bytes; longer ones are left out and reported.
pub const LONGEST_LABEL: usize = 400;
/// The longest definition that is kept, in bytes.
pub const LONGEST_DEFINITION: usize = 4_000;
/// The most notes that are kept; the rest are counted.
pub const MOST_NOTES: usize = 500;

/// One class or concept of an imported file, as the file describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportedConcept {
    /// Its IRI.
    pub iri: String,
    /// Preferred labels, English first.
    pub labels: Vec<LangText>,
    /// Synonyms.
    pub synonyms: Vec<LangText>,
    /// Codes: system and code.
    pub codes: Vec<(String, String)>,
    /// What it means.
    pub definition: Option<String>,
    /// IRIs of the classes directly above.
    pub broader: Vec<String>,
    /// IRIs that name the same thing.
    pub matches: Vec<String>,
}

/// An imported file in the form in which it is stored: what it says, not what became of it, so that a later release with
/// other embedded concepts joins it anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportedScheme {
    /// Short name, `[a-z0-9-]+`.
    pub name: String,
    /// Title.
    pub title: String,
    /// Version, where the file states one.
    pub version: Option<String>,
    /// Terms of use, where the file states them.
    pub licence: Option<String>,
    /// IRI of the ontology or scheme, where the file states one.
    pub iri: Option<String>,
    /// Every class goes into this scheme.
    pub scheme: Option<Scheme>,
    /// Classes whose subclasses go into a scheme.
    pub roots: Vec<(String, Scheme)>,
    /// The classes in the order of their IRIs.
    pub concepts: Vec<ImportedConcept>,
}

impl ImportedScheme {
    /// The IRI under which the scheme is named as a source of codes.
    #[must_use]
    pub fn source_iri(&self) -> String {
        format!("urn:atlas:import:{}", self.name)
    }
}

/// Something that an import left out or decided, in one line that names the class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// It has no label.
    #[error("{iri}: has no label; it is shown by its code")]
    NoLabel {
        /// The class.
        iri: String,
    },
    /// It is marked as out of use.
    #[error("{iri}: is marked as deprecated and was left out")]
    Deprecated {
        /// The class.
        iri: String,
    },
    /// A parent is described neither in the file nor in the vocabulary.
    #[error("{iri}: its parent {parent} is not described in the file; the statement was left out")]
    MissingParent {
        /// The class.
        iri: String,
        /// The parent.
        parent: String,
    },
    /// A statement would put a class above itself.
    #[error("{iri}: the parent {parent} would put it above itself; the statement was left out")]
    Cycle {
        /// The class.
        iri: String,
        /// The parent.
        parent: String,
    },
    /// A value is too long, or one of too many.
    #[error("{iri}: {what}; it was left out")]
    LeftOut {
        /// The class.
        iri: String,
        /// What was left out and why.
        what: String,
    },
    /// A label means another concept.
    #[error("{iri}: the label {label:?} is read as {by}, which had it first")]
    LabelTaken {
        /// The class.
        iri: String,
        /// The label.
        label: String,
        /// Who has it.
        by: ConceptId,
    },
    /// A code means another concept.
    #[error("{iri}: the code {code} is read as {by}, which is embedded")]
    CodeTaken {
        /// The class.
        iri: String,
        /// The code.
        code: String,
        /// Who has it.
        by: ConceptId,
    },
    /// Several classes have a code.
    #[error("the code {code} stands at {count} classes and is read as none of them")]
    CodeShared {
        /// The code.
        code: String,
        /// At how many.
        count: usize,
    },
    /// It could be several embedded concepts.
    #[error("{iri}: may be {} and was joined with none", names(.concepts))]
    Ambiguous {
        /// The class.
        iri: String,
        /// The candidates.
        concepts: Vec<ConceptId>,
    },
}

fn names(concepts: &[ConceptId]) -> String {
    concepts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

/// Notes, the first [`MOST_NOTES`] of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// The first ones.
    pub first: Vec<Note>,
    /// How many more there were.
    pub more: usize,
}

impl Notes {
    pub(super) fn push(&mut self, note: Note) {
        if self.first.len() < MOST_NOTES {
            self.first.push(note);
        } else {
            self.more += 1;
        }
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Notes) {
        for note in other.first {
            self.push(note);
        }
        self.more += other.more;
    }
}

/// What became of an imported scheme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Classes of the file.
    pub classes: usize,
    /// Concepts of each scheme that are new.
    pub added: Vec<(Scheme, usize)>,
    /// Concepts that were there before and now have a class of the file.
    pub joined: usize,
    /// Classes that belong to no scheme.
    pub unplaced: usize,
    /// What was left out or decided.
    pub notes: Notes,
}

impl ImportReport {
    /// New concepts over all schemes. A class that belongs to two schemes is two concepts.
    #[must_use]
    pub fn added(&self) -> usize {
        self.added.iter().map(|(_, count)| count).sum()
    }
}

/// An imported scheme in the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportInfo {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: Option<String>,
    /// What became of it.
    pub report: ImportReport,
}

/// The table of roots: lines `root`, IRI, scheme. Blank lines and lines with `#` first are comments.
pub(super) fn parse_roots(text: &str) -> Result<Vec<(String, Scheme)>, VocabularyError> {
    const FILE: &str = "imports.tsv";
    let mut roots = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let malformed = |reason: String| VocabularyError::Malformed {
            file: FILE.to_owned(),
            reason: format!("line {}: {reason}", number + 1),
        };
        match *fields {
            ["root", iri, scheme] => {
                let scheme = scheme.parse::<Scheme>().map_err(|error| malformed(error.to_string()))?;
                roots.push((iri.to_owned(), scheme));
            }
            _ => return Err(malformed("expected root, IRI and scheme, separated by tabs".to_owned())),
        }
    }
    Ok(roots)
}
