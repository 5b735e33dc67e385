//! Holding a record's graph against the rules of its profile (SHACL core).
//!
//! The rules are the files in `ontologies/shapes/`, read and compiled once ([`ShapeSet`]); [`Library`] has one set for
//! each profile and access level. An engine of our own and not a crate: see
//! `docs/decisions/0005-own-shacl-engine.md`. A test holds its findings against pySHACL's on every graph it can find.
//!
//! Policy: no inference, nothing fetched, bounded work whatever the graph ([`Limits`]), every unknown construct of a
//! shapes file refused when it is read. The fix of a rule is written in the file beside it, as `atlas:fix`.

mod explain;
mod library;
mod load;
mod model;
mod parameters;
mod run;
mod value;

use oxrdf::{Graph, NamedNodeRef, NamedOrBlankNodeRef, TermRef};

pub use library::{Checked, Library, Wish};

use crate::domain::conformance::{FindingCounts, Severity, ShapeFinding};
use model::{Properties, Rule, Shape};

/// A shapes file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("shapes of {file}: {reason}")]
pub struct ShapesError {
    /// The file, or the files that are read together.
    pub file: String,
    /// What is wrong.
    pub reason: String,
}

impl ShapesError {
    fn new(file: &str, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), reason: reason.into() }
    }
}

/// Limits on the check of one graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Values looked at, counted once for each constraint.
    pub steps: u64,
    /// Results of one severity that are kept; the rest is counted.
    pub results: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 2_000_000, results: 1_000 }
    }
}

/// Shapes that are ready to run.
#[derive(Debug)]
pub struct ShapeSet {
    shapes: Vec<Shape>,
    properties: Properties,
}

impl ShapeSet {
    /// Reads files of shapes (name and Turtle text) as one set.
    ///
    /// # Errors
    /// [`ShapesError`] names the file, the shape, and what is not understood in it.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, ShapesError> {
        load::load(files).map(|(shapes, properties)| Self { shapes, properties })
    }

    /// Whether no shape applies to anything by itself.
    #[must_use]
    pub fn has_no_targets(&self) -> bool {
        self.shapes.iter().all(|shape| shape.targets.is_empty())
    }

    /// Holds a graph against the shapes. `subject` is the record, from which the way to nameless nodes is told.
    ///
    /// The findings come gravest first, in an order that depends on the statements alone.
    #[must_use]
    pub fn check(&self, graph: &Graph, subject: NamedOrBlankNodeRef<'_>, limits: Limits) -> Report {
        explain::report(graph, subject, &run::Run::new(graph, self, limits).whole())
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Findings, the gravest first; at most [`Limits::results`] of each severity.
    pub findings: Vec<ShapeFinding>,
    /// How many there are in all.
    pub counts: FindingCounts,
    /// Whether the check stopped at [`Limits::steps`]; then there may be more.
    pub cut: bool,
}

/// One result before it is put into words.
#[derive(Clone, Copy)]
struct Raw<'a> {
    shape: &'a Shape,
    rule: &'a Rule,
    focus: TermRef<'a>,
    value: Option<TermRef<'a>>,
    /// The property, where it is not the shape's path.
    property: Option<NamedNodeRef<'a>>,
}

/// The results of a run.
struct Outcome<'a> {
    violations: Vec<Raw<'a>>,
    warnings: Vec<Raw<'a>>,
    infos: Vec<Raw<'a>>,
    counts: FindingCounts,
    limit: usize,
    cut: bool,
}

impl<'a> Outcome<'a> {
    fn new(limit: usize) -> Self {
        Self {
            violations: Vec::new(),
            warnings: Vec::new(),
            infos: Vec::new(),
            counts: FindingCounts::default(),
            limit,
            cut: false,
        }
    }

    fn add(&mut self, result: Raw<'a>) {
        self.counts.add(result.shape.severity);
        let kept = match result.shape.severity {
            Severity::Violation => &mut self.violations,
            Severity::Warning => &mut self.warnings,
            Severity::Info => &mut self.infos,
        };
        if kept.len() < self.limit {
            kept.push(result);
        }
    }
}
