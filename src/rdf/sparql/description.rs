//! What the endpoint says about itself.

use oxrdf::{BlankNode, Graph, Literal, NamedNode, NamedNodeRef, Term, Triple};

use super::super::namespaces::rdf;
use super::SparqlLimits;

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
const COMMENT: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("http://www.w3.org/2000/01/rdf-schema#comment");

/// The SPARQL 1.1 Service Description of the endpoint at this address; empty where the address is not an IRI.
#[must_use]
pub fn service_description(endpoint: &str, limits: &SparqlLimits) -> Graph {
    let sd = |name: &str| NamedNode::new_unchecked(format!("{SD}{name}"));
    let mut graph = Graph::new();
    let Ok(endpoint) = NamedNode::new(endpoint) else { return graph };
    let (service, dataset, default_graph) = (BlankNode::default(), BlankNode::default(), BlankNode::default());
    let mut say = |subject: &BlankNode, predicate: NamedNode, object: Term| {
        graph.insert(&Triple::new(subject.clone(), predicate, object));
    };
    say(&service, rdf::TYPE.into_owned(), sd("Service").into());
    say(&service, sd("endpoint"), endpoint.into());
    for language in ["SPARQL10Query", "SPARQL11Query"] {
        say(&service, sd("supportedLanguage"), sd(language).into());
    }
    say(&service, sd("feature"), sd("UnionDefaultGraph").into());
    for format in FORMATS {
        say(&service, sd("resultFormat"), NamedNodeRef::new_unchecked(format).into_owned().into());
    }
    say(&service, sd("defaultDataset"), dataset.clone().into());
    say(&dataset, rdf::TYPE.into_owned(), sd("Dataset").into());
    say(&dataset, sd("defaultGraph"), default_graph.clone().into());
    say(&default_graph, rdf::TYPE.into_owned(), sd("Graph").into());
    let english = |text: String| Literal::new_language_tagged_literal_unchecked(text, "en");
    say(
        &default_graph,
        COMMENT.into_owned(),
        english("The union of all named graphs: one for each published record, and the hub's own.".to_owned()).into(),
    );
    let SparqlLimits { max_query_chars, max_rows, max_bytes, .. } = limits;
    let note = format!(
        "Read only. SERVICE is refused. A query has a deadline and at most {max_query_chars} characters; an answer has \
         at most {max_rows} rows or statements and {max_bytes} bytes and is never cut silently."
    );
    say(&service, COMMENT.into_owned(), english(note).into());
    graph
}
