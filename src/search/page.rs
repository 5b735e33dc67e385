//! What a search answers: results, facets, totals, and how the question was understood.

use serde::Serialize;

use super::card::Card;
use crate::domain::concept::ConceptId;
use crate::domain::search::{Facet, Notice};

/// The answer to a [`SearchRequest`](crate::domain::search::SearchRequest).
#[derive(Debug, Clone, Default)]
pub struct SearchPage {
    /// How many data sets match.
    pub total: u64,
    /// The page's results, best first.
    pub hits: Vec<Hit>,
    /// Every facet, in canonical order.
    pub facets: Vec<FacetResult>,
    /// How the words were read, in the order typed.
    pub understood: Vec<Understood>,
    /// Other spellings of the whole query that would find something ("did you mean").
    pub suggestions: Vec<String>,
    /// Sums over all matching data sets.
    pub totals: Totals,
    /// Matching data sets that are hidden because lists open on human data; 0 once a subject kind is chosen.
    pub hidden_not_human: u64,
    /// Whether no data set has all words, so that those with some of them are shown.
    pub relaxed: bool,
    /// Chosen values that nothing is known by.
    pub notices: Vec<Notice>,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The data set.
    pub card: Card,
    /// Title as escaped HTML with `<mark>` around what matched: safe to print unescaped.
    pub title_html: String,
    /// The best passage of the description as escaped HTML with `<mark>`; empty when there is no description.
    pub snippet_html: String,
    /// Why it matched; empty without a query.
    pub matched: Vec<Matched>,
    /// Score, comparable within one answer only.
    pub score: f32,
}

/// A field that words may match in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Title or alternative title.
    Title,
    /// Keywords.
    Keywords,
    /// Description.
    Description,
    /// Provider, publisher, creator or series.
    Provider,
    /// Identifiers.
    Identifier,
}

impl Field {
    /// What it is called on a page, in a sentence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Keywords => "keywords",
            Field::Description => "description",
            Field::Provider => "provider",
            Field::Identifier => "identifier",
        }
    }
}

/// One reason why a result matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Matched {
    /// The data set states the concept that the words name.
    Concept {
        /// The concept.
        concept: ConceptId,
        /// Its label.
        label: String,
    },
    /// The data set states a narrower concept.
    Narrower {
        /// What it states.
        concept: ConceptId,
        /// Its label.
        label: String,
        /// The concept that the words name.
        of: ConceptId,
        /// Its label.
        of_label: String,
    },
    /// The words occur in a field.
    Words {
        /// The field.
        field: Field,
        /// The words as typed.
        words: String,
    },
}

/// How a part of the query was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Understood {
    /// The words as typed (after correction).
    pub phrase: String,
    /// How they were read.
    pub reading: WordReading,
}

/// A concept that words were read as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnderstoodConcept {
    /// The concept.
    pub concept: ConceptId,
    /// Its label.
    pub label: String,
    /// How many narrower concepts are searched with it.
    pub narrower: usize,
}

/// The ways to read words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "as")]
pub enum WordReading {
    /// As concepts with their narrower ones, and as words.
    Concepts {
        /// The concepts.
        concepts: Vec<UnderstoodConcept>,
    },
    /// As a word, in all its forms.
    Word,
    /// As the beginning of words, being the last one typed.
    Prefix,
    /// As this exact phrase, because it is in quotation marks.
    Phrase,
    /// As something that must not occur, because of the minus before it.
    Excluded,
    /// As another spelling, because no data set has it as typed.
    Corrected {
        /// The word as typed.
        typed: String,
    },
    /// Not needed: too common to tell data sets apart.
    Optional,
}

/// A facet with its counts.
#[derive(Debug, Clone)]
pub struct FacetResult {
    /// The facet.
    pub facet: Facet,
    /// Values by falling count, chosen ones kept at zero; of trees every level, parents before their children.
    pub values: Vec<FacetValue>,
    /// Data sets that match everything else but do not state this property while one of its values is chosen; 0
    /// without a choice or when "not stated" is among them.
    pub hidden_not_stated: u64,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// Its value in addresses.
    pub value: String,
    /// Its label.
    pub label: String,
    /// How many data sets would be listed with it chosen beside the choices in other facets.
    pub count: u64,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Depth in the tree, 0 at the top and in flat facets.
    pub depth: usize,
    /// The value above it, if any.
    pub parent: Option<String>,
    /// Whether the concept is a derived object (a segmentation, a report) and not an acquired modality.
    pub derived_object: bool,
}

