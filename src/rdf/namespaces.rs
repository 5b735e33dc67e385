//! The namespaces and terms of the profiles, and the prefixes under which they are written.
//!
//! Sources: DCAT-AP 3.0.1, HealthDCAT-AP Release 8, EUCAIM DCAT-AP 2.0 (reference list in the design's reading) and the
//! product's own namespace for facts that no profile has.

use oxrdf::NamedNodeRef;

/// The prefixes used when writing, and understood when a document forgot to declare them.
pub const PREFIXES: &[(&str, &str)] = &[
    ("adms", ADMS),
    ("atlas", ATLAS),
    ("csvw", CSVW),
    ("cv", CV),
    ("dcat", DCAT),
    ("dcatap", DCATAP),
    ("dct", DCT),
    ("dcterms", DCT),
    ("dpv", DPV),
    ("dqv", DQV),
    ("eucaim", EUCAIM),
    ("foaf", FOAF),
    ("geodcatap", GEODCATAP),
    ("healthdcatap", HEALTHDCATAP),
    ("hydra", HYDRA),
    ("oa", OA),
    ("odrl", ODRL),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("prov", PROV),
    ("rdf", RDF),
    ("rdfs", RDFS),
    ("schema", SCHEMA),
    ("skos", SKOS),
    ("spdx", SPDX),
    ("vcard", VCARD),
    ("xsd", XSD),
];

