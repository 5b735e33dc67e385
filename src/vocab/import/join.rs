//! Joining an imported scheme with the concepts that are there: the rules of the module's policy.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::hierarchy::Hierarchy;
use super::{ImportReport, ImportedConcept, ImportedScheme, Note, Notes};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::LangText;
use crate::vocab::aliases::Aliases;
use crate::vocab::concept::{Concept, code_of_iri, own_iri};
use crate::vocab::fold::fold;

/// Systems whose codes name one thing, so that an equal code is the same thing.
const TELLING_SYSTEMS: [&str; 5] = ["snomed-ct", "eucaim", "radlex", "ncit", "duo"];

/// The concepts that a scheme is joined with; new ones are added at the end.
pub struct Joining<'a> {
    /// Every concept so far.
    pub concepts: &'a mut Vec<Concept>,
    /// Their places.
    pub by_id: &'a mut HashMap<ConceptId, usize>,
    /// Other spellings of IRIs.
    pub aliases: &'a Aliases,
    /// Roots of well-known ontologies.
    pub roots: &'a [(String, Scheme)],
}

/// Joins the scheme; says what became of it.
pub fn join(into: &mut Joining<'_>, scheme: &ImportedScheme) -> ImportReport {
    let mut notes = Notes::default();
    let hierarchy = Hierarchy::of(&scheme.concepts, &mut notes);
    let index = Index::of(into.concepts);
    let mut join = Join { into, scheme, index, notes, hierarchy, places: HashMap::new(), added: BTreeMap::new() };
    join.place();
    join.connect();
    join.report()
}

/// What the concepts so far are known by.
struct Index {
    iris: HashMap<String, Vec<usize>>,
    labels: HashMap<(Scheme, String), Vec<usize>>,
    codes: HashMap<(Scheme, String, String), Vec<usize>>,
}

impl Index {
    fn of(concepts: &[Concept]) -> Self {
        let mut index = Self { iris: HashMap::new(), labels: HashMap::new(), codes: HashMap::new() };
        for (place, concept) in concepts.iter().enumerate() {
            let scheme = concept.id.scheme();
            for iri in concept.exact_matches.iter().chain([&concept.iri, &own_iri(&concept.id)]) {
                push_once(index.iris.entry(iri.clone()).or_default(), place);
            }
            for label in concept.labels() {
                push_once(index.labels.entry((scheme, fold(&label.text))).or_default(), place);
            }
            for (system, code) in &concept.notations {
                push_once(index.codes.entry((scheme, system.clone(), code.to_lowercase())).or_default(), place);
            }
        }
        index
    }
}

fn push_once(list: &mut Vec<usize>, place: usize) {
    if !list.contains(&place) {
        list.push(place);
    }
}

struct Join<'a, 'b> {
    into: &'a mut Joining<'b>,
    scheme: &'a ImportedScheme,
    index: Index,
    notes: Notes,
    hierarchy: Hierarchy,
    /// Where each class is, in each scheme that it belongs to: the place of the concept that it is.
    places: HashMap<(usize, Scheme), usize>,
    added: BTreeMap<Scheme, usize>,
}

impl Join<'_, '_> {
    /// Rules 1 to 3: which schemes a class belongs to, and which concept of each it is.
    fn place(&mut self) {
        let scheme = self.scheme;
        let roots: HashMap<&str, Scheme> =
            self.into.roots.iter().chain(&scheme.roots).map(|(iri, scheme)| (iri.as_str(), *scheme)).collect();
        let mut belongs: Vec<BTreeSet<Scheme>> = vec![BTreeSet::new(); scheme.concepts.len()];
        let shared = self.shared_codes();
        for at in self.hierarchy.order.clone() {
            let Some(concept) = scheme.concepts.get(at) else { continue };
            let direct = self.named_by_iri(concept);
            let mut schemes: BTreeSet<Scheme> = direct.keys().copied().chain(scheme.scheme).collect();
            for parent in self.hierarchy.parents(at) {
                schemes.extend(belongs.get(*parent).into_iter().flatten());
                let above = scheme.concepts.get(*parent).and_then(|above| roots.get(above.iri.as_str()));
                schemes.extend(above);
            }
            for parent in self.hierarchy.outside.get(at).into_iter().flatten() {
                schemes.extend(roots.get(parent.as_str()));
                let known = self.index.iris.get(parent).into_iter().flatten();
                schemes.extend(known.filter_map(|place| self.into.concepts.get(*place)).map(|above| above.id.scheme()));
            }
            for one in &schemes {
                let known = direct.get(one).copied().or_else(|| self.named_otherwise(concept, *one, &shared));
                let place = match known {
                    Some(place) => {
                        self.attach(place, concept);
                        place
                    }
                    None => self.add(concept, *one),
                };
                self.places.insert((at, *one), place);
            }
            if let Some(own) = belongs.get_mut(at) {
                *own = schemes;
            }
        }
    }