/// A sum of published counts, with what it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Sum {
    /// The sum of what is stated.
    pub value: i64,
    /// Data sets that do not state the count or withhold it: the sum leaves them out.
    pub not_stated: u64,
    /// Data sets whose count is rounded or a lower bound.
    pub inexact: u64,
}

/// The sums over the data sets of one subject kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct KindTotal {
    /// Subject-kind code; `mixed` for data sets that mix kinds without saying how many of each, `not-stated`.
    pub kind: String,
    /// Its label.
    pub label: String,
    /// Data sets.
    pub datasets: u64,
    /// Subject entries as published; derived data sets add none.
    pub subjects: Sum,
    /// Imaging studies.
    pub studies: Sum,
    /// Imaging series.
    pub series: Sum,
    /// Images.
    pub images: Sum,
    /// Bytes.
    pub bytes: Sum,
}

/// Sums of a set of data sets: as published, not de-duplicated.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Everything.
    pub all: KindTotal,
    /// Human kinds, and data sets that do not state the kind, together: what lists open on.
    pub human: KindTotal,
    /// By subject kind, human kinds first.
    pub by_kind: Vec<KindTotal>,
    /// Data sets that re-use the subjects of others and add none.
    pub derived_datasets: u64,
}

/// What a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuggestionKind {
    /// A concept.
    Concept,
    /// A data set.
    Dataset,
    /// A provider.
    Provider,
}

/// A suggestion while typing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// What it is.
    pub kind: SuggestionKind,
    /// Its label.
    pub label: String,
    /// Address below the site's root, canonical.
    pub address: String,
    /// Data sets behind it (1 for a data set).
    pub datasets: u64,
    /// What explains it: the matching synonym, or the provider of a data set.
    pub note: Option<String>,
}

/// A bar of an overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// Value in addresses.
    pub value: String,
    /// Label.
    pub label: String,
    /// Data sets.
    pub datasets: u64,
    /// Subject entries in them, as published; derived data sets add none.
    pub subjects: i64,
    /// The list of these data sets.
    pub address: String,
}

/// A cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MatrixCell {
    /// Data sets with both.
    pub datasets: u64,
    /// Subject entries in these data sets, as published; derived data sets add none.
    pub subjects: i64,
    /// The list of these data sets.
    pub address: String,
}

/// Cancer site by modality over human data. Sites are conditions, so that a trial whose images are named by the chest
/// still counts under lung cancer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Matrix {
    /// Sites, most data sets first.
    pub sites: Vec<Bucket>,
    /// Acquired modalities, most data sets first.
    pub modalities: Vec<Bucket>,
    /// A row for each site with a cell for each modality.
    pub cells: Vec<Vec<MatrixCell>>,
}

/// A country's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountryTotal {
    /// Country code of the providers.
    pub country: String,
    /// Its label.
    pub label: String,
    /// Providers with data sets.
    pub providers: u64,
    /// Data sets.
    pub datasets: u64,
    /// Subject entries, as published; derived data sets add none.
    pub subjects: i64,
}

/// A provider's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderTotal {
    /// Slug.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Country code.
    pub country: Option<String>,
    /// Data sets.
    pub datasets: u64,
    /// Subject entries, as published; derived data sets add none.
    pub subjects: i64,
}

/// The whole catalogue at a glance.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// Sums over every data set.
    pub totals: Totals,
    /// Providers that have a data set.
    pub providers: u64,
    /// Cancer site by modality, human data.
    pub matrix: Matrix,
    /// By country of the provider, most data sets first; all data sets.
    pub by_country: Vec<CountryTotal>,
    /// By provider, most data sets first; all data sets.
    pub by_provider: Vec<ProviderTotal>,
    /// Newest in the catalogue first.
    pub newest: Vec<Card>,
}
