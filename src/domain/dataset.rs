//! The canonical data set: everything that a data set's metadata can say, in one shape for every profile and release.
//!
//! Policy: nothing is thrown away and nothing is made up. A coded value keeps what the source wrote beside the concept
//! it was read as; a date keeps its text; an absent value is `None` or an empty list ("not stated"), never zero.
//! Sources: EUCAIM DCAT-AP 2.0, HealthDCAT-AP Release 8, DCAT-AP 3.0.1, and the fields of the catalogue's pages that no
//! profile has. Statements outside these stay in the record's source graph. Written to RDF and read back, a `Dataset`
//! is the same (`rdf::profile`, property-tested).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::concept::ConceptId;

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

/// A period; either end may be open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Period {
    /// First day.
    pub start: Option<DateValue>,
    /// Last day.
    pub end: Option<DateValue>,
}

/// A person or organisation that a record names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Agent {
    /// IRI, when it has one.
    pub iri: Option<String>,
    /// Names (`foaf:name`).
    pub names: Vec<LangText>,
    /// Kind of agent (`dct:type`).
    pub types: Vec<Term>,
    /// Description.
    pub descriptions: Vec<LangText>,
    /// Home pages.
    pub homepages: Vec<String>,
    /// Mail addresses without `mailto:`.
    pub emails: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// Contact points (`cv:contactPoint`).
    pub contacts: Vec<Contact>,
}

/// A point of contact (`vcard:Kind` or `cv:ContactPoint`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// IRI, when it has one.
    pub iri: Option<String>,
    /// Names (`vcard:fn`).
    pub names: Vec<LangText>,
    /// Mail addresses without `mailto:`.
    pub emails: Vec<String>,
    /// Pages (`vcard:hasURL`, `cv:contactPage`).
    pub pages: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// Opening hours as text.
    pub opening_hours: Vec<LangText>,
}

/// An identifier given by someone else (`adms:identifier`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherIdentifier {
    /// IRI of the identifier node, when it has one.
    pub iri: Option<String>,
    /// The identifier itself.
    pub notation: String,
    /// Datatype IRI of the notation, which names the identifier's scheme.
    pub datatype: Option<String>,
    /// Who issued it.
    pub agency: Option<String>,
}

/// A checksum (`spdx:Checksum`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Checksum {
    /// Algorithm IRI.
    pub algorithm: Option<String>,
    /// Value in hexadecimal.
    pub value: String,
}

/// What an ODRL rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// May.
    Permission,
    /// Must not.
    Prohibition,
    /// Must.
    Duty,
}

/// One rule of an ODRL policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicyRule {
    /// Permission, prohibition or duty.
    pub kind: RuleKind,
    /// Action IRIs.
    pub actions: Vec<String>,
}

/// An ODRL policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// IRI, when it has one.
    pub iri: Option<String>,
    /// Rules.
    pub rules: Vec<PolicyRule>,
}

/// A data service that a distribution is served by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DataService {
    /// IRI, when it has one.
    pub iri: Option<String>,
    /// Titles.
    pub titles: Vec<LangText>,
    /// Endpoint addresses.
    pub endpoint_urls: Vec<String>,
    /// Endpoint descriptions.
    pub endpoint_descriptions: Vec<String>,
}

