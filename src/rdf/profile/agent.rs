//! Agents and contacts, in the vCard form of data sets and the core-vocabulary form of agents.

use oxrdf::{NamedNodeRef, NamedOrBlankNode, TermRef};

use super::reader::{Reader, Subject, resource, sorted};
use super::term;
use super::writer::Writer;
use crate::domain::concept::Scheme;
use crate::domain::dataset::{Agent, Contact, LangText};
use crate::rdf::namespaces::{cv, dcat, dct, foaf, rdfs, vcard};

/// The agents that a property names. A bare text is an agent of that name.
pub(super) fn read_agents(reader: &mut Reader<'_>, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Vec<Agent> {
    let mut agents = Vec::new();
    for value in reader.values(subject, property) {
        match (value, resource(value)) {
            (_, Some(node)) => agents.push(agent(reader, node)),
            (TermRef::Literal(literal), None) if !literal.value().trim().is_empty() => {
                let name = term::lang_text(&literal.into_owned());
                reader.mend(property, &name.text, &name.text, "A name was written where an agent belongs.");
                agents.push(Agent { names: vec![name], ..Agent::default() });
            }
            _ => {}
        }
    }
    sorted(agents)
}

/// The one agent that a property names.
pub(super) fn read_agent(reader: &mut Reader<'_>, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Option<Agent> {
    let agents = read_agents(reader, subject, property);
    reader.only(property, agents, |agent| {
        agent.names.first().map_or_else(|| agent.iri.clone().unwrap_or_default(), |name| name.text.clone())
    })
}

fn agent(reader: &mut Reader<'_>, node: Subject<'_>) -> Agent {
    let mut names = reader.texts(node, foaf::NAME);
    if names.is_empty() {
        names = first_texts(reader, node, &[vcard::FN, rdfs::LABEL, dct::TITLE]);
    }
    let mut emails = reader.bare(node, foaf::MBOX, "mailto:");
    emails.extend(reader.bare(node, vcard::HAS_EMAIL, "mailto:"));
    let mut contacts = contacts(reader, node, cv::CONTACT_POINT);
    contacts.extend(self::contacts(reader, node, dcat::CONTACT_POINT));
    Agent {
        iri: Reader::iri(node),
        names,
        types: reader.terms(node, dct::TYPE, &[Scheme::PublisherType]),
        descriptions: reader.texts(node, dct::DESCRIPTION),
        homepages: reader.strings(node, foaf::HOMEPAGE),
        emails: sorted(emails),
        phones: reader.bare(node, foaf::PHONE, "tel:"),
        contacts: sorted(contacts),
    }
}

fn first_texts(reader: &mut Reader<'_>, node: Subject<'_>, properties: &[NamedNodeRef<'_>]) -> Vec<LangText> {
    properties.iter().map(|property| reader.texts(node, *property)).find(|texts| !texts.is_empty()).unwrap_or_default()
}

/// The contacts that a property names. A bare address is a contact with that address.
pub(super) fn contacts(reader: &mut Reader<'_>, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Vec<Contact> {
    let mut contacts = Vec::new();
    for value in reader.values(subject, property) {
        match (value, resource(value)) {
            (_, Some(node)) => contacts.push(contact(reader, node)),
            (TermRef::Literal(literal), None) if !literal.value().trim().is_empty() => {
                let text = literal.value().trim();
                reader.mend(property, text, text, "Text was written where a contact belongs.");
                let email = text.strip_prefix("mailto:").unwrap_or(text);
                contacts.push(if email.contains('@') {
                    Contact { emails: vec![email.to_owned()], ..Contact::default() }
                } else {
                    Contact { names: vec![term::lang_text(&literal.into_owned())], ..Contact::default() }
                });
            }
            _ => {}
        }
    }
    sorted(contacts)
}

fn contact(reader: &mut Reader<'_>, node: Subject<'_>) -> Contact {
    if let Some(address) = Reader::iri(node).and_then(|iri| iri.strip_prefix("mailto:").map(str::to_owned)) {
        reader.mend(dcat::CONTACT_POINT, &address, &address, "A mail address was written where a contact belongs.");
        return Contact { emails: vec![address], ..Contact::default() };
    }
    let mut emails = reader.bare(node, vcard::HAS_EMAIL, "mailto:");
    emails.extend(reader.bare(node, cv::EMAIL, "mailto:"));
    if emails.is_empty() {
        emails = reader.bare(node, foaf::MBOX, "mailto:");
    }
    let mut pages = reader.strings(node, vcard::HAS_URL);
    pages.extend(reader.strings(node, cv::CONTACT_PAGE));
    let mut phones = reader.bare(node, vcard::HAS_TELEPHONE, "tel:");
    phones.extend(reader.bare(node, cv::TELEPHONE, "tel:"));
    Contact {
        iri: Reader::iri(node),
        names: first_texts(reader, node, &[vcard::FN, foaf::NAME, rdfs::LABEL]),
        emails: sorted(emails),
        pages: sorted(pages),
        phones: sorted(phones),
        opening_hours: reader.texts(node, cv::OPENING_HOURS),
    }
}

/// Writes agents in HealthDCAT-AP R8's form.
pub(super) fn write_agents<'a>(
    writer: &mut Writer<'_>,
    subject: &NamedOrBlankNode,
    property: NamedNodeRef<'_>,
    agents: impl IntoIterator<Item = &'a Agent>,
) {
    for agent in agents {
        let node = writer.resource(agent.iri.as_deref(), foaf::AGENT);
        writer.link(subject, property, &node);
        writer.texts(&node, foaf::NAME, &agent.names);
        writer.terms(&node, dct::TYPE, &[Scheme::PublisherType], &agent.types);
        writer.texts(&node, dct::DESCRIPTION, &agent.descriptions);
        writer.iris(&node, foaf::HOMEPAGE, &agent.homepages);
        writer.bare(&node, foaf::MBOX, "mailto:", &agent.emails);
        writer.bare(&node, foaf::PHONE, "tel:", &agent.phones);
        for contact in &agent.contacts {
            let point = writer.resource(contact.iri.as_deref(), cv::CONTACT_POINT_CLASS);
            writer.link(&node, cv::CONTACT_POINT, &point);
            writer.texts(&point, vcard::FN, &contact.names);
            writer.strings(&point, cv::EMAIL, &contact.emails);
            writer.iris(&point, cv::CONTACT_PAGE, &contact.pages);
            writer.strings(&point, cv::TELEPHONE, &contact.phones);
            writer.texts(&point, cv::OPENING_HOURS, &contact.opening_hours);
        }
    }
}

/// Writes a data set's or series' contacts in vCard's form.
pub(super) fn write_contacts(writer: &mut Writer<'_>, subject: &NamedOrBlankNode, contacts: &[Contact]) {
    for contact in contacts {
        let node = writer.resource(contact.iri.as_deref(), vcard::KIND);
        writer.link(subject, dcat::CONTACT_POINT, &node);
        writer.texts(&node, vcard::FN, &contact.names);
        writer.bare(&node, vcard::HAS_EMAIL, "mailto:", &contact.emails);
        writer.iris(&node, vcard::HAS_URL, &contact.pages);
        writer.bare(&node, vcard::HAS_TELEPHONE, "tel:", &contact.phones);
        writer.texts(&node, cv::OPENING_HOURS, &contact.opening_hours);
    }
}
