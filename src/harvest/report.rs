//! What a harvest run found and did, for people and for machines: one line for each record that changed or was
//! refused, with the property, what was found, what was expected and how to mend it.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::conformance::{Conformance, FindingCounts, Severity, StoredConformance};
use crate::domain::lifecycle::{RecordKind, RunOutcome};

/// Lines kept in a report; further ones are only counted.
pub const MAX_LINES: usize = 5_000;
/// Findings of the profiles' rules that a report keeps with their words; those of further records are only counted.
pub const MAX_FINDINGS: usize = 1_000;

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Seen for the first time.
    New,
    /// Its statements changed.
    Changed,
    /// The same as before.
    Unchanged,
    /// The source no longer has it.
    Removed,
    /// It could not be taken over.
    Refused,
    /// The source did not show it this time; what is stored stays.
    Kept,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Removed => "removed",
            Self::Refused => "refused",
            Self::Kept => "kept",
        })
    }
}

/// One thing to know about a record or a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reason {
    /// The property, as a prefixed name; empty where the matter is not one of a property.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub property: String,
    /// What was found.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub found: String,
    /// What was expected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fix: String,
    /// Line of the document, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Character in the line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: ")?,
            (Some(line), None) => write!(f, "line {line}: ")?,
            (None, _) => {}
        }
        if !self.property.is_empty() {
            write!(f, "{}: ", printable(&self.property))?;
        }
        f.write_str(&printable(&self.found))?;
        if !self.expected.is_empty() {
            write!(f, "; expected {}", printable(&self.expected))?;
        }
        if !self.fix.is_empty() {
            write!(f, ". {}", printable(&self.fix))?;
        }
        Ok(())
    }
}

/// The text without characters that steer a terminal: a provider wrote it, an operator reads it there.
fn printable(text: &str) -> Cow<'_, str> {
    // Control characters, and those that turn the direction of what follows round.
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(steers) {
        Cow::Owned(text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// One record in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordLine {
    /// Data set or series; `None` where the document could not be read so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RecordKind>,
    /// Its IRI, or its identifier, or the address of its document.
    pub name: String,
    /// Its title, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What happened.
    pub change: Change,
    /// Why, and what else was noticed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

/// What a record's row keeps of what was noticed in it, as JSON: what could not be read, and which rules of its profile
/// it breaks. Rows of earlier releases hold the first part alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RecordFindings {
    /// Both parts.
    Whole {
        /// Values that could not be used.
        reading: Vec<Reason>,
        /// The check against the rules.
        rules: Box<StoredConformance>,
    },
    /// Values that could not be used.
    Reading(Vec<Reason>),
}

/// A record's check, as the report has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCheck {
    /// Data set or series.
    pub kind: RecordKind,
    /// Its IRI or identifier.
    pub name: String,
    /// What was found.
    #[serde(flatten)]
    pub conformance: Conformance,
}

/// How the new and changed records of a run keep the rules of their profiles. It never decides what is taken over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleReport {
    /// Records that were checked: the new and changed ones.
    pub checked: u64,
    /// Those without a violation.
    pub conforming: u64,
    /// Findings in all.
    pub counts: FindingCounts,
    /// Records with findings, up to [`MAX_FINDINGS`] findings in all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordCheck>,
    /// Further records with findings.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_records: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl RuleReport {
    /// Takes a record's check in.
    pub fn add(&mut self, check: RecordCheck) {
        self.checked += 1;
        self.conforming += u64::from(check.conformance.conforms());
        self.counts.join(check.conformance.counts);
        if check.conformance.findings.is_empty() {
            return;
        }
        let kept: usize = self.records.iter().map(|record| record.conformance.findings.len()).sum();
        if kept.saturating_add(check.conformance.findings.len()) <= MAX_FINDINGS {
            self.records.push(check);
        } else {
            self.more_records += 1;
        }
    }
}

impl fmt::Display for RuleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.checked == 0 {
            return Ok(());
        }
        writeln!(
            f,
            "{} of {} new or changed records keep the rules of their profile; {} in all",
            self.conforming, self.checked, self.counts
        )?;
        for record in &self.records {
            let found = &record.conformance;
            writeln!(f, "{} ({}, {}): {}", record.name, found.rules, found.checked, found.counts)?;
            for finding in found.findings.iter().filter(|finding| finding.severity == Severity::Violation) {
                writeln!(f, "  {finding}")?;
            }
        }
        if self.more_records > 0 {
            writeln!(f, "... and {} more records with findings", self.more_records)?;
        }
        if self.counts.warnings + self.counts.infos > 0 {
            writeln!(f, "Warnings and notes are in the report as JSON (--json); `atlas validate` prints them.")?;
        }
        Ok(())
    }
}

