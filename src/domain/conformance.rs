//! Whether a record's metadata keep the rules of a profile: which rules, how grave a breach is, and what to mend.
//!
//! Policy: a finding says what was found, what was expected and what to write, in words that the person who writes the
//! metadata understands. Findings never decide by themselves whether a record is published: a record with breaches is
//! shown like any other, beside its report. The rules themselves are SHACL files (`ontologies/shapes/`).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::dataset::Profile;

/// Findings that are kept of one record; the rest is counted.
pub const MAX_FINDINGS_OF_RECORD: usize = 100;

/// How grave a finding is, the gravest first (`sh:Violation`, `sh:Warning`, `sh:Info`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The record does not conform: something mandatory is missing, or a value is not of the required kind.
    Violation,
    /// Something recommended is missing.
    Warning,
    /// Something optional is missing that would help researchers.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Violation => "violation",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// The access level that decides which of HealthDCAT-AP's obligations hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessLevel {
    /// Open to everybody.
    Public,
    /// Open under conditions.
    Restricted,
    /// Not open; personal health data as a rule.
    NonPublic,
}

impl AccessLevel {
    /// Every level.
    pub const ALL: [AccessLevel; 3] = [AccessLevel::Public, AccessLevel::Restricted, AccessLevel::NonPublic];

    /// Its name on the command line, which is also the concept's code in the scheme of access rights.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Restricted => "restricted",
            Self::NonPublic => "non-public",
        }
    }
}

impl FromStr for AccessLevel {
    type Err = UnknownRules;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == name)
            .ok_or_else(|| UnknownRules { name: name.to_owned(), expected: "public, restricted or non-public" })
    }
}

/// The profile whose rules a record is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RuleProfile {
    /// DCAT-AP 3.
    #[serde(rename = "dcat-ap-3")]
    DcatAp3,
    /// HealthDCAT-AP Release 8.
    #[serde(rename = "r8")]
    HealthDcatAp8,
    /// EUCAIM DCAT-AP 2.0.
    #[serde(rename = "eucaim-2")]
    Eucaim2,
}

impl RuleProfile {
    /// Every profile.
    pub const ALL: [RuleProfile; 3] = [RuleProfile::DcatAp3, RuleProfile::HealthDcatAp8, RuleProfile::Eucaim2];

    /// Its name on the command line, the same as `atlas export --profile` uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DcatAp3 => "dcat-ap-3",
            Self::HealthDcatAp8 => "r8",
            Self::Eucaim2 => "eucaim-2",
        }
    }

    /// The profile whose current release takes over from the one a record was written in.
    #[must_use]
    pub const fn current(written: Profile) -> Self {
        match written {
            Profile::DcatAp => Self::DcatAp3,
            Profile::HealthDcatApPilot
            | Profile::HealthDcatApR5
            | Profile::HealthDcatApR7
            | Profile::HealthDcatApR8 => Self::HealthDcatAp8,
            Profile::Eucaim1 | Profile::Eucaim2 => Self::Eucaim2,
        }
    }
}

impl FromStr for RuleProfile {
    type Err = UnknownRules;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.as_str() == name)
            .ok_or_else(|| UnknownRules { name: name.to_owned(), expected: "dcat-ap-3, r8 or eucaim-2" })
    }
}

/// A profile or an access level that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not known: {expected} was expected")]
pub struct UnknownRules {
    name: String,
    expected: &'static str,
}

/// A profile with the access level where it matters: one set of shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rules {
    /// The profile.
    pub profile: RuleProfile,
    /// The level; `None` where the profile has the same rules for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<AccessLevel>,
}

impl Rules {
    /// Every set of rules.
    pub const ALL: [Rules; 5] = [
        Rules { profile: RuleProfile::DcatAp3, level: None },
        Rules { profile: RuleProfile::HealthDcatAp8, level: Some(AccessLevel::Public) },
        Rules { profile: RuleProfile::HealthDcatAp8, level: Some(AccessLevel::Restricted) },
        Rules { profile: RuleProfile::HealthDcatAp8, level: Some(AccessLevel::NonPublic) },
        Rules { profile: RuleProfile::Eucaim2, level: None },
    ];

    /// The rules of a profile at a level. HealthDCAT-AP without a level is read as non-public, the strictest of the
    /// three: what is said of health data without a word on access must hold for personal ones.
    #[must_use]
    pub const fn of(profile: RuleProfile, level: Option<AccessLevel>) -> Self {
        match (profile, level) {
            (RuleProfile::HealthDcatAp8, None) => Self { profile, level: Some(AccessLevel::NonPublic) },
            (RuleProfile::HealthDcatAp8, level) => Self { profile, level },
            (RuleProfile::DcatAp3 | RuleProfile::Eucaim2, _) => Self { profile, level: None },
        }
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.profile {
            RuleProfile::DcatAp3 => f.write_str("DCAT-AP 3"),
            RuleProfile::Eucaim2 => f.write_str("EUCAIM DCAT-AP 2.0"),
            RuleProfile::HealthDcatAp8 => {
                let level = self.level.unwrap_or(AccessLevel::NonPublic);
                write!(f, "HealthDCAT-AP Release 8 for {} data", level.as_str())
            }
        }
    }
}

/// Which statements were held against the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckedGraph {
    /// The provider's own, with known other spellings of properties and codes put right.
    AsWritten,
    /// What was read of an older release, written in the current one: the rules that are checked were made later than
    /// the record.
    UpConverted,
}

