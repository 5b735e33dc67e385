//! Distributions, samples and analytics, with their services, checksums and policies.

use oxrdf::{NamedNodeRef, NamedOrBlankNode};

use super::reader::{Reader, Subject, sorted};
use super::term::value_node;
use super::writer::Writer;
use crate::domain::concept::Scheme;
use crate::domain::dataset::{Checksum, DataService, Distribution, Policy, PolicyRule, RuleKind, Value};
use crate::rdf::namespaces::{adms, dcat, dcatap, dct, foaf, health, odrl, spdx, xsd};

/// Rights carry EUCAIM's access conditions and the Data Use Ontology's terms side by side.
pub(super) const RIGHTS: &[Scheme] = &[Scheme::AccessCondition, Scheme::UseCondition];
/// A format is an EU file type; many catalogues state a media type there.
const FORMATS: &[Scheme] = &[Scheme::FileType, Scheme::MediaType];
/// A media type is one of IANA's; many catalogues state a file type there.
const MEDIA_TYPES: &[Scheme] = &[Scheme::MediaType, Scheme::FileType];

/// The distributions that a property names.
pub(super) fn read_all(reader: &mut Reader<'_>, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Vec<Distribution> {
    let nodes = reader.resources(subject, property);
    sorted(nodes.into_iter().map(|node| read(reader, node)).collect())
}

fn read(reader: &mut Reader<'_>, node: Subject<'_>) -> Distribution {
    let checksums = checksums(reader, node);
    Distribution {
        iri: Reader::iri(node),
        titles: reader.texts(node, dct::TITLE),
        descriptions: reader.texts(node, dct::DESCRIPTION),
        access_urls: reader.strings(node, dcat::ACCESS_URL),
        download_urls: reader.strings(node, dcat::DOWNLOAD_URL),
        access_services: services(reader, node),
        rights: reader.terms(node, dct::RIGHTS, RIGHTS),
        licence: reader.term(node, dct::LICENSE, &[Scheme::Licence]),
        formats: reader.terms(node, dct::FORMAT, FORMATS),
        media_types: reader.terms(node, dcat::MEDIA_TYPE, MEDIA_TYPES),
        compress_formats: reader.terms(node, dcat::COMPRESS_FORMAT, MEDIA_TYPES),
        package_formats: reader.terms(node, dcat::PACKAGE_FORMAT, MEDIA_TYPES),
        byte_size: reader.whole(node, dcat::BYTE_SIZE),
        checksum: reader.only(spdx::CHECKSUM, checksums, |checksum| checksum.value.clone()),
        availability: reader.term(node, dcatap::AVAILABILITY, &[Scheme::PlannedAvailability]),
        status: reader.term(node, adms::STATUS, &[Scheme::DistributionStatus]),
        policies: policies(reader, node),
        conforms_to: reader.terms(node, dct::CONFORMS_TO, &[Scheme::Standard]),
        languages: reader.terms(node, dct::LANGUAGE, &[Scheme::Language]),
        pages: reader.strings(node, foaf::PAGE),
        applicable_legislation: reader.strings(node, dcatap::APPLICABLE_LEGISLATION),
        retention_period: reader.period(node, health::RETENTION_PERIOD),
        issued: reader.date(node, dct::ISSUED),
        modified: reader.date(node, dct::MODIFIED),
        spatial_resolution_in_meters: reader.string(node, dcat::SPATIAL_RESOLUTION_IN_METERS),
        temporal_resolution: reader.string(node, dcat::TEMPORAL_RESOLUTION),
    }
}

fn services(reader: &mut Reader<'_>, node: Subject<'_>) -> Vec<DataService> {
    let nodes = reader.resources(node, dcat::ACCESS_SERVICE);
    let services = nodes.into_iter().map(|service| DataService {
        iri: Reader::iri(service),
        titles: reader.texts(service, dct::TITLE),
        endpoint_urls: reader.strings(service, dcat::ENDPOINT_URL),
        endpoint_descriptions: reader.strings(service, dcat::ENDPOINT_DESCRIPTION),
    });
    sorted(services.collect())
}

fn checksums(reader: &mut Reader<'_>, node: Subject<'_>) -> Vec<Checksum> {
    let mut checksums = Vec::new();
    for node in reader.resources(node, spdx::CHECKSUM) {
        match reader.string(node, spdx::CHECKSUM_VALUE) {
            Some(value) => checksums.push(Checksum { algorithm: reader.string(node, spdx::ALGORITHM), value }),
            None => reader.find(spdx::CHECKSUM, &node.to_string(), "a checksum without a value"),
        }
    }
    sorted(checksums)
}

