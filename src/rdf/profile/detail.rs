//! The smaller parts of a data set: identifiers, tables, activities, attributions, relations, quality, tallies.

use oxrdf::{Literal, NamedOrBlankNode, TermRef};

use super::agent::{read_agent, write_agents};
use super::reader::{Reader, Subject, is_plain, resource, sorted};
use super::writer::{Writer, precision_name};
use crate::domain::concept::Scheme;
use crate::domain::dataset::{
    Activity, Attribution, Column, Count, LangText, OtherIdentifier, QualityAnnotation, Relationship, SeriesReference,
    Table, TableGroup, Tally, TallyDimension,
};
use crate::rdf::namespaces::{adms, atlas, csvw, dcat, dct, dqv, health, oa, prov, rdf, rdfs, skos, xsd};

/// The name and the vocabulary of each tally dimension.
const DIMENSIONS: [(TallyDimension, &str, &[Scheme]); 7] = [
    (TallyDimension::Sex, "sex", &[Scheme::Sex]),
    (TallyDimension::AgeBand, "age-band", &[]),
    (TallyDimension::Modality, "modality", &[Scheme::Modality]),
    (TallyDimension::BodyPart, "body-part", &[Scheme::BodyPart]),
    (TallyDimension::Manufacturer, "manufacturer", &[Scheme::Manufacturer]),
    (TallyDimension::Year, "year", &[]),
    (TallyDimension::SubjectKind, "subject-kind", &[Scheme::SubjectKind]),
];

pub(super) fn read_identifiers(reader: &mut Reader<'_>, subject: Subject<'_>) -> Vec<OtherIdentifier> {
    let mut identifiers = Vec::new();
    for value in reader.values(subject, adms::IDENTIFIER) {
        let Some(node) = resource(value) else {
            if let TermRef::Literal(literal) = value {
                let notation = literal.value().to_owned();
                reader.mend(
                    adms::IDENTIFIER,
                    &notation,
                    &notation,
                    "Text was written where an identifier node belongs.",
                );
                identifiers.push(OtherIdentifier { notation, ..OtherIdentifier::default() });
            }
            continue;
        };
        let notation = reader.values(node, skos::NOTATION).into_iter().find_map(|value| match value {
            TermRef::Literal(literal) => Some(literal),
            TermRef::NamedNode(_) | TermRef::BlankNode(_) | TermRef::Triple(_) => None,
        });
        let iri = Reader::iri(node);
        identifiers.push(OtherIdentifier {
            notation: notation.map_or_else(|| iri.clone().unwrap_or_default(), |literal| literal.value().to_owned()),
            datatype: notation
                .map(oxrdf::LiteralRef::datatype)
                .filter(|datatype| !is_plain(*datatype))
                .map(|datatype| datatype.as_str().to_owned()),
            agency: reader.string(node, adms::SCHEMA_AGENCY),
            iri,
        });
    }
    sorted(identifiers)
}

pub(super) fn write_identifiers(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, identifiers: &[OtherIdentifier]) {
    for identifier in identifiers {
        let node = writer.resource(identifier.iri.as_deref(), adms::IDENTIFIER_CLASS);
        writer.link(subject, adms::IDENTIFIER, &node);
        let datatype = identifier.datatype.as_deref().and_then(|datatype| oxrdf::NamedNode::new(datatype).ok());
        match datatype {
            Some(datatype) => writer.typed(&node, skos::NOTATION, &identifier.notation, datatype.as_ref()),
            None => writer.strings(&node, skos::NOTATION, [&identifier.notation]),
        }
        writer.strings(&node, adms::SCHEMA_AGENCY, &identifier.agency);
    }
}

/// Reads described tables; columns in the order of a list, of their numbers, or of their names.
pub(super) fn read_variables(reader: &mut Reader<'_>, subject: Subject<'_>) -> Vec<TableGroup> {
    let mut groups = Vec::new();
    for group in reader.resources(subject, health::HAS_VARIABLES) {
        let mut tables = Vec::new();
        for table in members(reader, group, csvw::TABLE) {
            let mut columns: Vec<(i64, Column)> = Vec::new();
            for node in members(reader, table, csvw::COLUMN) {
                let place = reader.whole(node, atlas::INDEX);
                let fallback =
                    if is_list(reader, table) { i64::try_from(columns.len()).unwrap_or(i64::MAX) } else { 0 };
                columns.push((place.unwrap_or(fallback), column(reader, node)));
            }
            columns.sort_by_key(|(place, column)| (*place, serde_json::to_string(column).unwrap_or_default()));
            let columns = columns.into_iter().map(|(_, column)| column).collect();
            tables.push(Table { titles: reader.texts(table, csvw::TITLE), columns });
        }
        groups.push(TableGroup { titles: reader.texts(group, csvw::TITLE), tables: sorted(tables) });
    }
    sorted(groups)
}

