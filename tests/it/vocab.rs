//! The embedded vocabulary is whole, reads what real catalogues write, and reads nothing that nobody declared.

mod broken;
mod hierarchy;
mod hub;
mod import;
mod mapping;
mod ontology;
mod program;
mod reading;

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::Instant;

use atlas::domain::concept::{ConceptId, Scheme};
use atlas::domain::dataset::{LangText, Value};
use atlas::vocab::{Vocabulary, check};
use proptest::prelude::*;

pub(crate) static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::embedded().expect("whole files"));

pub(crate) fn id(name: &str) -> ConceptId {
    name.parse().expect("a concept name")
}

fn text(text: &str) -> Value {
    Value::Text(LangText { lang: None, text: text.to_owned() })
}

#[test]
fn the_embedded_vocabulary_has_no_fault() {
    let problems: Vec<String> = check(&VOCABULARY).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_scheme_has_a_file_with_title_licence_and_concepts() {
    for scheme in Scheme::ALL {
        let info = VOCABULARY.schemes().iter().find(|info| info.scheme == scheme).unwrap_or_else(|| panic!("{scheme}"));
        assert!(!info.title.is_empty() && info.licence.is_some() && info.description.is_some(), "{scheme}");
        assert!(VOCABULARY.concepts(scheme).count() > 0, "{scheme}");
    }
}

#[test]
fn loading_is_quick_enough_for_every_command() {
    let start = Instant::now();
    Vocabulary::embedded().expect("whole files");
    let taken = start.elapsed();
    println!("vocabulary loaded in {} ms", taken.as_millis());
    assert!(taken.as_secs() < 5, "{taken:?}");
}

#[test]
fn every_label_reads_as_its_own_concept_and_reading_again_changes_nothing() {
    for scheme in Scheme::ALL {
        for concept in VOCABULARY.concepts(scheme) {
            for label in concept.labels() {
                let reading = VOCABULARY.read(scheme, &text(&label.text), None);
                assert_eq!(reading.concept.as_ref(), Some(&concept.id), "{:?}", label.text);
                let again = VOCABULARY.read(scheme, &text(VOCABULARY.label(&concept.id)), None);
                assert_eq!(again.concept, reading.concept, "{:?}", label.text);
                assert_eq!(VOCABULARY.read_text(scheme, &label.text).len(), 1, "{:?} stays whole", label.text);
            }
        }
    }
}

#[test]
fn every_iri_of_a_concept_names_it() {
    for scheme in Scheme::ALL {
        for concept in VOCABULARY.concepts(scheme) {
            for iri in concept.exact_matches.iter().chain([&concept.iri]) {
                assert_eq!(VOCABULARY.by_iri_in(scheme, iri), Some(&concept.id), "{iri}");
                assert!(VOCABULARY.by_iri(iri).is_some(), "{iri}");
                let reading = VOCABULARY.read(scheme, &Value::Iri(iri.clone()), None);
                assert_eq!(reading.concept.as_ref(), Some(&concept.id), "{iri}");
            }
            let own = format!("urn:atlas:concept:{}", concept.id);
            assert_eq!(VOCABULARY.by_iri(&own), Some(&concept.id));
            assert_eq!(VOCABULARY.concept_iri(&concept.id), concept.iri);
        }
    }
}

#[test]
fn the_hierarchy_has_no_cycle_and_both_directions_agree() {
    for scheme in Scheme::ALL {
        for concept in VOCABULARY.concepts(scheme) {
            let above = VOCABULARY.ancestors(&concept.id);
            assert!(!above.contains(&concept.id), "{}", concept.id);
            assert_eq!(above.iter().collect::<HashSet<_>>().len(), above.len(), "{} has one twice", concept.id);
            for ancestor in &above {
                assert!(VOCABULARY.descendants(ancestor).contains(&concept.id), "{ancestor} > {}", concept.id);
            }
        }
    }
}

#[test]
fn a_source_named_by_a_concept_is_described() {
    for info in VOCABULARY.schemes() {
        let concepts = VOCABULARY.concepts(info.scheme).flat_map(|concept| &concept.sources);
        for source in concepts.chain(&info.sources) {
            let described = VOCABULARY.source(source).unwrap_or_else(|| panic!("{source}"));
            assert!(!described.title.is_empty() && !described.pages.is_empty(), "{source}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_breaks_reading(noise in "\\PC{0,120}") {
        for scheme in [Scheme::Condition, Scheme::Country, Scheme::Modality] {
            let readings = VOCABULARY.read_text(scheme, &noise);
            prop_assert_eq!(readings.is_empty(), !noise.chars().any(char::is_alphanumeric));
        }
        for found in VOCABULARY.find_in_words(&noise) {
            prop_assert_eq!(noise.get(found.range.clone()), Some(found.phrase.as_str()));
        }
    }
}
