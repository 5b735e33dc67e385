//! What the index is fed with, and what it keeps of each data set to draw a result without asking the database.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::concept::ConceptId;
use crate::domain::dataset::{Counts, Dataset, LangText, Profile};

/// The organisation that owns the source (DESIGN §4a), as far as a result shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderBrief {
    /// Slug of its page.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Country code, ISO 3166-1 alpha-2 in lower case.
    pub country: Option<String>,
    /// Whether it is a simulated provider of the demonstration.
    pub simulated: bool,
}

/// A published data set as the projection hands it over: one for each data set, however many sources publish it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Slug of its page; the document's key.
    pub slug: String,
    /// Row id of the leading record.
    pub record_id: String,
    /// The canonical data set.
    pub dataset: Dataset,
    /// Slug and title of the series that it is part of.
    pub series: Vec<(String, String)>,
    /// Its provider.
    pub provider: ProviderBrief,
    /// The profile that it was written in.
    pub profile: Profile,
    /// When it was first published here.
    pub published_at: DateTime<Utc>,
    /// When its metadata last changed here.
    pub changed_at: DateTime<Utc>,
    /// Completeness of its metadata, 0 to 100 (`domain::quality`).
    pub completeness: u8,
}

/// A value with the label to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// The concept, when recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concept: Option<ConceptId>,
    /// Its label, or the source's own words.
    pub label: String,
}

/// What a result shows of a data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Slug of its page.
    pub slug: String,
    /// Row id of the leading record.
    pub record_id: String,
    /// The provider's IRI.
    pub iri: Option<String>,
    /// First published identifier.
    pub identifier: Option<String>,
    /// Title to show.
    pub title: LangText,
    /// Description to show, at most 2,000 characters.
    pub description: Option<LangText>,
    /// Keywords, all languages.
    pub keywords: Vec<String>,
    /// Slug and title of its series.
    pub series: Vec<(String, String)>,
    /// Its provider.
    pub provider: ProviderBrief,
    /// The publisher that the metadata name.
    pub publisher: Option<String>,
    /// The profile that it was written in.
    pub profile: Profile,
    /// Conditions.
    pub conditions: Vec<Labelled>,
    /// Tumour sites.
    pub topographies: Vec<Labelled>,
    /// Body parts.
    pub body_parts: Vec<Labelled>,
    /// Modalities, acquired and derived.
    pub modalities: Vec<Labelled>,
    /// Manufacturers.
    pub manufacturers: Vec<Labelled>,
    /// Sexes.
    pub sexes: Vec<Labelled>,
    /// Subject kinds.
    pub subject_kinds: Vec<Labelled>,
    /// Kinds of data set.
    pub types: Vec<Labelled>,
    /// Collection methods.
    pub methods: Vec<Labelled>,
    /// Countries covered.
    pub countries: Vec<Labelled>,
    /// Access conditions.
    pub access: Vec<Labelled>,
    /// Terms of use.
    pub uses: Vec<Labelled>,
    /// Licences.
    pub licences: Vec<Labelled>,
    /// Linked data.
    pub linked: Vec<Labelled>,
    /// Interoperability tier.
    pub tier: Option<Labelled>,
    /// Counts with units and precision.
    pub counts: Counts,
    /// Lowest typical age in years.
    pub min_age: Option<i64>,
    /// Highest typical age in years.
    pub max_age: Option<i64>,
    /// First year of the images.
    pub first_year: Option<i32>,
    /// Last year of the images.
    pub last_year: Option<i32>,
    /// Whether it re-uses the subjects of other data sets.
    pub derived: bool,
    /// Whether segmentations or annotations come with it.
    pub annotated: bool,
    /// Completeness of its metadata, 0 to 100.
    pub completeness: u8,
    /// When it was first published here.
    pub published_at: DateTime<Utc>,
    /// When its metadata last changed here.
    pub changed_at: DateTime<Utc>,
}
