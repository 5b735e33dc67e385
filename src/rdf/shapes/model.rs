//! Shapes as they are run: what the SHACL files say, resolved once at start (SHACL 1.0, W3C Recommendation of 2017,
//! core). Shapes refer to each other by their place in one list, so that running them follows no names.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use oxrdf::{Literal, NamedNode, NamedNodeRef, Term};
use regex::Regex;

use crate::domain::conformance::Severity;
use crate::rdf::namespaces::{prefixed, rdf};

/// Place of a shape in the list.
pub(super) type At = usize;

/// A property that shapes look at, by its place in the table of properties: comparing numbers is what makes a check fast.
pub(super) type PropertyAt = usize;
/// Place of `rdf:type`.
pub(super) const TYPE: PropertyAt = 0;
/// Place of `rdfs:subClassOf`.
pub(super) const SUB_CLASS_OF: PropertyAt = 1;

/// Every property that a set of shapes looks at, by its IRI.
#[derive(Debug)]
pub(super) struct Properties(HashMap<String, PropertyAt>);

impl Default for Properties {
    fn default() -> Self {
        let mut table = Self(HashMap::new());
        table.place(rdf::TYPE);
        table.place(NamedNodeRef::new_unchecked("http://www.w3.org/2000/01/rdf-schema#subClassOf"));
        table
    }
}

impl Properties {
    /// The place of a property; a new one gets the next.
    pub fn place(&mut self, property: NamedNodeRef<'_>) -> PropertyAt {
        let next = self.0.len();
        *self.0.entry(property.as_str().to_owned()).or_insert(next)
    }

    /// The place of a property, where any shape looks at it.
    pub fn find(&self, property: NamedNodeRef<'_>) -> Option<PropertyAt> {
        self.0.get(property.as_str()).copied()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// One node shape or property shape.
#[derive(Debug)]
pub(super) struct Shape {
    /// IRI, or the blank node's label.
    pub name: Arc<str>,
    /// `sh:path`; `None` for a node shape.
    pub path: Option<Path>,
    /// The path as people read it.
    pub property: Arc<str>,
    pub severity: Severity,
    /// `sh:message`.
    pub message: Option<Arc<str>>,
    /// `atlas:fix`: what to write.
    pub fix: Arc<str>,
    pub targets: Vec<Target>,
    pub rules: Vec<Rule>,
}

/// One constraint with the words for what it expects.
#[derive(Debug)]
pub(super) struct Rule {
    pub constraint: Constraint,
    pub expected: Arc<str>,
    /// Local name of the constraint component.
    pub component: Arc<str>,
}

/// Where a shape applies (SHACL §2.1.3).
#[derive(Debug)]
pub(super) enum Target {
    /// `sh:targetClass`.
    Class(NamedNode),
    /// `sh:targetObjectsOf`.
    ObjectsOf(PropertyAt),
    /// `sh:targetSubjectsOf`.
    SubjectsOf(PropertyAt),
    /// `sh:targetNode`.
    Node(Term),
}

/// A property path (SHACL §2.3.1).
#[derive(Debug)]
pub(super) enum Path {
    Property(PropertyAt, NamedNode),
    Inverse(Box<Path>),
    Sequence(Vec<Path>),
    Alternative(Vec<Path>),
    ZeroOrMore(Box<Path>),
    OneOrMore(Box<Path>),
    ZeroOrOne(Box<Path>),
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |paths: &[Path], with: &str| paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(with);
        match self {
            Self::Property(_, property) => f.write_str(&prefixed(property.as_str())),
            Self::Inverse(path) => write!(f, "^{path}"),
            Self::Sequence(paths) => f.write_str(&joined(paths, " / ")),
            Self::Alternative(paths) => write!(f, "({})", joined(paths, " or ")),
            Self::ZeroOrMore(path) => write!(f, "({path})*"),
            Self::OneOrMore(path) => write!(f, "({path})+"),
            Self::ZeroOrOne(path) => write!(f, "({path})?"),
        }
    }
}

/// `sh:nodeKind`.
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeKind {
    pub iri: bool,
    pub blank: bool,
    pub literal: bool,
}

/// The four comparisons with a fixed value (SHACL §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    MinExclusive,
    MinInclusive,
    MaxExclusive,
    MaxInclusive,
}

/// What must hold (SHACL §4).
#[derive(Debug)]
pub(super) enum Constraint {
    Class(NamedNode),
    Datatype(NamedNode),
    Kind(NodeKind),
    MinCount(usize),
    MaxCount(usize),
    Compare(Bound, Literal),
    MinLength(usize),
    MaxLength(usize),
    Pattern(Box<Regex>),
    /// Language ranges in lower case.
    LanguageIn(Vec<String>),
    UniqueLang,
    /// Each value is less than each of the other property's, or equal where the flag says so.
    LessThan(PropertyAt, bool),
    Not(At),
    And(Vec<At>),
    Or(Vec<At>),
    Xone(Vec<At>),
    Node(At),
    Property(At),
    QualifiedMin(At, usize),
    QualifiedMax(At, usize),
    Closed(HashSet<NamedNode>),
    HasValue(Term),
    In(HashSet<Term>),
}
