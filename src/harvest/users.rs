//! Whose a problem of a document is: a record's own, that of something only it uses, or of something several share.

use std::collections::{BTreeSet, HashMap, HashSet};

use oxrdf::{NamedNodeRef, TermRef};

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
    /// Records of which statements were lost, or of what only they use.
    cut: HashSet<&'a str>,
    /// Resources whose problems are told with the one record that uses them.
    pub covered: HashSet<&'a str>,
}

impl<'a> Users<'a> {
    /// `lost_of` are the resources of which statements were lost, also those whose problems are only counted.
    pub fn new(records: &'a [RawRecord], problems: &'a [Problem], lost_of: &'a BTreeSet<String>) -> Self {
        let mut users =
            Self { own: HashMap::new(), shared: HashMap::new(), cut: HashSet::new(), covered: HashSet::new() };
        let mut of_resource: HashMap<&str, Vec<&Problem>> = HashMap::new();
        for problem in problems {
            if let Some(subject) = &problem.subject {
                of_resource.entry(subject).or_default().push(problem);
            }
        }
        for subject in lost_of {
            of_resource.entry(subject).or_default();
        }
        let heads: HashSet<&str> = records.iter().filter_map(|record| record.iri.as_deref()).collect();
        let mut used_by: HashMap<&str, Vec<&str>> = HashMap::new();
        if !of_resource.is_empty() {
            for record in records {
                let Some(iri) = record.iri.as_deref() else { continue };
                for triple in &record.graph {
                    let (object, is_text) = match triple.object {
                        TermRef::NamedNode(node) => (node.as_str(), false),
                        TermRef::Literal(text) => (text.value(), true),
                        _ => continue,
                    };
                    let Some((name, _)) = of_resource.get_key_value(object) else { continue };
                    // A resource whose name is no address is named by texts.
                    if is_text && NamedNodeRef::new(object).is_ok() {
                        continue;
                    }
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
            let is_lost = lost_of.contains(name);
            if is_lost {
                users.cut.insert(name);
            }
            if let [only] = names.as_slice() {
                users.covered.insert(name);
                if is_lost {
                    users.cut.insert(only);
                }
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
        OwnProblems { own: problems(&self.own), shared: problems(&self.shared), is_cut: self.cut.contains(iri) }
    }
}

/// The problems of one record.
pub(super) struct OwnProblems<'a> {
    pub own: Vec<&'a Problem>,
    pub shared: Vec<&'a Problem>,
    /// Whether statements of the record were lost, also where the problem is only counted.
    pub is_cut: bool,
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
