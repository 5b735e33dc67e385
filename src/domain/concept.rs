//! Names of controlled concepts. A concept is known by its scheme and its code inside it, both in the
//! alphabet of public addresses (`/terms/{scheme}/{code}`); what a concept means lives in `vocab`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The concept schemes that the catalogue knows. Policy: one scheme per question a field answers, so that a value
/// can be read only where its field allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// Cancer types and the other conditions a data set may be about.
    Condition,
    /// Where a tumour sits (ICD-O-3 topography and groups of it).
    Topography,
    /// Imaging modality, acquired and derived.
    Modality,
    /// The imaged part of the body.
    BodyPart,
    /// Maker of the imaging equipment.
    Manufacturer,
    /// Sex at birth.
    Sex,
    /// Who or what was imaged: DESIGN's subject kinds.
    SubjectKind,
    /// Kind of data set: original, processed, annotated.
    DatasetType,
    /// How the subjects were collected.
    CollectionMethod,
    /// EUCAIM interoperability tier.
    Tier,
    /// Download, in-situ or remote processing.
    AccessCondition,
    /// Data Use Ontology terms.
    UseCondition,
    /// Public, restricted, non-public.
    AccessRight,
    /// Countries and regions.
    Country,
    /// Licences.
    Licence,
    /// Data linked to the images: pathology slides, genomics, clinical.
    LinkedData,
    /// EU data themes.
    Theme,
    /// EHDS Article 51 categories.
    HealthCategory,
    /// Health themes.
    HealthTheme,
    /// Labels of segmentations and annotations.
    AnnotationLabel,
    /// Manual, automatic, semi-automatic.
    AlgorithmType,
    /// Languages.
    Language,
    /// Update frequencies.
    Frequency,
    /// Coding systems used in the data.
    CodingSystem,
    /// Kinds of publisher.
    PublisherType,
    /// Standards that data conform to.
    Standard,
    /// File formats.
    FileType,
    /// Media types.
    MediaType,
    /// How far a distribution is.
    DistributionStatus,
    /// How long a distribution is meant to stay.
    PlannedAvailability,
    /// Kinds of licence.
    LicenceType,
    /// Algorithms of checksums.
    ChecksumAlgorithm,
    /// Kinds of personal data.
    PersonalData,
    /// Activities that data come from.
    HealthActivity,
}

impl Scheme {
    /// Every scheme, in the order in which they are declared.
    pub const ALL: [Scheme; 34] = [
        Scheme::Condition,
        Scheme::Topography,
        Scheme::Modality,
        Scheme::BodyPart,
        Scheme::Manufacturer,
        Scheme::Sex,
        Scheme::SubjectKind,
        Scheme::DatasetType,
        Scheme::CollectionMethod,
        Scheme::Tier,
        Scheme::AccessCondition,
        Scheme::UseCondition,
        Scheme::AccessRight,
        Scheme::Country,
        Scheme::Licence,
        Scheme::LinkedData,
        Scheme::Theme,
        Scheme::HealthCategory,
        Scheme::HealthTheme,
        Scheme::AnnotationLabel,
        Scheme::AlgorithmType,
        Scheme::Language,
        Scheme::Frequency,
        Scheme::CodingSystem,
        Scheme::PublisherType,
        Scheme::Standard,
        Scheme::FileType,
        Scheme::MediaType,
        Scheme::DistributionStatus,
        Scheme::PlannedAvailability,
        Scheme::LicenceType,
        Scheme::ChecksumAlgorithm,
        Scheme::PersonalData,
        Scheme::HealthActivity,
    ];

    /// The scheme's name in addresses and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Scheme::Condition => "condition",
            Scheme::Topography => "topography",
            Scheme::Modality => "modality",
            Scheme::BodyPart => "body-part",
            Scheme::Manufacturer => "manufacturer",
            Scheme::Sex => "sex",
            Scheme::SubjectKind => "subject-kind",
            Scheme::DatasetType => "dataset-type",
            Scheme::CollectionMethod => "collection-method",
            Scheme::Tier => "tier",
            Scheme::AccessCondition => "access-condition",
            Scheme::UseCondition => "use-condition",
            Scheme::AccessRight => "access-right",
            Scheme::Country => "country",
            Scheme::Licence => "licence",
            Scheme::LinkedData => "linked-data",
            Scheme::Theme => "theme",
            Scheme::HealthCategory => "health-category",
            Scheme::HealthTheme => "health-theme",
            Scheme::AnnotationLabel => "annotation-label",
            Scheme::AlgorithmType => "algorithm-type",
            Scheme::Language => "language",
            Scheme::Frequency => "frequency",
            Scheme::CodingSystem => "coding-system",
            Scheme::PublisherType => "publisher-type",
            Scheme::Standard => "standard",
            Scheme::FileType => "file-type",
            Scheme::MediaType => "media-type",
            Scheme::DistributionStatus => "distribution-status",
            Scheme::PlannedAvailability => "planned-availability",
            Scheme::LicenceType => "licence-type",
            Scheme::ChecksumAlgorithm => "checksum-algorithm",
            Scheme::PersonalData => "personal-data",
            Scheme::HealthActivity => "health-activity",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is not a scheme or a concept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConceptNameError {
    /// No such scheme.
    #[error("there is no vocabulary named {0:?}")]
    UnknownScheme(String),
    /// The code is empty or has characters outside `[a-z0-9.-]`.
    #[error("{0:?} is not a concept name: scheme/code with lower-case letters, digits, dots and hyphens was expected")]
    Malformed(String),
}

impl FromStr for Scheme {
    type Err = ConceptNameError;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Scheme::ALL
            .into_iter()
            .find(|scheme| scheme.as_str() == name)
            .ok_or_else(|| ConceptNameError::UnknownScheme(name.to_owned()))
    }
}

/// A concept's name: `scheme/code`. Codes are `[a-z0-9.-]+`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConceptId {
    scheme: Scheme,
    code: String,
}

impl ConceptId {
    /// A concept name of the scheme.
    ///
    /// # Errors
    /// [`ConceptNameError::Malformed`] when the code has other characters than `[a-z0-9.-]` or none.
    pub fn new(scheme: Scheme, code: &str) -> Result<Self, ConceptNameError> {
        let well_formed = !code.is_empty()
            && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
        if well_formed {
            Ok(Self { scheme, code: code.to_owned() })
        } else {
            Err(ConceptNameError::Malformed(format!("{scheme}/{code}")))
        }
    }

    /// A concept name made of any text: letters in small form, every run of other characters as one hyphen, `concept`
    /// where nothing is left.
    #[must_use]
    pub fn sanitised(scheme: Scheme, name: &str) -> Self {
        let mut code = String::new();
        for character in name.chars().map(|character| character.to_ascii_lowercase()) {
            if character.is_ascii_lowercase() || character.is_ascii_digit() || character == '.' {
                code.push(character);
            } else if !code.ends_with('-') {
                code.push('-');
            }
        }
        let code = code.trim_matches(['-', '.']);
        Self { scheme, code: if code.is_empty() { "concept".to_owned() } else { code.to_owned() } }
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }
    /// The code inside the scheme.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl fmt::Display for ConceptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.scheme, self.code)
    }
}

impl FromStr for ConceptId {
    type Err = ConceptNameError;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let (scheme, code) = name.split_once('/').ok_or_else(|| ConceptNameError::Malformed(name.to_owned()))?;
        ConceptId::new(scheme.parse()?, code)
    }
}

impl TryFrom<String> for ConceptId {
    type Error = ConceptNameError;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl From<ConceptId> for String {
    fn from(id: ConceptId) -> String {
        id.to_string()
    }
}
