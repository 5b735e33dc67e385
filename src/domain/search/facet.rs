//! The facets: the 14 of the EUCAIM catalogue, then our own.

use super::range::Span;
use crate::domain::concept::Scheme;

/// The value of data sets that do not state a facet's property.
pub const NOT_STATED: &str = "not-stated";
/// The value of data sets that state it in words no vocabulary knows.
pub const NOT_RECOGNISED: &str = "not-recognised";
/// The subject-kind value that lifts the restriction to human data.
pub const ANY: &str = "any";
/// Subject kinds that lists open on. Data sets that state none are shown too: nothing disappears for a blank field.
pub const HUMAN_KINDS: [&str; 3] = ["human-cancer", "human-no-cancer", "human"];
/// Orders of magnitude of subject entries.
pub const SUBJECT_ORDERS: [(&str, i64, i64); 6] = [
    ("0-9", 0, 9),
    ("10-99", 10, 99),
    ("100-999", 100, 999),
    ("1000-9999", 1_000, 9_999),
    ("10000-99999", 10_000, 99_999),
    ("100000-", 100_000, i64::MAX),
];
/// Bands of the size facet in gigabytes (10^9 bytes); the upper end does not belong to the band.
pub const SIZE_BANDS: [&str; 5] = ["0-1", "1-10", "10-100", "100-1000", "1000-"];
/// Bands of the completeness facet in points of 100.
pub const COMPLETENESS_BANDS: [(&str, u8, u8); 4] =
    [("0-24", 0, 24), ("25-49", 25, 49), ("50-74", 50, 74), ("75-100", 75, 100)];

/// A property to filter and count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Facet {
    /// Cancer types and other conditions; a value includes its narrower ones.
    Condition,
    /// Where the tumour sits; a value includes its narrower ones.
    Topography,
    /// The imaged part of the body; a value includes its narrower ones.
    BodyPart,
    /// Geographical coverage.
    Country,
    /// Kind of data set.
    Type,
    /// How the subjects were collected.
    Method,
    /// Order of magnitude of subject entries.
    SizeOrder,
    /// Sex at birth.
    Sex,
    /// Imaging modality, acquired and derived.
    Modality,
    /// Equipment manufacturer.
    Manufacturer,
    /// How the images are reached: download, in situ, remote processing.
    Access,
    /// The provider's slug.
    Provider,
    /// Terms of use (Data Use Ontology).
    Use,
    /// EUCAIM interoperability tier.
    Tier,
    /// Years of the images: a span; the data set's years overlap it.
    Year,
    /// Size in gigabytes: a span without its upper end.
    Size,
    /// Licence.
    Licence,
    /// How complete the metadata are, in bands of points.
    Completeness,
    /// Who or what was imaged.
    SubjectKind,
    /// Whether annotations or segmentations come with the images.
    Annotated,
    /// Data linked to the images.
    Linked,
}

impl Facet {
    /// Every facet, in canonical order.
    pub const ALL: [Facet; 21] = [
        Facet::Condition,
        Facet::Topography,
        Facet::BodyPart,
        Facet::Country,
        Facet::Type,
        Facet::Method,
        Facet::SizeOrder,
        Facet::Sex,
        Facet::Modality,
        Facet::Manufacturer,
        Facet::Access,
        Facet::Provider,
        Facet::Use,
        Facet::Tier,
        Facet::Year,
        Facet::Size,
        Facet::Licence,
        Facet::Completeness,
        Facet::SubjectKind,
        Facet::Annotated,
        Facet::Linked,
    ];

