//! Records with absurdly many values: 8,000 distributions, 35,000 keywords.
//!
//! Policy: at most [`MAX_VALUES`] values of one property of one resource are kept in the record, the same ones in every
//! harvest; what only the others used goes with them. The report says so; the archive keeps the document as it came.

use std::collections::{HashMap, HashSet};

use oxrdf::{Graph, NamedNode, NamedOrBlankNode, NamedOrBlankNodeRef, TermRef, TripleRef};

/// The most values of one property of one resource that a record keeps.
pub const MAX_VALUES: usize = 1_000;

/// A property of which not all values were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capped {
    /// The property.
    pub property: NamedNode,
    /// How many values it had.
    pub found: usize,
}

/// The record without the values that are too many, and the properties concerned; `None` where there are none.
#[must_use]
pub fn cap(graph: &Graph, subject: NamedOrBlankNodeRef<'_>) -> Option<(Graph, Vec<Capped>)> {
    let mut counts: HashMap<(NamedOrBlankNodeRef<'_>, _), usize> = HashMap::new();
    for triple in graph {
        let count = counts.entry((triple.subject, triple.predicate)).or_default();
        *count = count.saturating_add(1);
    }
    let crowded: Vec<_> = counts.into_iter().filter(|(_, count)| *count > MAX_VALUES).collect();
    if crowded.is_empty() {
        return None;
    }
    let mut dropped: HashSet<TripleRef<'_>> = HashSet::new();
    let mut capped = Vec::new();
    for ((node, property), found) in crowded {
        let mut values: Vec<TermRef<'_>> = graph.objects_for_subject_predicate(node, property).collect();
        values.sort_by_cached_key(|value| key(graph, *value));
        dropped.extend(values.into_iter().skip(MAX_VALUES).map(|value| TripleRef::new(node, property, value)));
        capped.push(Capped { property: property.into_owned(), found });
    }
    capped.sort_by(|one, other| (&one.property, one.found).cmp(&(&other.property, other.found)));
    Some((reachable(graph, subject, &dropped), capped))
}

/// What orders values without regard to the names of blank nodes.
fn key(graph: &Graph, value: TermRef<'_>) -> String {
    let TermRef::BlankNode(node) = value else { return value.to_string() };
    let mut statements: Vec<String> = graph
        .triples_for_subject(node)
        .map(|triple| match triple.object {
            TermRef::BlankNode(_) => format!("{} []", triple.predicate),
            object => format!("{} {object}", triple.predicate),
        })
        .collect();
    statements.sort_unstable();
    statements.concat()
}

fn reachable(graph: &Graph, subject: NamedOrBlankNodeRef<'_>, dropped: &HashSet<TripleRef<'_>>) -> Graph {
    let mut kept = Graph::new();
    let mut seen: HashSet<NamedOrBlankNode> = HashSet::from([subject.into_owned()]);
    let mut waiting = vec![subject.into_owned()];
    while let Some(node) = waiting.pop() {
        for triple in graph.triples_for_subject(&node).filter(|triple| !dropped.contains(triple)) {
            kept.insert(triple);
            let next: NamedOrBlankNode = match triple.object {
                TermRef::NamedNode(object) => object.into_owned().into(),
                TermRef::BlankNode(object) => object.into_owned().into(),
                TermRef::Literal(_) | TermRef::Triple(_) => continue,
            };
            if seen.insert(next.clone()) {
                waiting.push(next);
            }
        }
    }
    kept
}
