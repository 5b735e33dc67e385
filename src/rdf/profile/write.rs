//! Writing a data set as HealthDCAT-AP Release 8, with EUCAIM's properties and the product's own.

use oxrdf::{Literal, NamedOrBlankNode};

use super::writer::Writer;
use super::{agent, detail, distribution};
use crate::domain::concept::Scheme;
use crate::domain::dataset::Dataset;
use crate::rdf::namespaces::{adms, atlas, dcat, dcatap, dct, dpv, eucaim, foaf, geodcatap, health, xsd};

/// Writes the data set as the node.
pub(super) fn dataset(writer: &mut Writer<'_>, node: &NamedOrBlankNode, dataset: &Dataset) {
    detail::write_class(writer, node, dcat::DATASET);
    described(writer, node, dataset);
    people(writer, node, dataset);
    classified(writer, node, dataset);
    counted(writer, node, dataset);
    governed(writer, node, dataset);
    related(writer, node, dataset);
}

fn described(writer: &mut Writer<'_>, node: &NamedOrBlankNode, dataset: &Dataset) {
    writer.strings(node, dct::IDENTIFIER, &dataset.identifiers);
    detail::write_identifiers(writer, node, &dataset.other_identifiers);
    writer.texts(node, dct::TITLE, &dataset.titles);
    writer.texts(node, dct::ALTERNATIVE, &dataset.alternatives);
    writer.texts(node, dct::DESCRIPTION, &dataset.descriptions);
    writer.texts(node, dcat::KEYWORD, &dataset.keywords);
    writer.strings(node, dcat::VERSION, &dataset.version);
    writer.texts(node, adms::VERSION_NOTES, &dataset.version_notes);
    writer.iris(node, dcat::HAS_VERSION, &dataset.has_versions);
    writer.date(node, dct::ISSUED, dataset.issued.as_ref());
    writer.date(node, dct::MODIFIED, dataset.modified.as_ref());
    writer.terms(node, dct::ACCRUAL_PERIODICITY, &[Scheme::Frequency], &dataset.accrual_periodicity);
    writer.terms(node, dct::LANGUAGE, &[Scheme::Language], &dataset.languages);
}

fn people(writer: &mut Writer<'_>, node: &NamedOrBlankNode, dataset: &Dataset) {
    agent::write_agents(writer, node, dct::PUBLISHER, &dataset.publisher);
    agent::write_agents(writer, node, dct::CREATOR, &dataset.creators);
    agent::write_agents(writer, node, geodcatap::CUSTODIAN, &dataset.custodian);
    agent::write_agents(writer, node, health::HDAB, &dataset.hdab);
    agent::write_agents(writer, node, health::HDAB_COORDINATOR, &dataset.hdab_coordinator);
    agent::write_contacts(writer, node, &dataset.contacts);
    detail::write_attributions(writer, node, &dataset.attributions);
}

fn classified(writer: &mut Writer<'_>, node: &NamedOrBlankNode, dataset: &Dataset) {
    writer.terms(node, dcat::THEME, &[Scheme::Theme], &dataset.themes);
    writer.terms(node, health::HEALTH_CATEGORY, &[Scheme::HealthCategory], &dataset.health_categories);
    writer.terms(node, health::HEALTH_THEME, &[Scheme::HealthTheme], &dataset.health_themes);
    writer.terms(node, dct::TYPE, &[Scheme::DatasetType], &dataset.types);
    writer.terms(node, eucaim::INTEROPERABILITY_LEVEL, &[Scheme::Tier], &dataset.tier);
    writer.terms(node, eucaim::COLLECTION_METHOD, &[Scheme::CollectionMethod], &dataset.collection_methods);
    writer.terms(node, atlas::SUBJECT_KIND, &[Scheme::SubjectKind], &dataset.subject_kinds);
    writer.terms(node, eucaim::HAS_CONDITION, &[Scheme::Condition], &dataset.conditions);
    writer.terms(node, atlas::TOPOGRAPHY, &[Scheme::Topography], &dataset.topographies);
    writer.terms(node, eucaim::HAS_IMAGE_BODY_PART, &[Scheme::BodyPart], &dataset.body_parts);
    writer.terms(node, eucaim::HAS_IMAGE_MODALITY, &[Scheme::Modality], &dataset.modalities);
    writer.terms(node, eucaim::HAS_EQUIPMENT_MANUFACTURER, &[Scheme::Manufacturer], &dataset.manufacturers);
    writer.terms(node, eucaim::HAS_BIRTH_SEX, &[Scheme::Sex], &dataset.sexes);
    writer.texts(node, health::POPULATION_COVERAGE, &dataset.population_coverage);
    writer.terms(node, dct::SPATIAL, &[Scheme::Country], &dataset.spatial);
    writer.terms(node, atlas::LINKED_DATA, &[Scheme::LinkedData], &dataset.linked_data);
    writer.terms(node, eucaim::HAS_ANNOTATION_LABEL, &[Scheme::AnnotationLabel], &dataset.annotation_labels);
    writer.terms(node, eucaim::HAS_ALGORITHM_TYPE, &[Scheme::AlgorithmType], &dataset.algorithm_types);
}