fn column(reader: &mut Reader<'_>, node: Subject<'_>) -> Column {
    Column {
        name: reader.string(node, csvw::NAME).unwrap_or_default(),
        titles: reader.texts(node, csvw::TITLE),
        descriptions: reader.texts(node, dct::DESCRIPTION),
        datatype: reader.string(node, csvw::DATATYPE),
        property_url: reader.string(node, csvw::PROPERTY_URL),
    }
}

/// The longest RDF list that is followed.
const LONGEST_LIST: usize = 10_000;

fn list_node(name: &'static str) -> oxrdf::NamedNodeRef<'static> {
    match name {
        "first" => oxrdf::vocab::rdf::FIRST,
        _ => oxrdf::vocab::rdf::REST,
    }
}

fn is_list(reader: &Reader<'_>, table: Subject<'_>) -> bool {
    reader.resources(table, csvw::COLUMN).iter().any(|node| !reader.values(*node, list_node("first")).is_empty())
}

/// The resources of a property, those of RDF lists in their order.
fn members<'g>(reader: &Reader<'g>, subject: Subject<'_>, property: oxrdf::NamedNodeRef<'_>) -> Vec<Subject<'g>> {
    let mut members = Vec::new();
    for node in reader.resources(subject, property) {
        if reader.values(node, list_node("first")).is_empty() {
            members.push(node);
            continue;
        }
        let mut cell = Some(node);
        let mut left = LONGEST_LIST;
        while let (Some(current), true) = (cell, left > 0) {
            members.extend(reader.resources(current, list_node("first")).into_iter().next());
            cell = reader.resources(current, list_node("rest")).into_iter().next();
            left = left.saturating_sub(1);
        }
    }
    members
}

pub(super) fn write_variables(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, groups: &[TableGroup]) {
    for group in groups {
        let node = writer.resource(None, csvw::TABLE_GROUP);
        writer.link(subject, health::HAS_VARIABLES, &node);
        writer.texts(&node, csvw::TITLE, &group.titles);
        for table in &group.tables {
            let table_node = writer.resource(None, csvw::TABLE_CLASS);
            writer.link(&node, csvw::TABLE, &table_node);
            writer.texts(&table_node, csvw::TITLE, &table.titles);
            for (place, column) in table.columns.iter().enumerate() {
                let column_node = writer.resource(None, csvw::COLUMN_CLASS);
                writer.link(&table_node, csvw::COLUMN, &column_node);
                writer.whole(&column_node, atlas::INDEX, i64::try_from(place).ok());
                writer.strings(&column_node, csvw::NAME, [&column.name]);
                writer.texts(&column_node, csvw::TITLE, &column.titles);
                writer.texts(&column_node, dct::DESCRIPTION, &column.descriptions);
                writer.iris(&column_node, csvw::DATATYPE, &column.datatype);
                writer.iris(&column_node, csvw::PROPERTY_URL, &column.property_url);
            }
        }
    }
}

pub(super) fn read_activities(reader: &mut Reader<'_>, subject: Subject<'_>) -> Vec<Activity> {
    let nodes = reader.resources(subject, prov::WAS_GENERATED_BY);
    let activities = nodes.into_iter().map(|node| Activity {
        iri: Reader::iri(node),
        labels: reader.texts(node, rdfs::LABEL),
        types: reader.terms(node, dct::TYPE, &[Scheme::HealthActivity]),
    });
    sorted(activities.collect())
}

pub(super) fn write_activities(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, activities: &[Activity]) {
    for activity in activities {
        let node = writer.resource(activity.iri.as_deref(), prov::ACTIVITY);
        writer.link(subject, prov::WAS_GENERATED_BY, &node);
        writer.texts(&node, rdfs::LABEL, &activity.labels);
        writer.terms(&node, dct::TYPE, &[Scheme::HealthActivity], &activity.types);
    }
}

pub(super) fn read_attributions(reader: &mut Reader<'_>, subject: Subject<'_>) -> Vec<Attribution> {
    let nodes = reader.resources(subject, prov::QUALIFIED_ATTRIBUTION);
    let attributions = nodes.into_iter().map(|node| Attribution {
        agent: read_agent(reader, node, prov::AGENT),
        roles: reader.strings(node, dcat::HAD_ROLE),
    });
    sorted(attributions.collect())
}

pub(super) fn write_attributions(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, attributions: &[Attribution]) {
    for attribution in attributions {
        let node = writer.resource(None, prov::ATTRIBUTION);
        writer.link(subject, prov::QUALIFIED_ATTRIBUTION, &node);
        write_agents(writer, &node, prov::AGENT, &attribution.agent);
        writer.iris(&node, dcat::HAD_ROLE, &attribution.roles);
    }
}

pub(super) fn read_relationships(reader: &mut Reader<'_>, subject: Subject<'_>) -> Vec<Relationship> {
    let nodes = reader.resources(subject, dcat::QUALIFIED_RELATION);
    let relationships = nodes.into_iter().map(|node| Relationship {
        relations: reader.strings(node, dct::RELATION),
        roles: reader.strings(node, dcat::HAD_ROLE),
    });
    sorted(relationships.collect())
}

