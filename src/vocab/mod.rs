//! Concept schemes: loading, hierarchy, synonyms, canonical readings.
//!
//! The schemes are SKOS files in `ontologies/`, one a scheme, carried inside the binary; an operator's folder may
//! replace or add files. Policy: a value is read where a label, a code or a declared alias says so, and stays unread
//! otherwise; nothing is guessed. What the source wrote is never changed, a reading stands beside it. A wrong label
//! at a source is mended only by an entry of `corrections.tsv`, with its reason, so that the repair can be shown.

mod aliases;
mod check;
mod concept;
mod corrections;
mod fold;
pub mod import;
mod load;
mod read;
mod shared;
mod subject;
mod words;

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;

pub use aliases::Aliases;
pub use check::{Problem, check};
pub use concept::{Concept, ModalityRole, SchemeInfo, SourceInfo};
pub use corrections::{Correction, Corrections};
pub use fold::fold;
pub use import::{ImportInfo, ImportOptions, ImportRefused, ImportReport, ImportedScheme};
pub use load::VocabularyError;
pub use read::{Reading, ReadingRoute};
pub use shared::SharedVocabulary;
pub use words::WordMatch;

use crate::domain::concept::{ConceptId, Scheme};

/// Every concept scheme, in memory, with the indexes that reading and searching need. Never changed: imports build a new one.
#[derive(Debug)]
pub struct Vocabulary {
    concepts: Vec<Concept>,
    schemes: Vec<SchemeInfo>,
    sources: HashMap<String, SourceInfo>,
    by_id: HashMap<ConceptId, usize>,
    by_iri: HashMap<(Scheme, String), usize>,
    any_iri: HashMap<String, usize>,
    by_label: HashMap<(Scheme, String), Vec<usize>>,
    by_code: HashMap<(Scheme, String), Vec<usize>>,
    /// Folded labels that have a list separator in them.
    listed_labels: HashSet<(Scheme, String)>,
    narrower: HashMap<ConceptId, Vec<ConceptId>>,
    /// Everything above each concept, by its place, nearest first.
    above: Vec<Vec<ConceptId>>,
    words: words::WordIndex,
    aliases: Aliases,
    corrections: Corrections,
    imports: Vec<ImportInfo>,
    stamp: String,
    fingerprint: String,
}

impl Vocabulary {
    /// The vocabulary that the binary carries.
    ///
    /// # Errors
    /// [`VocabularyError`] names the file and what is wrong in it; a test keeps the embedded files whole.
    pub fn embedded() -> Result<Self, VocabularyError> {
        Self::load(None)
    }

    /// The embedded vocabulary with the files of `override_dir` in place of the embedded ones of the same name.
    ///
    /// # Errors
    /// [`VocabularyError`] names the file that cannot be read or understood.
    pub fn load(override_dir: Option<&Path>) -> Result<Self, VocabularyError> {
        load::load(override_dir, &[], "")
    }

    /// The same with imported schemes; `stamp` tells which imports these are.
    ///
    /// # Errors
    /// [`VocabularyError`] names the file that cannot be read or understood; an imported scheme is never a reason.
    pub fn load_with(
        override_dir: Option<&Path>,
        imports: &[ImportedScheme],
        stamp: &str,
    ) -> Result<Self, VocabularyError> {
        load::load(override_dir, imports, stamp)
    }

    /// The imported schemes, by name, and what became of them.
    #[must_use]
    pub fn imports(&self) -> &[ImportInfo] {
        &self.imports
    }

    /// Which imports this vocabulary was made with; empty for none.
    #[must_use]
    pub fn stamp(&self) -> &str {
        &self.stamp
    }

    /// A digest of everything that readings depend on: equal ones read alike.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The concept of this name.
    #[must_use]
    pub fn concept(&self, id: &ConceptId) -> Option<&Concept> {
        self.by_id.get(id).and_then(|index| self.concepts.get(*index))
    }

    /// The label to show, in English; the code where the concept is not known (any more).
    #[must_use]
    pub fn label<'a>(&'a self, id: &'a ConceptId) -> &'a str {
        self.concept(id).map_or(id.code(), Concept::label)
    }

    /// The concepts of a scheme in the order of its file, which is the order to show them in.
    pub fn concepts(&self, scheme: Scheme) -> impl Iterator<Item = &Concept> {
        self.concepts.iter().filter(move |concept| concept.id.scheme() == scheme)
    }

    /// Title, sources and licence of every scheme that has a file.
    #[must_use]
    pub fn schemes(&self) -> &[SchemeInfo] {
        &self.schemes
    }

