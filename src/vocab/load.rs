//! Reading the SKOS files. Every file is a whole scheme; the loader refuses what it does not understand, because a
//! silently dropped concept would make data sets unfindable.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use include_dir::{Dir, include_dir};
use oxttl::TurtleParser;
use sha2::{Digest as _, Sha256};

use super::aliases::Aliases;
use super::concept::{Concept, ModalityRole, SchemeInfo, SourceInfo, code_iris, own_iri};
use super::corrections::Corrections;
use super::fold::fold;
use super::import::{self, ImportInfo, ImportedScheme, Joining};
use super::words::WordIndex;
use super::{Vocabulary, above_each, read};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::LangText;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/ontologies");

/// The largest vocabulary file that is read from an operator's folder, in bytes.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

const SOURCES: &str = "sources.ttl";
const CONCEPT_BASE: &str = "urn:atlas:concept:";
const SCHEME_BASE: &str = "urn:atlas:scheme:";
const SYSTEM_BASE: &str = "urn:atlas:system:";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const DCTERMS: &str = "http://purl.org/dc/terms/";
const ATLAS: &str = "https://atlas-of-cancer-imaging.eu/ns#";
const FOAF_PAGE: &str = "http://xmlns.com/foaf/0.1/page";
const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/// Why the vocabulary could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    /// A file of the operator's folder cannot be read.
    #[error("vocabulary file {file} cannot be read: {source}")]
    Unreadable {
        /// File name.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is too large, not UTF-8, not Turtle, or says something that a vocabulary cannot say.
    #[error("vocabulary file {file}: {reason}")]
    Malformed {
        /// File name.
        file: String,
        /// What is wrong, with the place where there is one.
        reason: String,
    },
}

fn malformed(file: &str, reason: impl Into<String>) -> VocabularyError {
    VocabularyError::Malformed { file: file.to_owned(), reason: reason.into() }
}

pub(super) fn load(
    override_dir: Option<&Path>,
    imports: &[ImportedScheme],
    stamp: &str,
) -> Result<Vocabulary, VocabularyError> {
    let files = files(override_dir)?;
    let mut builder = Builder::default();
    // Schemes in declared order, so that the concepts' order does not depend on file names.
    for scheme in Scheme::ALL {
        let name = format!("{scheme}.ttl");
        if let Some(text) = files.get(&name) {
            builder.read_scheme(scheme, &name, text)?;
        }
    }
    let table = |name: &str| files.get(name).map_or("", String::as_str);
    let aliases = Aliases::parse(table("aliases.tsv")).map_err(|reason| malformed("aliases.tsv", reason))?;
    let corrections =
        Corrections::parse(table("corrections.tsv")).map_err(|reason| malformed("corrections.tsv", reason))?;
    builder.sources = read_sources(table(SOURCES))?;
    let roots = import::parse_roots(table("imports.tsv"))?;
    builder.concepts.iter_mut().for_each(settle_iris);
    let imports = builder.import(imports, &aliases, &roots);
    Ok(builder.finish(aliases, corrections, imports, stamp, fingerprint(&files, stamp)))
}

