//! The shapes that the program carries, and which of them a record meets.
//!
//! Policy: a record is held against the current release of the profile that it was written in, at its own access level.
//! What was written in that release, or the one before where the two are written alike, is checked as it stands, with
//! known other spellings of properties and codes put right; what is older is converted first, and the report says so.
//! Somebody who asks for other rules gets those.

use std::path::Path;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use oxrdf::{Graph, NamedOrBlankNode, NamedOrBlankNodeRef, TripleRef};

use super::{Limits, Report, ShapeSet, ShapesError};
use crate::domain::conformance::{
    AccessLevel, CheckedGraph, Conformance, FindingCounts, MAX_FINDINGS_OF_RECORD, RuleProfile, Rules,
};
use crate::domain::dataset::{Dataset, Profile, Series};
use crate::rdf::namespaces::{dcat, rdf};
use crate::rdf::profile::{self, Target};
use crate::vocab::Vocabulary;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/ontologies/shapes");

/// The largest file of shapes that is read from an operator's folder, in bytes.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// The files of each set of rules.
#[must_use]
pub const fn files_of(rules: Rules) -> &'static [&'static str] {
    match (rules.profile, rules.level) {
        (RuleProfile::DcatAp3, _) => &["dcat-ap-3.ttl", "dcat-ap-3-presence.ttl"],
        (RuleProfile::HealthDcatAp8, Some(AccessLevel::Public)) => {
            &["dcat-ap-3.ttl", "healthdcat-ap-8.ttl", "healthdcat-ap-8-public.ttl"]
        }
        (RuleProfile::HealthDcatAp8, Some(AccessLevel::Restricted)) => {
            &["dcat-ap-3.ttl", "healthdcat-ap-8.ttl", "healthdcat-ap-8-restricted.ttl"]
        }
        (RuleProfile::HealthDcatAp8, _) => &["dcat-ap-3.ttl", "healthdcat-ap-8.ttl", "healthdcat-ap-8-non-public.ttl"],
        (RuleProfile::Eucaim2, _) => &["dcat-ap-3.ttl", "healthdcat-ap-8.ttl", "eucaim-2.ttl"],
    }
}

/// One set of shapes for each profile and level.
#[derive(Debug)]
pub struct Library {
    sets: Vec<(Rules, ShapeSet)>,
    limits: Limits,
}

/// Rules that somebody asks for, in place of those that the record meets by itself.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Profile.
    pub profile: Option<RuleProfile>,
    /// Access level.
    pub level: Option<AccessLevel>,
    /// Shapes of one's own, in place of the program's.
    pub shapes: Option<Arc<ShapeSet>>,
}

/// A record that was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What was found.
    pub conformance: Conformance,
    /// The statements that were checked.
    pub graph: Graph,
}

impl Library {
    /// The shapes that the program carries.
    ///
    /// # Errors
    /// [`ShapesError`]; a test keeps the embedded files whole.
    pub fn embedded() -> Result<Self, ShapesError> {
        Self::load(None)
    }

    /// The embedded shapes with the files of `folder/shapes` in place of the embedded ones of the same name.
    ///
    /// # Errors
    /// [`ShapesError`] names the file and what is wrong in it.
    pub fn load(folder: Option<&Path>) -> Result<Self, ShapesError> {
        let mut sets = Vec::new();
        for rules in Rules::ALL {
            let mut texts = Vec::new();
            for name in files_of(rules) {
                texts.push((*name, text_of(name, folder)?));
            }
            let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
            sets.push((rules, ShapeSet::read(&files)?));
        }
        Ok(Self { sets, limits: Limits::default() })
    }

    /// Checks a data set. `graph` is its own graph, `value` what was read of it, `written_in` its profile.
    #[must_use]
    pub fn dataset(
        &self,
        graph: &Graph,
        subject: NamedOrBlankNodeRef<'_>,
        (value, written_in): (&Dataset, Profile),
        vocabulary: &Vocabulary,
        wish: &Wish,
    ) -> Checked {
        let level = wish.level.or_else(|| level_of(value));
        let rules = Rules::of(wish.profile.unwrap_or(RuleProfile::current(written_in)), level);
        if is_old(written_in) {
            let converted = profile::write_dataset(value, vocabulary, &Target::full());
            let subject = profile::subject(value.iri.as_deref());
            return self.check(rules, written_in, converted, &subject, CheckedGraph::UpConverted, wish);
        }
        let graph = profile::with_known_names(graph, vocabulary);
        self.check(rules, written_in, graph, &subject.into_owned(), CheckedGraph::AsWritten, wish)
    }

