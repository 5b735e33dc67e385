//! What the endpoint says about itself.

use oxrdf::{Graph, Literal, NamedNode, NamedNodeRef, Triple};

use super::super::namespaces::rdf;

/// The SPARQL 1.1 Service Description of the endpoint at this address.
#[must_use]
pub fn service_description(endpoint: &str) -> Graph {
    const SD: &str = "http://www.w3.org/ns/sparql-service-description#";
    const FORMATS: &[&str] = &[
        "http://www.w3.org/ns/formats/SPARQL_Results_JSON",
        "http://www.w3.org/ns/formats/SPARQL_Results_XML",
        "http://www.w3.org/ns/formats/SPARQL_Results_CSV",
        "http://www.w3.org/ns/formats/SPARQL_Results_TSV",
        "http://www.w3.org/ns/formats/Turtle",
        "http://www.w3.org/ns/formats/N-Triples",
        "http://www.w3.org/ns/formats/RDF_XML",
        "http://www.w3.org/ns/formats/JSON-LD",
    ];
    let sd = |name: &str| NamedNode::new_unchecked(format!("{SD}{name}"));
    let mut graph = Graph::new();
    let Ok(endpoint) = NamedNode::new(endpoint) else { return graph };
    let service = oxrdf::BlankNode::default();
    let mut say = |predicate: NamedNode, object: oxrdf::Term| {
        graph.insert(&Triple::new(service.clone(), predicate, object));
    };
    say(rdf::TYPE.into_owned(), sd("Service").into());
    say(sd("endpoint"), endpoint.into());
    for language in ["SPARQL10Query", "SPARQL11Query"] {
        say(sd("supportedLanguage"), sd(language).into());
    }
    say(sd("feature"), sd("UnionDefaultGraph").into());
    for format in FORMATS {
        say(sd("resultFormat"), NamedNodeRef::new_unchecked(format).into_owned().into());
    }
    let note = Literal::new_language_tagged_literal_unchecked(
        "Read only. SERVICE is refused. Queries have a deadline and caps on rows and bytes; an answer is never cut silently.",
        "en",
    );
    say(NamedNodeRef::new_unchecked("http://www.w3.org/2000/01/rdf-schema#comment").into_owned(), note.into());
    graph
}
