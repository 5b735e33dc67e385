//! Labels that are wrong at their source, with what is right and why. Policy: a correction is applied only to the
//! identifier it names and only where the source still says the wrong thing, and always as a visible repair.

use crate::domain::concept::ConceptId;

/// One label of one data set that is wrong at its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The DOI, or the last segment of the data set's IRI, that it applies to (lower case).
    pub identifier: String,
    /// The property, as a prefixed name (`atlas:subjectKind`).
    pub property: String,
    /// What the source says.
    pub wrong: String,
    /// What is right; several where the data set mixes kinds.
    pub right: Vec<ConceptId>,
    /// Why, in one plain sentence.
    pub reason: String,
}

/// The table of corrections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrections {
    rows: Vec<Correction>,
}

impl Corrections {
    /// The table written in `corrections.tsv`: identifier, property, wrong text, right concepts (comma list), reason.
    ///
    /// # Errors
    /// The number of the first malformed line, and why.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut rows = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
            let [identifier, property, wrong, right, reason] = *fields else {
                return Err(format!("line {}: expected five tab-separated fields", number + 1));
            };
            let right = right
                .split(',')
                .map(|name| name.trim().parse::<ConceptId>())
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| format!("line {}: {error}", number + 1))?;
            rows.push(Correction {
                identifier: identifier.to_lowercase(),
                property: property.to_owned(),
                wrong: wrong.to_owned(),
                right,
                reason: reason.to_owned(),
            });
        }
        Ok(Self { rows })
    }

    /// The corrections for a data set known by this DOI (bare, `doi:` or as an address) or by an IRI whose last
    /// segment is the identifier. Case is ignored.
    #[must_use]
    pub fn for_identifier(&self, identifier: &str) -> Vec<&Correction> {
        let wanted = identifier.trim().to_lowercase();
        let wanted = wanted.trim_end_matches('/');
        self.rows.iter().filter(|row| wanted == row.identifier || ends_with_segment(wanted, &row.identifier)).collect()
    }

    /// Every correction.
    #[must_use]
    pub fn all(&self) -> &[Correction] {
        &self.rows
    }
}

/// Whether `address` ends in `/{segment}`, `#{segment}` or `:{segment}`.
fn ends_with_segment(address: &str, segment: &str) -> bool {
    address.strip_suffix(segment).is_some_and(|before| before.ends_with(['/', '#', ':']))
}