    /// Checks a series, as [`Library::dataset`] does a data set.
    #[must_use]
    pub fn series(
        &self,
        graph: &Graph,
        subject: NamedOrBlankNodeRef<'_>,
        (value, written_in): (&Series, Profile),
        vocabulary: &Vocabulary,
        wish: &Wish,
    ) -> Checked {
        let rules = Rules::of(wish.profile.unwrap_or(RuleProfile::current(written_in)), wish.level);
        if is_old(written_in) {
            let converted = profile::write_series(value, vocabulary, &Target::full());
            let subject = profile::subject(value.iri.as_deref());
            return self.check(rules, written_in, converted, &subject, CheckedGraph::UpConverted, wish);
        }
        let mut graph = profile::with_known_names(graph, vocabulary);
        // Every series is a data set in DCAT 3 and some say so; the rules for data sets are not meant for them.
        graph.remove(TripleRef::new(subject, rdf::TYPE, dcat::DATASET));
        self.check(rules, written_in, graph, &subject.into_owned(), CheckedGraph::AsWritten, wish)
    }

    /// Checks any other description, such as a catalogue's, as written. Without a wish it meets the rules of the
    /// profile that `written_in` names.
    #[must_use]
    pub fn other(
        &self,
        graph: &Graph,
        subject: NamedOrBlankNodeRef<'_>,
        written_in: Profile,
        vocabulary: &Vocabulary,
        wish: &Wish,
    ) -> Checked {
        let rules = Rules::of(wish.profile.unwrap_or(RuleProfile::current(written_in)), wish.level);
        let graph = profile::with_known_names(graph, vocabulary);
        self.check(rules, written_in, graph, &subject.into_owned(), CheckedGraph::AsWritten, wish)
    }

    fn check(
        &self,
        rules: Rules,
        written_in: Profile,
        graph: Graph,
        subject: &NamedOrBlankNode,
        checked: CheckedGraph,
        wish: &Wish,
    ) -> Checked {
        let own = wish.shapes.as_deref();
        let set = own.or_else(|| self.sets.iter().find(|(known, _)| *known == rules).map(|(_, set)| set));
        let report = set.map(|set| set.check(&graph, subject.as_ref(), self.limits));
        let Report { mut findings, counts, cut } =
            report.unwrap_or_else(|| Report { findings: Vec::new(), counts: FindingCounts::default(), cut: true });
        findings.truncate(MAX_FINDINGS_OF_RECORD);
        Checked { conformance: Conformance { rules, written_in, checked, findings, counts, cut }, graph }
    }
}

/// Whether a profile is written so differently from the current release that it must be converted first. Release 7 is
/// written as Release 8 is; only obligations differ.
const fn is_old(written_in: Profile) -> bool {
    match written_in {
        Profile::HealthDcatApPilot | Profile::HealthDcatApR5 | Profile::Eucaim1 => true,
        Profile::DcatAp | Profile::HealthDcatApR7 | Profile::HealthDcatApR8 | Profile::Eucaim2 => false,
    }
}

/// The access level that a data set states.
fn level_of(dataset: &Dataset) -> Option<AccessLevel> {
    let concept = dataset.access_rights.as_ref()?.concept.as_ref()?;
    concept.code().parse().ok()
}

fn text_of(name: &str, folder: Option<&Path>) -> Result<String, ShapesError> {
    let replaced = folder.map(|folder| folder.join("shapes").join(name)).filter(|path| path.is_file());
    if let Some(path) = replaced {
        let refuse = |error: std::io::Error| ShapesError::new(name, format!("cannot be read: {error}"));
        let size = std::fs::metadata(&path).map_err(refuse)?.len();
        if size > LARGEST_FILE {
            return Err(ShapesError::new(name, format!("{size} bytes; at most {LARGEST_FILE} are read")));
        }
        return std::fs::read_to_string(&path).map_err(refuse);
    }
    let file = EMBEDDED.get_file(name).and_then(include_dir::File::contents_utf8);
    file.map(str::to_owned).ok_or_else(|| ShapesError::new(name, "is not among the files of the program"))
}
