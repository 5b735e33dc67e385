//! The graphs of the data point's levels.

use chrono::{DateTime, SecondsFormat, Utc};
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{BlankNode, Graph, Literal, NamedNode, NamedNodeRef, NamedOrBlankNodeRef, TermRef, Triple};

use super::{Catalogue, Entry, FairDataPoint};

const DCAT: &str = "http://www.w3.org/ns/dcat#";
const DCT: &str = "http://purl.org/dc/terms/";
const FDP: &str = "https://w3id.org/fdp/fdp-o#";
const FOAF: &str = "http://xmlns.com/foaf/0.1/";
const LDP: &str = "http://www.w3.org/ns/ldp#";

fn term(namespace: &str, name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{namespace}{name}"))
}

fn node(iri: &str) -> NamedNode {
    NamedNode::new_unchecked(iri)
}

fn english(text: &str) -> Literal {
    Literal::new_language_tagged_literal_unchecked(text, "en")
}

fn moment(time: DateTime<Utc>) -> Literal {
    Literal::new_typed_literal(time.to_rfc3339_opts(SecondsFormat::Secs, true), xsd::DATE_TIME)
}

/// Adds a triple; a graph is a set, so a second time changes nothing.
fn say(graph: &mut Graph, subject: &NamedNode, predicate: NamedNode, object: impl Into<oxrdf::Term>) {
    graph.insert(&Triple::new(subject.clone(), predicate, object));
}

/// An LDP direct container of the children of `parent`, at `{base}/{prefix}/`.
fn container(graph: &mut Graph, point: &FairDataPoint, parent: &NamedNode, child: &Child<'_>) {
    let address = node(&format!("{}/{}/", point.base, child.prefix));
    say(graph, &address, rdf::TYPE.into_owned(), term(LDP, "DirectContainer"));
    say(graph, &address, term(DCT, "title"), english(child.title));
    say(graph, &address, term(LDP, "membershipResource"), parent.clone());
    say(graph, &address, term(LDP, "hasMemberRelation"), child.relation.clone());
    for iri in child.members {
        say(graph, parent, child.relation.clone(), node(iri));
        say(graph, &address, term(LDP, "contains"), node(iri));
    }
}

struct Child<'a> {
    prefix: &'a str,
    title: &'a str,
    relation: NamedNode,
    members: &'a [String],
}

fn publisher(graph: &mut Graph, subject: &NamedNode, name: &str) {
    let agent = BlankNode::new_from_unique_id(1);
    graph.insert(&Triple::new(subject.clone(), term(DCT, "publisher"), agent.clone()));
    graph.insert(&Triple::new(agent.clone(), rdf::TYPE, term(FOAF, "Agent")));
    graph.insert(&Triple::new(agent, term(FOAF, "name"), english(name)));
}

/// When the data point's newest data set changed, or its own first publication.
fn newest(point: &FairDataPoint, entries: impl Iterator<Item = DateTime<Utc>>) -> DateTime<Utc> {
    entries.max().unwrap_or(point.issued).max(point.issued)
}

fn book_keeping(graph: &mut Graph, subject: &NamedNode, issued: DateTime<Utc>, modified: DateTime<Utc>) {
    say(graph, subject, term(FDP, "metadataIdentifier"), subject.clone());
    say(graph, subject, term(FDP, "metadataIssued"), moment(issued));
    say(graph, subject, term(FDP, "metadataModified"), moment(modified));
}

/// The data point itself.
pub(super) fn root(point: &FairDataPoint) -> Graph {
    let mut graph = Graph::new();
    let subject = node(&point.base);
    for class in [term(FDP, "FAIRDataPoint"), term(FDP, "MetadataService"), term(DCAT, "DataService")] {
        say(&mut graph, &subject, rdf::TYPE.into_owned(), class);
    }
    say(&mut graph, &subject, term(DCT, "title"), english(&point.title));
    say(&mut graph, &subject, term(DCT, "description"), english(&point.description));
    say(&mut graph, &subject, term(DCAT, "endpointURL"), subject.clone());
    say(
        &mut graph,
        &subject,
        term(FDP, "conformsToFdpSpec"),
        node("https://specs.fairdatapoint.org/fdp-specs-v1.2.html"),
    );
    publisher(&mut graph, &subject, &point.publisher);
    let changes = point.catalogues.iter().flat_map(|catalogue| catalogue.datasets.iter().map(|entry| entry.modified));
    book_keeping(&mut graph, &subject, point.issued, newest(point, changes));
    let members: Vec<String> = point.catalogues.iter().map(|catalogue| point.catalogue_iri(&catalogue.id)).collect();
    let child =
        Child { prefix: "catalog", title: "Catalogues", relation: term(FDP, "metadataCatalog"), members: &members };
    container(&mut graph, point, &subject, &child);
    graph
}

