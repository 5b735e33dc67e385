//! The canonical form of a graph: RDFC-1.0 (W3C RDF Dataset Canonicalization, 2024) as sorted N-Quads, and the SHA-256
//! of that text. Two graphs have the same hash when they say the same, whatever their blank nodes are called.
//!
//! Policy: RDFC-1.0 takes factorial time on graphs built for it ("poison graphs"). Such a graph is recognised before
//! the work starts, by counting the orders of indistinguishable neighbours that the algorithm would try, and refused with a reason.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{BlankNodeRef, Graph, NamedOrBlankNodeRef, TermRef, Triple};
use oxttl::{NQuadsParser, TurtleSyntaxError};
use sha2::{Digest, Sha256};

/// The most blank nodes that one record's graph may have.
pub const MAX_BLANK_NODES: usize = 20_000;
/// The most blank nodes, linked to each other, that their own statements do not tell apart: RDFC-1.0 recurses through
/// them, one stack frame each.
pub const MAX_ALIKE_LINKED: usize = 200;
/// The most orders of indistinguishable neighbours that RDFC-1.0 may have to try in one linked group.
pub const MAX_ORDERS: u64 = 5_040;

/// A graph in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// Canonical N-Quads: one statement a line, sorted by code point, blank nodes named `_:c14n…`.
    pub nquads: String,
    /// SHA-256 of `nquads`, lower-case hexadecimal.
    pub hash: String,
}

/// A graph that is not canonicalised because it would take too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalRefused {
    /// More than [`MAX_BLANK_NODES`].
    #[error("the record has {count} nodes without a name, more than the {MAX_BLANK_NODES} allowed: give them IRIs")]
    TooManyBlankNodes {
        /// How many.
        count: usize,
    },
    /// Too many blank nodes that nothing tells apart.
    #[error(
        "the record has {count} nodes without a name that refer to each other and cannot be told apart: give them IRIs"
    )]
    TooSymmetric {
        /// How many.
        count: usize,
    },
}

/// The graph of a canonical text as it is kept with a record. It is our own writing: nothing is guessed, nothing mended.
///
/// # Errors
/// Where the text is not N-Quads any more.
pub fn read(nquads: &str) -> Result<Graph, TurtleSyntaxError> {
    let mut graph = Graph::new();
    for quad in NQuadsParser::new().for_slice(nquads.as_bytes()) {
        let quad = quad?;
        graph.insert(&Triple::new(quad.subject, quad.predicate, quad.object));
    }
    Ok(graph)
}

/// The canonical form of the graph.
///
/// # Errors
/// [`CanonicalRefused`] for graphs with too many, or too many indistinguishable, blank nodes.
pub fn canonicalise(graph: &Graph) -> Result<Canonical, CanonicalRefused> {
    guard(graph)?;
    let mut canonical = graph.clone();
    canonical.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let mut lines: Vec<String> = canonical.iter().map(|triple| format!("{triple} .\n")).collect();
    lines.sort_unstable();
    let nquads = lines.concat();
    let hash = hex(&Sha256::digest(nquads.as_bytes()));
    Ok(Canonical { nquads, hash })
}

/// SHA-256 of any bytes in lower-case hexadecimal, the form in which every digest is stored.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Refuses graphs on which RDFC-1.0 would take too long or recurse too deep.
fn guard(graph: &Graph) -> Result<(), CanonicalRefused> {
    let marks = first_degree(graph);
    if marks.len() > MAX_BLANK_NODES {
        return Err(CanonicalRefused::TooManyBlankNodes { count: marks.len() });
    }
    let mut sizes: HashMap<u64, usize> = HashMap::new();
    for mark in marks.values() {
        *sizes.entry(*mark).or_default() += 1;
    }
    let alike: HashMap<BlankNodeRef<'_>, u64> =
        marks.into_iter().filter(|(_, mark)| sizes.get(mark).is_some_and(|size| *size > 1)).collect();
    let neighbours = links(graph, &alike);
    let mut seen: HashSet<BlankNodeRef<'_>> = HashSet::new();
    for start in neighbours.keys() {
        let (count, orders) = group_cost(*start, &neighbours, &mut seen);
        if count > MAX_ALIKE_LINKED || orders > MAX_ORDERS {
            return Err(CanonicalRefused::TooSymmetric { count });
        }
    }
    Ok(())
}

/// Each blank node with a hash of its own statements in which every other blank node looks the same (RDFC-1.0 §4.6).
fn first_degree(graph: &Graph) -> HashMap<BlankNodeRef<'_>, u64> {
    let mut statements: HashMap<BlankNodeRef<'_>, Vec<u64>> = HashMap::new();
    for triple in graph {
        let subject = match triple.subject {
            NamedOrBlankNodeRef::BlankNode(node) => Some(node),
            NamedOrBlankNodeRef::NamedNode(_) => None,
        };
        let object = match triple.object {
            TermRef::BlankNode(node) => Some(node),
            TermRef::NamedNode(_) | TermRef::Literal(_) | TermRef::Triple(_) => None,
        };
        if let Some(node) = subject {
            let other = object.map_or_else(|| triple.object.to_string(), |object| (object == node).to_string());
            statements.entry(node).or_default().push(digest(&(0_u8, triple.predicate.as_str(), other)));
        }
        if let Some(node) = object {
            let other = subject.map_or_else(|| triple.subject.to_string(), |subject| (subject == node).to_string());
            statements.entry(node).or_default().push(digest(&(1_u8, triple.predicate.as_str(), other)));
        }
    }
    statements
        .into_iter()
        .map(|(node, mut own)| {
            own.sort_unstable();
            (node, digest(&own))
        })
        .collect()
}

/// For each blank node that is not unique by its own statements: its neighbours that are not either, grouped by how
/// RDFC-1.0 sees them (direction, predicate, own statements).
type Links<'a> = HashMap<BlankNodeRef<'a>, HashMap<u64, HashSet<BlankNodeRef<'a>>>>;

fn links<'a>(graph: &'a Graph, alike: &HashMap<BlankNodeRef<'a>, u64>) -> Links<'a> {
    let mut links: Links<'a> = HashMap::new();
    for triple in graph {
        let (NamedOrBlankNodeRef::BlankNode(subject), TermRef::BlankNode(object)) = (triple.subject, triple.object)
        else {
            continue;
        };
        let (Some(subject_mark), Some(object_mark)) = (alike.get(&subject), alike.get(&object)) else { continue };
        let predicate = triple.predicate.as_str();
        let forward = digest(&(0_u8, predicate, object_mark));
        let backward = digest(&(1_u8, predicate, subject_mark));
        links.entry(subject).or_default().entry(forward).or_default().insert(object);
        links.entry(object).or_default().entry(backward).or_default().insert(subject);
    }
    links
}

/// Walks one linked group of alike blank nodes: how many they are, and how many orders there are to try.
fn group_cost<'a>(start: BlankNodeRef<'a>, links: &Links<'a>, seen: &mut HashSet<BlankNodeRef<'a>>) -> (usize, u64) {
    let mut waiting = vec![start];
    let (mut count, mut orders) = (0_usize, 1_u64);
    while let Some(node) = waiting.pop() {
        if !seen.insert(node) {
            continue;
        }
        count = count.saturating_add(1);
        for group in links.get(&node).into_iter().flat_map(HashMap::values) {
            let size = u64::try_from(group.len()).unwrap_or(u64::MAX);
            orders = (2..=size.min(21)).fold(orders, u64::saturating_mul);
            waiting.extend(group.iter().copied());
        }
    }
    (count, orders)
}

fn digest(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