fn policies(reader: &mut Reader<'_>, node: Subject<'_>) -> Vec<Policy> {
    let kinds = [
        (odrl::PERMISSION, RuleKind::Permission),
        (odrl::PROHIBITION, RuleKind::Prohibition),
        (odrl::OBLIGATION, RuleKind::Duty),
        (odrl::DUTY, RuleKind::Duty),
    ];
    let mut policies = Vec::new();
    for policy in reader.resources(node, odrl::HAS_POLICY) {
        let mut rules = Vec::new();
        for (property, kind) in kinds {
            for rule in reader.resources(policy, property) {
                rules.push(PolicyRule { kind, actions: reader.strings(rule, odrl::ACTION) });
            }
        }
        policies.push(Policy { iri: Reader::iri(policy), rules: sorted(rules) });
    }
    sorted(policies)
}

/// Writes distributions under a property.
pub(super) fn write_all(
    writer: &mut Writer<'_>,
    subject: &NamedOrBlankNode,
    property: NamedNodeRef<'_>,
    distributions: &[Distribution],
) {
    for distribution in distributions {
        let node = writer.resource(distribution.iri.as_deref(), dcat::DISTRIBUTION);
        writer.link(subject, property, &node);
        write(writer, &node, distribution);
    }
}

fn write(writer: &mut Writer<'_>, node: &NamedOrBlankNode, distribution: &Distribution) {
    writer.texts(node, dct::TITLE, &distribution.titles);
    writer.texts(node, dct::DESCRIPTION, &distribution.descriptions);
    writer.iris(node, dcat::ACCESS_URL, &distribution.access_urls);
    writer.iris(node, dcat::DOWNLOAD_URL, &distribution.download_urls);
    for service in &distribution.access_services {
        let point = writer.resource(service.iri.as_deref(), dcat::DATA_SERVICE);
        writer.link(node, dcat::ACCESS_SERVICE, &point);
        writer.texts(&point, dct::TITLE, &service.titles);
        writer.iris(&point, dcat::ENDPOINT_URL, &service.endpoint_urls);
        writer.iris(&point, dcat::ENDPOINT_DESCRIPTION, &service.endpoint_descriptions);
    }
    writer.terms(node, dct::RIGHTS, RIGHTS, &distribution.rights);
    writer.terms(node, dct::LICENSE, &[Scheme::Licence], &distribution.licence);
    writer.terms(node, dct::FORMAT, FORMATS, &distribution.formats);
    writer.terms(node, dcat::MEDIA_TYPE, MEDIA_TYPES, &distribution.media_types);
    writer.terms(node, dcat::COMPRESS_FORMAT, MEDIA_TYPES, &distribution.compress_formats);
    writer.terms(node, dcat::PACKAGE_FORMAT, MEDIA_TYPES, &distribution.package_formats);
    writer.whole(node, dcat::BYTE_SIZE, distribution.byte_size);
    if let Some(checksum) = &distribution.checksum {
        let sum = writer.resource(None, spdx::CHECKSUM_CLASS);
        writer.link(node, spdx::CHECKSUM, &sum);
        writer.iris(&sum, spdx::ALGORITHM, &checksum.algorithm);
        writer.typed(&sum, spdx::CHECKSUM_VALUE, &checksum.value, xsd::HEX_BINARY);
    }
    writer.terms(node, dcatap::AVAILABILITY, &[Scheme::PlannedAvailability], &distribution.availability);
    writer.terms(node, adms::STATUS, &[Scheme::DistributionStatus], &distribution.status);
    for policy in &distribution.policies {
        let owner = writer.resource(policy.iri.as_deref(), odrl::POLICY);
        writer.link(node, odrl::HAS_POLICY, &owner);
        for rule in &policy.rules {
            let property = match rule.kind {
                RuleKind::Permission => odrl::PERMISSION,
                RuleKind::Prohibition => odrl::PROHIBITION,
                RuleKind::Duty => odrl::OBLIGATION,
            };
            let point = writer.blank();
            writer.link(&owner, property, &point);
            writer.iris(&point, odrl::ACTION, &rule.actions);
        }
    }
    writer.terms(node, dct::CONFORMS_TO, &[Scheme::Standard], &distribution.conforms_to);
    writer.terms(node, dct::LANGUAGE, &[Scheme::Language], &distribution.languages);
    writer.iris(node, foaf::PAGE, &distribution.pages);
    writer.iris(node, dcatap::APPLICABLE_LEGISLATION, &distribution.applicable_legislation);
    writer.periods(node, health::RETENTION_PERIOD, &distribution.retention_period);
    writer.date(node, dct::ISSUED, distribution.issued.as_ref());
    writer.date(node, dct::MODIFIED, distribution.modified.as_ref());
    if let Some(metres) = &distribution.spatial_resolution_in_meters {
        writer.typed(node, dcat::SPATIAL_RESOLUTION_IN_METERS, metres, xsd::DECIMAL);
    }
    if let Some(resolution) = &distribution.temporal_resolution {
        writer.typed(node, dcat::TEMPORAL_RESOLUTION, resolution, xsd::DURATION);
    }
}

/// Writes values that are IRIs or texts as they came.
pub(super) fn write_values(
    writer: &mut Writer<'_>,
    subject: &NamedOrBlankNode,
    property: NamedNodeRef<'_>,
    values: &[Value],
) {
    for value in values {
        writer.say(subject, property, value_node(value));
    }
}
