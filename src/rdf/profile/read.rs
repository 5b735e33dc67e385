//! Reading a data set.

use oxrdf::NamedNodeRef;

use super::reader::{Reader, Subject, value};
use super::{agent, detail, distribution};
use crate::domain::concept::Scheme;
use crate::domain::dataset::{Counts, Dataset, LangText, Term, Value};
use crate::rdf::namespaces::{adms, atlas, dcat, dcatap, dct, dpv, eucaim, foaf, geodcatap, health};
use crate::vocab::Correction;

/// The data set that the node is.
pub(super) fn dataset(reader: &mut Reader<'_>, node: Subject<'_>) -> Dataset {
    let mut dataset = Dataset { iri: Reader::iri(node), ..Dataset::default() };
    described(reader, node, &mut dataset);
    people(reader, node, &mut dataset);
    classified(reader, node, &mut dataset);
    counted(reader, node, &mut dataset);
    governed(reader, node, &mut dataset);
    related(reader, node, &mut dataset);
    correct(reader, &mut dataset);
    // What our own readings state was decided when they were written.
    if reader.noted_readings(node, eucaim::HAS_CONDITION).is_empty() {
        place(reader, &mut dataset);
    }
    if reader.noted_readings(node, atlas::SUBJECT_KIND).is_empty() {
        tell_apart(reader, &mut dataset);
    }
    dataset
}

fn described(reader: &mut Reader<'_>, node: Subject<'_>, dataset: &mut Dataset) {
    dataset.identifiers = reader.strings(node, dct::IDENTIFIER);
    dataset.other_identifiers = detail::read_identifiers(reader, node);
    dataset.titles = reader.texts(node, dct::TITLE);
    dataset.alternatives = reader.texts(node, dct::ALTERNATIVE);
    dataset.descriptions = reader.texts(node, dct::DESCRIPTION);
    dataset.keywords = reader.texts(node, dcat::KEYWORD);
    dataset.version = reader.string(node, dcat::VERSION);
    dataset.version_notes = reader.texts(node, adms::VERSION_NOTES);
    dataset.has_versions = reader.strings(node, dcat::HAS_VERSION);
    dataset.issued = reader.date(node, dct::ISSUED);
    dataset.modified = reader.date(node, dct::MODIFIED);
    dataset.accrual_periodicity = reader.term(node, dct::ACCRUAL_PERIODICITY, &[Scheme::Frequency]);
    dataset.languages = reader.terms(node, dct::LANGUAGE, &[Scheme::Language]);
}

fn people(reader: &mut Reader<'_>, node: Subject<'_>, dataset: &mut Dataset) {
    dataset.publisher = agent::read_agent(reader, node, dct::PUBLISHER);
    dataset.creators = agent::read_agents(reader, node, dct::CREATOR);
    dataset.custodian = agent::read_agent(reader, node, geodcatap::CUSTODIAN);
    dataset.hdab = agent::read_agent(reader, node, health::HDAB);
    dataset.hdab_coordinator = agent::read_agent(reader, node, health::HDAB_COORDINATOR);
    dataset.contacts = agent::contacts(reader, node, dcat::CONTACT_POINT);
    dataset.attributions = detail::read_attributions(reader, node);
}

fn classified(reader: &mut Reader<'_>, node: Subject<'_>, dataset: &mut Dataset) {
    dataset.themes = reader.terms(node, dcat::THEME, &[Scheme::Theme]);
    dataset.health_categories = reader.terms(node, health::HEALTH_CATEGORY, &[Scheme::HealthCategory]);
    dataset.health_themes = reader.terms(node, health::HEALTH_THEME, &[Scheme::HealthTheme]);
    dataset.types = reader.terms(node, dct::TYPE, &[Scheme::DatasetType]);
    dataset.tier = reader.term(node, eucaim::INTEROPERABILITY_LEVEL, &[Scheme::Tier]);
    dataset.collection_methods = reader.terms(node, eucaim::COLLECTION_METHOD, &[Scheme::CollectionMethod]);
    dataset.subject_kinds = reader.terms(node, atlas::SUBJECT_KIND, &[Scheme::SubjectKind]);
    dataset.conditions = reader.terms(node, eucaim::HAS_CONDITION, &[Scheme::Condition]);
    dataset.topographies = reader.terms(node, atlas::TOPOGRAPHY, &[Scheme::Topography]);
    dataset.body_parts = reader.terms(node, eucaim::HAS_IMAGE_BODY_PART, &[Scheme::BodyPart]);
    dataset.modalities = reader.terms(node, eucaim::HAS_IMAGE_MODALITY, &[Scheme::Modality]);
    dataset.manufacturers = reader.terms(node, eucaim::HAS_EQUIPMENT_MANUFACTURER, &[Scheme::Manufacturer]);
    dataset.sexes = reader.terms(node, eucaim::HAS_BIRTH_SEX, &[Scheme::Sex]);
    dataset.population_coverage = reader.texts(node, health::POPULATION_COVERAGE);
    dataset.spatial = reader.terms(node, dct::SPATIAL, &[Scheme::Country]);
    dataset.linked_data = reader.terms(node, atlas::LINKED_DATA, &[Scheme::LinkedData]);
    dataset.annotation_labels = reader.terms(node, eucaim::HAS_ANNOTATION_LABEL, &[Scheme::AnnotationLabel]);
    dataset.algorithm_types = reader.terms(node, eucaim::HAS_ALGORITHM_TYPE, &[Scheme::AlgorithmType]);
}

