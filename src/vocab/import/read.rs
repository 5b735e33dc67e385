//! From the statements of a file to its classes. Understood are `owl:Class`, `rdfs:Class` and `skos:Concept`; parents by
//! `rdfs:subClassOf`, `skos:broader` and `skos:narrower`; labels by SKOS, RDFS and the usual annotation properties;
//! codes by `skos:notation` and by annotation properties that are named after a coding system.

use std::collections::{BTreeMap, HashMap, HashSet};

use oxrdf::{NamedNodeRef, NamedOrBlankNodeRef, TermRef};

use super::{
    ImportedConcept, ImportedScheme, LONGEST_DEFINITION, LONGEST_LABEL, MOST_CONCEPTS, MOST_LEVELS, MOST_VALUES, Note,
    Notes,
};
use crate::domain::concept::Scheme;
use crate::domain::dataset::LangText;

const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const OWL: &str = "http://www.w3.org/2002/07/owl#";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const OWL_THING: &str = "http://www.w3.org/2002/07/owl#Thing";
const DUBLIN_CORE: [&str; 2] = ["http://purl.org/dc/terms/", "http://purl.org/dc/elements/1.1/"];

/// Annotation properties, by their local name in small letters, that hold codes: the system that they stand for.
const CODE_PROPERTIES: [(&str, &str); 12] = [
    ("snomedct", "snomed-ct"),
    ("snomed_ct", "snomed-ct"),
    ("snomed", "snomed-ct"),
    ("icd10", "icd-10"),
    ("icd-10", "icd-10"),
    ("icdo3", "icd-o-3"),
    ("icd-o-3", "icd-o-3"),
    ("radlex", "radlex"),
    ("ncit", "ncit"),
    ("loinc", "loinc"),
    ("orphacode", "orphacode"),
    ("acronym", "abbreviation"),
];
/// Annotation properties, by their local name in small letters, that hold synonyms.
const SYNONYM_PROPERTIES: [&str; 5] =
    ["synonym", "synonyms", "hasexactsynonym", "alternative_label", "alternativelabel"];

/// How to take a file in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Short name, `[a-z0-9-]+`.
    pub name: String,
    /// Every class goes into this scheme.
    pub scheme: Option<Scheme>,
    /// Classes whose subclasses go into a scheme, beside those of `imports.tsv`.
    pub roots: Vec<(String, Scheme)>,
}

/// Why a file is not taken in. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportRefused {
    /// The name has other characters.
    #[error("{0:?} is not a name for an import: use small letters, digits and hyphens, at most 40")]
    BadName(String),
    /// There is no class and no concept in it.
    #[error(
        "the file describes neither OWL classes nor SKOS concepts: give the ontology or scheme itself, not an index of it"
    )]
    Empty,
    /// Too many classes.
    #[error("the file has {found} classes, more than the {MOST_CONCEPTS} allowed: import the branches that you need")]
    TooMany {
        /// How many.
        found: usize,
    },
    /// Too deep.
    #[error(
        "the hierarchy is deeper than {MOST_LEVELS} levels below {iri}: check its subclass statements, no known ontology is"
    )]
    TooDeep {
        /// A class at that depth.
        iri: String,
    },
    /// None of its classes belongs to a scheme.
    #[error(
        "none of the {classes} classes belongs to a vocabulary of the catalogue: name one with --scheme, or the class at the top of each branch with --root IRI=VOCABULARY"
    )]
    Unplaced {
        /// How many classes it has.
        classes: usize,
    },
}

