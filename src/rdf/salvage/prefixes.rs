//! The prefixes and the base that hold at a place of a document of the Turtle family.

use std::collections::HashMap;

use oxiri::Iri;

use super::lex::{Kind, Lexer, slice};
use crate::rdf::namespaces;

/// Prefixes of one document that are remembered; a document with more is not metadata.
const MAX_PREFIXES: usize = 10_000;

/// What names stand for.
#[derive(Debug, Clone)]
pub(super) struct Prefixes {
    declared: HashMap<String, String>,
    pub base: Iri<String>,
}

impl Prefixes {
    pub fn new(base: Iri<String>) -> Self {
        Self { declared: HashMap::new(), base }
    }

    /// Declares a prefix. False: there are too many.
    pub fn declare(&mut self, name: &str, iri: &str) -> bool {
        if self.declared.len() >= MAX_PREFIXES && !self.declared.contains_key(name) {
            return false;
        }
        self.declared.insert(name.to_owned(), iri.to_owned());
        true
    }

    pub fn declared(&self, name: &str) -> Option<&str> {
        self.declared.get(name).map(String::as_str)
    }

    /// The declared prefixes that a text uses.
    pub fn used(&self, text: &str) -> Vec<(&str, &str)> {
        let mut lexer = Lexer::new(text, 0);
        let mut used: Vec<(&str, &str)> = Vec::new();
        while let Some(token) = lexer.next() {
            if token.kind != Kind::Name {
                continue;
            }
            let Some((prefix, _)) = slice(text, &token.range).split_once(':') else { continue };
            if used.iter().any(|(known, _)| *known == prefix) {
                continue;
            }
            if let Some((name, iri)) = self.declared.get_key_value(prefix) {
                used.push((name, iri));
            }
        }
        used
    }

    /// The full address of a name or an address in angle brackets, where it is one.
    pub fn resolve(&self, token: &str) -> Option<String> {
        if let Some(iri) = token.strip_prefix('<') {
            let iri = crate::rdf::repair::escape(iri.strip_suffix('>').unwrap_or(iri));
            return self.base.resolve(&iri).ok().map(Iri::into_inner);
        }
        let (prefix, local) = token.split_once(':')?;
        if prefix == "_" {
            return None;
        }
        let base = self.declared(prefix).or_else(|| well_known(prefix))?;
        Some(format!("{base}{}", local.replace('\\', "")))
    }
}

/// What a prefix usually stands for.
pub(super) fn well_known(prefix: &str) -> Option<&'static str> {
    namespaces::PREFIXES.iter().find(|(name, _)| *name == prefix).map(|(_, iri)| *iri)
}
