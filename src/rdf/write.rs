//! Writing graphs: Turtle (grouped, with prefixes, nameless nodes in place), N-Triples, N-Quads, JSON-LD, RDF/XML.
//!
//! Policy: the same graph gives the same bytes every time. Statements are sorted and nameless nodes are numbered in the
//! order in which they are met, so that a person can compare two answers and a cache can keep one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use oxjsonld::JsonLdSerializer;
use oxrdf::{
    BlankNode, Graph, GraphNameRef, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term, TermRef, Triple,
};
use oxrdfxml::RdfXmlSerializer;

use super::media::Format;
use super::namespaces::{PREFIXES, rdf};

/// The graph in the format, UTF-8.
#[must_use]
pub fn serialise(graph: &Graph, format: Format) -> Vec<u8> {
    let statements = Statements::of(graph);
    match format {
        Format::Turtle | Format::TriG => turtle(&statements).into_bytes(),
        Format::NTriples | Format::NQuads => {
            let lines: Vec<String> = statements.sorted.iter().map(|triple| format!("{triple} .\n")).collect();
            lines.concat().into_bytes()
        }
        Format::JsonLd => json_ld(&statements),
        Format::RdfXml => rdf_xml(&statements),
    }
}

/// A graph's statements in a fixed order with fixed names of nameless nodes.
struct Statements {
    sorted: Vec<Triple>,
}

impl Statements {
    fn of(graph: &Graph) -> Self {
        let names = names(graph);
        let rename = |node: &BlankNode| names.get(node).cloned().unwrap_or_else(|| node.clone());
        let mut sorted: Vec<Triple> = graph
            .iter()
            .map(|triple| {
                let mut triple = triple.into_owned();
                if let NamedOrBlankNode::BlankNode(node) = &triple.subject {
                    triple.subject = rename(node).into();
                }
                if let Term::BlankNode(node) = &triple.object {
                    triple.object = rename(node).into();
                }
                triple
            })
            .collect();
        sorted.sort_by_cached_key(|triple| {
            (
                matches!(triple.subject, NamedOrBlankNode::BlankNode(_)),
                triple.subject.to_string(),
                triple.predicate.as_ref() != rdf::TYPE,
                triple.predicate.as_str().to_owned(),
                triple.object.to_string(),
            )
        });
        Self { sorted }
    }

    /// The prefixes that the statements use.
    fn prefixes(&self) -> Vec<(&'static str, &'static str)> {
        let mut used: BTreeMap<&str, &str> = BTreeMap::new();
        let mut mark_used = |iri: &str| {
            if let Some((prefix, base)) =
                PREFIXES.iter().find(|(prefix, base)| *prefix != "dcterms" && iri.starts_with(base))
            {
                used.insert(prefix, base);
            }
        };
        for triple in &self.sorted {
            mark_used(triple.predicate.as_str());
            match &triple.object {
                Term::NamedNode(node) => mark_used(node.as_str()),
                Term::Literal(literal) => mark_used(literal.datatype().as_str()),
                Term::BlankNode(_) | Term::Triple(_) => {}
            }
        }
        used.into_iter().collect()
    }
}