/// Reads the classes of a graph.
///
/// # Errors
/// [`ImportRefused`] when the file is no vocabulary or beyond the limits.
pub fn read_scheme(graph: &oxrdf::Graph, options: &ImportOptions) -> Result<(ImportedScheme, Notes), ImportRefused> {
    check_name(&options.name)?;
    let classes = classes(graph);
    if classes.is_empty() {
        return Err(ImportRefused::Empty);
    }
    if classes.len() > MOST_CONCEPTS {
        return Err(ImportRefused::TooMany { found: classes.len() });
    }
    let mut notes = Notes::default();
    let mut scheme = ImportedScheme {
        name: options.name.clone(),
        title: options.name.clone(),
        scheme: options.scheme,
        roots: options.roots.clone(),
        ..ImportedScheme::default()
    };
    describe_file(graph, &mut scheme);
    let mut narrower: HashMap<&str, Vec<&str>> = HashMap::new();
    for class in &classes {
        for below in objects(graph, class, &format!("{SKOS}narrower")) {
            if let TermRef::NamedNode(below) = below {
                narrower.entry(below.as_str()).or_default().push(class);
            }
        }
    }
    for class in &classes {
        let Some(mut concept) = concept(graph, class, &mut notes) else { continue };
        concept.broader.extend(narrower.get(class).into_iter().flatten().map(|above| (*above).to_owned()));
        concept.broader.sort();
        concept.broader.dedup();
        scheme.concepts.push(concept);
    }
    if scheme.concepts.is_empty() {
        return Err(ImportRefused::Empty);
    }
    check_depth(&scheme.concepts)?;
    Ok((scheme, notes))
}

/// Whether an import can have this name.
///
/// # Errors
/// [`ImportRefused::BadName`].
pub fn check_name(name: &str) -> Result<(), ImportRefused> {
    const LONGEST: usize = 40;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let good = !name.is_empty() && name.len() <= LONGEST && name.bytes().all(is_plain) && !name.starts_with('-');
    if good { Ok(()) } else { Err(ImportRefused::BadName(name.to_owned())) }
}

/// The IRIs of everything that is a class or a concept, in order. A resource that only stands under or above one counts
/// too where it has a label: some files leave the types out.
fn classes(graph: &oxrdf::Graph) -> Vec<&str> {
    let types = [format!("{OWL}Class"), format!("{RDFS}Class"), format!("{SKOS}Concept")];
    let mut found: HashSet<&str> = HashSet::new();
    for triple in graph {
        let NamedOrBlankNodeRef::NamedNode(subject) = triple.subject else { continue };
        let predicate = triple.predicate.as_str();
        let is_class = match triple.object {
            TermRef::NamedNode(object) if predicate == RDF_TYPE => types.iter().any(|one| one == object.as_str()),
            TermRef::NamedNode(_) => predicate == format!("{RDFS}subClassOf") || predicate == format!("{SKOS}broader"),
            _ => false,
        };
        if is_class && subject.as_str() != OWL_THING {
            found.insert(subject.as_str());
        }
    }
    let mut found: Vec<&str> = found.into_iter().collect();
    found.sort_unstable();
    found
}

fn objects<'a>(graph: &'a oxrdf::Graph, subject: &'a str, predicate: &str) -> Vec<TermRef<'a>> {
    let subject = NamedNodeRef::new_unchecked(subject);
    let predicate = oxrdf::NamedNode::new_unchecked(predicate);
    graph
        .triples_for_subject(subject)
        .filter(|triple| triple.predicate == predicate.as_ref())
        .map(|t| t.object)
        .collect()
}

/// Title, version and terms, from the description of the ontology or scheme.
fn describe_file(graph: &oxrdf::Graph, scheme: &mut ImportedScheme) {
    let types = [format!("{OWL}Ontology"), format!("{SKOS}ConceptScheme")];
    let head = graph.iter().find_map(|triple| {
        let is_head = triple.predicate.as_str() == RDF_TYPE
            && matches!(triple.object, TermRef::NamedNode(object) if types.iter().any(|one| one == object.as_str()));
        match triple.subject {
            NamedOrBlankNodeRef::NamedNode(node) if is_head => Some(node),
            _ => None,
        }
    });
    let Some(head) = head else { return };
    scheme.iri = Some(head.as_str().to_owned());
    let mut title: Option<(u8, String)> = None;
    for triple in graph.triples_for_subject(head) {
        let predicate = triple.predicate.as_str();
        let core = DUBLIN_CORE.iter().find_map(|base| predicate.strip_prefix(base));
        let text = || shortened(&characters(triple.object), LONGEST_LABEL);
        match (core, predicate) {
            (Some("title"), _) => title = Some((0, text())),
            (Some("license" | "rights"), _) => scheme.licence = Some(text()),
            (_, "http://www.w3.org/2002/07/owl#versionInfo") => scheme.version = Some(text()),
            (_, "http://www.w3.org/2004/02/skos/core#prefLabel" | "http://www.w3.org/2000/01/rdf-schema#label")
                if title.is_none() =>
            {
                title = Some((1, text()));
            }
            _ => {}
        }
    }
    if let Some((_, title)) = title.filter(|(_, title)| !title.trim().is_empty()) {
        scheme.title = title;
    }
}

