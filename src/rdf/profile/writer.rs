//! Writing single values into a graph, each in the way that [`super::reader`] reads it.

use std::collections::HashSet;

use oxrdf::{
    BlankNode, Graph, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term as Node, TermRef,
    Triple,
};

use super::{Target, date, term};
use crate::domain::concept::Scheme;
use crate::domain::dataset::{Count, DateValue, LangText, Period, Precision, Profile, Term, Value};
use crate::rdf::namespaces::{ATLAS, EUCAIM, GEODCATAP, HEALTHDCATAP, atlas, dcat, dct, foaf, rdf, xsd};
use crate::vocab::Vocabulary;

/// Builds the graph of one record.
pub(super) struct Writer<'a> {
    pub graph: Graph,
    pub vocabulary: &'a Vocabulary,
    nodes: usize,
}

impl<'a> Writer<'a> {
    pub fn new(vocabulary: &'a Vocabulary) -> Self {
        Self { graph: Graph::new(), vocabulary, nodes: 0 }
    }

    /// A fresh nameless node; numbered, so that the same record gives the same graph.
    pub fn blank(&mut self) -> NamedOrBlankNode {
        self.nodes = self.nodes.saturating_add(1);
        BlankNode::new_unchecked(format!("n{}", self.nodes)).into()
    }

    /// The node of a described resource, of a class.
    pub fn resource(&mut self, iri: Option<&str>, class: NamedNodeRef<'_>) -> NamedOrBlankNode {
        let node = match iri.and_then(|iri| NamedNode::new(iri).ok()) {
            Some(node) => node.into(),
            None => self.blank(),
        };
        self.say(&node, rdf::TYPE, class.into_owned());
        node
    }

    pub fn say(&mut self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>, object: impl Into<Node>) {
        self.graph.insert(&Triple::new(subject.clone(), property.into_owned(), object));
    }

    pub fn link(&mut self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>, object: &NamedOrBlankNode) {
        let object: Node = match object {
            NamedOrBlankNode::NamedNode(node) => node.clone().into(),
            NamedOrBlankNode::BlankNode(node) => node.clone().into(),
        };
        self.say(subject, property, object);
    }

    pub fn texts(&mut self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>, texts: &[LangText]) {
        for text in texts {
            self.say(subject, property, term::text_node(text));
        }
    }

