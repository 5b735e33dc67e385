//! Who was imaged, as far as a record's own statements say it.

use super::Vocabulary;
use crate::domain::concept::{ConceptId, Scheme};

impl Vocabulary {
    /// "Human", told apart by the conditions stated beside it: people with cancer where every condition is a cancer,
    /// people without where none is, both where the conditions are of both sorts, "human" where the conditions say
    /// nothing (none, or "various"). Other kinds stay as they are. A screening trial cannot be known from its
    /// conditions: those are in the corrections table.
    #[must_use]
    pub fn subject_kinds(&self, kinds: &[ConceptId], conditions: &[ConceptId]) -> Vec<ConceptId> {
        let mut told: Vec<ConceptId> = Vec::new();
        for kind in kinds {
            let codes: Vec<&str> =
                if kind.code() == "human" { self.human_kinds(conditions) } else { vec![kind.code()] };
            for code in codes {
                if let Ok(id) = ConceptId::new(Scheme::SubjectKind, code)
                    && !told.contains(&id)
                {
                    told.push(id);
                }
            }
        }
        told
    }

    fn human_kinds(&self, conditions: &[ConceptId]) -> Vec<&'static str> {
        let under = |top: &str| {
            conditions.iter().any(|id| id.code() == top || self.ancestors(id).iter().any(|above| above.code() == top))
        };
        match (under("cancer"), under("not-cancer") || under("non-cancer")) {
            (true, true) => vec!["human-cancer", "human-no-cancer"],
            (true, false) => vec!["human-cancer"],
            (false, true) => vec!["human-no-cancer"],
            (false, false) => vec!["human"],
        }
    }
}
