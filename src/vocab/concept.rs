//! A concept as its SKOS file describes it.

use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::LangText;

/// Whether a modality is an image that a machine took or an object made from images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModalityRole {
    /// Taken by a machine: CT, MR, PET.
    Acquired,
    /// Made from images: segmentations, structured reports, treatment plans.
    Derived,
}

/// One concept of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// Its name, which is also its address under `/terms/`.
    pub id: ConceptId,
    /// The IRI to publish: an official one whose source was opened, else `urn:atlas:concept:{scheme}/{code}`.
    pub iri: String,
    /// Labels to show, one a language.
    pub pref_labels: Vec<LangText>,
    /// Synonyms and abbreviations that may be shown.
    pub alt_labels: Vec<LangText>,
    /// Spellings that are read but not shown.
    pub hidden_labels: Vec<LangText>,
    /// Labels that imports give to an embedded concept.
    pub imported_labels: Vec<LangText>,
    /// Codes in other systems: system name (`icd-10`, `snomed-ct`, `eucaim`, `dicom`, `radlex`, …) and code.
    pub notations: Vec<(String, String)>,
    /// What it means, in one sentence, where the label does not say it.
    pub definition: Option<String>,
    /// The concepts directly above, of the same scheme.
    pub broader: Vec<ConceptId>,
    /// For a condition: the topographies where it sits.
    pub sites: Vec<ConceptId>,
    /// For a condition: the tissue type that it is, at its site.
    pub histologies: Vec<ConceptId>,
    /// Other IRIs that name the same concept.
    pub exact_matches: Vec<String>,
    /// Where its codes were read: names of the source table in `ontologies/sources.ttl`, as IRIs.
    pub sources: Vec<String>,
    /// For a modality: acquired or derived.
    pub role: Option<ModalityRole>,
    /// `false`: its labels are common words ("other", "unknown") that must not be understood in a typed query.
    pub in_queries: bool,
    /// Whether a file of the vocabulary itself describes it; `false`: an import brought it.
    pub embedded: bool,
    /// Names of the imports that describe it.
    pub imports: Vec<String>,
}

impl Concept {
    /// The label to show: English, else the first.
    #[must_use]
    pub fn label(&self) -> &str {
        crate::domain::dataset::shown(&self.pref_labels, "en").map_or(self.id.code(), |label| label.text.as_str())
    }

    /// Every label that reads as this concept.
    pub fn labels(&self) -> impl Iterator<Item = &LangText> {
        self.own_labels().chain(&self.imported_labels)
    }

    /// Every label but those that imports give to an embedded concept.
    pub(super) fn own_labels(&self) -> impl Iterator<Item = &LangText> {
        self.pref_labels.iter().chain(&self.alt_labels).chain(&self.hidden_labels)
    }

    /// The first code in a system.
    #[must_use]
    pub fn notation(&self, system: &str) -> Option<&str> {
        self.notations.iter().find(|(name, _)| name == system).map(|(_, code)| code.as_str())
    }
}

/// What a scheme's file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeInfo {
    /// Which scheme.
    pub scheme: Scheme,
    /// Its IRI.
    pub iri: String,
    /// Title in English.
    pub title: String,
    /// What it holds and how it was made.
    pub description: Option<String>,
    /// Where its codes come from.
    pub sources: Vec<String>,
    /// The terms of what was used.
    pub licence: Option<String>,
}

/// Something that was opened to take codes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceInfo {
    /// What it is, in English.
    pub title: String,
    /// Where it can be read.
    pub pages: Vec<String>,
    /// Its terms, where it states them.
    pub licence: Option<String>,
}

/// The hub's own IRI for a concept.
pub(super) fn own_iri(id: &ConceptId) -> String {
    format!("urn:atlas:concept:{id}")
}

/// Systems whose codes have IRIs of a known form, and what those begin with.
const CODE_BASES: [(&str, &str); 5] = [
    ("eucaim", "https://cancerimage.eu/ontology/EUCAIM#"),
    ("snomed-ct", "http://snomed.info/id/"),
    ("radlex", "http://radlex.org/RID/"),
    ("duo", "http://purl.obolibrary.org/obo/DUO_"),
    ("dicom", "http://dicom.nema.org/resources/ontology/DCM/"),
];

/// The system and code that an IRI is, where it has the form of one.
pub(super) fn code_of_iri(iri: &str) -> Option<(String, String)> {
    CODE_BASES.iter().find_map(|(system, base)| {
        let code = iri.strip_prefix(base).filter(|code| !code.is_empty())?;
        Some(((*system).to_owned(), code.to_owned()))
    })
}

/// The IRIs that a code has, first the form that is published. Systems without a known IRI form have none.
pub(super) fn code_iris(system: &str, code: &str) -> Vec<String> {
    CODE_BASES.iter().filter(|(name, _)| *name == system).map(|(_, base)| format!("{base}{code}")).collect()
}