    /// The address parameter.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Facet::Condition => "condition",
            Facet::Topography => "topography",
            Facet::BodyPart => "body-part",
            Facet::Country => "country",
            Facet::Type => "type",
            Facet::Method => "method",
            Facet::SizeOrder => "size-order",
            Facet::Sex => "sex",
            Facet::Modality => "modality",
            Facet::Manufacturer => "manufacturer",
            Facet::Access => "access",
            Facet::Provider => "provider",
            Facet::Use => "use",
            Facet::Tier => "tier",
            Facet::Year => "year",
            Facet::Size => "size",
            Facet::Licence => "licence",
            Facet::Completeness => "completeness",
            Facet::SubjectKind => "subject-kind",
            Facet::Annotated => "annotated",
            Facet::Linked => "linked",
        }
    }

    /// What it is called on a page.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Facet::Condition => "Cancer type",
            Facet::Topography => "Tumour site",
            Facet::BodyPart => "Body part",
            Facet::Country => "Geographical coverage",
            Facet::Type => "Type of data set",
            Facet::Method => "Collection method",
            Facet::SizeOrder => "Number of subjects",
            Facet::Sex => "Sex",
            Facet::Modality => "Modality",
            Facet::Manufacturer => "Manufacturer",
            Facet::Access => "Access to images",
            Facet::Provider => "Provider",
            Facet::Use => "Terms of use",
            Facet::Tier => "Interoperability tier",
            Facet::Year => "Year of images",
            Facet::Size => "Size",
            Facet::Licence => "Licence",
            Facet::Completeness => "Completeness of metadata",
            Facet::SubjectKind => "Who was imaged",
            Facet::Annotated => "Annotations",
            Facet::Linked => "Linked data",
        }
    }

    /// The facet of the parameter.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.key() == key)
    }

    /// The vocabulary its values come from, where they are concepts.
    #[must_use]
    pub const fn scheme(self) -> Option<Scheme> {
        match self {
            Facet::Condition => Some(Scheme::Condition),
            Facet::Topography => Some(Scheme::Topography),
            Facet::BodyPart => Some(Scheme::BodyPart),
            Facet::Country => Some(Scheme::Country),
            Facet::Type => Some(Scheme::DatasetType),
            Facet::Method => Some(Scheme::CollectionMethod),
            Facet::Sex => Some(Scheme::Sex),
            Facet::Modality => Some(Scheme::Modality),
            Facet::Manufacturer => Some(Scheme::Manufacturer),
            Facet::Access => Some(Scheme::AccessCondition),
            Facet::Use => Some(Scheme::UseCondition),
            Facet::Tier => Some(Scheme::Tier),
            Facet::Licence => Some(Scheme::Licence),
            Facet::SubjectKind => Some(Scheme::SubjectKind),
            Facet::Linked => Some(Scheme::LinkedData),
            Facet::SizeOrder | Facet::Provider | Facet::Year | Facet::Size | Facet::Completeness | Facet::Annotated => {
                None
            }
        }
    }

    /// Whether its values form a tree.
    #[must_use]
    pub const fn hierarchical(self) -> bool {
        matches!(
            self,
            Facet::Condition
                | Facet::Topography
                | Facet::BodyPart
                | Facet::Country
                | Facet::Modality
                | Facet::Manufacturer
                | Facet::Tier
                | Facet::Licence
        )
    }

    /// Whether a data set can have several values, so that asking for all of them makes sense.
    #[must_use]
    pub const fn allows_all(self) -> bool {
        matches!(
            self,
            Facet::Condition
                | Facet::Topography
                | Facet::BodyPart
                | Facet::Country
                | Facet::Type
                | Facet::Sex
                | Facet::Modality
                | Facet::Manufacturer
                | Facet::Use
                | Facet::SubjectKind
                | Facet::Annotated
                | Facet::Linked
        )
    }

    /// Whether any span of numbers is a value, not only the listed bands.
    #[must_use]
    pub const fn takes_spans(self) -> bool {
        matches!(self, Facet::Year | Facet::Size)
    }

    /// The value in canonical form; `None` when it cannot be one: concepts, providers and bands are `[a-z0-9.-]`, spans
    /// are [`Span`]s. Whether a concept of that name exists is for the vocabulary to say.
    #[must_use]
    pub fn canonical_value(self, value: &str) -> Option<String> {
        let value = value.trim().to_ascii_lowercase();
        if value == NOT_STATED || value == NOT_RECOGNISED {
            return Some(value);
        }
        if self.takes_spans() {
            return value.parse::<Span>().ok().map(|span| span.to_string());
        }
        let well_formed = (1..=MAX_VALUE_BYTES).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
        well_formed.then_some(value)
    }

    /// The label of a value that no vocabulary names; `None` for concepts and providers.
    #[must_use]
    pub fn plain_label(self, value: &str) -> Option<String> {
        match (self, value) {
            (_, NOT_STATED) => Some("not stated".to_owned()),
            (_, NOT_RECOGNISED) => Some("stated, not recognised".to_owned()),
            (Facet::SubjectKind, ANY) => Some("any, animals and phantoms too".to_owned()),
            (Facet::Annotated, "segmented") => Some("segmentations".to_owned()),
            (Facet::Annotated, "annotated") => Some("other annotations".to_owned()),
            (Facet::SizeOrder | Facet::Completeness | Facet::Year, band) => Some(band_label(band, "")),
            (Facet::Size, band) => Some(band_label(band, " GB")),
            _ => None,
        }
    }
}

/// Longest facet value in bytes: the longest slug.
const MAX_VALUE_BYTES: usize = 120;

fn band_label(band: &str, unit: &str) -> String {
    let grouped = |digits: &str| match digits.len() {
        5.. => {
            let (head, tail) = digits.split_at(digits.len() - 3);
            format!("{head} {tail}")
        }
        _ => digits.to_owned(),
    };
    match band.split_once('-') {
        Some((low, "")) => format!("{}{unit} or more", grouped(low)),
        Some(("", high)) => format!("up to {}{unit}", grouped(high)),
        Some((low, high)) if low == high => format!("{low}{unit}"),
        Some((low, high)) => format!("{} to {}{unit}", grouped(low), grouped(high)),
        None => format!("{band}{unit}"),
    }
}