/// A distribution (`dcat:Distribution`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Distribution {
    /// IRI, when it has one.
    pub iri: Option<String>,
    /// Titles.
    pub titles: Vec<LangText>,
    /// Descriptions.
    pub descriptions: Vec<LangText>,
    /// Where to get or ask for it.
    pub access_urls: Vec<String>,
    /// Direct downloads.
    pub download_urls: Vec<String>,
    /// Services.
    pub access_services: Vec<DataService>,
    /// Rights: EUCAIM access conditions and use conditions among them.
    pub rights: Vec<Term>,
    /// Licence.
    pub licence: Option<Term>,
    /// File formats.
    pub formats: Vec<Term>,
    /// IANA media types.
    pub media_types: Vec<Term>,
    /// Compression formats.
    pub compress_formats: Vec<Term>,
    /// Package formats.
    pub package_formats: Vec<Term>,
    /// Size in bytes.
    pub byte_size: Option<i64>,
    /// Checksum.
    pub checksum: Option<Checksum>,
    /// Planned availability.
    pub availability: Option<Term>,
    /// Status.
    pub status: Option<Term>,
    /// Policies.
    pub policies: Vec<Policy>,
    /// Standards.
    pub conforms_to: Vec<Term>,
    /// Languages.
    pub languages: Vec<Term>,
    /// Documentation.
    pub pages: Vec<String>,
    /// Legislation IRIs.
    pub applicable_legislation: Vec<String>,
    /// Retention (HealthDCAT-AP).
    pub retention_period: Option<Period>,
    /// Release date.
    pub issued: Option<DateValue>,
    /// Last change.
    pub modified: Option<DateValue>,
    /// Finest spatial resolution in metres, as written.
    pub spatial_resolution_in_meters: Option<String>,
    /// Finest temporal resolution, ISO 8601 duration.
    pub temporal_resolution: Option<String>,
}

/// A column of a described table (CSVW).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Titles.
    pub titles: Vec<LangText>,
    /// Descriptions.
    pub descriptions: Vec<LangText>,
    /// Datatype IRI or name.
    pub datatype: Option<String>,
    /// Property IRI.
    pub property_url: Option<String>,
}

/// A described table (CSVW).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    /// Titles.
    pub titles: Vec<LangText>,
    /// Columns in order.
    pub columns: Vec<Column>,
}

/// A group of described tables (CSVW), `healthdcatap:hasVariables`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TableGroup {
    /// Titles.
    pub titles: Vec<LangText>,
    /// Tables.
    pub tables: Vec<Table>,
}

/// An activity that made the data (`prov:wasGeneratedBy`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Activity {
    /// IRI, when it has one.
    pub iri: Option<String>,
    /// Labels.
    pub labels: Vec<LangText>,
    /// Kinds of activity (`dct:type`).
    pub types: Vec<Term>,
}

/// Someone's part in the data (`prov:qualifiedAttribution`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Attribution {
    /// Who.
    pub agent: Option<Agent>,
    /// Role IRIs.
    pub roles: Vec<String>,
}

/// A qualified relation (`dcat:qualifiedRelation`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Relationship {
    /// Related resources.
    pub relations: Vec<String>,
    /// Role IRIs.
    pub roles: Vec<String>,
}

/// A quality certificate or annotation (`dqv:hasQualityAnnotation`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct QualityAnnotation {
    /// IRI, when it has one.
    pub iri: Option<String>,
    /// What it is about (`oa:hasTarget`).
    pub targets: Vec<String>,
    /// What it says (`oa:hasBody`).
    pub bodies: Vec<String>,
    /// Why (`oa:motivatedBy`).
    pub motivations: Vec<String>,
}

/// The series that a data set names itself part of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SeriesReference {
    /// IRI, when it has one.
    pub iri: Option<String>,
    /// Titles found beside it.
    pub titles: Vec<LangText>,
}

/// A change that was made while reading a record, kept for everyone to see: the original stays in the source graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Repair {
    /// The property that was mended, as a prefixed name (`eucaim:hasCondition`).
    pub property: String,
    /// What the source said.
    pub original: String,
    /// What it was read as.
    pub canonical: String,
    /// Why, in one plain sentence.
    pub reason: String,
}

/// The profile and release that a record was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Plain DCAT or DCAT-AP.
    #[default]
    DcatAp,
    /// HealthDCAT-AP before its releases (pilot).
    HealthDcatApPilot,
    /// HealthDCAT-AP Release 5.
    HealthDcatApR5,
    /// HealthDCAT-AP Release 7.
    HealthDcatApR7,
    /// HealthDCAT-AP Release 8.
    HealthDcatApR8,
    /// EUCAIM DCAT-AP 1.0 (on Release 5).
    Eucaim1,
    /// EUCAIM DCAT-AP 2.0 (on Release 7).
    Eucaim2,
}