    /// Codes of telling systems that several classes of the file have: they tell nothing.
    fn shared_codes(&mut self) -> HashSet<(String, String)> {
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for concept in &self.scheme.concepts {
            for (system, code) in concept.codes.iter().filter(|(system, _)| TELLING_SYSTEMS.contains(&system.as_str()))
            {
                *counts.entry((system, code)).or_default() += 1;
            }
        }
        let mut shared = HashSet::new();
        for ((system, code), count) in counts.into_iter().filter(|(_, count)| *count > 1) {
            self.notes.push(Note::CodeShared { code: format!("{system} {code}"), count });
            shared.insert((system.to_owned(), code.to_owned()));
        }
        shared
    }

    /// The concepts that the class's IRI or an exact match names, one a scheme.
    fn named_by_iri(&mut self, concept: &ImportedConcept) -> BTreeMap<Scheme, usize> {
        let mut found: BTreeMap<Scheme, BTreeSet<usize>> = BTreeMap::new();
        for iri in concept.matches.iter().chain([&concept.iri]) {
            let other = self.into.aliases.canonical(iri);
            for name in [Some(iri), other.as_ref()].into_iter().flatten() {
                for place in self.index.iris.get(name).into_iter().flatten() {
                    if let Some(known) = self.into.concepts.get(*place) {
                        found.entry(known.id.scheme()).or_default().insert(*place);
                    }
                }
            }
        }
        // The class's own IRI decides where its matches would say two things.
        let own = self.index.iris.get(&concept.iri).cloned().unwrap_or_default();
        let mut named = BTreeMap::new();
        for (scheme, places) in found {
            let decided = places.iter().find(|place| own.contains(place)).or_else(|| {
                let mut one = places.iter();
                let first = one.next();
                if one.next().is_none() { first } else { None }
            });
            match decided {
                Some(place) => {
                    named.insert(scheme, *place);
                }
                None => self.ambiguous(concept, &places),
            }
        }
        named
    }

    /// The concept of the scheme that a code or the preferred label names.
    fn named_otherwise(
        &mut self,
        concept: &ImportedConcept,
        scheme: Scheme,
        shared: &HashSet<(String, String)>,
    ) -> Option<usize> {
        let mut candidates: BTreeSet<usize> = BTreeSet::new();
        for (system, code) in &concept.codes {
            let tells = TELLING_SYSTEMS.contains(&system.as_str()) && !shared.contains(&(system.clone(), code.clone()));
            if tells {
                let key = (scheme, system.clone(), code.to_lowercase());
                candidates.extend(self.index.codes.get(&key).into_iter().flatten());
            }
        }
        if candidates.is_empty() {
            for label in &concept.labels {
                let holders = self.index.labels.get(&(scheme, fold(&label.text))).into_iter().flatten();
                // A label of a new concept of this file joins nothing: the file keeps the two apart.
                let is_settled = |place: &&usize| self.into.concepts.get(**place).is_some_and(|one| !self.is_new(one));
                candidates.extend(holders.filter(is_settled));
            }
        }
        let mut one = candidates.iter();
        match (one.next(), one.next()) {
            (Some(place), None) => Some(*place),
            (Some(_), Some(_)) => {
                self.ambiguous(concept, &candidates);
                None
            }
            _ => None,
        }
    }

    fn is_new(&self, concept: &Concept) -> bool {
        !concept.embedded && concept.imports.first() == Some(&self.scheme.name)
    }

