//! Importing a scheme at run time: what joins, what is new, who wins, what is refused.

use atlas::domain::concept::{ConceptId, Scheme};
use atlas::domain::dataset::Value;
use atlas::rdf::parse::{ParseLimits, parse};
use atlas::vocab::import::{self, Note, Notes};
use atlas::vocab::{ImportOptions, ImportRefused, ImportedScheme, Vocabulary, check};

use super::ontology::{EUCAIM, JOINED_BY_CODE, JOINED_BY_LABEL, Ontology, code_of, label_of, synonym_of};
use super::{VOCABULARY, id, text};

const PREFIXES: &str = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ex: <https://example.org/onto#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix eucaim: <https://cancerimage.eu/ontology/EUCAIM#> .
";

pub fn turtle(classes: &str) -> String {
    format!("{PREFIXES}{classes}")
}

fn conditions(name: &str) -> ImportOptions {
    ImportOptions { name: name.to_owned(), scheme: Some(Scheme::Condition), roots: Vec::new() }
}

fn read_as(file: &str, media_type: &str, options: &ImportOptions) -> Result<(ImportedScheme, Notes), ImportRefused> {
    let limits = ParseLimits { max_triples: 1_000_000, max_bytes: 64 * 1024 * 1024, ..ParseLimits::default() };
    let parsed = parse(file.as_bytes(), Some(media_type), "urn:test", &limits).expect("RDF");
    import::read_scheme(&parsed.graph, options)
}

fn read(file: &str) -> Result<(ImportedScheme, Notes), ImportRefused> {
    read_as(file, "text/turtle", &conditions("test"))
}

/// The embedded vocabulary with a Turtle file whose classes are all conditions.
pub fn joined(file: &str) -> Vocabulary {
    let (scheme, _) = read(file).expect("a scheme");
    Vocabulary::load_with(None, &[scheme], "1").expect("a vocabulary")
}

fn notes(vocabulary: &Vocabulary) -> Vec<String> {
    vocabulary.imports()[0].report.notes.first.iter().map(ToString::to_string).collect()
}

fn condition(vocabulary: &Vocabulary, words: &str) -> Option<ConceptId> {
    vocabulary.read(Scheme::Condition, &text(words), None).concept
}

#[test]
fn four_thousand_owl_classes_join_the_embedded_hierarchy() {
    let file = Ontology::of(4_000).rdf_xml();
    let options = ImportOptions { name: "hyper".to_owned(), ..ImportOptions::default() };
    let (scheme, read_notes) = read_as(&file, "application/rdf+xml", &options).expect("a scheme");
    assert_eq!((scheme.concepts.len(), scheme.title.as_str()), (4_001, "Ontology of made-up tumours"));
    assert_eq!((scheme.version.as_deref(), read_notes), (Some("1.0"), Notes::default()));
    let start = std::time::Instant::now();
    let vocabulary = Vocabulary::load_with(None, &[scheme], "1").expect("a vocabulary");
    println!("4,000 classes joined in {} ms", start.elapsed().as_millis());
    let report = &vocabulary.imports()[0].report;
    // The root of the file is the root for conditions: nothing has to be said about where the classes belong.
    assert_eq!(report.added, [(Scheme::Condition, 3_998)], "{:?}", report.notes);
    assert_eq!((report.classes, report.joined, report.unplaced), (4_001, 3, 0));

    let deep = condition(&vocabulary, &synonym_of(1_234)).expect("a synonym is read");
    assert_eq!(deep.to_string(), format!("condition/{}", code_of(1_234).to_lowercase()));
    let above = vocabulary.ancestors(&deep);
    for higher in [123, 12, 1] {
        assert!(above.contains(&condition(&vocabulary, &label_of(higher)).expect("a label is read")), "{higher}");
    }
    assert!(above.contains(&id("condition/cancer")), "the file's root is the embedded one: {above:?}");
    let by_iri = vocabulary.read(Scheme::Condition, &Value::Iri(format!("{EUCAIM}{}", code_of(1_234))), None);
    assert_eq!(by_iri.concept, Some(deep));

    // Joined by a SNOMED CT code and by a label: what stands below them stands below the embedded concepts.
    for (number, embedded) in
        [(JOINED_BY_CODE, "condition/prostate-cancer"), (JOINED_BY_LABEL, "condition/breast-cancer")]
    {
        assert_eq!(condition(&vocabulary, &synonym_of(number)), Some(id(embedded)), "{number}");
        let below = condition(&vocabulary, &label_of(number * 100 + 1)).expect("a concept");
        assert!(vocabulary.ancestors(&below).contains(&id(embedded)), "{number}");
        let concept = vocabulary.concept(&id(embedded)).expect("a concept");
        assert!(concept.embedded && concept.imports == ["hyper"], "{embedded}");
        assert!(concept.sources.contains(&"urn:atlas:import:hyper".to_owned()), "its new codes have a source");
    }
    assert!(check(&vocabulary).is_empty(), "an imported scheme brings no fault: {:?}", check(&vocabulary));
}