/// One data set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Dataset {
    /// The provider's IRI; `None` where the record is known by its identifier only (DESIGN §4a).
    pub iri: Option<String>,
    /// `dct:identifier`.
    pub identifiers: Vec<String>,
    /// `adms:identifier`.
    pub other_identifiers: Vec<OtherIdentifier>,
    /// `dct:title`.
    pub titles: Vec<LangText>,
    /// `dct:alternative`.
    pub alternatives: Vec<LangText>,
    /// `dct:description`.
    pub descriptions: Vec<LangText>,
    /// `dcat:keyword`.
    pub keywords: Vec<LangText>,
    /// `dcat:version`.
    pub version: Option<String>,
    /// `adms:versionNotes`.
    pub version_notes: Vec<LangText>,
    /// `dcat:hasVersion`.
    pub has_versions: Vec<String>,
    /// `dct:issued`.
    pub issued: Option<DateValue>,
    /// `dct:modified`.
    pub modified: Option<DateValue>,
    /// `dct:accrualPeriodicity`.
    pub accrual_periodicity: Option<Term>,
    /// `dct:language`.
    pub languages: Vec<Term>,

    /// `dct:publisher`.
    pub publisher: Option<Agent>,
    /// `dct:creator`.
    pub creators: Vec<Agent>,
    /// `geodcatap:custodian`: the data holder.
    pub custodian: Option<Agent>,
    /// `healthdcatap:hdab`: the health data access body; may be pending.
    pub hdab: Option<Agent>,
    /// `healthdcatap:hdabCoordinator`.
    pub hdab_coordinator: Option<Agent>,
    /// `dcat:contactPoint`.
    pub contacts: Vec<Contact>,
    /// `prov:qualifiedAttribution`.
    pub attributions: Vec<Attribution>,

    /// `dcat:theme`.
    pub themes: Vec<Term>,
    /// `healthdcatap:healthCategory`.
    pub health_categories: Vec<Term>,
    /// `healthdcatap:healthTheme`.
    pub health_themes: Vec<Term>,
    /// `dct:type` (and `eucaim:type`).
    pub types: Vec<Term>,
    /// `eucaim:interoperabilityLevel`.
    pub tier: Option<Term>,
    /// `eucaim:collectionMethod`.
    pub collection_methods: Vec<Term>,

    /// Subject kinds (DESIGN §4); several: the data set mixes them and does not say how many of each.
    pub subject_kinds: Vec<Term>,
    /// `eucaim:hasCondition`.
    pub conditions: Vec<Term>,
    /// Topography (on EUCAIM's pages, in no profile).
    pub topographies: Vec<Term>,
    /// `eucaim:hasImageBodyPart`.
    pub body_parts: Vec<Term>,
    /// `eucaim:hasImageModality`: acquired and derived; the concept says which.
    pub modalities: Vec<Term>,
    /// `eucaim:hasEquipmentManufacturer`.
    pub manufacturers: Vec<Term>,
    /// `eucaim:hasBirthSex`.
    pub sexes: Vec<Term>,
    /// `healthdcatap:minTypicalAge`, years.
    pub min_age: Option<i64>,
    /// `healthdcatap:maxTypicalAge`, years.
    pub max_age: Option<i64>,
    /// Median age in years (on EUCAIM's pages, in no profile), as written.
    pub median_age: Option<String>,
    /// `healthdcatap:populationCoverage`.
    pub population_coverage: Vec<LangText>,
    /// `dct:spatial`.
    pub spatial: Vec<Term>,
    /// `dct:temporal`: when the images were acquired.
    pub temporal: Vec<Period>,
    /// First and last year of the images (on EUCAIM's pages, in no profile).
    pub first_image_year: Option<i32>,
    /// Last year of the images.
    pub last_image_year: Option<i32>,
    /// Linked data: pathology slides, genomics, clinical, image analyses.
    pub linked_data: Vec<Term>,
    /// `eucaim:hasAnnotationLabel`.
    pub annotation_labels: Vec<Term>,
    /// `eucaim:hasAlgorithmType`.
    pub algorithm_types: Vec<Term>,
    /// Counts with their units.
    pub counts: Counts,
    /// Published distributions of subjects.
    pub tallies: Vec<Tally>,
    /// Whether the data set re-uses the subjects of others; such data sets never add to subject totals.
    pub derived: bool,

    /// `dct:accessRights`.
    pub access_rights: Option<Term>,
    /// `dcatap:applicableLegislation`.
    pub applicable_legislation: Vec<String>,
    /// `dpv:hasLegalBasis`.
    pub legal_bases: Vec<Term>,
    /// `dpv:hasPurpose`.
    pub purposes: Vec<Term>,
    /// `dpv:hasPersonalData`.
    pub personal_data: Vec<Term>,
    /// `healthdcatap:retentionPeriod`.
    pub retention_period: Option<Period>,
    /// Licence stated on the data set itself.
    pub licence: Option<Term>,
    /// `dct:rights` stated on the data set itself.
    pub rights: Vec<Term>,

    /// `dcat:distribution`.
    pub distributions: Vec<Distribution>,
    /// `adms:sample`.
    pub samples: Vec<Distribution>,
    /// `healthdcatap:analytics`.
    pub analytics: Vec<Distribution>,
    /// `healthdcatap:hasStructuredData`.
    pub has_structured_data: Option<bool>,
    /// `healthdcatap:hasVariables`.
    pub variables: Vec<TableGroup>,
    /// `healthdcatap:hasCodingSystem`.
    pub coding_systems: Vec<Term>,
    /// `healthdcatap:hasCodeValues`.
    pub code_values: Vec<Value>,

    /// `dcat:inSeries`.
    pub series: Vec<SeriesReference>,
    /// `dcat:landingPage`.
    pub landing_pages: Vec<String>,
    /// `foaf:page`.
    pub pages: Vec<String>,
    /// `dct:isReferencedBy`.
    pub is_referenced_by: Vec<String>,
    /// `dct:relation`.
    pub relations: Vec<String>,
    /// `dct:source`.
    pub sources: Vec<String>,
    /// `dcat:qualifiedRelation`.
    pub qualified_relations: Vec<Relationship>,
    /// `dct:provenance`.
    pub provenance: Vec<LangText>,
    /// `prov:wasGeneratedBy`.
    pub generated_by: Vec<Activity>,
    /// `dct:conformsTo`.
    pub conforms_to: Vec<Term>,
    /// `dqv:hasQualityAnnotation`.
    pub quality_annotations: Vec<QualityAnnotation>,
    /// `dcat:spatialResolutionInMeters`, as written.
    pub spatial_resolution_in_meters: Option<String>,
    /// `dcat:temporalResolution`, ISO 8601 duration.
    pub temporal_resolution: Option<String>,
}