/// One catalogue.
pub(super) fn catalogue(point: &FairDataPoint, catalogue: &Catalogue) -> Graph {
    let mut graph = Graph::new();
    let subject = node(&point.catalogue_iri(&catalogue.id));
    say(&mut graph, &subject, rdf::TYPE.into_owned(), term(DCAT, "Catalog"));
    say(&mut graph, &subject, term(DCT, "title"), english(&catalogue.title));
    say(&mut graph, &subject, term(DCT, "description"), english(&catalogue.description));
    say(&mut graph, &subject, term(DCT, "isPartOf"), node(&point.base));
    publisher(&mut graph, &subject, &point.publisher);
    let changes = catalogue.datasets.iter().map(|entry| entry.modified);
    book_keeping(&mut graph, &subject, point.issued, newest(point, changes));
    let members: Vec<String> = catalogue.datasets.iter().map(|entry| point.dataset_iri(&entry.id)).collect();
    let child = Child { prefix: "dataset", title: "Datasets", relation: term(DCAT, "dataset"), members: &members };
    container(&mut graph, point, &subject, &child);
    graph
}

/// One data set: what its provider says, and its place in the data point.
pub(super) fn dataset(point: &FairDataPoint, catalogue: &Catalogue, entry: &Entry) -> Graph {
    let mut graph = entry.graph.clone();
    let subject = node(&point.dataset_iri(&entry.id));
    say(&mut graph, &subject, term(DCT, "isPartOf"), node(&point.catalogue_iri(&catalogue.id)));
    book_keeping(&mut graph, &subject, point.issued, entry.modified);
    let members = distributions(point, entry);
    let child = Child {
        prefix: "distribution",
        title: "Distributions",
        relation: term(DCAT, "distribution"),
        members: &members,
    };
    container(&mut graph, point, &subject, &child);
    graph
}

/// Addresses of the data set's distributions that live in this data point, in the order of their addresses.
pub(super) fn distributions(point: &FairDataPoint, entry: &Entry) -> Vec<String> {
    let subject = node(&point.dataset_iri(&entry.id));
    let relation = term(DCAT, "distribution");
    let prefix = point.distribution_iri("");
    let mut members: Vec<String> = entry
        .graph
        .objects_for_subject_predicate(subject.as_ref(), relation.as_ref())
        .filter_map(|object| match object {
            TermRef::NamedNode(iri) if iri.as_str().starts_with(&prefix) => Some(iri.as_str().to_owned()),
            _ => None,
        })
        .collect();
    members.sort_unstable();
    members
}

/// One distribution: its statements and the blank nodes they reach.
pub(super) fn distribution(point: &FairDataPoint, entry: &Entry, iri: &str) -> Graph {
    let mut graph = Graph::new();
    let mut waiting = vec![NamedNodeRef::new_unchecked(iri).into()];
    let mut seen: Vec<NamedOrBlankNodeRef<'_>> = Vec::new();
    while let Some(subject) = waiting.pop() {
        if seen.contains(&subject) {
            continue;
        }
        seen.push(subject);
        for triple in entry.graph.triples_for_subject(subject) {
            graph.insert(triple);
            if let TermRef::BlankNode(blank) = triple.object {
                waiting.push(blank.into());
            }
        }
    }
    let subject = node(iri);
    say(&mut graph, &subject, term(DCT, "isPartOf"), node(&point.dataset_iri(&entry.id)));
    book_keeping(&mut graph, &subject, point.issued, entry.modified);
    graph
}
