//! JSON-LD contexts: the ones that are kept here, and what becomes of a document that names another.
//!
//! Policy: no context is ever fetched. Those that real catalogues name are kept in `ontologies/contexts`, in our own
//! words; the terms are facts of their standards (DCAT-AP 3.0.1, Hydra, the RDFa initial context). A document that
//! names any other is read with what it declares itself: an object that needs a word of the missing context is left
//! out and named, the others are read.

use std::collections::HashSet;

use oxiri::Iri;
use serde_json::Value;

use super::Salvaged;
use super::prefixes::well_known;
use crate::rdf::parse::{Defect, Problem, ProblemKind};

const DCAT_AP: &str = include_str!("../../../ontologies/contexts/dcat-ap-3.jsonld");
const HYDRA: &str = include_str!("../../../ontologies/contexts/hydra.jsonld");
const RDFA: &str = include_str!("../../../ontologies/contexts/rdfa-prefixes.jsonld");

/// Addresses without their scheme under which the kept contexts are named.
const KEPT: &[(&str, &str)] = &[
    ("semiceu.github.io/DCAT-AP/releases/3.0.0/context/dcat-ap.jsonld", DCAT_AP),
    ("semiceu.github.io/DCAT-AP/releases/3.0.1/context/dcat-ap.jsonld", DCAT_AP),
    ("raw.githubusercontent.com/SEMICeu/DCAT-AP/master/releases/3.0.0/context/dcat-ap.jsonld", DCAT_AP),
    ("raw.githubusercontent.com/SEMICeu/DCAT-AP/master/releases/3.0.1/context/dcat-ap.jsonld", DCAT_AP),
    ("www.w3.org/ns/hydra/context.jsonld", HYDRA),
    ("www.w3.org/ns/hydra/core", HYDRA),
    ("www.w3.org/2013/json-ld-context/rdfa11", RDFA),
    ("www.w3.org/2011/rdfa-context/rdfa-1.1", RDFA),
];

/// The context that is kept for an address.
#[must_use]
pub(in crate::rdf) fn kept(address: &str) -> Option<&'static str> {
    let (_, rest) = address.split_once("://")?;
    let rest = rest.trim_end_matches('#');
    KEPT.iter().find(|(known, _)| *known == rest).map(|(_, text)| *text)
}

/// Takes the contexts that are not kept out of a document and reports every object that needs one of them.
pub(in crate::rdf) fn without_missing(value: &mut Value, base: &str, out: &mut Salvaged) -> Option<String> {
    let mut walk = Walk { base, out, scopes: Vec::new(), missing: None, first: None, hurt: false };
    walk.value(value, None);
    let (first, hurt) = (walk.first.take(), walk.hurt);
    if let (Some(address), false) = (&first, hurt) {
        let message = format!("the JSON-LD context {address} is not known here and not fetched; nothing needs it");
        let problem = Problem::new(ProblemKind::Mended, Defect::Context, message).texts(address, "");
        walk.out.push(None, problem);
    }
    first
}

/// What one `@context` declares.
#[derive(Debug, Default)]
struct Scope {
    words: HashSet<String>,
    has_vocabulary: bool,
}

struct Walk<'a> {
    base: &'a str,
    out: &'a mut Salvaged,
    scopes: Vec<Scope>,
    /// The context that is missing at this place.
    missing: Option<String>,
    first: Option<String>,
    hurt: bool,
}