impl fmt::Display for CheckedGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AsWritten => "as written",
            Self::UpConverted => "as converted from an older release",
        })
    }
}

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapeFinding {
    /// How grave.
    pub severity: Severity,
    /// The node that breaks the rule, in N-Triples' notation; a nameless one is found by `at`.
    pub focus: String,
    /// The way from the record to that node, as prefixed properties; empty for the record itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// The property, as a prefixed name or a path of such; empty where the node as a whole is meant.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub property: Arc<str>,
    /// The offending value, in N-Triples' notation and cut when long; `None` where a value is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What was expected.
    pub expected: Arc<str>,
    /// The rule.
    pub message: Arc<str>,
    /// What to write.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub fix: Arc<str>,
    /// IRI of the shape that has the rule.
    pub shape: Arc<str>,
    /// Local name of the constraint in the SHACL vocabulary, such as `MinCountConstraintComponent`.
    pub component: Arc<str>,
}

impl fmt::Display for ShapeFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<9}  ", self.severity)?;
        match (self.at.is_empty(), self.property.is_empty()) {
            (true, true) => f.write_str("the record")?,
            (true, false) => f.write_str(&self.property)?,
            (false, true) => f.write_str(&self.at)?,
            (false, false) => write!(f, "{} / {}", self.at, self.property)?,
        }
        write!(f, ": {}", self.message)?;
        match &self.value {
            Some(value) => write!(f, "\n             found {value}; expected {}", self.expected)?,
            None => write!(f, "\n             expected {}", self.expected)?,
        }
        if !self.fix.is_empty() {
            write!(f, "\n             {}", self.fix)?;
        }
        Ok(())
    }
}

/// How many findings of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCounts {
    /// Violations.
    pub violations: u64,
    /// Warnings.
    pub warnings: u64,
    /// The rest.
    pub infos: u64,
}

impl FindingCounts {
    /// Counts one more.
    pub const fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Violation => self.violations = self.violations.saturating_add(1),
            Severity::Warning => self.warnings = self.warnings.saturating_add(1),
            Severity::Info => self.infos = self.infos.saturating_add(1),
        }
    }

    /// Adds another count.
    pub const fn join(&mut self, other: Self) {
        self.violations = self.violations.saturating_add(other.violations);
        self.warnings = self.warnings.saturating_add(other.warnings);
        self.infos = self.infos.saturating_add(other.infos);
    }

    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.violations.saturating_add(self.warnings).saturating_add(self.infos)
    }
}

impl fmt::Display for FindingCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: u64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        write!(
            f,
            "{}, {}, {}",
            plural(self.violations, "violation"),
            plural(self.warnings, "warning"),
            plural(self.infos, "note")
        )
    }
}

/// What the check of one record found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conformance {
    /// The rules that it was held against.
    #[serde(flatten)]
    pub rules: Rules,
    /// The profile and release that it was written in.
    pub written_in: Profile,
    /// Which statements were checked.
    pub checked: CheckedGraph,
    /// Findings, the gravest first; at most [`MAX_FINDINGS_OF_RECORD`].
    pub findings: Vec<ShapeFinding>,
    /// How many there are in all, those that are not kept included.
    pub counts: FindingCounts,
    /// Whether the record is so large that the check stopped before its end; then there may be more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

impl Conformance {
    /// Whether no rule that must be kept is broken, as far as was checked.
    #[must_use]
    pub const fn conforms(&self) -> bool {
        self.counts.violations == 0 && !self.cut
    }

    /// Findings beyond those that are kept.
    #[must_use]
    pub fn more(&self) -> u64 {
        self.counts.total().saturating_sub(u64::try_from(self.findings.len()).unwrap_or(u64::MAX))
    }
}

/// A finding as a record's row keeps it: where and what, without the words, which the shapes have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFinding {
    /// How grave.
    pub severity: Severity,
    /// The way from the record to the node.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// The property.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub property: Arc<str>,
    /// The offending value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// IRI of the shape.
    pub shape: Arc<str>,
    /// Local name of the constraint component.
    pub component: Arc<str>,
}

/// What a record's row keeps of its check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredConformance {
    /// The rules.
    #[serde(flatten)]
    pub rules: Rules,
    /// Which statements were checked.
    pub checked: CheckedGraph,
    /// How many findings in all.
    pub counts: FindingCounts,
    /// Whether the check stopped before the end of the record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// The findings that are kept, the gravest first.
    pub findings: Vec<StoredFinding>,
}

impl From<&Conformance> for StoredConformance {
    fn from(found: &Conformance) -> Self {
        let findings = found.findings.iter().map(|finding| StoredFinding {
            severity: finding.severity,
            at: finding.at.clone(),
            property: Arc::clone(&finding.property),
            value: finding.value.clone(),
            shape: Arc::clone(&finding.shape),
            component: Arc::clone(&finding.component),
        });
        Self {
            rules: found.rules,
            checked: found.checked,
            counts: found.counts,
            cut: found.cut,
            findings: findings.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_data_without_a_stated_access_level_meet_the_strictest_rules() {
        let rules = Rules::of(RuleProfile::current(Profile::HealthDcatApPilot), None);
        assert_eq!(rules.to_string(), "HealthDCAT-AP Release 8 for non-public data");
        assert_eq!(Rules::of(RuleProfile::Eucaim2, Some(AccessLevel::Public)).level, None);
    }

    #[test]
    fn names_are_read_as_they_are_written_and_others_are_refused_with_the_choice() {
        for profile in RuleProfile::ALL {
            assert_eq!(profile.as_str().parse::<RuleProfile>().unwrap(), profile);
        }
        for level in AccessLevel::ALL {
            assert_eq!(level.as_str().parse::<AccessLevel>().unwrap(), level);
        }
        let refused = "r9".parse::<RuleProfile>().unwrap_err().to_string();
        assert!(refused.contains("r9") && refused.contains("eucaim-2"), "{refused}");
    }
}
