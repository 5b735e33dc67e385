//! Whatever hierarchy a file states, every narrower concept is found under everything above it, and nothing is above
//! itself.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use atlas::domain::concept::{ConceptId, Scheme};
use atlas::vocab::Vocabulary;
use proptest::prelude::*;

use super::import::{joined, turtle};
use super::{VOCABULARY, id};

#[test]
fn every_narrower_concept_is_found_under_each_of_its_ancestors() {
    for scheme in Scheme::ALL {
        for concept in VOCABULARY.concepts(scheme) {
            for parent in &concept.broader {
                assert!(VOCABULARY.narrower(parent).contains(&concept.id), "{parent} > {}", concept.id);
                // What is above the parent is above the concept, and the nearer comes first.
                let above: BTreeSet<_> = VOCABULARY.ancestors(&concept.id).into_iter().collect();
                assert!(above.contains(parent));
                assert!(VOCABULARY.ancestors(parent).iter().all(|higher| above.contains(higher)), "{}", concept.id);
            }
            for below in VOCABULARY.descendants(&concept.id) {
                assert!(VOCABULARY.ancestors(&below).contains(&concept.id), "{} > {below}", concept.id);
            }
        }
    }
}

#[test]
fn a_subdivision_of_an_icd_code_stands_under_its_category() {
    let lobe = id("topography/upper-lobe-of-lung");
    assert!(VOCABULARY.ancestors(&lobe).contains(&id("topography/lung")), "C34.1 stands under C34");
    for (query, expected) in
        [("C34", "topography/lung"), ("C34.1", "topography/upper-lobe-of-lung"), ("c34.1", "condition/lung-cancer")]
    {
        let found = VOCABULARY.find_in_words(query);
        let ids: Vec<&ConceptId> = found.iter().flat_map(|found| &found.ids).collect();
        assert!(ids.contains(&&id(expected)), "{query}: {ids:?}");
    }
}

/// Edges of a random graph over so many classes: circles, self-loops and repeated edges are all in it.
fn edges() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (2_usize..14).prop_flat_map(|size| (Just(size), prop::collection::vec((0..size, 0..size), 0..40)))
}

/// What can be reached from each class along the statements, the class itself only where it lies on a circle.
fn reachable(size: usize, edges: &[(usize, usize)]) -> Vec<BTreeSet<usize>> {
    let mut above: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); size];
    for _ in 0..size {
        for (child, parent) in edges {
            let higher: Vec<usize> = above[*parent].iter().copied().chain([*parent]).collect();
            above[*child].extend(higher);
        }
    }
    above
}

fn random_file(size: usize, edges: &[(usize, usize)]) -> String {
    let mut text = String::new();
    for class in 0..size {
        let _ = writeln!(text, "ex:n{class} a owl:Class ; rdfs:label \"Qorvax number {class}\"@en .");
    }
    for (child, parent) in edges {
        let _ = writeln!(text, "ex:n{child} rdfs:subClassOf ex:n{parent} .");
    }
    turtle(&text)
}

fn places(vocabulary: &Vocabulary, size: usize) -> HashMap<ConceptId, usize> {
    let named = |class: usize| {
        let iri = format!("https://example.org/onto#n{class}");
        (vocabulary.by_iri_in(Scheme::Condition, &iri).expect("a concept").clone(), class)
    };
    (0..size).map(named).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_random_hierarchy_is_closed_and_free_of_circles((size, edges) in edges()) {
        let vocabulary = joined(&random_file(size, &edges));
        let places = places(&vocabulary, size);
        let stated = reachable(size, &edges);
        let circles = (0..size).any(|class| stated[class].contains(&class));
        for (concept, class) in &places {
            let above: BTreeSet<usize> =
                vocabulary.ancestors(concept).iter().filter_map(|one| places.get(one)).copied().collect();
            prop_assert!(!above.contains(class), "{concept} is above itself");
            prop_assert!(above.is_subset(&stated[*class]), "nothing is above that was not said");
            // Without a circle nothing was left out.
            if !circles {
                prop_assert_eq!(&above, &stated[*class], "{}", concept);
            }
            for one in vocabulary.ancestors(concept) {
                prop_assert!(vocabulary.descendants(&one).contains(concept), "{one} > {concept}");
            }
        }
    }
}
