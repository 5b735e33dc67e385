//! Holding a graph against shapes (SHACL §3).
//!
//! Policy: without inference; `rdfs:subClassOf` counts only where the data say it (SHACL's own definition of an
//! instance). Nothing is fetched. The work is bounded by [`Limits`]: a graph that needs more steps is checked as far as
//! that goes, and the outcome says so. No recursion depends on the data: shapes nest as deep as their files do, and
//! paths of any length are walked with a list of what is waiting.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use oxrdf::{Graph, NamedNode, NamedNodeRef, NamedOrBlankNodeRef, TermRef};

use super::model::{At, Bound, Constraint, NodeKind, Path, PropertyAt, Rule, SUB_CLASS_OF, Shape, TYPE, Target};
use super::value::{against, compare, has_datatype, is_in_range};
use super::{Limits, Outcome, Raw, ShapeSet};

/// One check of one graph.
pub(super) struct Run<'a> {
    graph: &'a Graph,
    shapes: &'a [Shape],
    limits: Limits,
    steps: Cell<u64>,
    /// What is said of each node with the properties that shapes look at, in the order of the properties.
    said: HashMap<NamedOrBlankNodeRef<'a>, Vec<(PropertyAt, TermRef<'a>)>>,
    /// The statements of each property.
    with: Vec<Vec<(NamedOrBlankNodeRef<'a>, TermRef<'a>)>>,
    /// Classes with everything declared below them; empty where the graph declares nothing.
    below: HashMap<TermRef<'a>, Vec<TermRef<'a>>>,
}

/// Where results go: into the report, or only whether there is any.
enum Sink<'s, 'a> {
    Report(&'s mut Outcome<'a>),
    Any(bool),
}

impl Sink<'_, '_> {
    /// Whether nothing more can change the answer.
    fn is_settled(&self) -> bool {
        matches!(self, Self::Any(true))
    }
}

/// One node under one shape.
struct Focus<'a> {
    node: TermRef<'a>,
    values: Vec<TermRef<'a>>,
}