    /// Addresses, as IRIs where they are valid ones, else as text.
    pub fn iris<'s>(
        &mut self,
        subject: &NamedOrBlankNode,
        property: NamedNodeRef<'_>,
        iris: impl IntoIterator<Item = &'s String>,
    ) {
        for iri in iris {
            self.say(subject, property, term::value_node(&Value::Iri(iri.clone())));
        }
    }

    pub fn strings<'s>(
        &mut self,
        subject: &NamedOrBlankNode,
        property: NamedNodeRef<'_>,
        strings: impl IntoIterator<Item = &'s String>,
    ) {
        for string in strings {
            self.say(subject, property, Literal::new_simple_literal(string));
        }
    }

    pub fn typed(
        &mut self,
        subject: &NamedOrBlankNode,
        property: NamedNodeRef<'_>,
        text: impl Into<String>,
        datatype: NamedNodeRef<'_>,
    ) {
        self.say(subject, property, Literal::new_typed_literal(text, datatype));
    }

    /// Addresses with a scheme such as `mailto:` in front.
    pub fn bare(&mut self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>, scheme: &str, bare: &[String]) {
        for address in bare {
            self.say(subject, property, term::value_node(&Value::Iri(format!("{scheme}{address}"))));
        }
    }

    pub fn date(&mut self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>, date: Option<&DateValue>) {
        if let Some(date) = date {
            self.say(subject, property, date::literal(date));
        }
    }

    pub fn whole(&mut self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>, number: Option<i64>) {
        if let Some(number) = number {
            self.typed(subject, property, number.to_string(), xsd::NON_NEGATIVE_INTEGER);
        }
    }

    pub fn count(&mut self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>, count: Option<Count>) {
        let Some(count) = count else { return };
        self.whole(subject, property, Some(count.value));
        if let Some(name) = precision_name(count.precision) {
            let note = self.blank();
            self.link(subject, atlas::COUNT, &note);
            self.say(&note, atlas::PROPERTY, property.into_owned());
            self.say(&note, atlas::PRECISION, Literal::new_simple_literal(name));
        }
    }

    pub fn periods<'p>(
        &mut self,
        subject: &NamedOrBlankNode,
        property: NamedNodeRef<'_>,
        periods: impl IntoIterator<Item = &'p Period>,
    ) {
        for period in periods {
            let node = self.resource(None, dct::PERIOD_OF_TIME);
            self.link(subject, property, &node);
            self.date(&node, dcat::START_DATE, period.start.as_ref());
            self.date(&node, dcat::END_DATE, period.end.as_ref());
        }
    }

    /// Coded values as their concepts, with the original beside each that reading would not give again. A value that
    /// was not recognised is written as the source wrote it, and read anew by whoever gets it.
    pub fn terms<'t>(
        &mut self,
        subject: &NamedOrBlankNode,
        property: NamedNodeRef<'_>,
        schemes: &[Scheme],
        terms: impl IntoIterator<Item = &'t Term>,
    ) {
        let written: Vec<(Node, &Term)> =
            terms.into_iter().map(|term| (term::node(self.vocabulary, term), term)).collect();
        for (node, term) in &written {
            self.say(subject, property, node.clone());
            let shared = written.iter().filter(|(other, _)| other == node).count() > 1;
            let plain = match &term.concept {
                Some(_) => self.tells_itself(node, term, schemes),
                None => term.label.is_none(),
            };
            if shared || !plain {
                self.reading(subject, property, term);
            }
        }
    }

    /// Whether reading the node gives the value again and nothing else.
    fn tells_itself(&self, node: &Node, term: &Term, schemes: &[Scheme]) -> bool {
        let value = match node {
            Node::NamedNode(node) => Value::Iri(node.as_str().to_owned()),
            Node::Literal(literal) => Value::Text(term::lang_text(literal)),
            Node::BlankNode(_) | Node::Triple(_) => return false,
        };
        let read = term::read_list(self.vocabulary, schemes, value, None);
        matches!(read.as_slice(), [only] if only.term == *term)
    }

    fn reading(&mut self, subject: &NamedOrBlankNode, property: NamedNodeRef<'_>, term: &Term) {
        let note = self.blank();
        self.link(subject, atlas::READING, &note);
        self.say(&note, atlas::PROPERTY, property.into_owned());
        self.say(&note, atlas::ORIGINAL, term::value_node(&term.original));
        if let Some(concept) = &term.concept {
            self.say(&note, atlas::CONCEPT, term::concept_name(concept));
        }
        if let Some(label) = &term.label {
            self.say(&note, atlas::LABEL, term::text_node(label));
        }
    }

    /// The graph for a target.
    pub fn finish(mut self, subject: &NamedOrBlankNode, target: &Target) -> Graph {
        let left_out: &[&str] = match target.profile {
            Profile::DcatAp => &[ATLAS, EUCAIM, HEALTHDCATAP, GEODCATAP],
            Profile::Eucaim1 | Profile::Eucaim2 => &[ATLAS],
            Profile::HealthDcatApPilot
            | Profile::HealthDcatApR5
            | Profile::HealthDcatApR7
            | Profile::HealthDcatApR8 => &[],
        };
        if !left_out.is_empty() {
            self.graph = without(&self.graph, subject, left_out);
        }
        if let Some(page) = &target.record_page {
            let record = self.resource(Some(&page.iri), dcat::CATALOG_RECORD);
            self.link(&record, foaf::PRIMARY_TOPIC, subject);
            for (property, moment) in [(dct::ISSUED, page.listed), (dct::MODIFIED, page.modified)] {
                if let Some(moment) = moment {
                    let text = moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
                    self.typed(&record, property, text, xsd::DATE_TIME);
                }
            }
        }
        self.graph
    }
}

/// The name under which a precision is written; `None` for exact.
pub(super) const fn precision_name(precision: Precision) -> Option<&'static str> {
    match precision {
        Precision::Exact => None,
        Precision::Rounded => Some("rounded"),
        Precision::AtLeast => Some("at-least"),
        Precision::Suppressed => Some("suppressed"),
    }
}

/// The part of the graph that is reached from the subject without properties of some namespaces.
fn without(graph: &Graph, subject: &NamedOrBlankNode, namespaces: &[&str]) -> Graph {
    let mut kept = Graph::new();
    let mut seen: HashSet<NamedOrBlankNodeRef<'_>> = HashSet::from([subject.as_ref()]);
    let mut waiting = vec![subject.as_ref()];
    while let Some(node) = waiting.pop() {
        for triple in graph.triples_for_subject(node) {
            if namespaces.iter().any(|namespace| triple.predicate.as_str().starts_with(namespace)) {
                continue;
            }
            kept.insert(triple);
            let next = match triple.object {
                TermRef::NamedNode(node) => NamedOrBlankNodeRef::from(node),
                TermRef::BlankNode(node) => node.into(),
                TermRef::Literal(_) | TermRef::Triple(_) => continue,
            };
            if seen.insert(next) {
                waiting.push(next);
            }
        }
    }
    kept
}
