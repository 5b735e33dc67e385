//! `check` finds every kind of fault in a scheme of our own making and names the file and the concept.

use atlas::vocab::{Vocabulary, check};

const HEAD: &str = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix sys: <urn:atlas:system:> .
@prefix src: <urn:atlas:source:> .
@prefix c: <urn:atlas:concept:tier/> .
";
const DESCRIBED: &str = "<urn:atlas:scheme:tier> a skos:ConceptScheme ; dcterms:title \"Tiers\"@en ;
  dcterms:source src:eucaim-reference ; dcterms:license \"Ours\"@en .
";

/// The faults with these files in place of the embedded ones, one a line.
fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("file");
    }
    let vocabulary = Vocabulary::load(Some(folder.path())).expect("readable files");
    check(&vocabulary).iter().map(ToString::to_string).collect()
}

fn tiers(concepts: &str) -> Vec<String> {
    faults(&[("tier.ttl", &format!("{HEAD}{DESCRIBED}{concepts}"))])
}

#[track_caller]
fn has(faults: &[String], parts: &[&str]) {
    assert!(faults.iter().any(|fault| parts.iter().all(|part| fault.contains(part))), "{parts:?} in {faults:#?}");
}

#[test]
fn names_that_lead_nowhere() {
    let found = tiers(
        "c:a a skos:Concept ; skos:prefLabel \"A\"@en ; skos:broader c:nowhere ;
           skos:exactMatch <urn:atlas:concept:tier/gone> .",
    );
    has(&found, &["tier.ttl: tier/a names tier/nowhere, which does not exist"]);
    has(&found, &["tier.ttl: tier/a is said to match urn:atlas:concept:tier/gone"]);
}

#[test]
fn circles_and_foreign_parents() {
    let found = tiers(
        "c:a a skos:Concept ; skos:prefLabel \"A\"@en ; skos:broader c:b .
         c:b a skos:Concept ; skos:prefLabel \"B\"@en ; skos:broader c:a .
         c:c a skos:Concept ; skos:prefLabel \"C\"@en ; skos:broader <urn:atlas:concept:condition/cancer> .",
    );
    has(&found, &["tier.ttl: tier/a is above itself"]);
    has(&found, &["tier.ttl: tier/b is above itself"]);
    has(&found, &["tier.ttl: tier/c is under condition/cancer"]);
}

#[test]
fn one_word_code_or_iri_for_two_concepts() {
    let found = tiers(
        "c:a a skos:Concept ; skos:prefLabel \"Same Word\"@en ; skos:notation \"7\"^^sys:level ;
           skos:exactMatch <https://example.org/x> ; dcterms:source src:eucaim-reference .
         c:b a skos:Concept ; skos:prefLabel \"B\"@en ; skos:altLabel \"same word\"@en ; skos:notation \"7\"^^sys:level ;
           skos:exactMatch <https://example.org/x> ; dcterms:source src:eucaim-reference .",
    );
    has(&found, &["tier.ttl: \"same word\" means tier/a and tier/b"]);
    has(&found, &["tier.ttl: the code", "7", "means tier/a and tier/b"]);
    has(&found, &["tier.ttl: the IRI https://example.org/x means tier/a and tier/b"]);
}

#[test]
fn codes_without_a_source_or_of_an_unknown_system() {
    let found = tiers(
        "c:a a skos:Concept ; skos:prefLabel \"A\"@en ; skos:notation \"C34\"^^sys:icd-10 .
         c:b a skos:Concept ; skos:prefLabel \"B\"@en ; skos:notation \"1\"^^sys:made-up ; dcterms:source src:unheard .
         c:d a skos:Concept ; skos:prefLabel \"D\"@en .",
    );
    has(&found, &["tier.ttl: tier/a has a code without a source"]);
    has(&found, &["tier.ttl: tier/b has a code of \"made-up\""]);
    has(&found, &["tier.ttl: tier/b names the source urn:atlas:source:unheard"]);
    assert!(!found.iter().any(|fault| fault.contains("tier/d")), "{found:#?}");
}

#[test]
fn a_scheme_that_does_not_say_what_it_is() {
    let found = faults(&[(
        "tier.ttl",
        &format!(
            "{HEAD}<urn:atlas:scheme:tier> a skos:ConceptScheme . c:a a skos:Concept ; skos:prefLabel \"A\"@en ; skos:notation \"1\"^^sys:eucaim ."
        ),
    )]);
    for missing in ["title", "source", "licence"] {
        has(&found, &["tier.ttl: the scheme has no", missing]);
    }
}

#[test]
fn tables_that_lead_nowhere_or_say_two_things() {
    let aliases = "value\tspectral unicorn\tmodality/gone\tof ours\nvalue\ttwice said\tmodality/ct\tof ours\n\
        value\ttwice said\tmodality/mr\tof ours\nvalue\tComputed tomography\tmodality/mr\tof ours\n\
        base\thttps://old.example/\thttps://nobody.example/\n";
    let found = faults(&[("aliases.tsv", aliases)]);
    has(&found, &["aliases.tsv", "modality/gone, which does not exist"]);
    has(&found, &["aliases.tsv", "twice said", "modality/ct and modality/mr"]);
    has(&found, &["aliases.tsv", "is said to be modality/mr and is modality/ct"]);
    has(&found, &["aliases.tsv: the base https://old.example/ leads to https://nobody.example/"]);
}