impl<'a> Run<'a> {
    pub fn new(graph: &'a Graph, set: &'a ShapeSet, limits: Limits) -> Self {
        let mut said: HashMap<NamedOrBlankNodeRef<'a>, Vec<(PropertyAt, TermRef<'a>)>> = HashMap::new();
        let mut with = vec![Vec::new(); set.properties.len()];
        for triple in graph {
            let Some(property) = set.properties.find(triple.predicate) else { continue };
            said.entry(triple.subject).or_default().push((property, triple.object));
            if let Some(statements) = with.get_mut(property) {
                statements.push((triple.subject, triple.object));
            }
        }
        for statements in said.values_mut() {
            statements.sort_by_key(|(property, _)| *property);
        }
        let mut below: HashMap<TermRef<'a>, Vec<TermRef<'a>>> = HashMap::new();
        for (narrower, broader) in with.get(SUB_CLASS_OF).into_iter().flatten() {
            below.entry(*broader).or_default().push((*narrower).into());
        }
        Self { graph, shapes: &set.shapes, limits, steps: Cell::new(0), said, with, below }
    }

    /// The statements of a property.
    fn statements(&self, property: PropertyAt) -> &[(NamedOrBlankNodeRef<'a>, TermRef<'a>)] {
        self.with.get(property).map_or(&[], Vec::as_slice)
    }

    /// What a property of a node leads to.
    fn objects(&self, node: TermRef<'a>, property: PropertyAt) -> impl Iterator<Item = TermRef<'a>> {
        let said = resource(node).and_then(|node| self.said.get(&node)).map_or(&[][..], Vec::as_slice);
        let first = said.partition_point(|(other, _)| *other < property);
        let rest = said.get(first..).unwrap_or_default();
        rest.iter().take_while(move |(other, _)| *other == property).map(|(_, object)| *object)
    }

    /// Holds the graph against every shape that has targets.
    pub fn whole(&self) -> Outcome<'a> {
        let mut outcome = Outcome::new(self.limits.results);
        for shape in self.shapes.iter().filter(|shape| !shape.targets.is_empty()) {
            for node in self.targets(shape) {
                self.check(shape, node, &mut Sink::Report(&mut outcome));
            }
        }
        outcome.cut = self.is_spent();
        outcome
    }

    fn is_spent(&self) -> bool {
        self.steps.get() >= self.limits.steps
    }

    /// Counts work; whether there is still some left.
    fn work(&self, steps: usize) -> bool {
        let done = self.steps.get().saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
        self.steps.set(done);
        done < self.limits.steps
    }

    /// The nodes that a shape applies to, each once.
    fn targets(&self, shape: &'a Shape) -> Vec<TermRef<'a>> {
        let mut nodes: Vec<TermRef<'a>> = Vec::new();
        for target in &shape.targets {
            match target {
                Target::Class(class) => {
                    let classes = self.class_and_below(class.as_ref());
                    let typed = self.statements(TYPE).iter();
                    nodes.extend(
                        typed.filter(|(_, class)| classes.contains(class)).map(|(node, _)| TermRef::from(*node)),
                    );
                }
                Target::ObjectsOf(property) => {
                    nodes.extend(self.statements(*property).iter().map(|(_, object)| *object));
                }
                Target::SubjectsOf(property) => {
                    nodes.extend(self.statements(*property).iter().map(|(subject, _)| TermRef::from(*subject)));
                }
                Target::Node(node) => nodes.push(node.as_ref()),
            }
        }
        if nodes.len() > 1 {
            let mut seen = HashSet::with_capacity(nodes.len());
            nodes.retain(|node| seen.insert(*node));
        }
        nodes
    }

    /// The class with everything that the graph declares below it.
    fn class_and_below(&self, class: NamedNodeRef<'a>) -> Vec<TermRef<'a>> {
        let mut classes = vec![TermRef::from(class)];
        if self.below.is_empty() {
            return classes;
        }
        let mut seen: HashSet<TermRef<'a>> = HashSet::from([class.into()]);
        let mut at = 0;
        while let Some(current) = classes.get(at).copied() {
            at += 1;
            for narrower in self.below.get(&current).into_iter().flatten() {
                if self.work(1) && seen.insert(*narrower) {
                    classes.push(*narrower);
                }
            }
        }
        classes
    }

    fn shape(&self, at: At) -> Option<&'a Shape> {
        self.shapes.get(at)
    }

    /// Whether a node keeps everything that a shape asks.
    fn conforms(&self, at: At, node: TermRef<'a>) -> bool {
        let Some(shape) = self.shape(at) else { return true };
        let mut sink = Sink::Any(false);
        self.check(shape, node, &mut sink);
        !sink.is_settled()
    }

    fn check(&self, shape: &'a Shape, node: TermRef<'a>, sink: &mut Sink<'_, 'a>) {
        let values = match &shape.path {
            None => vec![node],
            Some(path) => self.follow(path, node),
        };
        let focus = Focus { node, values };
        for rule in &shape.rules {
            if sink.is_settled() || !self.work(focus.values.len().saturating_add(1)) {
                return;
            }
            self.rule(shape, rule, &focus, sink);
        }
    }

    fn rule(&self, shape: &'a Shape, rule: &'a Rule, focus: &Focus<'a>, sink: &mut Sink<'_, 'a>) {
        let count = focus.values.len();
        match &rule.constraint {
            Constraint::MinCount(least) => self.unless(count >= *least, shape, rule, focus, sink),
            Constraint::MaxCount(most) => self.unless(count <= *most, shape, rule, focus, sink),
            Constraint::HasValue(wanted) => {
                self.unless(focus.values.contains(&wanted.as_ref()), shape, rule, focus, sink);
            }
            Constraint::QualifiedMin(inner, least) => {
                let fitting = self.fitting(*inner, focus);
                self.unless(fitting >= *least, shape, rule, focus, sink);
            }
            Constraint::QualifiedMax(inner, most) => {
                let fitting = self.fitting(*inner, focus);
                self.unless(fitting <= *most, shape, rule, focus, sink);
            }
            Constraint::UniqueLang => self.unique_languages(shape, rule, focus, sink),
            Constraint::LessThan(other, equal) => self.less_than(*other, *equal, (shape, rule), focus, sink),
            Constraint::Closed(allowed) => self.closed(allowed, shape, rule, focus, sink),
            Constraint::Property(inner) => {
                if let Some(inner) = self.shape(*inner) {
                    for value in &focus.values {
                        self.check(inner, *value, sink);
                    }
                }
            }
            constraint => {
                for value in &focus.values {
                    if sink.is_settled() {
                        return;
                    }
                    if !self.holds(constraint, *value) {
                        report(sink, shape, rule, focus.node, Some(*value), None);
                    }
                }
            }
        }
    }

    fn unless(&self, holds: bool, shape: &'a Shape, rule: &'a Rule, focus: &Focus<'a>, sink: &mut Sink<'_, 'a>) {
        if !holds && !self.is_spent() {
            report(sink, shape, rule, focus.node, None, None);
        }
    }

    fn fitting(&self, inner: At, focus: &Focus<'a>) -> usize {
        focus.values.iter().filter(|value| self.conforms(inner, **value)).count()
    }

    /// Whether one value keeps a constraint that looks at values one by one.
    fn holds(&self, constraint: &'a Constraint, value: TermRef<'a>) -> bool {
        match constraint {
            Constraint::Class(class) => self.is_instance(value, class.as_ref()),
            Constraint::Datatype(datatype) => {
                matches!(value, TermRef::Literal(literal) if has_datatype(literal, datatype.as_ref()))
            }
            Constraint::Kind(kind) => is_of_kind(*kind, value),
            Constraint::Compare(bound, limit) => match value {
                TermRef::Literal(literal) => keeps(*bound, against(literal, limit)),
                _ => false,
            },
            Constraint::MinLength(least) => text(value).is_some_and(|text| text.chars().count() >= *least),
            Constraint::MaxLength(most) => text(value).is_some_and(|text| text.chars().count() <= *most),
            Constraint::Pattern(pattern) => text(value).is_some_and(|text| pattern.is_match(text)),
            Constraint::LanguageIn(ranges) => match value {
                TermRef::Literal(literal) => literal.language().is_some_and(|language| {
                    let language = language.to_lowercase();
                    ranges.iter().any(|range| is_in_range(&language, range))
                }),
                _ => false,
            },
            Constraint::Not(inner) => !self.conforms(*inner, value),
            Constraint::Node(inner) => self.conforms(*inner, value),
            Constraint::And(all) => all.iter().all(|inner| self.conforms(*inner, value)),
            Constraint::Or(any) => any.iter().any(|inner| self.conforms(*inner, value)),
            Constraint::Xone(one) => one.iter().filter(|inner| self.conforms(**inner, value)).count() == 1,
            Constraint::In(members) => members.contains(&value.into_owned()),
            // These look at all values together.
            Constraint::MinCount(_)
            | Constraint::MaxCount(_)
            | Constraint::HasValue(_)
            | Constraint::QualifiedMin(..)
            | Constraint::QualifiedMax(..)
            | Constraint::UniqueLang
            | Constraint::LessThan(..)
            | Constraint::Closed(_)
            | Constraint::Property(_) => true,
        }
    }

    fn is_instance(&self, value: TermRef<'a>, class: NamedNodeRef<'a>) -> bool {
        let classes = self.class_and_below(class);
        self.objects(value, TYPE).any(|class| classes.contains(&class))
    }

    fn unique_languages(&self, shape: &'a Shape, rule: &'a Rule, focus: &Focus<'a>, sink: &mut Sink<'_, 'a>) {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for value in &focus.values {
            if let TermRef::Literal(literal) = value
                && let Some(language) = literal.language()
            {
                *counts.entry(language.to_lowercase()).or_default() += 1;
            }
        }
        for _ in counts.values().filter(|count| **count > 1) {
            report(sink, shape, rule, focus.node, None, None);
        }
    }

    fn less_than(
        &self,
        other: PropertyAt,
        equal: bool,
        (shape, rule): (&'a Shape, &'a Rule),
        focus: &Focus<'a>,
        sink: &mut Sink<'_, 'a>,
    ) {
        for limit in self.objects(focus.node, other) {
            for value in &focus.values {
                if !self.work(1) {
                    return;
                }
                let order = match (value, limit) {
                    (TermRef::Literal(value), TermRef::Literal(limit)) => compare(*value, limit),
                    _ => None,
                };
                let holds = order == Some(Ordering::Less) || (equal && order == Some(Ordering::Equal));
                if !holds {
                    report(sink, shape, rule, focus.node, Some(*value), None);
                }
            }
        }
    }

    fn closed(
        &self,
        allowed: &HashSet<NamedNode>,
        shape: &'a Shape,
        rule: &'a Rule,
        focus: &Focus<'a>,
        sink: &mut Sink<'_, 'a>,
    ) {
        for node in focus.values.iter().filter_map(|value| resource(*value)) {
            for triple in self.graph.triples_for_subject(node) {
                if self.work(1) && !allowed.contains(&triple.predicate.into_owned()) {
                    report(sink, shape, rule, focus.node, Some(triple.object), Some(triple.predicate));
                }
            }
        }
    }

    /// The nodes that a path leads to, each once.
    fn follow(&self, path: &'a Path, from: TermRef<'a>) -> Vec<TermRef<'a>> {
        self.walk(path, from, false)
    }

    /// The same, or from its end back to where it begins. An inverse path is walked by turning round, never by trying
    /// every node.
    fn walk(&self, path: &'a Path, from: TermRef<'a>, back: bool) -> Vec<TermRef<'a>> {
        let step = |part: &'a Path, nodes: Vec<TermRef<'a>>| {
            unique(nodes.into_iter().flat_map(|node| self.walk(part, node, back)))
        };
        match path {
            Path::Property(_, property) if back => {
                self.graph.subjects_for_predicate_object(property, from).map(TermRef::from).collect()
            }
            Path::Property(property, _) => self.objects(from, *property).collect(),
            Path::Inverse(inner) => self.walk(inner, from, !back),
            Path::Sequence(parts) if back => parts.iter().rev().fold(vec![from], |nodes, part| step(part, nodes)),
            Path::Sequence(parts) => parts.iter().fold(vec![from], |nodes, part| step(part, nodes)),
            Path::Alternative(paths) => unique(paths.iter().flat_map(|path| self.walk(path, from, back))),
            Path::ZeroOrOne(inner) => unique(std::iter::once(from).chain(self.walk(inner, from, back))),
            Path::ZeroOrMore(inner) => self.closure(inner, vec![from], back),
            Path::OneOrMore(inner) => self.closure(inner, unique(self.walk(inner, from, back).into_iter()), back),
        }
    }

    /// What a path leads to when it is walked again and again.
    fn closure(&self, path: &'a Path, start: Vec<TermRef<'a>>, back: bool) -> Vec<TermRef<'a>> {
        let mut seen: HashSet<TermRef<'a>> = start.iter().copied().collect();
        let mut nodes = start;
        let mut at = 0;
        while let Some(node) = nodes.get(at).copied() {
            at += 1;
            for next in self.walk(path, node, back) {
                if self.work(1) && seen.insert(next) {
                    nodes.push(next);
                }
            }
        }
        nodes
    }
}