impl Walk<'_> {
    fn value(&mut self, value: &mut Value, subject: Option<&str>) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value, subject)),
            Value::Object(_) => self.object(value, subject),
            _ => {}
        }
    }

    fn object(&mut self, value: &mut Value, subject: Option<&str>) {
        let Value::Object(map) = value else { return };
        let (depth, missing) = (self.scopes.len(), self.missing.clone());
        if let Some(context) = map.get_mut("@context") {
            let mut scope = Scope::default();
            let keep = self.scrub(context, &mut scope);
            self.scopes.push(scope);
            if !keep {
                map.remove("@context");
            }
        }
        let id = map.get("@id").and_then(Value::as_str).map(str::to_owned);
        let subject = id.or_else(|| subject.map(str::to_owned));
        if let Some(context) = self.missing.clone()
            && let Some(word) = self.unknown_word(map)
        {
            self.hurt = true;
            let message = format!(
                "{word:?} has no meaning without the JSON-LD context {context}, which is not known here and not fetched"
            );
            let problem = Problem::new(ProblemKind::Lost, Defect::Context, message);
            self.out.push(None, problem.about(subject.clone()).texts(&word, ""));
        }
        for (key, member) in map.iter_mut() {
            if key != "@context" {
                self.value(member, subject.as_deref());
            }
        }
        self.scopes.truncate(depth);
        self.missing = missing;
    }

    /// Takes what is not kept out of a context and notes what the rest declares. False: nothing is left.
    fn scrub(&mut self, context: &mut Value, scope: &mut Scope) -> bool {
        match context {
            Value::String(address) => {
                let full = Iri::parse(self.base).ok().and_then(|base| base.resolve(address).ok());
                let full = full.map_or_else(|| address.clone(), Iri::into_inner);
                if let Some(text) = kept(&full) {
                    let parsed: Value = serde_json::from_str(text).unwrap_or_default();
                    if let Some(Value::Object(words)) = parsed.get("@context") {
                        scope.words.extend(words.keys().cloned());
                    }
                    *address = full;
                    return true;
                }
                self.first.get_or_insert_with(|| full.clone());
                self.missing = Some(full);
                false
            }
            Value::Array(parts) => {
                parts.retain_mut(|part| self.scrub(part, scope));
                !parts.is_empty()
            }
            Value::Object(words) => {
                if words.get("@import").and_then(Value::as_str).is_some_and(|address| kept(address).is_none())
                    && let Some(Value::String(address)) = words.remove("@import")
                {
                    self.first.get_or_insert_with(|| address.clone());
                    self.missing = Some(address);
                }
                scope.has_vocabulary |= words.get("@vocab").is_some_and(|vocabulary| !vocabulary.is_null());
                scope.words.extend(words.keys().cloned());
                for definition in words.values_mut() {
                    if let Value::Object(definition) = definition
                        && let Some(inner) = definition.get_mut("@context")
                    {
                        let keep = self.scrub(inner, scope);
                        if !keep {
                            definition.remove("@context");
                        }
                    }
                }
                true
            }
            _ => true,
        }
    }

    /// The first word of an object that nothing declares.
    fn unknown_word(&self, map: &serde_json::Map<String, Value>) -> Option<String> {
        if self.scopes.iter().any(|scope| scope.has_vocabulary) {
            return None;
        }
        let types = map.get("@type").into_iter().flat_map(|types| match types {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect::<Vec<_>>(),
        });
        map.keys()
            .map(String::as_str)
            .filter(|key| !key.starts_with('@'))
            .chain(types)
            .find(|word| !self.is_known(word))
            .map(str::to_owned)
    }

    fn is_known(&self, word: &str) -> bool {
        let declared = |name: &str| self.scopes.iter().any(|scope| scope.words.contains(name));
        match word.split_once(':') {
            _ if declared(word) => true,
            Some((prefix, rest)) => {
                rest.starts_with("//")
                    || matches!(prefix, "urn" | "_")
                    || declared(prefix)
                    || well_known(prefix).is_some()
            }
            None => false,
        }
    }
}

/// The full address of an `@id`, by the base and the prefixes that the outermost context declares.
#[must_use]
pub(in crate::rdf) fn full_id(id: &str, document: &Value, base: &str) -> String {
    if let Some((prefix, local)) = id.split_once(':')
        && !local.starts_with("//")
    {
        if prefix == "_" {
            return id.to_owned();
        }
        if let Some(iri) = prefix_of(document.get("@context"), prefix).or_else(|| well_known(prefix).map(str::to_owned))
        {
            return format!("{iri}{local}");
        }
    }
    let resolved = Iri::parse(base).ok().and_then(|base| base.resolve(&crate::rdf::repair::escape(id)).ok());
    resolved.map_or_else(|| id.to_owned(), Iri::into_inner)
}

fn prefix_of(context: Option<&Value>, prefix: &str) -> Option<String> {
    match context? {
        Value::Array(parts) => parts.iter().find_map(|part| prefix_of(Some(part), prefix)),
        Value::Object(words) => match words.get(prefix)? {
            Value::String(iri) => Some(iri.clone()),
            Value::Object(definition) => definition.get("@id")?.as_str().map(str::to_owned),
            _ => None,
        },
        _ => None,
    }
}