#[test]
fn the_embedded_vocabulary_reads_as_before_whatever_is_imported() {
    let vocabulary = joined(&turtle(
        "ex:a a owl:Class ; rdfs:label \"Quux cancer\" ; skos:altLabel \"NSCLC\", \"Lung cancer\", \"Quuxoma\" .
         ex:b a owl:Class ; rdfs:label \"MR\" .",
    ));
    assert_eq!(condition(&vocabulary, "NSCLC"), condition(&VOCABULARY, "NSCLC"));
    assert_eq!(condition(&vocabulary, "Lung cancer"), Some(id("condition/lung-cancer")));
    assert_eq!(condition(&vocabulary, "Quuxoma"), Some(id("condition/a")));
    let taken: Vec<String> = notes(&vocabulary).into_iter().filter(|note| note.contains("is read as")).collect();
    assert!(taken.iter().any(|note| note.contains("onto#a") && note.contains("condition/lung-cancer")), "{taken:?}");
    for scheme in Scheme::ALL {
        for concept in VOCABULARY.concepts(scheme) {
            for label in concept.labels() {
                let now = vocabulary.read(scheme, &text(&label.text), None).concept;
                assert_eq!(now.as_ref(), Some(&concept.id), "{:?}", label.text);
            }
        }
    }
    // A short label of an imported concept does not take over a word of queries.
    for query in ["MR", "lung MR", "CT of the left lung"] {
        assert_eq!(vocabulary.find_in_words(query), VOCABULARY.find_in_words(query), "{query}");
    }
}

#[test]
fn a_class_that_could_be_two_embedded_concepts_joins_none() {
    let vocabulary = joined(&turtle(
        "ex:a a skos:Concept ; skos:prefLabel \"Wobbly cancer\" ;
           skos:exactMatch <urn:atlas:concept:condition/lung-cancer>, <urn:atlas:concept:condition/breast-cancer> .",
    ));
    assert_eq!(condition(&vocabulary, "Wobbly cancer"), Some(id("condition/a")));
    let found = notes(&vocabulary);
    assert!(
        found.iter().any(|note| note.contains("condition/breast-cancer") && note.contains("joined with none")),
        "{found:?}"
    );
}

#[test]
fn an_exact_match_joins_and_takes_nothing_away() {
    let before = VOCABULARY.concept(&id("condition/lung-cancer")).expect("a concept");
    let vocabulary = joined(&turtle(
        "ex:a a skos:Concept ; skos:prefLabel \"Krebs der Lunge und mehr\"@de ; skos:broader ex:b ;
           skos:exactMatch <urn:atlas:concept:condition/lung-cancer> .
         ex:b a skos:Concept ; skos:prefLabel \"Wide group\" .",
    ));
    let after = vocabulary.concept(&before.id).expect("a concept");
    assert_eq!(after.label(), before.label());
    assert!(before.broader.iter().all(|parent| after.broader.contains(parent)));
    assert!(after.broader.contains(&id("condition/b")), "an imported group may stand above an embedded concept");
    assert_eq!(condition(&vocabulary, "Krebs der Lunge und mehr"), Some(before.id.clone()));
}

#[test]
fn circles_and_missing_parents_are_left_out_and_told() {
    let vocabulary = joined(&turtle(
        "ex:a a owl:Class ; rdfs:label \"Axq\" ; rdfs:subClassOf ex:b, ex:nowhere .
         ex:b a owl:Class ; rdfs:label \"Bxq\" ; rdfs:subClassOf ex:a .",
    ));
    let found = notes(&vocabulary);
    assert!(found.iter().any(|note| note.contains("above itself") && note.contains("onto#")), "{found:?}");
    assert!(found.iter().any(|note| note.contains("onto#nowhere")), "{found:?}");
    assert!(check(&vocabulary).is_empty());
}