    fn ambiguous(&mut self, concept: &ImportedConcept, places: &BTreeSet<usize>) {
        let named = places.iter().filter_map(|place| self.into.concepts.get(*place)).map(|one| one.id.clone());
        let note = Note::Ambiguous { iri: concept.iri.clone(), concepts: named.collect() };
        self.notes.push(note);
    }

    /// The class is a concept that is there: what it adds.
    fn attach(&mut self, place: usize, concept: &ImportedConcept) {
        let labels = concept.labels.iter().chain(&concept.synonyms);
        let Some(scheme) = self.into.concepts.get(place).map(|known| known.id.scheme()) else { return };
        let free: Vec<LangText> =
            labels.filter(|label| self.take_label(scheme, label, place, &concept.iri)).cloned().collect();
        let Some(known) = self.into.concepts.get_mut(place) else { return };
        for label in free {
            if !known.labels().any(|has| has.text == label.text) {
                known.imported_labels.push(label);
            }
        }
        for iri in concept.matches.iter().chain([&concept.iri]) {
            if *iri != known.iri && !known.exact_matches.contains(iri) {
                known.exact_matches.push(iri.clone());
            }
        }
        let source = self.scheme.source_iri();
        for code in codes(concept) {
            if !known.notations.contains(&code) {
                known.notations.push(code);
            }
        }
        if !known.sources.contains(&source) {
            known.sources.push(source);
        }
        if known.definition.is_none() {
            known.definition.clone_from(&concept.definition);
        }
        if !known.imports.contains(&self.scheme.name) {
            known.imports.push(self.scheme.name.clone());
        }
    }

    /// Whether the label is free or the concept's own; a label that another concept has is reported.
    fn take_label(&mut self, scheme: Scheme, label: &LangText, place: usize, iri: &str) -> bool {
        let holders = self.index.labels.entry((scheme, fold(&label.text))).or_default();
        match holders.first() {
            None => {
                holders.push(place);
                true
            }
            Some(_) if holders.contains(&place) => true,
            Some(other) => {
                if let Some(by) = self.into.concepts.get(*other).map(|one| one.id.clone()) {
                    self.notes.push(Note::LabelTaken { iri: iri.to_owned(), label: label.text.clone(), by });
                }
                false
            }
        }
    }

    /// The class is new: a concept of its own.
    fn add(&mut self, concept: &ImportedConcept, scheme: Scheme) -> usize {
        let place = self.into.concepts.len();
        let id = self.free_id(concept, scheme);
        for label in concept.labels.iter().chain(&concept.synonyms) {
            self.take_label(scheme, label, place, &concept.iri);
        }
        self.report_taken_codes(concept, scheme);
        let mut labels = concept.labels.clone();
        if labels.is_empty() {
            labels.push(LangText { lang: None, text: local_name(&concept.iri).to_owned() });
        }
        self.into.by_id.insert(id.clone(), place);
        self.into.concepts.push(Concept {
            id,
            iri: concept.iri.clone(),
            pref_labels: labels,
            alt_labels: concept.synonyms.clone(),
            hidden_labels: Vec::new(),
            imported_labels: Vec::new(),
            notations: codes(concept),
            definition: concept.definition.clone(),
            broader: Vec::new(),
            sites: Vec::new(),
            histologies: Vec::new(),
            exact_matches: concept.matches.clone(),
            sources: vec![self.scheme.source_iri()],
            role: None,
            in_queries: true,
            embedded: false,
            imports: vec![self.scheme.name.clone()],
        });
        *self.added.entry(scheme).or_default() += 1;
        place
    }

    fn report_taken_codes(&mut self, concept: &ImportedConcept, scheme: Scheme) {
        for (system, code) in
            codes(concept).into_iter().filter(|(system, _)| TELLING_SYSTEMS.contains(&system.as_str()))
        {
            let holders = self.index.codes.get(&(scheme, system, code.to_lowercase()));
            let by = holders.and_then(|places| places.first()).and_then(|place| self.into.concepts.get(*place));
            if let Some(by) = by.map(|one| one.id.clone()) {
                self.notes.push(Note::CodeTaken { iri: concept.iri.clone(), code, by });
            }
        }
    }

