//! Vocabularies as SKOS (W3C, 2009): concepts and schemes under the IRIs that are published for them.

use oxrdf::{Graph, Literal, NamedNode, NamedNodeRef, Term, Triple};

use super::listing::literal;
use super::namespaces::{dct, foaf, rdf, skos};
use crate::vocab::{Concept, SchemeInfo, Vocabulary};

/// Says of a node what can be said; an address that is no IRI is left out.
struct Saying<'a> {
    graph: &'a mut Graph,
    node: NamedNode,
}

impl Saying<'_> {
    fn say(&mut self, property: NamedNodeRef<'_>, object: impl Into<Term>) {
        self.graph.insert(&Triple::new(self.node.clone(), property, object));
    }

    fn link(&mut self, property: NamedNodeRef<'_>, iri: &str) {
        if let Ok(object) = NamedNode::new(iri) {
            self.say(property, object);
        }
    }
}

/// Adds a concept; `page` is the absolute address of our page about it.
pub fn add_concept(graph: &mut Graph, vocabulary: &Vocabulary, concept: &Concept, page: &str) {
    let Ok(node) = NamedNode::new(&concept.iri) else { return };
    let mut saying = Saying { graph, node };
    saying.say(rdf::TYPE, skos::CONCEPT.into_owned());
    for (property, labels) in [(skos::PREF_LABEL, &concept.pref_labels), (skos::ALT_LABEL, &concept.alt_labels)] {
        for label in labels {
            saying.say(property, literal(label));
        }
    }
    if let Some(definition) = &concept.definition {
        saying.say(skos::DEFINITION, Literal::new_language_tagged_literal_unchecked(definition, "en"));
    }
    for (system, code) in &concept.notations {
        // The coding system is the datatype of a notation (SKOS Reference, section 6).
        let datatype = NamedNode::new(format!("urn:atlas:coding-system:{system}"));
        saying.say(
            skos::NOTATION,
            datatype.map_or_else(
                |_| Literal::new_simple_literal(code),
                |datatype| Literal::new_typed_literal(code, datatype),
            ),
        );
    }
    for broader in &concept.broader {
        saying.link(skos::BROADER, &vocabulary.concept_iri(broader));
    }
    for narrower in vocabulary.narrower(&concept.id) {
        saying.link(skos::NARROWER, &vocabulary.concept_iri(narrower));
    }
    for same in &concept.exact_matches {
        saying.link(skos::EXACT_MATCH, same);
    }
    for source in &concept.sources {
        saying.link(dct::SOURCE, source);
    }
    if let Some(info) = vocabulary.schemes().iter().find(|info| info.scheme == concept.id.scheme()) {
        saying.link(skos::IN_SCHEME, &info.iri);
        if concept.broader.is_empty() {
            saying.link(skos::TOP_CONCEPT_OF, &info.iri);
        }
    }
    saying.link(foaf::PAGE, page);
}

/// Adds what a scheme says of itself, with its top concepts; `page` is the absolute address of our page about it.
pub fn add_scheme(graph: &mut Graph, vocabulary: &Vocabulary, info: &SchemeInfo, page: &str) {
    let Ok(node) = NamedNode::new(&info.iri) else { return };
    let mut saying = Saying { graph, node };
    saying.say(rdf::TYPE, skos::CONCEPT_SCHEME.into_owned());
    saying.say(dct::TITLE, Literal::new_language_tagged_literal_unchecked(&info.title, "en"));
    if let Some(description) = &info.description {
        saying.say(dct::DESCRIPTION, Literal::new_language_tagged_literal_unchecked(description, "en"));
    }
    for source in &info.sources {
        saying.link(dct::SOURCE, source);
    }
    if let Some(licence) = &info.licence {
        saying.say(dct::RIGHTS, Literal::new_simple_literal(licence));
    }
    for concept in vocabulary.concepts(info.scheme).filter(|concept| concept.broader.is_empty()) {
        saying.link(skos::HAS_TOP_CONCEPT, &concept.iri);
    }
    saying.link(foaf::PAGE, page);
}
