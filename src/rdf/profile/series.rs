//! Reading and writing a series of data sets (`dcat:DatasetSeries`).

use oxrdf::NamedOrBlankNode;

use super::reader::{Reader, Subject};
use super::writer::Writer;
use super::{agent, detail};
use crate::domain::concept::Scheme;
use crate::domain::dataset::Series;
use crate::rdf::namespaces::{dcat, dcatap, dct};

/// The series that the node is.
pub(super) fn read(reader: &mut Reader<'_>, node: Subject<'_>) -> Series {
    Series {
        iri: Reader::iri(node),
        identifiers: reader.strings(node, dct::IDENTIFIER),
        titles: reader.texts(node, dct::TITLE),
        descriptions: reader.texts(node, dct::DESCRIPTION),
        publisher: agent::read_agent(reader, node, dct::PUBLISHER),
        contacts: agent::contacts(reader, node, dcat::CONTACT_POINT),
        spatial: reader.terms(node, dct::SPATIAL, &[Scheme::Country]),
        temporal: reader.periods(node, dct::TEMPORAL),
        issued: reader.date(node, dct::ISSUED),
        modified: reader.date(node, dct::MODIFIED),
        accrual_periodicity: reader.term(node, dct::ACCRUAL_PERIODICITY, &[Scheme::Frequency]),
        applicable_legislation: reader.strings(node, dcatap::APPLICABLE_LEGISLATION),
        landing_pages: reader.strings(node, dcat::LANDING_PAGE),
    }
}

/// Writes the series as the node.
pub(super) fn write(writer: &mut Writer<'_>, node: &NamedOrBlankNode, series: &Series) {
    detail::write_class(writer, node, dcat::DATASET_SERIES);
    writer.strings(node, dct::IDENTIFIER, &series.identifiers);
    writer.texts(node, dct::TITLE, &series.titles);
    writer.texts(node, dct::DESCRIPTION, &series.descriptions);
    agent::write_agents(writer, node, dct::PUBLISHER, &series.publisher);
    agent::write_contacts(writer, node, &series.contacts);
    writer.terms(node, dct::SPATIAL, &[Scheme::Country], &series.spatial);
    writer.periods(node, dct::TEMPORAL, &series.temporal);
    writer.date(node, dct::ISSUED, series.issued.as_ref());
    writer.date(node, dct::MODIFIED, series.modified.as_ref());
    writer.terms(node, dct::ACCRUAL_PERIODICITY, &[Scheme::Frequency], &series.accrual_periodicity);
    writer.iris(node, dcatap::APPLICABLE_LEGISLATION, &series.applicable_legislation);
    writer.iris(node, dcat::LANDING_PAGE, &series.landing_pages);
}
