//! Single values of a data set: text, coded terms, counts with their precision, dates.
//!
//! Policy: each keeps what the source wrote beside what it was read as.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::concept::ConceptId;

/// Text with its language tag (lower case, BCP 47), `None` where the source gave none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LangText {
    /// Language tag in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// The text as published.
    pub text: String,
}

/// A controlled value: what the source wrote, and the concept it was read as.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Term {
    /// The source's IRI or text, unchanged.
    pub original: Value,
    /// A label that the source gave with an IRI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<LangText>,
    /// The concept it was read as; `None`: not recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concept: Option<ConceptId>,
}

/// An IRI or a literal text, as a source writes a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// An absolute IRI.
    Iri(String),
    /// A literal.
    Text(LangText),
}

impl Value {
    /// The characters of the IRI or the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Value::Iri(iri) => iri,
            Value::Text(text) => &text.text,
        }
    }
}

/// How exact a published number is (DESIGN §4: every published number carries its precision).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// As counted.
    #[default]
    Exact,
    /// Rounded by the provider.
    Rounded,
    /// A lower bound.
    AtLeast,
    /// Withheld because it is small.
    Suppressed,
}

/// A published count. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Count {
    /// The number; for [`Precision::Suppressed`] the threshold under which it lies.
    pub value: i64,
    /// How exact it is.
    #[serde(default)]
    pub precision: Precision,
}

/// The counts of a data set. Units: subject entries as published (not de-duplicated), imaging studies, series, images
/// (DICOM instances), bytes, segmentations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Subject entries (`healthdcatap:numberOfUniqueIndividuals`).
    pub subjects: Option<Count>,
    /// Imaging studies (`healthdcatap:numberOfRecords` in EUCAIM's reading).
    pub studies: Option<Count>,
    /// Imaging series.
    pub series: Option<Count>,
    /// Images.
    pub images: Option<Count>,
    /// Size in bytes.
    pub bytes: Option<Count>,
    /// Segmentations (`eucaim:nbrOfSegmentations`).
    pub segmentations: Option<Count>,
}

/// What a published tally is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TallyDimension {
    /// Sex at birth.
    Sex,
    /// Age band in years, written `40-49` or `90-`.
    AgeBand,
    /// Imaging modality.
    Modality,
    /// Imaged body part.
    BodyPart,
    /// Equipment manufacturer.
    Manufacturer,
    /// Year of the study, four digits.
    Year,
    /// Subject kind.
    SubjectKind,
}

/// One bar of a published distribution: so many subject entries with this value. Values of one dimension may overlap
/// (a subject with CT and PET counts in both).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tally {
    /// What is distributed.
    pub dimension: TallyDimension,
    /// The value; its text is `not stated` for subjects without one.
    pub value: Term,
    /// Subject entries with it.
    pub subjects: Count,
}

/// A date or a moment as published, with its reading; `None` canonical: not a date ("31 February"), shown as not stated.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DateValue {
    /// The source's text.
    pub original: String,
    /// The datatype IRI that the source gave, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datatype: Option<String>,
    /// What it was read as.
    pub canonical: Option<Date>,
}

/// A date of the precision that the source gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Date {
    /// A year.
    Year(i32),
    /// A month: year and month number 1 to 12.
    Month(i32, u32),
    /// A day.
    Day(NaiveDate),
    /// A moment in UTC.
    Moment(DateTime<Utc>),
}
