//! Reading SHACL files into shapes that can be run.
//!
//! Policy: what cannot be run is refused by name when it is read, and never passed over in silence: a rule that is
//! written and not checked would be believed to hold. That goes for terms of SHACL that are not known here, for shapes
//! that lead back to themselves (their meaning is open, SHACL §3.4.3), and for parameters of the wrong kind. Terms
//! outside SHACL's namespace are annotations. Nothing is imported: `owl:imports` is an annotation too.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use oxrdf::{Graph, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term, TermRef};
use oxttl::TurtleParser;

use super::ShapesError;
use super::model::{At, Path, Properties, Shape, Target};
use super::parameters;
use crate::domain::conformance::Severity;
use crate::rdf::namespaces::{ATLAS, prefixed, rdf};

pub(super) const SH: &str = "http://www.w3.org/ns/shacl#";
const RDF_FIRST: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("http://www.w3.org/1999/02/22-rdf-syntax-ns#first");
const RDF_REST: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("http://www.w3.org/1999/02/22-rdf-syntax-ns#rest");
const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";

/// Shapes of one set of files.
const MAX_SHAPES: usize = 20_000;
/// Nesting of paths and shapes.
const MAX_DEPTH: usize = 64;
/// Members of a list.
const MAX_LIST: usize = 10_000;

/// What a shape may say beside its constraints and targets.
const DESCRIBING: &[&str] = &["path", "severity", "message", "name", "description", "order", "group", "defaultValue"];

/// A term of the SHACL vocabulary.
pub(super) fn sh(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{SH}{name}"))
}

/// Reads files of shapes into one list.
pub(super) fn load(files: &[(&str, &str)]) -> Result<(Vec<Shape>, Properties), ShapesError> {
    let mut graph = Graph::new();
    for (file, text) in files {
        for triple in TurtleParser::new().for_slice(text.as_bytes()) {
            let triple = triple.map_err(|error| ShapesError::new(file, error.to_string()))?;
            graph.insert(&triple);
        }
    }
    let name = files.iter().map(|(file, _)| *file).collect::<Vec<_>>().join(", ");
    let mut loader = Loader {
        graph: &graph,
        name,
        shapes: Vec::new(),
        places: HashMap::new(),
        properties: Properties::default(),
        depth: 0,
    };
    for root in loader.roots() {
        loader.shape(&root)?;
    }
    let Loader { name, shapes, properties, .. } = loader;
    let shapes = shapes.into_iter().collect::<Option<Vec<_>>>();
    shapes.map(|shapes| (shapes, properties)).ok_or_else(|| ShapesError::new(&name, "a shape is not whole"))
}

/// The shapes under construction.
pub(super) struct Loader<'a> {
    pub graph: &'a Graph,
    name: String,
    /// `None` while a shape is being read.
    shapes: Vec<Option<Shape>>,
    places: HashMap<NamedOrBlankNode, At>,
    pub properties: Properties,
    depth: usize,
}

