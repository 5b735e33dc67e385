//! The canonical data set: everything that a data set's metadata can say, in one shape for every profile and release.
//!
//! Policy: nothing is thrown away and nothing is made up. A coded value keeps what the source wrote beside the concept
//! it was read as; a date keeps its text; an absent value is `None` or an empty list ("not stated"), never zero.
//! Sources: EUCAIM DCAT-AP 2.0, HealthDCAT-AP Release 8, DCAT-AP 3.0.1, and the fields of the catalogue's pages that no
//! profile has. Statements outside these stay in the record's source graph. Written to RDF and read back, a `Dataset`
//! is the same (`rdf::profile`, property-tested).

mod parts;
mod values;

use serde::{Deserialize, Serialize};

pub use parts::*;
pub use values::*;

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