fn counted(reader: &mut Reader<'_>, node: Subject<'_>, dataset: &mut Dataset) {
    dataset.min_age = reader.whole(node, health::MIN_TYPICAL_AGE);
    dataset.max_age = reader.whole(node, health::MAX_TYPICAL_AGE);
    dataset.median_age = reader.string(node, atlas::MEDIAN_AGE);
    dataset.temporal = reader.periods(node, dct::TEMPORAL);
    dataset.first_image_year = year(reader, node, atlas::FIRST_IMAGE_YEAR);
    dataset.last_image_year = year(reader, node, atlas::LAST_IMAGE_YEAR);
    dataset.counts = Counts {
        subjects: reader.count(node, health::NUMBER_OF_UNIQUE_INDIVIDUALS),
        studies: reader.count(node, health::NUMBER_OF_RECORDS),
        series: reader.count(node, atlas::NUMBER_OF_SERIES),
        images: reader.count(node, atlas::NUMBER_OF_IMAGES),
        bytes: reader.count(node, atlas::SIZE_IN_BYTES),
        segmentations: reader.count(node, eucaim::NBR_OF_SEGMENTATIONS),
    };
    dataset.tallies = detail::read_tallies(reader, node);
    dataset.derived = reader.boolean(node, atlas::DERIVED_DATASET).unwrap_or(false);
}

fn year(reader: &mut Reader<'_>, node: Subject<'_>, property: NamedNodeRef<'_>) -> Option<i32> {
    let year = reader.whole(node, property)?;
    i32::try_from(year).ok().filter(|year| (0..=9_999).contains(year))
}

fn governed(reader: &mut Reader<'_>, node: Subject<'_>, dataset: &mut Dataset) {
    dataset.access_rights = reader.term(node, dct::ACCESS_RIGHTS, &[Scheme::AccessRight]);
    dataset.applicable_legislation = reader.strings(node, dcatap::APPLICABLE_LEGISLATION);
    dataset.legal_bases = reader.terms(node, dpv::HAS_LEGAL_BASIS, &[]);
    dataset.purposes = reader.terms(node, dpv::HAS_PURPOSE, &[]);
    dataset.personal_data = reader.terms(node, dpv::HAS_PERSONAL_DATA, &[Scheme::PersonalData]);
    dataset.retention_period = reader.period(node, health::RETENTION_PERIOD);
    dataset.licence = reader.term(node, dct::LICENSE, &[Scheme::Licence]);
    dataset.rights = reader.terms(node, dct::RIGHTS, distribution::RIGHTS);
    dataset.distributions = distribution::read_all(reader, node, dcat::DISTRIBUTION_PROPERTY);
    dataset.samples = distribution::read_all(reader, node, adms::SAMPLE);
    dataset.analytics = distribution::read_all(reader, node, health::ANALYTICS);
    dataset.has_structured_data = reader.boolean(node, health::HAS_STRUCTURED_DATA);
    dataset.variables = detail::read_variables(reader, node);
    dataset.coding_systems = reader.terms(node, health::HAS_CODING_SYSTEM, &[Scheme::CodingSystem]);
    dataset.code_values = code_values(reader, node);
}

/// Code values: literals since Release 7, concepts before.
fn code_values(reader: &mut Reader<'_>, node: Subject<'_>) -> Vec<Value> {
    let mut values = Vec::new();
    for term in reader.values(node, health::HAS_CODE_VALUES) {
        match (value(term), super::reader::resource(term)) {
            (Some(value), _) => values.push(value),
            (None, Some(concept)) => {
                for label in reader.labels(concept) {
                    reader.mend(
                        health::HAS_CODE_VALUES,
                        "[]",
                        &label.text,
                        "A concept without a name was read as its label.",
                    );
                    values.push(Value::Text(label));
                }
            }
            (None, None) => {}
        }
    }
    values.sort();
    values.dedup();
    values
}

fn related(reader: &mut Reader<'_>, node: Subject<'_>, dataset: &mut Dataset) {
    dataset.series = detail::read_series(reader, node);
    dataset.landing_pages = reader.strings(node, dcat::LANDING_PAGE);
    dataset.pages = reader.strings(node, foaf::PAGE);
    dataset.is_referenced_by = reader.strings(node, dct::IS_REFERENCED_BY);
    dataset.relations = reader.strings(node, dct::RELATION);
    dataset.sources = reader.strings(node, dct::SOURCE);
    dataset.qualified_relations = detail::read_relationships(reader, node);
    dataset.provenance = reader.texts(node, dct::PROVENANCE);
    dataset.generated_by = detail::read_activities(reader, node);
    dataset.conforms_to = reader.terms(node, dct::CONFORMS_TO, &[Scheme::Standard]);
    dataset.quality_annotations = detail::read_quality(reader, node);
    dataset.spatial_resolution_in_meters = reader.string(node, dcat::SPATIAL_RESOLUTION_IN_METERS);
    dataset.temporal_resolution = reader.string(node, dcat::TEMPORAL_RESOLUTION);
}