impl Loader<'_> {
    pub fn refuse(&self, node: &NamedOrBlankNode, reason: &str) -> ShapesError {
        ShapesError::new(&self.name, format!("{node}: {reason}"))
    }

    /// The shapes that have targets or say that they are shapes, in the order of their names.
    fn roots(&self) -> Vec<NamedOrBlankNode> {
        let typed = ["NodeShape", "PropertyShape"].map(sh);
        let mut roots: Vec<NamedOrBlankNode> = self
            .graph
            .iter()
            .filter(|triple| {
                let predicate = triple.predicate.as_str();
                predicate.strip_prefix(SH).is_some_and(|name| name.starts_with("target"))
                    || (triple.predicate == rdf::TYPE
                        && typed.iter().any(|class| triple.object == TermRef::NamedNode(class.as_ref())))
            })
            .map(|triple| triple.subject.into_owned())
            .collect();
        roots.sort_by_cached_key(ToString::to_string);
        roots.dedup();
        roots
    }

    /// The place of the shape that a node describes; reads it when it was not read yet.
    pub fn shape(&mut self, node: &NamedOrBlankNode) -> Result<At, ShapesError> {
        if let Some(place) = self.places.get(node) {
            return match self.shapes.get(*place) {
                Some(Some(_)) => Ok(*place),
                _ => Err(self.refuse(node, "the shape leads back to itself")),
            };
        }
        let place = self.shapes.len();
        if place >= MAX_SHAPES || self.depth >= MAX_DEPTH {
            return Err(self.refuse(node, "there are too many shapes, or they are nested too deeply"));
        }
        self.shapes.push(None);
        self.places.insert(node.clone(), place);
        self.depth += 1;
        let shape = self.read(node)?;
        self.depth -= 1;
        if let Some(free) = self.shapes.get_mut(place) {
            *free = Some(shape);
        }
        Ok(place)
    }

    fn read(&mut self, node: &NamedOrBlankNode) -> Result<Shape, ShapesError> {
        let path = match self.only(node, "path")? {
            Some(path) => Some(self.path(node, &path, 0)?),
            None => None,
        };
        let (mut targets, mut rules) = (Vec::new(), Vec::new());
        let off = matches!(self.only(node, "deactivated")?, Some(Term::Literal(value)) if value.value() == "true");
        for (name, value) in self.statements(node)? {
            if let Some(target) = self.target(node, &name, &value)? {
                targets.push(target);
            } else if name != "deactivated" && !DESCRIBING.contains(&name.as_str()) {
                rules.extend(parameters::read(self, node, &name, &value, path.is_some())?);
            }
        }
        if off {
            rules.clear();
        }
        Ok(Shape {
            name: match node {
                NamedOrBlankNode::NamedNode(name) => Arc::from(name.as_str()),
                NamedOrBlankNode::BlankNode(name) => Arc::from(name.to_string()),
            },
            property: path.as_ref().map_or_else(|| Arc::from(""), |path| Arc::from(path.to_string())),
            path,
            severity: self.severity(node)?,
            message: self.text(node, &format!("{SH}message")).map(Arc::from),
            fix: Arc::from(self.text(node, &format!("{ATLAS}fix")).unwrap_or_default()),
            targets,
            rules,
        })
    }

    /// What is said of a node in SHACL's terms, in an order that does not depend on the file.
    fn statements(&self, node: &NamedOrBlankNode) -> Result<Vec<(String, Term)>, ShapesError> {
        let mut statements = Vec::new();
        for triple in self.graph.triples_for_subject(node) {
            if let Some(name) = triple.predicate.as_str().strip_prefix(SH) {
                statements.push((name.to_owned(), triple.object.into_owned()));
            }
            let class = triple.predicate == rdf::TYPE
                && matches!(triple.object, TermRef::NamedNode(class)
                    if class.as_str().ends_with("#Class") && !class.as_str().starts_with(SH));
            if class {
                return Err(self.refuse(node, "a shape that is a class at the same time is not supported"));
            }
        }
        statements.sort_by_cached_key(|(name, value)| (name.clone(), value.to_string()));
        Ok(statements)
    }

    fn target(&mut self, node: &NamedOrBlankNode, name: &str, value: &Term) -> Result<Option<Target>, ShapesError> {
        Ok(Some(match (name, value) {
            ("targetClass", Term::NamedNode(class)) => Target::Class(class.clone()),
            ("targetObjectsOf", Term::NamedNode(property)) => {
                Target::ObjectsOf(self.properties.place(property.as_ref()))
            }
            ("targetSubjectsOf", Term::NamedNode(property)) => {
                Target::SubjectsOf(self.properties.place(property.as_ref()))
            }
            ("targetNode", Term::NamedNode(_) | Term::Literal(_)) => Target::Node(value.clone()),
            _ if name.starts_with("target") => {
                return Err(self.refuse(node, &format!("sh:{name} {value} is not supported")));
            }
            _ => return Ok(None),
        }))
    }

    fn severity(&self, node: &NamedOrBlankNode) -> Result<Severity, ShapesError> {
        let severity = self.only(node, "severity")?;
        let name = match &severity {
            None => return Ok(Severity::Violation),
            Some(Term::NamedNode(severity)) => severity.as_str().strip_prefix(SH),
            Some(_) => None,
        };
        match name {
            Some("Violation") => Ok(Severity::Violation),
            Some("Warning") => Ok(Severity::Warning),
            Some("Info") => Ok(Severity::Info),
            _ => Err(self.refuse(node, "sh:severity must be sh:Violation, sh:Warning or sh:Info")),
        }
    }

    /// The one value of a parameter that may be given once.
    pub fn only(&self, node: &NamedOrBlankNode, name: &str) -> Result<Option<Term>, ShapesError> {
        let property = sh(name);
        let mut values = self.graph.objects_for_subject_predicate(node, &property);
        let first = values.next().map(TermRef::into_owned);
        if values.next().is_some() {
            return Err(self.refuse(node, &format!("sh:{name} may be given once")));
        }
        Ok(first)
    }

    /// A text in English, or without a language, or any.
    fn text(&self, node: &NamedOrBlankNode, property: &str) -> Option<String> {
        let property = NamedNodeRef::new(property).ok()?;
        let rank = |language: Option<&str>| match language {
            Some("en") => 0,
            None => 1,
            Some(_) => 2,
        };
        self.graph
            .objects_for_subject_predicate(node, property)
            .filter_map(|value| match value {
                TermRef::Literal(text) => Some((rank(text.language()), text.value().to_owned())),
                _ => None,
            })
            .min()
            .map(|(_, text)| text)
    }

    /// A node that may carry statements.
    pub fn node(&self, owner: &NamedOrBlankNode, term: &Term) -> Result<NamedOrBlankNode, ShapesError> {
        match term {
            Term::NamedNode(node) => Ok(node.clone().into()),
            Term::BlankNode(node) => Ok(node.clone().into()),
            _ => Err(self.refuse(owner, &format!("{term} is not a shape"))),
        }
    }

    /// The members of an RDF list.
    pub fn list(&self, owner: &NamedOrBlankNode, head: &Term) -> Result<Vec<Term>, ShapesError> {
        let mut members = Vec::new();
        let mut at = head.clone();
        let mut seen = HashSet::new();
        loop {
            let node: NamedOrBlankNode = match &at {
                Term::NamedNode(end) if end.as_str() == RDF_NIL => return Ok(members),
                Term::NamedNode(node) => node.clone().into(),
                Term::BlankNode(node) => node.clone().into(),
                _ => return Err(self.refuse(owner, "a list was expected")),
            };
            let first = self.graph.object_for_subject_predicate(&node, RDF_FIRST);
            let rest = self.graph.object_for_subject_predicate(&node, RDF_REST);
            let (Some(first), Some(rest)) = (first, rest) else {
                return Err(self.refuse(owner, "a list was expected"));
            };
            members.push(first.into_owned());
            if !seen.insert(node) || members.len() > MAX_LIST {
                return Err(self.refuse(owner, "a list is too long or does not end"));
            }
            at = rest.into_owned();
        }
    }

    fn path(&mut self, owner: &NamedOrBlankNode, term: &Term, depth: usize) -> Result<Path, ShapesError> {
        if depth >= MAX_DEPTH {
            return Err(self.refuse(owner, "sh:path is nested too deeply"));
        }
        let node = match term {
            Term::NamedNode(name) => {
                return Ok(Path::Property(self.properties.place(name.as_ref()), name.clone()));
            }
            Term::BlankNode(node) => NamedOrBlankNodeRef::from(node),
            _ => return Err(self.refuse(owner, "sh:path is not a path")),
        };
        if self.graph.object_for_subject_predicate(node, RDF_FIRST).is_some() {
            return self.paths(owner, term, depth).map(Path::Sequence);
        }
        let parts: Vec<_> = self.graph.triples_for_subject(node).collect();
        let [part] = parts.as_slice() else {
            return Err(self.refuse(owner, "sh:path is not a path"));
        };
        let object = part.object.into_owned();
        let name = part.predicate.as_str().strip_prefix(SH);
        if name == Some("alternativePath") {
            return self.paths(owner, &object, depth).map(Path::Alternative);
        }
        let kind: fn(Box<Path>) -> Path = match name {
            Some("inversePath") => Path::Inverse,
            Some("zeroOrMorePath") => Path::ZeroOrMore,
            Some("oneOrMorePath") => Path::OneOrMore,
            Some("zeroOrOnePath") => Path::ZeroOrOne,
            _ => return Err(self.refuse(owner, &format!("{} is not a path", prefixed(part.predicate.as_str())))),
        };
        self.path(owner, &object, depth + 1).map(Box::new).map(kind)
    }

    /// The members of a list of paths.
    fn paths(&mut self, owner: &NamedOrBlankNode, list: &Term, depth: usize) -> Result<Vec<Path>, ShapesError> {
        let members = self.list(owner, list)?;
        if members.is_empty() {
            return Err(self.refuse(owner, "sh:path has an empty list"));
        }
        members.iter().map(|member| self.path(owner, member, depth + 1)).collect()
    }
}