/// Why a run ended early, or could not read everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Stable word: an error class of the network, or `incomplete`, `unreadable`, `limit`, `held`, `internal`.
    pub class: String,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub advice: String,
}

/// How many records ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Records that the source offered and that could be read.
    pub found: u64,
    /// New ones.
    pub added: u64,
    /// Changed ones.
    pub changed: u64,
    /// Unchanged ones, those kept without being shown included.
    pub unchanged: u64,
    /// Removed ones.
    pub removed: u64,
    /// Refused ones.
    pub refused: u64,
}

/// The report of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// The source's name, or the address of a trial.
    pub source: String,
    /// Where it was read from.
    pub address: String,
    /// The run's id; `None` for a trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// What set it off.
    pub cause: String,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended.
    pub finished: DateTime<Utc>,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Counts.
    pub tally: Tally,
    /// Documents fetched.
    pub documents: u64,
    /// Why it ended early, or what could not be read first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// What was noticed beside the records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Records that are not simply unchanged.
    pub records: Vec<RecordLine>,
    /// Lines beyond [`MAX_LINES`].
    #[serde(default)]
    pub more_records: u64,
    /// How the new and changed records keep the rules of their profiles.
    #[serde(default)]
    pub rules: RuleReport,
}

impl RunReport {
    /// The exit status of `atlas harvest`: 0 complete, 2 salvaged, 1 refused.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.outcome {
            RunOutcome::Unchanged if self.tally.refused > 0 => 2,
            RunOutcome::Complete | RunOutcome::Unchanged => 0,
            RunOutcome::Salvaged => 2,
            _ => 1,
        }
    }

    /// Adds a line, or counts it when there are too many.
    pub fn add(&mut self, line: RecordLine) {
        if self.records.len() < MAX_LINES {
            self.records.push(line);
        } else {
            self.more_records += 1;
        }
    }

    /// Adds a note, once.
    pub fn note(&mut self, note: String) {
        if self.notes.len() < MAX_LINES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// What the outcome means, in one plain sentence.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match self.outcome {
            RunOutcome::Complete => "Complete: everything was read and taken over.",
            RunOutcome::Unchanged => "Unchanged: the source says the same as before.",
            RunOutcome::Salvaged => "Salvaged: the good records were taken over, the others are listed with reasons.",
            RunOutcome::Refused => "Refused: the answers could not be read or were not complete. Nothing changed here.",
            RunOutcome::Unreachable => "Unreachable: the source did not answer. Nothing changed here.",
            RunOutcome::Forbidden => "Forbidden: the source does not let us in. Nothing changed here.",
            RunOutcome::Gone => "Gone: the address no longer exists. Nothing changed here.",
            RunOutcome::EmptyHeld => "Held: the source is empty now. Its records are kept until a person accepts this.",
            RunOutcome::Held => "Held: many records vanished at once. They are kept until a person accepts this.",
            RunOutcome::Failed => "Failed: a fault on our side. Nothing changed here.",
        }
    }
}

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trial = if self.dry_run { " (trial, nothing is written)" } else { "" };
        writeln!(f, "{} <{}>{trial}", self.source, self.address)?;
        writeln!(f, "{}", self.verdict())?;
        if let Some(stop) = &self.stop {
            writeln!(f, "{}. {}", printable(stop.message.trim_end_matches('.')), printable(&stop.advice))?;
        }
        let tally = &self.tally;
        writeln!(
            f,
            "{} records in {} documents: {} new, {} changed, {} unchanged, {} removed, {} refused",
            tally.found, self.documents, tally.added, tally.changed, tally.unchanged, tally.removed, tally.refused
        )?;
        for note in &self.notes {
            writeln!(f, "note: {}", printable(note))?;
        }
        for line in &self.records {
            let title = line.title.as_deref().map(|title| format!(" \"{}\"", printable(title))).unwrap_or_default();
            writeln!(f, "{:>9}  {}{title}", line.change.to_string(), printable(&line.name))?;
            for reason in &line.reasons {
                writeln!(f, "           - {reason}")?;
            }
        }
        if self.more_records > 0 {
            writeln!(f, "... and {} more", self.more_records)?;
        }
        self.rules.fmt(f)
    }
}