fn counted(writer: &mut Writer<'_>, node: &NamedOrBlankNode, dataset: &Dataset) {
    writer.whole(node, health::MIN_TYPICAL_AGE, dataset.min_age);
    writer.whole(node, health::MAX_TYPICAL_AGE, dataset.max_age);
    writer.strings(node, atlas::MEDIAN_AGE, &dataset.median_age);
    writer.periods(node, dct::TEMPORAL, &dataset.temporal);
    detail::write_year(writer, node, atlas::FIRST_IMAGE_YEAR, dataset.first_image_year);
    detail::write_year(writer, node, atlas::LAST_IMAGE_YEAR, dataset.last_image_year);
    writer.count(node, health::NUMBER_OF_UNIQUE_INDIVIDUALS, dataset.counts.subjects);
    writer.count(node, health::NUMBER_OF_RECORDS, dataset.counts.studies);
    writer.count(node, atlas::NUMBER_OF_SERIES, dataset.counts.series);
    writer.count(node, atlas::NUMBER_OF_IMAGES, dataset.counts.images);
    writer.count(node, atlas::SIZE_IN_BYTES, dataset.counts.bytes);
    writer.count(node, eucaim::NBR_OF_SEGMENTATIONS, dataset.counts.segmentations);
    detail::write_tallies(writer, node, &dataset.tallies);
    if dataset.derived {
        writer.say(node, atlas::DERIVED_DATASET, Literal::from(true));
    }
}

fn governed(writer: &mut Writer<'_>, node: &NamedOrBlankNode, dataset: &Dataset) {
    writer.terms(node, dct::ACCESS_RIGHTS, &[Scheme::AccessRight], &dataset.access_rights);
    writer.iris(node, dcatap::APPLICABLE_LEGISLATION, &dataset.applicable_legislation);
    writer.terms(node, dpv::HAS_LEGAL_BASIS, &[], &dataset.legal_bases);
    writer.terms(node, dpv::HAS_PURPOSE, &[], &dataset.purposes);
    writer.terms(node, dpv::HAS_PERSONAL_DATA, &[Scheme::PersonalData], &dataset.personal_data);
    writer.periods(node, health::RETENTION_PERIOD, &dataset.retention_period);
    writer.terms(node, dct::LICENSE, &[Scheme::Licence], &dataset.licence);
    writer.terms(node, dct::RIGHTS, distribution::RIGHTS, &dataset.rights);
    distribution::write_all(writer, node, dcat::DISTRIBUTION_PROPERTY, &dataset.distributions);
    distribution::write_all(writer, node, adms::SAMPLE, &dataset.samples);
    distribution::write_all(writer, node, health::ANALYTICS, &dataset.analytics);
    if let Some(structured) = dataset.has_structured_data {
        writer.say(node, health::HAS_STRUCTURED_DATA, Literal::from(structured));
    }
    detail::write_variables(writer, node, &dataset.variables);
    writer.terms(node, health::HAS_CODING_SYSTEM, &[Scheme::CodingSystem], &dataset.coding_systems);
    distribution::write_values(writer, node, health::HAS_CODE_VALUES, &dataset.code_values);
}

fn related(writer: &mut Writer<'_>, node: &NamedOrBlankNode, dataset: &Dataset) {
    detail::write_series(writer, node, &dataset.series);
    writer.iris(node, dcat::LANDING_PAGE, &dataset.landing_pages);
    writer.iris(node, foaf::PAGE, &dataset.pages);
    writer.iris(node, dct::IS_REFERENCED_BY, &dataset.is_referenced_by);
    writer.iris(node, dct::RELATION, &dataset.relations);
    writer.iris(node, dct::SOURCE, &dataset.sources);
    detail::write_relationships(writer, node, &dataset.qualified_relations);
    detail::write_provenance(writer, node, &dataset.provenance);
    detail::write_activities(writer, node, &dataset.generated_by);
    writer.terms(node, dct::CONFORMS_TO, &[Scheme::Standard], &dataset.conforms_to);
    detail::write_quality(writer, node, &dataset.quality_annotations);
    if let Some(metres) = &dataset.spatial_resolution_in_meters {
        writer.typed(node, dcat::SPATIAL_RESOLUTION_IN_METERS, metres, xsd::DECIMAL);
    }
    if let Some(resolution) = &dataset.temporal_resolution {
        writer.typed(node, dcat::TEMPORAL_RESOLUTION, resolution, xsd::DURATION);
    }
}