    /// The class's local name in the alphabet of addresses; where another concept has it, with the import's name and a
    /// number behind it.
    fn free_id(&self, concept: &ImportedConcept, scheme: Scheme) -> ConceptId {
        let code = code_for(&concept.iri);
        let mut id = ConceptId::sanitised(scheme, &code);
        let mut number = 1_usize;
        while self.into.by_id.contains_key(&id) {
            let name = &self.scheme.name;
            let longer = if number == 1 { format!("{code}-{name}") } else { format!("{code}-{name}-{number}") };
            id = ConceptId::sanitised(scheme, &longer);
            number += 1;
        }
        id
    }

    /// Rule 5: the hierarchy.
    fn connect(&mut self) {
        let scheme = self.scheme;
        let mut places: Vec<((usize, Scheme), usize)> = self.places.iter().map(|(key, place)| (*key, *place)).collect();
        places.sort_unstable();
        for ((at, one), child) in places {
            let inside: Vec<usize> = self
                .hierarchy
                .parents(at)
                .iter()
                .filter_map(|parent| self.places.get(&(*parent, one)).copied())
                .collect();
            for parent in inside {
                self.put_below(child, parent, at);
            }
            let outside = self.hierarchy.outside.get(at).cloned().unwrap_or_default();
            for iri in outside {
                let known = self.index.iris.get(&iri).into_iter().flatten().copied();
                let fitting =
                    known.filter(|place| self.into.concepts.get(*place).is_some_and(|c| c.id.scheme() == one));
                match fitting.collect::<Vec<_>>().first() {
                    Some(parent) => self.put_below(child, *parent, at),
                    None => {
                        if let Some(concept) = scheme.concepts.get(at)
                            && !self.index.iris.contains_key(&iri)
                        {
                            self.notes.push(Note::MissingParent { iri: concept.iri.clone(), parent: iri });
                        }
                    }
                }
            }
        }
    }

    fn put_below(&mut self, child: usize, parent: usize, class: usize) {
        let (Some(below), Some(above)) = (self.into.concepts.get(child), self.into.concepts.get(parent)) else {
            return;
        };
        if child == parent || (below.embedded && above.embedded) || below.broader.contains(&above.id) {
            return;
        }
        let above = above.id.clone();
        if self.is_above(child, parent) {
            if let Some(concept) = self.scheme.concepts.get(class) {
                self.notes.push(Note::Cycle { iri: concept.iri.clone(), parent: above.to_string() });
            }
            return;
        }
        if let Some(below) = self.into.concepts.get_mut(child) {
            below.broader.push(above);
        }
    }

    /// Whether `high` is `low` or somewhere above it.
    fn is_above(&self, high: usize, low: usize) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![low];
        while let Some(at) = open.pop() {
            if at == high {
                return true;
            }
            if seen.insert(at)
                && let Some(concept) = self.into.concepts.get(at)
            {
                open.extend(concept.broader.iter().filter_map(|id| self.into.by_id.get(id)));
            }
        }
        false
    }

    fn report(self) -> ImportReport {
        let placed: HashSet<usize> = self.places.keys().map(|(at, _)| *at).collect();
        let new = |place: &usize| self.into.concepts.get(*place).is_some_and(|concept| self.is_new(concept));
        let joined: HashSet<usize> = self.places.values().filter(|place| !new(place)).copied().collect();
        ImportReport {
            classes: self.scheme.concepts.len(),
            unplaced: self.scheme.concepts.len() - placed.len(),
            joined: joined.len(),
            added: self.added.into_iter().collect(),
            notes: self.notes,
        }
    }
}

/// The codes of a class: those it names, and the one that its IRI is.
fn codes(concept: &ImportedConcept) -> Vec<(String, String)> {
    let mut codes: Vec<(String, String)> = code_of_iri(&concept.iri).into_iter().chain(concept.codes.clone()).collect();
    let mut seen = HashSet::new();
    codes.retain(|code| seen.insert(code.clone()));
    codes
}

/// What stands behind the last `#`, `/` or `:` of an IRI.
fn local_name(iri: &str) -> &str {
    let trimmed = iri.trim_end_matches(['#', '/', ':']);
    trimmed.rsplit(['#', '/', ':']).next().unwrap_or(trimmed)
}

/// The local name of an IRI, at most 60 characters of it.
fn code_for(iri: &str) -> String {
    const LONGEST: usize = 60;
    local_name(iri).chars().take(LONGEST).collect()
}
