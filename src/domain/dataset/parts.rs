//! The things that a data set's description is made of: people, files, rules, tables, history, and how it was repaired.

use serde::{Deserialize, Serialize};

use super::values::{DateValue, LangText, Term};

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