/// One data set series (`dcat:DatasetSeries`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Series {
    /// The provider's IRI.
    pub iri: Option<String>,
    /// `dct:identifier`.
    pub identifiers: Vec<String>,
    /// `dct:title`.
    pub titles: Vec<LangText>,
    /// `dct:description`.
    pub descriptions: Vec<LangText>,
    /// `dct:publisher`.
    pub publisher: Option<Agent>,
    /// `dcat:contactPoint`.
    pub contacts: Vec<Contact>,
    /// `dct:spatial`.
    pub spatial: Vec<Term>,
    /// `dct:temporal`.
    pub temporal: Vec<Period>,
    /// `dct:issued`.
    pub issued: Option<DateValue>,
    /// `dct:modified`.
    pub modified: Option<DateValue>,
    /// `dct:accrualPeriodicity`.
    pub accrual_periodicity: Option<Term>,
    /// `dcatap:applicableLegislation`.
    pub applicable_legislation: Vec<String>,
    /// `dcat:landingPage`.
    pub landing_pages: Vec<String>,
}

/// The text to show: English, then the hub's language, then the first (DESIGN §4a).
#[must_use]
pub fn shown<'a>(texts: &'a [LangText], hub_language: &str) -> Option<&'a LangText> {
    let spoken = |language: &str| {
        texts.iter().find(|text| {
            text.lang.as_deref().is_some_and(|lang| lang == language || lang.starts_with(&format!("{language}-")))
        })
    };
    spoken("en").or_else(|| spoken(hub_language)).or_else(|| texts.first())
}