fn report<'a>(
    sink: &mut Sink<'_, 'a>,
    shape: &'a Shape,
    rule: &'a Rule,
    focus: TermRef<'a>,
    value: Option<TermRef<'a>>,
    property: Option<NamedNodeRef<'a>>,
) {
    match sink {
        Sink::Any(any) => *any = true,
        Sink::Report(outcome) => outcome.add(Raw { shape, rule, focus, value, property }),
    }
}

fn unique<'a>(nodes: impl Iterator<Item = TermRef<'a>>) -> Vec<TermRef<'a>> {
    let mut seen = HashSet::new();
    nodes.filter(|node| seen.insert(*node)).collect()
}

fn resource(term: TermRef<'_>) -> Option<NamedOrBlankNodeRef<'_>> {
    match term {
        TermRef::NamedNode(node) => Some(node.into()),
        TermRef::BlankNode(node) => Some(node.into()),
        TermRef::Literal(_) | TermRef::Triple(_) => None,
    }
}

/// The text that patterns and lengths look at: none for a nameless node (SHACL §4.4).
fn text(term: TermRef<'_>) -> Option<&str> {
    match term {
        TermRef::NamedNode(node) => Some(node.as_str()),
        TermRef::Literal(literal) => Some(literal.value()),
        TermRef::BlankNode(_) | TermRef::Triple(_) => None,
    }
}

fn is_of_kind(kind: NodeKind, value: TermRef<'_>) -> bool {
    match value {
        TermRef::NamedNode(_) => kind.iri,
        TermRef::BlankNode(_) => kind.blank,
        TermRef::Literal(_) => kind.literal,
        TermRef::Triple(_) => false,
    }
}

fn keeps(bound: Bound, order: Option<Ordering>) -> bool {
    match (bound, order) {
        (Bound::MinExclusive, Some(Ordering::Greater)) | (Bound::MaxExclusive, Some(Ordering::Less)) => true,
        (Bound::MinInclusive, Some(order)) => order != Ordering::Less,
        (Bound::MaxInclusive, Some(order)) => order != Ordering::Greater,
        _ => false,
    }
}