/// Reads a tissue type as the cancer of the site, where the data set states one site: "clear cell carcinoma" with the
/// kidney is clear cell renal cell carcinoma. A visible repair; the source's text stays beside it.
fn place(reader: &mut Reader<'_>, dataset: &mut Dataset) {
    let vocabulary = reader.vocabulary;
    let [Term { concept: Some(site), .. }] = dataset.topographies.as_slice() else { return };
    for term in &mut dataset.conditions {
        let refined = term.concept.as_ref().and_then(|concept| vocabulary.refine(concept, site));
        let (Value::Text(_), Some(refined)) = (&term.original, refined) else { continue };
        let reason = "The data set names one site; the tissue type was read as the cancer of that site.";
        reader.mend(eucaim::HAS_CONDITION, term.original.as_str(), vocabulary.label(refined), reason);
        term.concept = Some(refined.clone());
    }
    dataset.conditions.sort();
    dataset.conditions.dedup();
}

/// Tells people apart by the conditions stated beside them (DESIGN §4, subject kind), as a visible repair. Only a text of
/// the source is read so: a record that carries readings of its own has said what it means.
fn tell_apart(reader: &mut Reader<'_>, dataset: &mut Dataset) {
    let vocabulary = reader.vocabulary;
    let conditions: Vec<_> = dataset.conditions.iter().filter_map(|term| term.concept.clone()).collect();
    let mut told: Vec<Term> = Vec::new();
    for term in std::mem::take(&mut dataset.subject_kinds) {
        let stated = term.concept.as_slice();
        let kinds = vocabulary.subject_kinds(stated, &conditions);
        if matches!(term.original, Value::Iri(_)) || kinds == stated {
            told.push(term);
            continue;
        }
        let labels: Vec<&str> = kinds.iter().map(|kind| vocabulary.label(kind)).collect();
        let reason = "The conditions stated beside it say whether the people had cancer.";
        reader.mend(atlas::SUBJECT_KIND, term.original.as_str(), &labels.join(", "), reason);
        told.extend(kinds.into_iter().map(|kind| Term { concept: Some(kind), ..term.clone() }));
    }
    told.sort();
    told.dedup();
    dataset.subject_kinds = told;
}

/// Applies the known corrections of wrong labels, each as a visible repair. The original value stays beside the
/// corrected concept; applying a correction twice changes nothing.
fn correct(reader: &mut Reader<'_>, dataset: &mut Dataset) {
    let known_by: Vec<&String> = dataset
        .iri
        .iter()
        .chain(&dataset.identifiers)
        .chain(&dataset.landing_pages)
        .chain(dataset.other_identifiers.iter().map(|identifier| &identifier.notation))
        .collect();
    let vocabulary = reader.vocabulary;
    let mut corrections: Vec<&Correction> =
        known_by.into_iter().flat_map(|name| vocabulary.corrections().for_identifier(name)).collect();
    corrections.dedup();
    for correction in corrections {
        let (property, terms) = match correction.property.as_str() {
            "subject-kind" | "subjectKind" | "atlas:subjectKind" => (atlas::SUBJECT_KIND, &mut dataset.subject_kinds),
            "condition" | "eucaim:hasCondition" => (eucaim::HAS_CONDITION, &mut dataset.conditions),
            "modality" | "eucaim:hasImageModality" => (eucaim::HAS_IMAGE_MODALITY, &mut dataset.modalities),
            "body-part" | "eucaim:hasImageBodyPart" => (eucaim::HAS_IMAGE_BODY_PART, &mut dataset.body_parts),
            _ => continue,
        };
        if let Some(original) = replace(terms, correction) {
            let right: Vec<&str> = correction.right.iter().map(|concept| vocabulary.label(concept)).collect();
            reader.mend(property, &original, &right.join(", "), &correction.reason);
        }
    }
}

/// Replaces the concepts of the wrong value by the right ones; gives the original when anything changed.
fn replace(terms: &mut Vec<Term>, correction: &Correction) -> Option<String> {
    let is_wrong = |term: &Term| term.original.as_str().trim().eq_ignore_ascii_case(&correction.wrong);
    let before: Vec<Term> = terms.iter().filter(|term| is_wrong(term)).cloned().collect();
    let (original, label): (Value, Option<LangText>) = match before.first() {
        Some(term) => (term.original.clone(), term.label.clone()),
        None if terms.is_empty() && correction.wrong.is_empty() => return None,
        None => return None,
    };
    let mut after: Vec<Term> = correction
        .right
        .iter()
        .map(|concept| Term { original: original.clone(), label: label.clone(), concept: Some(concept.clone()) })
        .collect();
    after.sort();
    if before == after {
        return None;
    }
    terms.retain(|term| !is_wrong(term));
    terms.extend(after);
    terms.sort();
    terms.dedup();
    Some(original.as_str().to_owned())
}