/// A digest of everything that readings depend on: the files in force and the imported schemes.
fn fingerprint(files: &HashMap<String, String>, stamp: &str) -> String {
    let mut names: Vec<&String> = files.keys().collect();
    names.sort();
    let mut hasher = Sha256::new();
    for name in names {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        hasher.update(files.get(name).map_or("", String::as_str).as_bytes());
        hasher.update([0]);
    }
    hasher.update(stamp.as_bytes());
    hasher.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The texts of all files by name, the operator's in place of the embedded.
fn files(override_dir: Option<&Path>) -> Result<HashMap<String, String>, VocabularyError> {
    let mut texts = HashMap::new();
    for file in EMBEDDED.files() {
        let name = file.path().to_string_lossy().into_owned();
        let text = file.contents_utf8().ok_or_else(|| malformed(&name, "not UTF-8"))?;
        texts.insert(name, text.to_owned());
    }
    let Some(folder) = override_dir else { return Ok(texts) };
    let unreadable = |file: String| move |source| VocabularyError::Unreadable { file, source };
    let entries = std::fs::read_dir(folder).map_err(unreadable(folder.display().to_string()))?;
    for entry in entries {
        let path = entry.map_err(unreadable(folder.display().to_string()))?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        if !texts.contains_key(&name) {
            continue;
        }
        let size = std::fs::metadata(&path).map_err(unreadable(name.clone()))?.len();
        if size > LARGEST_FILE {
            return Err(malformed(&name, format!("{size} bytes; at most {LARGEST_FILE} are read")));
        }
        let text = std::fs::read_to_string(&path).map_err(unreadable(name.clone()))?;
        texts.insert(name, text);
    }
    Ok(texts)
}

#[derive(Default)]
struct Builder {
    concepts: Vec<Concept>,
    schemes: Vec<SchemeInfo>,
    sources: HashMap<String, SourceInfo>,
    by_id: HashMap<ConceptId, usize>,
}

impl Builder {
    fn read_scheme(&mut self, scheme: Scheme, file: &str, text: &str) -> Result<(), VocabularyError> {
        let mut info = SchemeInfo {
            scheme,
            iri: format!("{SCHEME_BASE}{scheme}"),
            title: String::new(),
            description: None,
            sources: Vec::new(),
            licence: None,
        };
        for triple in TurtleParser::new().for_slice(text.as_bytes()) {
            let triple = triple.map_err(|error| malformed(file, error.to_string()))?;
            let oxrdf::NamedOrBlankNode::NamedNode(subject) = &triple.subject else {
                return Err(malformed(file, "a blank node cannot be a concept"));
            };
            let predicate = triple.predicate.as_str();
            if subject.as_str() == info.iri {
                describe_scheme(&mut info, predicate, &triple.object);
            } else {
                let id = concept_id(subject.as_str()).ok_or_else(|| {
                    malformed(file, format!("{subject} is neither the scheme {} nor a concept", info.iri))
                })?;
                if id.scheme() != scheme {
                    return Err(malformed(file, format!("{id} belongs into another file")));
                }
                let concept = self.concept_mut(id);
                describe(concept, predicate, &triple.object).map_err(|reason| malformed(file, reason))?;
            }
        }
        self.schemes.push(info);
        Ok(())
    }

    fn concept_mut(&mut self, id: ConceptId) -> &mut Concept {
        let next = self.concepts.len();
        let index = *self.by_id.entry(id.clone()).or_insert(next);
        if index == next {
            self.concepts.push(Concept {
                iri: own_iri(&id),
                id,
                pref_labels: Vec::new(),
                alt_labels: Vec::new(),
                hidden_labels: Vec::new(),
                imported_labels: Vec::new(),
                notations: Vec::new(),
                definition: None,
                broader: Vec::new(),
                sites: Vec::new(),
                histologies: Vec::new(),
                exact_matches: Vec::new(),
                sources: Vec::new(),
                role: None,
                in_queries: true,
                embedded: true,
                imports: Vec::new(),
            });
        }
        #[expect(clippy::indexing_slicing, reason = "the index is the concept's own place, made above")]
        &mut self.concepts[index]
    }

    /// Joins imported schemes, in the order of their names.
    fn import(&mut self, schemes: &[ImportedScheme], aliases: &Aliases, roots: &[(String, Scheme)]) -> Vec<ImportInfo> {
        let mut schemes: Vec<&ImportedScheme> = schemes.iter().collect();
        schemes.sort_by(|one, other| one.name.cmp(&other.name));
        let mut infos = Vec::new();
        for scheme in schemes {
            let mut into = Joining { concepts: &mut self.concepts, by_id: &mut self.by_id, aliases, roots };
            let report = import::join(&mut into, scheme);
            let source = SourceInfo {
                title: scheme.title.clone(),
                pages: scheme.iri.iter().cloned().collect(),
                licence: scheme.licence.clone(),
            };
            self.sources.insert(scheme.source_iri(), source);
            infos.push(ImportInfo {
                name: scheme.name.clone(),
                title: scheme.title.clone(),
                version: scheme.version.clone(),
                report,
            });
        }
        infos
    }

    fn finish(
        self,
        aliases: Aliases,
        corrections: Corrections,
        imports: Vec<ImportInfo>,
        stamp: &str,
        fingerprint: String,
    ) -> Vocabulary {
        let mut by_iri = HashMap::new();
        let mut any_iri = HashMap::new();
        let mut by_label: HashMap<(Scheme, String), Vec<usize>> = HashMap::new();
        let mut by_code: HashMap<(Scheme, String), Vec<usize>> = HashMap::new();
        let mut listed_labels = HashSet::new();
        let mut narrower: HashMap<ConceptId, Vec<ConceptId>> = HashMap::new();
        for (index, concept) in self.concepts.iter().enumerate() {
            let scheme = concept.id.scheme();
            let own = own_iri(&concept.id);
            for iri in concept.exact_matches.iter().chain([&concept.iri, &own]) {
                by_iri.entry((scheme, iri.clone())).or_insert(index);
                any_iri.entry(iri.clone()).or_insert(index);
            }
            for label in concept.labels() {
                if label.text.contains(read::SEPARATORS) {
                    listed_labels.insert((scheme, fold(&label.text)));
                }
                for key in read::label_keys(&label.text) {
                    let holders = by_label.entry((scheme, key)).or_default();
                    // A label that is taken is read as whoever had it first; embedded concepts come first.
                    if concept.embedded || holders.is_empty() {
                        push_once(holders, index);
                    }
                }
            }
            for (system, code) in &concept.notations {
                let key = if system == "abbreviation" { code.clone() } else { code.to_lowercase() };
                let holders = by_code.entry((scheme, key)).or_default();
                let taken = |place: &usize| self.concepts.get(*place).is_some_and(|holder| holder.embedded);
                if concept.embedded || !holders.iter().any(taken) {
                    push_once(holders, index);
                }
            }
            for above in &concept.broader {
                narrower.entry(above.clone()).or_default().push(concept.id.clone());
            }
        }
        let words = WordIndex::new(&self.concepts, fold);
        let above = above_each(&self.concepts, &self.by_id);
        Vocabulary {
            concepts: self.concepts,
            schemes: self.schemes,
            sources: self.sources,
            by_id: self.by_id,
            by_iri,
            any_iri,
            by_label,
            by_code,
            listed_labels,
            narrower,
            above,
            words,
            aliases,
            corrections,
            imports,
            stamp: stamp.to_owned(),
            fingerprint,
        }
    }
}

fn push_once(list: &mut Vec<usize>, index: usize) {
    if !list.contains(&index) {
        list.push(index);
    }
}

/// The published IRI is the one the file declares, else the EUCAIM one, else the SNOMED CT one, else the hub's own;
/// all others become exact matches.
fn settle_iris(concept: &mut Concept) {
    let mut known: Vec<String> = Vec::new();
    if concept.iri != own_iri(&concept.id) {
        known.push(concept.iri.clone());
    }
    for system in ["eucaim", "snomed-ct", "duo", "radlex", "dicom"] {
        for (_, code) in concept.notations.iter().filter(|(name, _)| name == system) {
            known.extend(code_iris(system, code));
        }
    }
    known.extend(std::mem::take(&mut concept.exact_matches));
    let mut seen = Vec::new();
    known.retain(|iri| {
        let new = !seen.contains(iri);
        if new {
            seen.push(iri.clone());
        }
        new
    });
    let mut known = known.into_iter();
    if let Some(first) = known.next() {
        concept.iri = first;
    }
    concept.exact_matches = known.collect();
}

fn concept_id(iri: &str) -> Option<ConceptId> {
    iri.strip_prefix(CONCEPT_BASE)?.parse().ok()
}

/// The table of sources by IRI.
fn read_sources(text: &str) -> Result<HashMap<String, SourceInfo>, VocabularyError> {
    let mut sources: HashMap<String, SourceInfo> = HashMap::new();
    for triple in TurtleParser::new().for_slice(text.as_bytes()) {
        let triple = triple.map_err(|error| malformed(SOURCES, error.to_string()))?;
        let oxrdf::NamedOrBlankNode::NamedNode(subject) = &triple.subject else {
            return Err(malformed(SOURCES, "a blank node cannot be a source"));
        };
        let source = sources.entry(subject.as_str().to_owned()).or_default();
        match triple.predicate.as_str() {
            FOAF_PAGE => source.pages.push(characters(&triple.object)),
            predicate => match predicate.strip_prefix(DCTERMS) {
                Some("title") => source.title = characters(&triple.object),
                Some("license") => source.licence = Some(characters(&triple.object)),
                _ => {}
            },
        }
    }
    Ok(sources)
}

/// The characters of an IRI or a literal.
fn characters(term: &oxrdf::Term) -> String {
    match term {
        oxrdf::Term::NamedNode(node) => node.as_str().to_owned(),
        oxrdf::Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}

fn describe_scheme(info: &mut SchemeInfo, predicate: &str, object: &oxrdf::Term) {
    match predicate.strip_prefix(DCTERMS) {
        Some("title") => info.title = characters(object),
        Some("description") => info.description = Some(characters(object)),
        Some("source") => info.sources.push(characters(object)),
        Some("license") => info.licence = Some(characters(object)),
        _ => {}
    }
}

fn describe(concept: &mut Concept, predicate: &str, object: &oxrdf::Term) -> Result<(), String> {
    let here = concept.id.to_string();
    let iri = || match object {
        oxrdf::Term::NamedNode(node) => Ok(node.as_str().to_owned()),
        other => Err(format!("{here}: {predicate} wants an IRI, found {other}")),
    };
    let literal = || match object {
        oxrdf::Term::Literal(literal) => Ok(literal),
        other => Err(format!("{here}: {predicate} wants a text, found {other}")),
    };
    let label =
        || literal().map(|text| LangText { lang: text.language().map(str::to_owned), text: text.value().into() });
    let named = || iri().and_then(|iri| concept_id(&iri).ok_or_else(|| format!("{here}: {iri} is not a concept")));
    let local = [SKOS, DCTERMS, ATLAS].iter().find_map(|base| predicate.strip_prefix(base));
    match local {
        Some("prefLabel") => concept.pref_labels.push(label()?),
        Some("altLabel") => concept.alt_labels.push(label()?),
        Some("hiddenLabel") => concept.hidden_labels.push(label()?),
        Some("definition") => concept.definition = Some(literal()?.value().to_owned()),
        Some("broader") => concept.broader.push(named()?),
        Some("site") => concept.sites.push(named()?),
        Some("histology") => concept.histologies.push(named()?),
        Some("exactMatch") => concept.exact_matches.push(iri()?),
        Some("officialIri") => concept.iri = iri()?,
        Some("source") => concept.sources.push(iri()?),
        Some("notation") => {
            let code = literal()?;
            let system = code.datatype().as_str().strip_prefix(SYSTEM_BASE).unwrap_or("atlas").to_owned();
            concept.notations.push((system, code.value().to_owned()));
        }
        Some("role") => {
            concept.role = match literal()?.value() {
                "acquired" => Some(ModalityRole::Acquired),
                "derived" => Some(ModalityRole::Derived),
                other => return Err(format!("{here}: a modality is acquired or derived, not {other:?}")),
            };
        }
        Some("inQueries") => concept.in_queries = literal()?.value() == "true",
        _ if predicate == RDF_TYPE => {}
        _ => return Err(format!("{here}: the property {predicate} is not known here")),
    }
    Ok(())
}
