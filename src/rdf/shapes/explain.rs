//! Results in words: which node, by which way from the record, with the value as it was written.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use oxrdf::{Graph, NamedOrBlankNodeRef, TermRef};

use super::{Outcome, Raw, Report};
use crate::domain::conformance::ShapeFinding;
use crate::rdf::namespaces::prefixed;

/// Characters of a value that are shown.
const SHOWN: usize = 200;
/// Bytes of an IRI that names a node in a finding.
const NAMED: usize = 2_000;

/// The report of an outcome, gravest first.
pub(super) fn report(graph: &Graph, subject: NamedOrBlankNodeRef<'_>, outcome: &Outcome<'_>) -> Report {
    let (counts, cut) = (outcome.counts, outcome.cut);
    let results = || outcome.violations.iter().chain(&outcome.warnings).chain(&outcome.infos);
    let record = TermRef::from(subject);
    let ways = if results().any(|result| result.focus != record) { ways(graph, record) } else { HashMap::new() };
    let mut findings: Vec<ShapeFinding> = results().map(|result| finding(result, &ways)).collect();
    findings.sort_by(|one, other| key(one).cmp(&key(other)));
    Report { findings, counts, cut }
}

/// What the order of findings depends on: the label of a nameless node comes last, for it is another each time.
fn key(finding: &ShapeFinding) -> impl Ord + '_ {
    let ShapeFinding { severity, at, property, value, message, component, focus, .. } = finding;
    (*severity, at, property, value, message, component, focus)
}

fn finding(result: &Raw<'_>, ways: &HashMap<TermRef<'_>, String>) -> ShapeFinding {
    let shape = result.shape;
    let expected = Arc::clone(&result.rule.expected);
    ShapeFinding {
        severity: shape.severity,
        focus: cut(&result.focus.to_string(), NAMED),
        at: ways.get(&result.focus).cloned().unwrap_or_default(),
        property: match result.property {
            Some(property) => Arc::from(prefixed(property.as_str())),
            None => Arc::clone(&shape.property),
        },
        value: result.value.map(shown),
        message: shape.message.clone().unwrap_or_else(|| Arc::clone(&expected)),
        expected,
        fix: Arc::clone(&shape.fix),
        shape: Arc::clone(&shape.name),
        component: Arc::clone(&result.rule.component),
    }
}

/// A value in N-Triples' notation; long texts are cut.
fn shown(value: TermRef<'_>) -> String {
    match value {
        TermRef::Literal(literal) if literal.value().len() > SHOWN => {
            format!("\"{}\"", cut(literal.value(), SHOWN))
        }
        TermRef::BlankNode(_) => "a nameless node".to_owned(),
        value => cut(&value.to_string(), NAMED),
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The shortest way from the record to each node, as prefixed properties; the first by name of several.
fn ways<'a>(graph: &'a Graph, record: TermRef<'a>) -> HashMap<TermRef<'a>, String> {
    let mut ways = HashMap::from([(record, String::new())]);
    let mut level = vec![record];
    while !level.is_empty() {
        let mut next: BTreeMap<String, Vec<TermRef<'a>>> = BTreeMap::new();
        for node in level {
            let way = ways.get(&node).cloned().unwrap_or_default();
            let subject = match node {
                TermRef::NamedNode(node) => NamedOrBlankNodeRef::from(node),
                TermRef::BlankNode(node) => node.into(),
                TermRef::Literal(_) | TermRef::Triple(_) => continue,
            };
            for triple in graph.triples_for_subject(subject).filter(|triple| !ways.contains_key(&triple.object)) {
                let property = prefixed(triple.predicate.as_str());
                let longer = if way.is_empty() { property } else { format!("{way} / {property}") };
                if longer.len() <= NAMED {
                    next.entry(longer).or_default().push(triple.object);
                }
            }
        }
        level = Vec::new();
        for (way, nodes) in next {
            for node in nodes {
                if let Entry::Vacant(free) = ways.entry(node) {
                    free.insert(way.clone());
                    level.push(node);
                }
            }
        }
    }
    ways
}
