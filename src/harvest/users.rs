//! Whose a problem of a document is: a record's own, that of something only it uses, or of something several share.

use std::collections::{HashMap, HashSet};

use oxrdf::TermRef;

use crate::domain::dataset::Repair;
use crate::rdf::parse::{Problem, ProblemKind};
use crate::rdf::split::RawRecord;

/// Property under which mends of the document itself, before it became statements, are kept.
pub(super) const DOCUMENT: &str = "document";

/// Which problems concern which record: those of its own description, and those of what only it uses. What several
/// records share is noted with each, but spoils none.
pub(super) struct Users<'a> {
    own: HashMap<&'a str, Vec<&'a Problem>>,
    shared: HashMap<&'a str, Vec<&'a Problem>>,
    /// Resources whose problems are told with the one record that uses them.
    pub covered: HashSet<&'a str>,
}

impl<'a> Users<'a> {
    pub fn new(records: &'a [RawRecord], problems: &'a [Problem]) -> Self {
        let mut users = Self { own: HashMap::new(), shared: HashMap::new(), covered: HashSet::new() };
        let mut of_resource: HashMap<&str, Vec<&Problem>> = HashMap::new();
        for problem in problems {
            if let Some(subject) = &problem.subject {
                of_resource.entry(subject).or_default().push(problem);
            }
        }
        let heads: HashSet<&str> = records.iter().filter_map(|record| record.iri.as_deref()).collect();
        let mut used_by: HashMap<&str, Vec<&str>> = HashMap::new();
        if !of_resource.is_empty() {
            for record in records {
                let Some(iri) = record.iri.as_deref() else { continue };
                for triple in &record.graph {
                    let TermRef::NamedNode(node) = triple.object else { continue };
                    let Some((name, _)) = of_resource.get_key_value(node.as_str()) else { continue };
                    let names = used_by.entry(name).or_default();
                    if !heads.contains(name) && names.last() != Some(&iri) {
                        names.push(iri);
                    }
                }
            }
        }
        for (name, problems) in of_resource {
            users.own.entry(name).or_default().extend(&problems);
            let names = used_by.remove(name).unwrap_or_default();
            if names.len() == 1 {
                users.covered.insert(name);
            }
            let place = if names.len() == 1 { &mut users.own } else { &mut users.shared };
            for iri in names {
                place.entry(iri).or_default().extend(&problems);
            }
        }
        users
    }

    pub fn of(&self, record: &RawRecord) -> OwnProblems<'a> {
        let iri = record.iri.as_deref().unwrap_or_default();
        let problems = |map: &HashMap<&'a str, Vec<&'a Problem>>| map.get(iri).cloned().unwrap_or_default();
        OwnProblems { own: problems(&self.own), shared: problems(&self.shared) }
    }
}

/// The problems of one record.
pub(super) struct OwnProblems<'a> {
    pub own: Vec<&'a Problem>,
    pub shared: Vec<&'a Problem>,
}

impl OwnProblems<'_> {
    /// What was mended, as the repairs that are kept with the record.
    pub fn repairs(&self) -> Vec<Repair> {
        let mended = self.own.iter().chain(&self.shared).filter(|problem| problem.kind == ProblemKind::Mended);
        mended
            .map(|problem| Repair {
                property: DOCUMENT.to_owned(),
                original: problem.original.clone(),
                canonical: problem.read_as.clone(),
                reason: problem.message.clone(),
            })
            .collect()
    }
}