/// The product's own namespace.
pub const ATLAS: &str = "https://atlas-of-cancer-imaging.eu/ns#";
/// ADMS.
pub const ADMS: &str = "http://www.w3.org/ns/adms#";
/// CSV on the Web.
pub const CSVW: &str = "http://www.w3.org/ns/csvw#";
/// Core vocabularies of the European Union.
pub const CV: &str = "http://data.europa.eu/m8g/";
/// DCAT.
pub const DCAT: &str = "http://www.w3.org/ns/dcat#";
/// DCAT-AP.
pub const DCATAP: &str = "http://data.europa.eu/r5r/";
/// Dublin Core elements 1.1, read where a source means the terms.
pub const DC_ELEMENTS: &str = "http://purl.org/dc/elements/1.1/";
/// Dublin Core terms.
pub const DCT: &str = "http://purl.org/dc/terms/";
/// Data Privacy Vocabulary.
pub const DPV: &str = "https://w3id.org/dpv#";
/// Data Quality Vocabulary.
pub const DQV: &str = "http://www.w3.org/ns/dqv#";
/// EUCAIM's ontology and properties.
pub const EUCAIM: &str = "https://cancerimage.eu/ontology/EUCAIM#";
/// FOAF.
pub const FOAF: &str = "http://xmlns.com/foaf/0.1/";
/// GeoDCAT-AP.
pub const GEODCATAP: &str = "http://data.europa.eu/930/";
/// HealthDCAT-AP.
pub const HEALTHDCATAP: &str = "http://healthdataportal.eu/ns/health#";
/// HealthDCAT-AP as EUCAIM's examples and older documents write it.
pub const HEALTHDCATAP_W3ID: &str = "https://w3id.org/healthdcat-ap#";
/// Hydra.
pub const HYDRA: &str = "http://www.w3.org/ns/hydra/core#";
/// Web annotations.
pub const OA: &str = "http://www.w3.org/ns/oa#";
/// ODRL 2.
pub const ODRL: &str = "http://www.w3.org/ns/odrl/2/";
/// Provenance.
pub const PROV: &str = "http://www.w3.org/ns/prov#";
/// RDF.
pub const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// RDF Schema.
pub const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
/// schema.org.
pub const SCHEMA: &str = "https://schema.org/";
/// SKOS.
pub const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
/// SPDX.
pub const SPDX: &str = "http://spdx.org/rdf/terms#";
/// vCard.
pub const VCARD: &str = "http://www.w3.org/2006/vcard/ns#";
/// XML Schema datatypes.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// Declares terms as `NamedNodeRef` constants in a module named after their prefix.
macro_rules! terms {
    ($(#[$doc:meta])* $module:ident, $base:literal, { $($name:ident = $local:literal),* $(,)? }) => {
        $(#[$doc])*
        pub mod $module {
            use super::NamedNodeRef;
            $(
                #[doc = concat!("`", $base, $local, "`")]
                pub const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked(concat!($base, $local));
            )*
        }
    };
}

terms!(/// RDF terms.
rdf, "http://www.w3.org/1999/02/22-rdf-syntax-ns#", { TYPE = "type", VALUE = "value" });
terms!(/// RDF Schema terms.
rdfs, "http://www.w3.org/2000/01/rdf-schema#", { LABEL = "label", SEE_ALSO = "seeAlso" });
terms!(/// SKOS terms.
skos, "http://www.w3.org/2004/02/skos/core#", {
    PREF_LABEL = "prefLabel", NOTATION = "notation", CONCEPT = "Concept", ALT_LABEL = "altLabel", BROADER = "broader",
    CONCEPT_SCHEME = "ConceptScheme", DEFINITION = "definition", EXACT_MATCH = "exactMatch", IN_SCHEME = "inScheme",
    NARROWER = "narrower", HAS_TOP_CONCEPT = "hasTopConcept", TOP_CONCEPT_OF = "topConceptOf",
});
terms!(/// DCAT terms.
dcat, "http://www.w3.org/ns/dcat#", {
    ACCESS_SERVICE = "accessService", ACCESS_URL = "accessURL", BYTE_SIZE = "byteSize", CATALOG = "Catalog",
    CATALOG_RECORD = "CatalogRecord", COMPRESS_FORMAT = "compressFormat", CONTACT_POINT = "contactPoint",
    DATA_SERVICE = "DataService", DATASET = "Dataset", DATASET_PROPERTY = "dataset", DATASET_SERIES = "DatasetSeries",
    DISTRIBUTION = "Distribution", DISTRIBUTION_PROPERTY = "distribution", DOWNLOAD_URL = "downloadURL",
    END_DATE = "endDate", ENDPOINT_DESCRIPTION = "endpointDescription", ENDPOINT_URL = "endpointURL",
    HAD_ROLE = "hadRole", HAS_VERSION = "hasVersion", IN_SERIES = "inSeries", KEYWORD = "keyword",
    LANDING_PAGE = "landingPage", MEDIA_TYPE = "mediaType", PACKAGE_FORMAT = "packageFormat",
    QUALIFIED_RELATION = "qualifiedRelation", RELATIONSHIP = "Relationship", SERVICE = "service",
    SERVES_DATASET = "servesDataset", SPATIAL_RESOLUTION_IN_METERS = "spatialResolutionInMeters",
    START_DATE = "startDate", TEMPORAL_RESOLUTION = "temporalResolution", THEME = "theme", VERSION = "version",
    RECORD = "record", CATALOG_PROPERTY = "catalog", RESOURCE = "resource",
});
terms!(/// Dublin Core terms.
dct, "http://purl.org/dc/terms/", {
    ACCESS_RIGHTS = "accessRights", ACCRUAL_PERIODICITY = "accrualPeriodicity", ALTERNATIVE = "alternative",
    CONFORMS_TO = "conformsTo", CREATOR = "creator", DESCRIPTION = "description", FORMAT = "format",
    IDENTIFIER = "identifier", IS_REFERENCED_BY = "isReferencedBy", ISSUED = "issued", LANGUAGE = "language",
    LICENSE = "license", MODIFIED = "modified", PERIOD_OF_TIME = "PeriodOfTime", PROVENANCE = "provenance",
    PROVENANCE_STATEMENT = "ProvenanceStatement", PUBLISHER = "publisher", RELATION = "relation", RIGHTS = "rights",
    SOURCE = "source", SPATIAL = "spatial", TEMPORAL = "temporal", TITLE = "title", TYPE = "type",
    HAS_PART = "hasPart", IS_PART_OF = "isPartOf",
});
terms!(/// ADMS terms.
adms, "http://www.w3.org/ns/adms#", {
    IDENTIFIER = "identifier", IDENTIFIER_CLASS = "Identifier", SAMPLE = "sample", SCHEMA_AGENCY = "schemaAgency",
    STATUS = "status", VERSION_NOTES = "versionNotes",
});
terms!(/// DCAT-AP terms.
dcatap, "http://data.europa.eu/r5r/", {
    APPLICABLE_LEGISLATION = "applicableLegislation", AVAILABILITY = "availability",
});
terms!(/// HealthDCAT-AP terms.
health, "http://healthdataportal.eu/ns/health#", {
    ANALYTICS = "analytics", HAS_CODE_VALUES = "hasCodeValues", HAS_CODING_SYSTEM = "hasCodingSystem",
    HAS_STRUCTURED_DATA = "hasStructuredData", HAS_VARIABLES = "hasVariables", HDAB = "hdab",
    HDAB_COORDINATOR = "hdabCoordinator", HEALTH_CATEGORY = "healthCategory", HEALTH_THEME = "healthTheme",
    MAX_TYPICAL_AGE = "maxTypicalAge", MIN_TYPICAL_AGE = "minTypicalAge", NUMBER_OF_RECORDS = "numberOfRecords",
    NUMBER_OF_UNIQUE_INDIVIDUALS = "numberOfUniqueIndividuals", POPULATION_COVERAGE = "populationCoverage",
    RETENTION_PERIOD = "retentionPeriod", TRUSTED_DATA_HOLDER = "trustedDataHolder",
});
terms!(/// EUCAIM terms.
eucaim, "https://cancerimage.eu/ontology/EUCAIM#", {
    COLLECTION_METHOD = "collectionMethod", HAS_ALGORITHM_TYPE = "hasAlgorithmType",
    HAS_ANNOTATION_LABEL = "hasAnnotationLabel", HAS_BIRTH_SEX = "hasBirthSex", HAS_CONDITION = "hasCondition",
    HAS_EQUIPMENT_MANUFACTURER = "hasEquipmentManufacturer", HAS_IMAGE_BODY_PART = "hasImageBodyPart",
    HAS_IMAGE_MODALITY = "hasImageModality", INTEROPERABILITY_LEVEL = "interoperabilityLevel",
    NBR_OF_SEGMENTATIONS = "nbrOfSegmentations", TYPE = "type",
});
terms!(/// GeoDCAT-AP terms.
geodcatap, "http://data.europa.eu/930/", { CUSTODIAN = "custodian" });
terms!(/// Core vocabulary terms.
cv, "http://data.europa.eu/m8g/", {
    CONTACT_PAGE = "contactPage", CONTACT_POINT = "contactPoint", CONTACT_POINT_CLASS = "ContactPoint",
    EMAIL = "email", OPENING_HOURS = "openingHours", TELEPHONE = "telephone",
});
terms!(/// FOAF terms.
foaf, "http://xmlns.com/foaf/0.1/", {
    AGENT = "Agent", HOMEPAGE = "homepage", MBOX = "mbox", NAME = "name", PAGE = "page", PHONE = "phone",
    PRIMARY_TOPIC = "primaryTopic", ORGANIZATION = "Organization",
});
terms!(/// Hydra terms.
hydra, "http://www.w3.org/ns/hydra/core#", {
    COLLECTION = "Collection", FIRST = "first", LAST = "last", MEMBER = "member", NEXT = "next",
    PARTIAL_COLLECTION_VIEW = "PartialCollectionView", PREVIOUS = "previous", TOTAL_ITEMS = "totalItems",
    VIEW = "view",
});
terms!(/// vCard terms.
vcard, "http://www.w3.org/2006/vcard/ns#", {
    FN = "fn", HAS_EMAIL = "hasEmail", HAS_TELEPHONE = "hasTelephone", HAS_URL = "hasURL", KIND = "Kind",
    HAS_VALUE = "hasValue",
});
terms!(/// Provenance terms.
prov, "http://www.w3.org/ns/prov#", {
    ACTIVITY = "Activity", AGENT = "agent", ATTRIBUTION = "Attribution",
    QUALIFIED_ATTRIBUTION = "qualifiedAttribution", WAS_GENERATED_BY = "wasGeneratedBy",
});
terms!(/// Data Privacy Vocabulary terms.
dpv, "https://w3id.org/dpv#", {
    HAS_LEGAL_BASIS = "hasLegalBasis", HAS_PERSONAL_DATA = "hasPersonalData", HAS_PURPOSE = "hasPurpose",
});
terms!(/// ODRL terms.
odrl, "http://www.w3.org/ns/odrl/2/", {
    ACTION = "action", DUTY = "duty", HAS_POLICY = "hasPolicy", OBLIGATION = "obligation", PERMISSION = "permission",
    POLICY = "Policy", PROHIBITION = "prohibition",
});
terms!(/// SPDX terms.
spdx, "http://spdx.org/rdf/terms#", {
    ALGORITHM = "algorithm", CHECKSUM = "checksum", CHECKSUM_CLASS = "Checksum", CHECKSUM_VALUE = "checksumValue",
});
terms!(/// CSV on the Web terms.
csvw, "http://www.w3.org/ns/csvw#", {
    COLUMN = "column", COLUMN_CLASS = "Column", DATATYPE = "datatype", NAME = "name", PROPERTY_URL = "propertyUrl",
    TABLE = "table", TABLE_CLASS = "Table", TABLE_GROUP = "TableGroup", TITLE = "title",
});
terms!(/// Data Quality Vocabulary terms.
dqv, "http://www.w3.org/ns/dqv#", {
    HAS_QUALITY_ANNOTATION = "hasQualityAnnotation", QUALITY_CERTIFICATE = "QualityCertificate",
});
terms!(/// Web annotation terms.
oa, "http://www.w3.org/ns/oa#", { HAS_BODY = "hasBody", HAS_TARGET = "hasTarget", MOTIVATED_BY = "motivatedBy" });
terms!(/// XML Schema datatypes.
xsd, "http://www.w3.org/2001/XMLSchema#", {
    ANY_URI = "anyURI", BOOLEAN = "boolean", DATE = "date", DATE_TIME = "dateTime", DECIMAL = "decimal",
    DURATION = "duration", HEX_BINARY = "hexBinary", INTEGER = "integer",
    NON_NEGATIVE_INTEGER = "nonNegativeInteger", STRING = "string", YEAR = "gYear", YEAR_MONTH = "gYearMonth",
});
terms!(/// The product's own terms: what no profile has.
atlas, "https://atlas-of-cancer-imaging.eu/ns#", {
    COUNT = "count", CURSOR = "cursor", DERIVED_DATASET = "derivedDataset", DIMENSION = "dimension",
    FIRST_IMAGE_YEAR = "firstImageYear", HUB = "Hub", INDEX = "index", LAST_IMAGE_YEAR = "lastImageYear",
    LEVEL = "level", LINKED_DATA = "linkedData", MEDIAN_AGE = "medianAge", NUMBER_OF_IMAGES = "numberOfImages",
    NUMBER_OF_SERIES = "numberOfSeries", ORIGINAL = "original", PRECISION = "precision", READING = "reading",
    CONCEPT = "concept", LABEL = "label", PROPERTY = "property", SIZE_IN_BYTES = "sizeInBytes",
    SUBJECT_KIND = "subjectKind", SUBJECTS = "subjects", TALLY = "tally", TOPOGRAPHY = "topography", VALUE = "value",
    DATATYPE = "datatype", CANONICAL = "canonical",
});

/// The prefixed name of an IRI (`dct:title`), or the IRI itself when no prefix is known for it.
#[must_use]
pub fn prefixed(iri: &str) -> String {
    PREFIXES
        .iter()
        .filter(|(prefix, base)| *prefix != "dcterms" && iri.starts_with(base))
        .max_by_key(|(_, base)| base.len())
        .map_or_else(|| iri.to_owned(), |(prefix, base)| format!("{prefix}:{}", iri.get(base.len()..).unwrap_or("")))
}
