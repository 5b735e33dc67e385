//! The alias table: IRI bases under which one list circulates, and single values that mean a concept.
//!
//! Policy: an alias says that two spellings name the same thing, or (for a value) that a source's own list pairs it
//! with that meaning. The IRI that the source wrote stays in the record; the note of an alias is shown beside it.

use crate::domain::concept::ConceptId;

/// IRI bases and values read as something else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases {
    bases: Vec<Base>,
    values: Vec<ValueAlias>,
    ambiguous: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Base {
    seen: String,
    canonical: String,
}

/// One value of one scheme that is read as a concept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueAlias {
    /// The IRI or text as seen.
    pub seen: String,
    /// What it is read as.
    pub concept: ConceptId,
    /// Why, in one sentence.
    pub note: String,
}

impl Aliases {
    /// The table written in `aliases.tsv`: lines `base`, seen, canonical; `value`, seen, scheme/code, note;
    /// `ambiguous`, IRI, note. Blank lines and lines with `#` first are comments.
    ///
    /// # Errors
    /// The number of the first line that is none of these, and why.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut table = Self::default();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
            table.add(&fields).map_err(|reason| format!("line {}: {reason}", number + 1))?;
        }
        // The longest base wins: `…/authority/healthcategories/` before `…/authority/`.
        table.bases.sort_by_key(|base| std::cmp::Reverse(base.seen.len()));
        Ok(table)
    }

    fn add(&mut self, fields: &[&str]) -> Result<(), String> {
        match *fields {
            ["base", seen, canonical] => {
                self.bases.push(Base { seen: seen.to_owned(), canonical: canonical.to_owned() });
            }
            ["value", seen, concept, note] => {
                let concept = concept.parse::<ConceptId>().map_err(|error| error.to_string())?;
                self.values.push(ValueAlias { seen: seen.to_owned(), concept, note: note.to_owned() });
            }
            ["ambiguous", iri, note] => self.ambiguous.push((iri.to_owned(), note.to_owned())),
            _ => return Err("expected base, value or ambiguous with its tab-separated fields".to_owned()),
        }
        Ok(())
    }

    /// The IRI with a known other base put in place of the one seen; `None` where no base applies.
    #[must_use]
    pub fn canonical(&self, iri: &str) -> Option<String> {
        self.bases.iter().find_map(|base| {
            let code = iri.strip_prefix(base.seen.as_str())?;
            (!code.is_empty()).then(|| format!("{}{code}", base.canonical))
        })
    }

    /// The alias of a single value in a scheme.
    #[must_use]
    pub fn value(&self, scheme: crate::domain::concept::Scheme, seen: &str) -> Option<&ValueAlias> {
        self.values.iter().find(|alias| alias.concept.scheme() == scheme && alias.seen == seen)
    }

    /// Every single-value alias.
    #[must_use]
    pub fn values(&self) -> &[ValueAlias] {
        &self.values
    }

    /// Every base as seen, with the base that it is read as.
    pub fn bases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.bases.iter().map(|base| (base.seen.as_str(), base.canonical.as_str()))
    }

    /// Why an IRI says nothing by itself, for IRIs that some source gives to many values.
    #[must_use]
    pub fn ambiguous(&self, iri: &str) -> Option<&str> {
        self.ambiguous.iter().find(|(seen, _)| seen == iri).map(|(_, note)| note.as_str())
    }
}
