//! Statements that the reference server writes into every record although the provider never made them: "no access
//! restriction", CC0, and English. A false statement of open access about patient images is a danger, so they are
//! left out when the record is read, and reported; the source's graph keeps them.

use oxrdf::{NamedNodeRef, NamedOrBlankNodeRef, TermRef, Triple};

use crate::domain::dataset::Repair;
use crate::rdf::Graph;

const RIGHTS: &str = "http://purl.org/dc/terms/accessRights";
const DESCRIPTION: &str = "http://purl.org/dc/terms/description";
const LICENCE: &str = "http://purl.org/dc/terms/license";
const LANGUAGE: &str = "http://purl.org/dc/terms/language";

/// Values that the server fills in.
const INJECTED: [(&str, &str); 5] = [
    (LICENCE, "http://rdflicense.appspot.com/rdflicense/cc-zero1.0"),
    (LICENCE, "http://purl.org/NET/rdflicense/cc-zero1.0"),
    (LICENCE, "http://rdflicense.linkeddata.es/dataset/cc-zero1.0"),
    (LANGUAGE, "http://id.loc.gov/vocabulary/iso639-1/en"),
    (LANGUAGE, "https://id.loc.gov/vocabulary/iso639-1/en"),
];

/// The record without what its server filled in, and what that was. The mark of the server is an access right named
/// `{record}#accessRights` that says that there is no restriction; without it nothing is touched, for then the
/// provider may have meant what it says.
#[must_use]
pub fn without_injected(graph: &Graph, subject: NamedOrBlankNodeRef<'_>) -> Option<(Graph, Vec<Repair>)> {
    let NamedOrBlankNodeRef::NamedNode(record) = subject else { return None };
    let rights_name = format!("{}#accessRights", record.as_str());
    let rights = NamedNodeRef::new(&rights_name).ok()?;
    let says_open = graph.triples_for_subject(rights).any(|triple| {
        triple.predicate.as_str() == DESCRIPTION
            && matches!(triple.object, TermRef::Literal(text) if text.value().contains("no access restriction"))
    });
    if !says_open {
        return None;
    }
    let is_injected = |predicate: &str, object: TermRef<'_>| {
        let TermRef::NamedNode(object) = object else { return false };
        (predicate == RIGHTS && object.as_str() == rights_name) || INJECTED.contains(&(predicate, object.as_str()))
    };
    let mut removed: Vec<Triple> = graph
        .triples_for_subject(record)
        .filter(|triple| is_injected(triple.predicate.as_str(), triple.object))
        .map(oxrdf::TripleRef::into_owned)
        .collect();
    removed.sort_by_key(ToString::to_string);
    let mut cleaned = graph.clone();
    for triple in &removed {
        cleaned.remove(triple);
    }
    let inner: Vec<Triple> = graph.triples_for_subject(rights).map(oxrdf::TripleRef::into_owned).collect();
    for triple in &inner {
        cleaned.remove(triple);
    }
    let repairs = removed.iter().map(|triple| Repair {
        property: prefixed(triple.predicate.as_str()),
        original: match &triple.object {
            oxrdf::Term::NamedNode(node) => node.as_str().to_owned(),
            other => other.to_string(),
        },
        canonical: "not stated".to_owned(),
        reason: "The server of the source writes this into every record; the provider did not state it.".to_owned(),
    });
    Some((cleaned, repairs.collect()))
}

fn prefixed(predicate: &str) -> String {
    predicate
        .strip_prefix("http://purl.org/dc/terms/")
        .map_or_else(|| predicate.to_owned(), |name| format!("dct:{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rdf::parse::{ParseLimits, parse};

    fn read(turtle: &str) -> Graph {
        let limits = ParseLimits::default();
        parse(turtle.as_bytes(), Some("text/turtle"), "https://fdp.example.org/", &limits).unwrap().graph
    }

    const DATASET: &str = "https://fdp.example.org/dataset/a";

    #[test]
    fn an_open_access_statement_of_the_server_is_not_the_providers() {
        let graph = read(
            r#"@prefix dct: <http://purl.org/dc/terms/> .
            <dataset/a> dct:title "A" ; dct:accessRights <dataset/a#accessRights> ;
              dct:license <http://rdflicense.appspot.com/rdflicense/cc-zero1.0> ;
              dct:language <http://id.loc.gov/vocabulary/iso639-1/en> .
            <dataset/a#accessRights> a dct:RightsStatement ; dct:description "This resource has no access restriction" ."#,
        );
        let subject = NamedNodeRef::new(DATASET).unwrap();
        let (cleaned, repairs) = without_injected(&graph, subject.into()).unwrap();
        assert_eq!(cleaned.len(), 1);
        let properties: Vec<&str> = repairs.iter().map(|repair| repair.property.as_str()).collect();
        assert_eq!(properties, ["dct:accessRights", "dct:language", "dct:license"]);
    }

    #[test]
    fn a_licence_that_the_provider_chose_stays() {
        let graph = read(
            r#"@prefix dct: <http://purl.org/dc/terms/> .
            <dataset/a> dct:title "A" ; dct:license <http://rdflicense.appspot.com/rdflicense/cc-zero1.0> ."#,
        );
        assert!(without_injected(&graph, NamedNodeRef::new(DATASET).unwrap().into()).is_none());
    }
}