#[test]
fn classes_out_of_use_or_without_a_label_are_told() {
    let (scheme, notes) = read(&turtle(
        "ex:a a owl:Class ; rdfs:label \"Old\" ; owl:deprecated true . ex:b a owl:Class . ex:c a owl:Class ; rdfs:label \"C\" .",
    ))
    .expect("a scheme");
    assert_eq!(scheme.concepts.len(), 2);
    let iri = |name: &str| format!("https://example.org/onto#{name}");
    assert_eq!(notes.first, [Note::Deprecated { iri: iri("a") }, Note::NoLabel { iri: iri("b") }]);
    let vocabulary = Vocabulary::load_with(None, &[scheme], "1").expect("a vocabulary");
    assert_eq!(vocabulary.label(&id("condition/b")), "b");
}

#[test]
fn a_file_that_is_no_vocabulary_or_beyond_the_limits_is_refused_in_words() {
    let refused = |file: &str| read(file).expect_err("a refusal").to_string();
    let empty = refused(&turtle("ex:a a ex:Dataset ."));
    assert!(empty.contains("neither OWL classes nor SKOS concepts"), "{empty}");

    let chain: String = (0..200)
        .map(|at| format!("ex:n{at} a owl:Class ; rdfs:label \"n {at}\" ; rdfs:subClassOf ex:n{} .\n", at + 1))
        .collect();
    let deep = refused(&turtle(&chain));
    assert!(deep.contains("deeper than 64 levels") && deep.contains("onto#n"), "{deep}");

    let many: String = (0..=import::MOST_CONCEPTS).map(|at| format!("ex:n{at} a owl:Class .\n")).collect();
    let many = refused(&turtle(&many));
    assert!(many.contains("50001") && many.contains("50000"), "{many}");

    let named = read_as(&turtle("ex:a a owl:Class ."), "text/turtle", &conditions("../etc")).expect_err("a refusal");
    assert!(named.to_string().contains("not a name"), "{named}");
}

#[test]
fn values_beyond_the_limits_are_left_out_and_told() {
    let long = "x".repeat(import::LONGEST_LABEL + 1);
    let many: String = (0..import::MOST_VALUES + 5).map(|at| format!("; skos:altLabel \"word {at}\" ")).collect();
    let (scheme, notes) =
        read(&turtle(&format!("ex:a a owl:Class ; rdfs:label \"Fits\", \"{long}\" {many} ."))).expect("a scheme");
    assert_eq!(scheme.concepts[0].synonyms.len(), import::MOST_VALUES);
    let told: Vec<String> = notes.first.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|note| note.contains("401 bytes")), "{told:?}");
    assert!(told.iter().any(|note| note.contains("more than 200 values of synonym")), "{told:?}");
}

#[test]
fn the_order_of_statements_and_the_form_of_the_file_do_not_matter() {
    let lines = [
        "ex:a a owl:Class ; rdfs:label \"Axq\" ; skos:altLabel \"Shared\" .",
        "ex:b a owl:Class ; rdfs:label \"Bxq\" ; rdfs:subClassOf ex:a ; skos:altLabel \"Shared\" .",
        "ex:c a owl:Class ; rdfs:label \"Cxq\" ; rdfs:subClassOf ex:b, ex:a .",
    ];
    let forward = read(&turtle(&lines.join("\n"))).expect("a scheme");
    let mut turned = lines;
    turned.reverse();
    assert_eq!(read(&turtle(&turned.join("\n"))).expect("a scheme"), forward);
    let vocabulary = Vocabulary::load_with(None, &[forward.0], "1").expect("a vocabulary");
    assert_eq!(condition(&vocabulary, "Shared"), Some(id("condition/a")), "the first of the file has it");
}

#[test]
fn two_imports_stand_side_by_side_and_the_first_by_name_wins() {
    let file =
        |label: &str| turtle(&format!("ex:a a owl:Class ; rdfs:label \"{label}\" ; skos:altLabel \"Quuxoma\" ."));
    let other = file("Second").replace("example.org", "example.com");
    let first = read_as(&file("First"), "text/turtle", &conditions("aa")).expect("a scheme").0;
    let second = read_as(&other, "text/turtle", &conditions("bb")).expect("a scheme").0;
    let vocabulary = Vocabulary::load_with(None, &[first, second], "1").expect("a vocabulary");
    assert_eq!(condition(&vocabulary, "Quuxoma"), Some(id("condition/a")));
    assert_eq!(condition(&vocabulary, "Second"), Some(id("condition/a-bb")), "its name was taken");
    assert!(vocabulary.imports()[1].report.notes.first.iter().any(|note| note.to_string().contains("Quuxoma")));
}
