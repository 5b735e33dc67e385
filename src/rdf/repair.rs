//! Mending what a lenient reading lets through: IRIs with forbidden characters, triple terms, blank-node names.
//!
//! Policy: an IRI with a space or another forbidden character is escaped with `%` and reported; one that stays wrong
//! is kept as text where it is a value, and its statement is left out where it is a subject or a property. After this
//! every IRI of a graph is valid (RFC 3987), so a graph that is written can be read again.

use std::collections::HashMap;
use std::fmt::Write as _;

use oxrdf::{BlankNode, Graph, Literal, NamedNode, NamedOrBlankNode, Quad, Term, Triple};

use super::parse::{Problem, ProblemKind};

/// What [`clean`] gives.
pub struct Cleaned {
    /// The statements with valid IRIs and fresh blank nodes.
    pub graph: Graph,
    /// What was changed or left out; lines are not known here.
    pub problems: Vec<(Problem, String)>,
}

/// Turns parsed statements into a graph whose IRIs are all valid. Graph names are dropped: a document's named graphs
/// are read as one. Each problem comes with the offending text, by which its line can be found.
#[must_use]
pub fn clean(quads: Vec<Quad>, check_iris: bool) -> Cleaned {
    let mut cleaner = Cleaner { check_iris, names: HashMap::new(), known: HashMap::new(), problems: Vec::new() };
    let mut graph = Graph::new();
    for quad in quads {
        if let Some(triple) = cleaner.triple(quad) {
            graph.insert(&triple);
        }
    }
    Cleaned { graph, problems: cleaner.problems }
}

struct Cleaner {
    check_iris: bool,
    names: HashMap<BlankNode, BlankNode>,
    /// What each wrong IRI became.
    known: HashMap<String, Option<NamedNode>>,
    problems: Vec<(Problem, String)>,
}

impl Cleaner {
    fn triple(&mut self, quad: Quad) -> Option<Triple> {
        let subject = match quad.subject {
            NamedOrBlankNode::BlankNode(node) => NamedOrBlankNode::BlankNode(self.fresh(node)),
            NamedOrBlankNode::NamedNode(node) => NamedOrBlankNode::NamedNode(self.iri(node, None).ok()?),
        };
        let about = match &subject {
            NamedOrBlankNode::NamedNode(node) => Some(node.as_str().to_owned()),
            NamedOrBlankNode::BlankNode(_) => None,
        };
        let predicate = self.iri(quad.predicate, about.as_deref()).ok()?;
        let object = match quad.object {
            Term::BlankNode(node) => Term::BlankNode(self.fresh(node)),
            Term::NamedNode(node) => match self.iri(node, about.as_deref()) {
                Ok(node) => Term::NamedNode(node),
                Err(text) => Term::Literal(Literal::new_simple_literal(text)),
            },
            Term::Literal(literal) => Term::Literal(self.literal(literal, about.as_deref())),
            Term::Triple(_) => {
                let message = "a statement about a statement (RDF 1.2 triple term) was left out".to_owned();
                self.report(about, ProblemKind::Lost, message, "<<");
                return None;
            }
        };
        Some(Triple::new(subject, predicate, object))
    }

    fn fresh(&mut self, node: BlankNode) -> BlankNode {
        self.names.entry(node).or_default().clone()
    }

    /// The IRI made valid, or its text when it cannot be.
    fn iri(&mut self, node: NamedNode, about: Option<&str>) -> Result<NamedNode, String> {
        if !self.check_iris {
            return Ok(node);
        }
        if let Some(known) = self.known.get(node.as_str()) {
            return known.clone().ok_or_else(|| node.as_str().to_owned());
        }
        if NamedNode::new(node.as_str()).is_ok() {
            return Ok(node);
        }
        let mended = NamedNode::new(escape(node.as_str())).ok();
        let (kind, message) = match &mended {
            Some(mended) => (
                ProblemKind::Mended,
                format!("the address {:?} has forbidden characters, read as {mended}", node.as_str()),
            ),
            None => (ProblemKind::Lost, format!("{:?} is not an address (IRI)", node.as_str())),
        };
        self.report(about.map(str::to_owned), kind, message, node.as_str());
        self.known.insert(node.as_str().to_owned(), mended.clone());
        mended.ok_or_else(|| node.into_string())
    }

    /// A literal whose language tag and datatype are valid; one whose are not becomes plain text.
    fn literal(&mut self, literal: Literal, about: Option<&str>) -> Literal {
        if !self.check_iris {
            return literal;
        }
        if let Some(language) = literal.language() {
            if Literal::new_language_tagged_literal(literal.value(), language).is_ok() {
                return literal;
            }
            let message = format!("{language:?} is not a language tag, the text was kept without it");
            self.report(about.map(str::to_owned), ProblemKind::Mended, message, &format!("@{language}"));
            return Literal::new_simple_literal(literal.value());
        }
        match self.iri(literal.datatype().into_owned(), about) {
            Ok(datatype) => Literal::new_typed_literal(literal.value(), datatype),
            Err(_) => Literal::new_simple_literal(literal.value()),
        }
    }

    fn report(&mut self, subject: Option<String>, kind: ProblemKind, message: String, text: &str) {
        self.problems.push((Problem { line: None, subject, kind, message }, text.to_owned()));
    }
}

/// The text with every character that no IRI may have escaped as `%` and two hexadecimal digits per UTF-8 byte.
#[must_use]
pub fn escape(iri: &str) -> String {
    let trimmed = iri.trim();
    let mut escaped = String::with_capacity(trimmed.len());
    let bytes = trimmed.as_bytes();
    for (at, mark) in trimmed.char_indices() {
        let is_bare_percent = mark == '%'
            && !bytes
                .get(at.saturating_add(1)..at.saturating_add(3))
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let forbidden = mark.is_control()
            || mark.is_whitespace()
            || matches!(mark, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`');
        if forbidden || is_bare_percent {
            let mut buffer = [0; 4];
            for byte in mark.encode_utf8(&mut buffer).bytes() {
                let _ = write!(escaped, "%{byte:02X}");
            }
        } else {
            escaped.push(mark);
        }
    }
    escaped
}