pub(super) fn write_relationships(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, relationships: &[Relationship]) {
    for relationship in relationships {
        let node = writer.resource(None, dcat::RELATIONSHIP);
        writer.link(subject, dcat::QUALIFIED_RELATION, &node);
        writer.iris(&node, dct::RELATION, &relationship.relations);
        writer.iris(&node, dcat::HAD_ROLE, &relationship.roles);
    }
}

pub(super) fn read_quality(reader: &mut Reader<'_>, subject: Subject<'_>) -> Vec<QualityAnnotation> {
    let nodes = reader.resources(subject, dqv::HAS_QUALITY_ANNOTATION);
    let annotations = nodes.into_iter().map(|node| QualityAnnotation {
        iri: Reader::iri(node),
        targets: reader.strings(node, oa::HAS_TARGET),
        bodies: reader.strings(node, oa::HAS_BODY),
        motivations: reader.strings(node, oa::MOTIVATED_BY),
    });
    sorted(annotations.collect())
}

pub(super) fn write_quality(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, annotations: &[QualityAnnotation]) {
    for annotation in annotations {
        let node = writer.resource(annotation.iri.as_deref(), dqv::QUALITY_CERTIFICATE);
        writer.link(subject, dqv::HAS_QUALITY_ANNOTATION, &node);
        writer.iris(&node, oa::HAS_TARGET, &annotation.targets);
        writer.iris(&node, oa::HAS_BODY, &annotation.bodies);
        writer.iris(&node, oa::MOTIVATED_BY, &annotation.motivations);
    }
}

pub(super) fn read_series(reader: &mut Reader<'_>, subject: Subject<'_>) -> Vec<SeriesReference> {
    let nodes = reader.resources(subject, dcat::IN_SERIES);
    let series = nodes
        .into_iter()
        .map(|node| SeriesReference { iri: Reader::iri(node), titles: reader.texts(node, dct::TITLE) });
    sorted(series.collect())
}

pub(super) fn write_series(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, series: &[SeriesReference]) {
    for reference in series {
        let node = writer.resource(reference.iri.as_deref(), dcat::DATASET_SERIES);
        writer.link(subject, dcat::IN_SERIES, &node);
        writer.texts(&node, dct::TITLE, &reference.titles);
    }
}

/// Provenance statements: a text each, in a node of its own.
pub(super) fn write_provenance(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, statements: &[LangText]) {
    for statement in statements {
        let node = writer.resource(None, dct::PROVENANCE_STATEMENT);
        writer.link(subject, dct::PROVENANCE, &node);
        writer.texts(&node, rdfs::LABEL, std::slice::from_ref(statement));
    }
}

pub(super) fn read_tallies(reader: &mut Reader<'_>, subject: Subject<'_>) -> Vec<Tally> {
    let mut tallies = Vec::new();
    for node in reader.resources(subject, atlas::TALLY) {
        let named = reader.string(node, atlas::DIMENSION).unwrap_or_default();
        let Some((dimension, _, schemes)) = DIMENSIONS.iter().find(|(_, name, _)| *name == named) else {
            reader.find(atlas::TALLY, &named, "not a dimension that is tallied");
            continue;
        };
        let value = reader.term(node, atlas::VALUE, schemes);
        let subjects = reader.whole(node, atlas::SUBJECTS);
        let precision = reader.precision(node);
        match (value, subjects) {
            (Some(term), Some(number)) => {
                let subjects = Count { value: number, precision };
                tallies.push(Tally { dimension: *dimension, value: term, subjects });
            }
            _ => reader.find(atlas::TALLY, &named, "a tally without a value or a number"),
        }
    }
    sorted(tallies)
}

pub(super) fn write_tallies(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, tallies: &[Tally]) {
    for tally in tallies {
        let Some((_, name, schemes)) = DIMENSIONS.iter().find(|(dimension, _, _)| *dimension == tally.dimension) else {
            continue;
        };
        let node = writer.blank();
        writer.link(subject, atlas::TALLY, &node);
        writer.say(&node, atlas::DIMENSION, Literal::new_simple_literal(*name));
        writer.terms(&node, atlas::VALUE, schemes, [&tally.value]);
        writer.whole(&node, atlas::SUBJECTS, Some(tally.subjects.value));
        if let Some(precision) = precision_name(tally.subjects.precision) {
            writer.say(&node, atlas::PRECISION, Literal::new_simple_literal(precision));
        }
    }
}

/// Marks a node as of a class; used where the class alone says something.
pub(super) fn write_class(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, class: oxrdf::NamedNodeRef<'_>) {
    writer.say(subject, rdf::TYPE, class.into_owned());
}

/// A year as `xsd:gYear`.
pub(super) fn write_year(
    writer: &mut Writer<'_>,
    subject: &NamedOrBlankNode,
    property: oxrdf::NamedNodeRef<'_>,
    year: Option<i32>,
) {
    if let Some(year) = year {
        writer.typed(subject, property, format!("{year:04}"), xsd::YEAR);
    }
}