/// Fixed names of the nameless nodes: canonical ones where they can be had, else in order of their statements.
fn names(graph: &Graph) -> HashMap<BlankNode, BlankNode> {
    let mut descriptions: HashMap<BlankNode, Vec<String>> = HashMap::new();
    let mut parents: HashMap<BlankNode, Vec<BlankNode>> = HashMap::new();
    for triple in graph {
        if let NamedOrBlankNodeRef::BlankNode(node) = triple.subject {
            let value = if triple.object.is_blank_node() { "_".to_owned() } else { triple.object.to_string() };
            descriptions.entry(node.into_owned()).or_default().push(format!("{} {value}", triple.predicate));
        }
        if let TermRef::BlankNode(node) = triple.object {
            let entry = descriptions.entry(node.into_owned()).or_default();
            match triple.subject {
                NamedOrBlankNodeRef::NamedNode(subject) => entry.push(format!("{subject} {}", triple.predicate)),
                NamedOrBlankNodeRef::BlankNode(parent) => {
                    entry.push(format!("^ {}", triple.predicate));
                    parents.entry(node.into_owned()).or_default().push(parent.into_owned());
                }
            }
        }
    }
    let mut keys: HashMap<BlankNode, String> = descriptions
        .into_iter()
        .map(|(node, mut lines)| {
            lines.sort_unstable();
            (node, lines.join("\n"))
        })
        .collect();
    // Two rounds of looking at the node above tell apart equal leaves of different parents.
    for _ in 0..2 {
        let digests: HashMap<BlankNode, String> =
            keys.iter().map(|(node, key)| (node.clone(), super::canonical::sha256_hex(key.as_bytes()))).collect();
        for (node, above) in &parents {
            let mut marks: Vec<&str> =
                above.iter().filter_map(|parent| digests.get(parent).map(String::as_str)).collect();
            marks.sort_unstable();
            if let Some(key) = keys.get_mut(node) {
                key.push('\n');
                key.push_str(&marks.join(" "));
            }
        }
    }
    let mut ordered: Vec<(String, BlankNode)> = keys.into_iter().map(|(node, key)| (key, node)).collect();
    ordered.sort_by(|(key, node), (other_key, other)| (key, node.as_str()).cmp(&(other_key, other.as_str())));
    ordered
        .into_iter()
        .enumerate()
        .map(|(number, (_, node))| (node, BlankNode::new(format!("n{number}")).unwrap_or_default()))
        .collect()
}

fn json_ld(statements: &Statements) -> Vec<u8> {
    let mut serializer = JsonLdSerializer::new();
    for (prefix, base) in statements.prefixes() {
        serializer = match serializer.clone().with_prefix(prefix, base) {
            Ok(with_prefix) => with_prefix,
            Err(_) => serializer,
        };
    }
    let mut writer = serializer.for_writer(Vec::new());
    for triple in &statements.sorted {
        // Writing to memory does not fail.
        let _ = writer.serialize_quad(triple.as_ref().in_graph(GraphNameRef::DefaultGraph));
    }
    writer.finish().unwrap_or_default()
}

fn rdf_xml(statements: &Statements) -> Vec<u8> {
    let mut serializer = RdfXmlSerializer::new();
    for (prefix, base) in statements.prefixes() {
        serializer = match serializer.clone().with_prefix(prefix, base) {
            Ok(with_prefix) => with_prefix,
            Err(_) => serializer,
        };
    }
    let mut writer = serializer.for_writer(Vec::new());
    for triple in &statements.sorted {
        // A property that cannot be an XML name is left out: RDF/XML has no way to write it.
        let _ = writer.serialize_triple(triple.as_ref());
    }
    writer.finish().unwrap_or_default()
}

fn turtle(statements: &Statements) -> String {
    let mut text = String::new();
    let prefixes = statements.prefixes();
    for (prefix, base) in &prefixes {
        let _ = writeln!(text, "@prefix {prefix}: <{base}> .");
    }
    let writer = TurtleWriter::new(statements, &prefixes);
    for (subject, own) in &writer.by_subject {
        if let NamedOrBlankNodeRef::BlankNode(node) = subject
            && writer.in_place.contains(node)
        {
            continue;
        }
        text.push('\n');
        text.push_str(&writer.subject(*subject));
        writer.properties(own, 1, &mut text);
        text.push_str(" .\n");
    }
    text
}

/// The deepest that nameless nodes are written inside one another; deeper ones get a name.
const MAX_IN_PLACE: usize = 12;

struct TurtleWriter<'a> {
    prefixes: &'a [(&'static str, &'static str)],
    by_subject: Vec<(NamedOrBlankNodeRef<'a>, Vec<&'a Triple>)>,
    positions: HashMap<NamedOrBlankNodeRef<'a>, usize>,
    /// Nameless nodes that are the value of one statement only, and so are written in its place.
    in_place: HashSet<oxrdf::BlankNodeRef<'a>>,
}