    /// What a concept's or scheme's source is.
    #[must_use]
    pub fn source(&self, iri: &str) -> Option<&SourceInfo> {
        self.sources.get(iri)
    }

    /// The concepts directly above; empty for a top concept and for an unknown one.
    #[must_use]
    pub fn broader(&self, id: &ConceptId) -> &[ConceptId] {
        self.concept(id).map_or(&[], |concept| concept.broader.as_slice())
    }

    /// The concepts directly below.
    #[must_use]
    pub fn narrower(&self, id: &ConceptId) -> &[ConceptId] {
        self.narrower.get(id).map_or(&[], Vec::as_slice)
    }

    /// Every concept above, nearest first, each once, without the concept itself.
    #[must_use]
    pub fn ancestors(&self, id: &ConceptId) -> Vec<ConceptId> {
        self.by_id.get(id).and_then(|place| self.above.get(*place)).cloned().unwrap_or_default()
    }

    /// Every concept below, nearest first, each once, without the concept itself.
    #[must_use]
    pub fn descendants(&self, id: &ConceptId) -> Vec<ConceptId> {
        closure(id, |at| self.narrower(at))
    }

    /// The concept that an IRI names, in any scheme, exactly as written or through the alias table. Where schemes
    /// share an IRI (an organ is a body part and a topography), the first scheme in [`Scheme::ALL`] is given; use
    /// [`Vocabulary::by_iri_in`] where the field is known.
    #[must_use]
    pub fn by_iri(&self, iri: &str) -> Option<&ConceptId> {
        let direct = self.any_iri.get(iri).or_else(|| self.any_iri.get(&self.aliases.canonical(iri)?));
        direct.and_then(|index| self.concepts.get(*index)).map(|concept| &concept.id)
    }

    /// The concept of a scheme that an IRI names, exactly as written or through the alias table.
    #[must_use]
    pub fn by_iri_in(&self, scheme: Scheme, iri: &str) -> Option<&ConceptId> {
        self.find_iri(scheme, iri)
            .or_else(|| self.find_iri(scheme, &self.aliases.canonical(iri)?))
            .map(|concept| &concept.id)
    }

    /// The IRI to publish for a concept; `urn:atlas:concept:…` for a name that is not known (any more).
    #[must_use]
    pub fn concept_iri(&self, id: &ConceptId) -> String {
        self.concept(id).map_or_else(|| concept::own_iri(id), |concept| concept.iri.clone())
    }

    /// The one condition that is declared to be this tissue type at this topography: "squamous cell carcinoma" at the
    /// lung is lung squamous cell carcinoma. `None` where the vocabulary declares no or more than one.
    #[must_use]
    pub fn refine(&self, condition: &ConceptId, site: &ConceptId) -> Option<&ConceptId> {
        let mut fitting = self
            .concepts(Scheme::Condition)
            .filter(|concept| concept.histologies.contains(condition) && concept.sites.contains(site));
        let first = fitting.next();
        if fitting.next().is_some() { None } else { first.map(|concept| &concept.id) }
    }

    /// The alias table of IRI bases and values.
    #[must_use]
    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// The table of labels that are wrong at their source.
    #[must_use]
    pub fn corrections(&self) -> &Corrections {
        &self.corrections
    }

    fn find_iri(&self, scheme: Scheme, iri: &str) -> Option<&Concept> {
        self.by_iri.get(&(scheme, iri.to_owned())).and_then(|index| self.concepts.get(*index))
    }
}

/// Everything reachable by `step`, nearest first, each once, without the start. A cycle ends the walk instead of looping.
fn closure<'a>(start: &'a ConceptId, step: impl Fn(&ConceptId) -> &'a [ConceptId]) -> Vec<ConceptId> {
    let mut found: Vec<ConceptId> = Vec::new();
    let mut seen: HashSet<&ConceptId> = HashSet::from([start]);
    let mut open: VecDeque<&ConceptId> = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for next in step(at) {
            if seen.insert(next) {
                found.push(next.clone());
                open.push_back(next);
            }
        }
    }
    found
}

/// Everything above each concept, nearest first.
fn above_each(concepts: &[Concept], by_id: &HashMap<ConceptId, usize>) -> Vec<Vec<ConceptId>> {
    let broader =
        |id: &ConceptId| by_id.get(id).and_then(|place| concepts.get(*place)).map_or(&[][..], |one| &one.broader[..]);
    concepts.iter().map(|concept| closure(&concept.id, broader)).collect()
}