fn concept(graph: &oxrdf::Graph, class: &str, notes: &mut Notes) -> Option<ImportedConcept> {
    let mut concept = ImportedConcept { iri: class.to_owned(), ..ImportedConcept::default() };
    let mut preferred: Vec<LangText> = Vec::new();
    let mut plain: Vec<LangText> = Vec::new();
    let mut seen: BTreeMap<&'static str, usize> = BTreeMap::new();
    // The graph keeps no order; the same file must give the same concept.
    let mut triples: Vec<_> = graph.triples_for_subject(NamedNodeRef::new_unchecked(class)).collect();
    triples.sort_by_cached_key(ToString::to_string);
    for triple in triples {
        let predicate = triple.predicate.as_str();
        let kind = kind_of(predicate);
        if matches!(kind, Kind::Deprecated) {
            if matches!(triple.object, TermRef::Literal(value) if matches!(value.value(), "true" | "1")) {
                notes.push(Note::Deprecated { iri: class.to_owned() });
                return None;
            }
            continue;
        }
        let Some(name) = kind.name() else { continue };
        let count = seen.entry(name).or_default();
        *count += 1;
        if *count > MOST_VALUES {
            if *count == MOST_VALUES + 1 {
                let what = format!("has more than {MOST_VALUES} values of {name}");
                notes.push(Note::LeftOut { iri: class.to_owned(), what });
            }
            continue;
        }
        match (kind, triple.object) {
            (Kind::Broader, TermRef::NamedNode(above)) if above.as_str() != OWL_THING && above.as_str() != class => {
                concept.broader.push(above.as_str().to_owned());
            }
            (Kind::Broader, TermRef::NamedNode(above)) if above.as_str() == class => {
                notes.push(Note::Cycle { iri: class.to_owned(), parent: class.to_owned() });
            }
            (Kind::Match, TermRef::NamedNode(same)) => concept.matches.push(same.as_str().to_owned()),
            (Kind::Match, TermRef::Literal(same)) if same.value().starts_with("http") => {
                concept.matches.push(same.value().trim().to_owned());
            }
            (Kind::Definition, TermRef::Literal(text)) => {
                concept.definition.get_or_insert_with(|| shortened(text.value().trim(), LONGEST_DEFINITION));
            }
            (Kind::Code(system), TermRef::Literal(code)) => {
                if let Some(code) = fitting(code.value(), class, name, notes) {
                    concept.codes.push((system.to_owned(), code));
                }
            }
            (Kind::Preferred | Kind::Label | Kind::Synonym, TermRef::Literal(text)) => {
                let Some(label) = fitting(text.value(), class, name, notes) else { continue };
                let label = LangText { lang: text.language().map(str::to_owned), text: label };
                match kind {
                    Kind::Preferred => preferred.push(label),
                    Kind::Label => plain.push(label),
                    _ => concept.synonyms.push(label),
                }
            }
            _ => {}
        }
    }
    settle_labels(&mut concept, preferred, plain);
    if concept.labels.is_empty() {
        notes.push(Note::NoLabel { iri: class.to_owned() });
    }
    Some(concept)
}

/// One preferred label a language, `skos:prefLabel` before `rdfs:label`; what is left over is a synonym.
fn settle_labels(concept: &mut ImportedConcept, preferred: Vec<LangText>, plain: Vec<LangText>) {
    let mut rest = Vec::new();
    for label in preferred.into_iter().chain(plain) {
        let same_language = |kept: &LangText| kept.lang == label.lang || is_english(kept) && is_english(&label);
        if concept.labels.iter().any(same_language) { rest.push(label) } else { concept.labels.push(label) }
    }
    concept.labels.sort_by_key(|label| !is_english(label));
    concept.synonyms.extend(rest);
    let mut seen: HashSet<String> = concept.labels.iter().map(|label| label.text.clone()).collect();
    concept.synonyms.retain(|label| seen.insert(label.text.clone()));
    concept.codes.sort();
    concept.codes.dedup();
    concept.matches.sort();
    concept.matches.dedup();
}