impl<'a> TurtleWriter<'a> {
    fn new(statements: &'a Statements, prefixes: &'a [(&'static str, &'static str)]) -> Self {
        let mut by_subject: Vec<(NamedOrBlankNodeRef<'a>, Vec<&'a Triple>)> = Vec::new();
        let mut uses: HashMap<oxrdf::BlankNodeRef<'a>, (usize, NamedOrBlankNodeRef<'a>)> = HashMap::new();
        for triple in &statements.sorted {
            match by_subject.last_mut() {
                Some((subject, own)) if *subject == triple.subject.as_ref() => own.push(triple),
                _ => by_subject.push((triple.subject.as_ref(), vec![triple])),
            }
            if let TermRef::BlankNode(node) = triple.object.as_ref() {
                uses.entry(node).or_insert((0, triple.subject.as_ref())).0 += 1;
            }
        }
        let positions = by_subject.iter().enumerate().map(|(at, (subject, _))| (*subject, at)).collect();
        let in_place = uses
            .iter()
            .filter(|(_, (count, _))| *count == 1)
            .map(|(node, _)| *node)
            .filter(|node| depth_below_a_name(*node, &uses).is_some_and(|depth| depth <= MAX_IN_PLACE))
            .collect();
        Self { prefixes, by_subject, positions, in_place }
    }

    fn properties(&self, own: &[&Triple], level: usize, text: &mut String) {
        let indent = "    ".repeat(level);
        let mut last: Option<NamedNodeRef<'_>> = None;
        for triple in own {
            let predicate = triple.predicate.as_ref();
            if last == Some(predicate) {
                text.push_str(" ,\n");
                text.push_str(&indent);
                text.push_str("    ");
            } else {
                text.push_str(if last.is_some() { " ;\n" } else { "\n" });
                text.push_str(&indent);
                text.push_str(&if predicate == rdf::TYPE { "a".to_owned() } else { self.name(predicate) });
                text.push(' ');
                last = Some(predicate);
            }
            self.object(triple.object.as_ref(), level, text);
        }
    }

    fn object(&self, object: TermRef<'a>, level: usize, text: &mut String) {
        match object {
            TermRef::NamedNode(node) => text.push_str(&self.name(node)),
            TermRef::Literal(literal) if literal.language().is_none() => {
                let quoted = oxrdf::LiteralRef::new_simple_literal(literal.value()).to_string();
                text.push_str(&quoted);
                if literal.datatype() != oxrdf::vocab::xsd::STRING {
                    text.push_str("^^");
                    text.push_str(&self.name(literal.datatype()));
                }
            }
            TermRef::BlankNode(node) if self.in_place.contains(&node) => {
                let own =
                    self.positions.get(&NamedOrBlankNodeRef::BlankNode(node)).and_then(|at| self.by_subject.get(*at));
                match own {
                    Some((_, own)) => {
                        text.push('[');
                        self.properties(own, level.saturating_add(1), text);
                        text.push_str(" ]");
                    }
                    None => text.push_str("[]"),
                }
            }
            TermRef::BlankNode(_) | TermRef::Literal(_) | TermRef::Triple(_) => text.push_str(&object.to_string()),
        }
    }

    fn subject(&self, subject: NamedOrBlankNodeRef<'_>) -> String {
        match subject {
            NamedOrBlankNodeRef::NamedNode(node) => self.name(node),
            NamedOrBlankNodeRef::BlankNode(node) => node.to_string(),
        }
    }

    /// The prefixed name where the rest is a plain local name, else the IRI in angle brackets.
    fn name(&self, node: NamedNodeRef<'_>) -> String {
        for (prefix, base) in self.prefixes {
            if let Some(local) = node.as_str().strip_prefix(base) {
                let plain = !local.is_empty()
                    && local.starts_with(|mark: char| mark.is_ascii_alphabetic())
                    && local.chars().all(|mark| mark.is_ascii_alphanumeric() || mark == '_' || mark == '-');
                if plain {
                    return format!("{prefix}:{local}");
                }
            }
        }
        node.to_string()
    }
}

/// How many nameless nodes lie between the node and a named subject; `None` where there is a circle.
fn depth_below_a_name(
    node: oxrdf::BlankNodeRef<'_>,
    uses: &HashMap<oxrdf::BlankNodeRef<'_>, (usize, NamedOrBlankNodeRef<'_>)>,
) -> Option<usize> {
    let mut current = node;
    for depth in 1..=MAX_IN_PLACE.saturating_add(1) {
        match uses.get(&current) {
            Some((1, NamedOrBlankNodeRef::BlankNode(above))) => current = *above,
            // A named subject, or a nameless one that is written on its own.
            Some(_) | None => return Some(depth),
        }
    }
    None
}