fn is_english(label: &LangText) -> bool {
    label.lang.as_deref().is_none_or(|lang| lang == "en" || lang.starts_with("en-"))
}

/// What a property says of a class.
#[derive(Clone, Copy)]
enum Kind {
    Preferred,
    Label,
    Synonym,
    Broader,
    Match,
    Definition,
    Code(&'static str),
    Deprecated,
    Other,
}

impl Kind {
    fn name(self) -> Option<&'static str> {
        Some(match self {
            Kind::Preferred | Kind::Label => "label",
            Kind::Synonym => "synonym",
            Kind::Broader => "parent",
            Kind::Match => "match",
            Kind::Definition => "definition",
            Kind::Code(_) => "code",
            Kind::Deprecated | Kind::Other => return None,
        })
    }
}

fn kind_of(predicate: &str) -> Kind {
    if let Some(local) = predicate.strip_prefix(SKOS) {
        return match local {
            "prefLabel" => Kind::Preferred,
            "altLabel" | "hiddenLabel" => Kind::Synonym,
            "broader" => Kind::Broader,
            "exactMatch" => Kind::Match,
            "definition" => Kind::Definition,
            "notation" => Kind::Code("imported"),
            _ => Kind::Other,
        };
    }
    if let Some(local) = predicate.strip_prefix(RDFS) {
        return match local {
            "label" => Kind::Label,
            "subClassOf" => Kind::Broader,
            _ => Kind::Other,
        };
    }
    if let Some(local) = predicate.strip_prefix(OWL) {
        return match local {
            "equivalentClass" | "sameAs" => Kind::Match,
            "deprecated" => Kind::Deprecated,
            _ => Kind::Other,
        };
    }
    let local = predicate.rsplit(['#', '/', ':']).next().unwrap_or_default().to_lowercase();
    if let Some((_, system)) = CODE_PROPERTIES.iter().find(|(name, _)| *name == local) {
        return Kind::Code(system);
    }
    if SYNONYM_PROPERTIES.contains(&local.as_str()) { Kind::Synonym } else { Kind::Other }
}

fn fitting(text: &str, class: &str, name: &str, notes: &mut Notes) -> Option<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > LONGEST_LABEL {
        let what = format!("a {name} has {} bytes, more than the {LONGEST_LABEL} allowed", text.len());
        notes.push(Note::LeftOut { iri: class.to_owned(), what });
        return None;
    }
    (!text.is_empty()).then_some(text)
}

fn shortened(text: &str, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}

fn characters(term: TermRef<'_>) -> String {
    match term {
        TermRef::NamedNode(node) => node.as_str().to_owned(),
        TermRef::Literal(literal) => literal.value().trim().to_owned(),
        _ => String::new(),
    }
}

/// Walks the hierarchy from its tops, level by level; a class in a circle is never a top and is judged elsewhere.
fn check_depth(concepts: &[ImportedConcept]) -> Result<(), ImportRefused> {
    let known: HashMap<&str, usize> =
        concepts.iter().enumerate().map(|(index, concept)| (concept.iri.as_str(), index)).collect();
    let mut waiting = vec![0_usize; concepts.len()];
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); concepts.len()];
    for (index, concept) in concepts.iter().enumerate() {
        for parent in concept.broader.iter().filter_map(|iri| known.get(iri.as_str())) {
            if let Some(children) = below.get_mut(*parent) {
                children.push(index);
            }
            if let Some(count) = waiting.get_mut(index) {
                *count += 1;
            }
        }
    }
    let mut level: Vec<usize> = (0..concepts.len()).filter(|index| waiting.get(*index) == Some(&0)).collect();
    let mut depth = 0;
    while !level.is_empty() {
        depth += 1;
        if depth > MOST_LEVELS {
            let iri = level.first().and_then(|index| concepts.get(*index)).map(|one| one.iri.clone());
            return Err(ImportRefused::TooDeep { iri: iri.unwrap_or_default() });
        }
        let mut next = Vec::new();
        for index in level {
            for child in below.get(index).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(*child) {
                    *count -= 1;
                    if *count == 0 {
                        next.push(*child);
                    }
                }
            }
        }
        level = next;
    }
    Ok(())
}
