//! Words, concepts, spelling, exclusions, and why something matched.

use atlas::search::{Field, Matched, SuggestionKind, WordReading};

use super::support::*;

fn lungs() -> Bench {
    let mut entries = vec![
        entry("lung-any", "Thorax collection", &["lung-cancer"], &["ct"], 50),
        entry("lung-nsclc", "Early stage cohort", &["non-small-cell-lung-cancer"], &["ct", "pt"], 40),
        entry("lung-adeno", "Resection cohort", &["lung-adenocarcinoma"], &["sm"], 30),
        entry("breast", "Mammary screening programme", &["breast-cancer"], &["mg"], 20),
        entry("words-only", "Ventilation study", &[], &["ct"], 10),
    ];
    entries[4]
        .dataset
        .descriptions
        .push(english("Ventilation before radiotherapy of lung cancer <script>alert(1)</script>."));
    bench(entries)
}

#[test]
fn different_names_of_one_disease_meet() {
    let bench = lungs();
    for query in ["lung cancer", "C34", "pulmonary carcinoma", "Lung Carcinoma"] {
        let found = bench.slugs(&format!("q={query}"));
        assert_eq!(found[0], "lung-any", "{query}: the concept itself first: {found:?}");
        assert!(
            found.contains(&"lung-nsclc".to_owned()) && found.contains(&"lung-adeno".to_owned()),
            "{query}: {found:?}"
        );
        assert!(!found.contains(&"breast".to_owned()), "{query}: {found:?}");
    }
    assert_eq!(bench.slugs("q=NSCLC"), ["lung-nsclc", "lung-adeno"]);
}

#[test]
fn the_answer_says_how_it_was_understood_and_why_each_result_matched() {
    let page = lungs().page("q=lung+cancer");
    let WordReading::Concepts { concepts } = &page.understood[0].reading else { panic!("{:?}", page.understood) };
    assert_eq!(concepts[0].concept.to_string(), "condition/lung-cancer");
    assert!(concepts[0].narrower > 3);
    let reasons = |slug: &str| &page.hits.iter().find(|hit| hit.card.slug == slug).unwrap().matched;
    assert!(matches!(&reasons("lung-any")[0], Matched::Concept { concept, .. } if concept.code() == "lung-cancer"));
    assert!(matches!(&reasons("lung-adeno")[0], Matched::Narrower { concept, of, .. }
        if concept.code() == "lung-adenocarcinoma" && of.code() == "lung-cancer"));
    assert!(
        matches!(&reasons("words-only")[0], Matched::Words { field: Field::Description, words } if words == "lung cancer")
    );
}

#[test]
fn marks_are_safe_to_print() {
    let page = lungs().page("q=lung+cancer");
    let hit = page.hits.iter().find(|hit| hit.card.slug == "words-only").unwrap();
    assert!(hit.snippet_html.contains("<mark>lung cancer</mark> &lt;script&gt;"), "{}", hit.snippet_html);
}

#[test]
fn a_slip_is_forgiven_and_said() {
    let bench = lungs();
    let page = bench.page("q=mamary+screning");
    assert_eq!(page.hits[0].card.slug, "breast");
    let corrected: Vec<_> =
        page.understood.iter().filter(|part| matches!(part.reading, WordReading::Corrected { .. })).collect();
    assert_eq!(corrected.len(), 2, "{:?}", page.understood);
    // A word that occurs is never replaced.
    assert!(
        bench
            .page("q=ventilation")
            .understood
            .iter()
            .all(|part| !matches!(part.reading, WordReading::Corrected { .. }))
    );
}

#[test]
fn the_last_word_may_be_unfinished() {
    let bench = lungs();
    assert_eq!(bench.slugs("q=resec"), ["lung-adeno"]);
    assert_eq!(bench.slugs("q=mammary+progr"), ["breast"]);
}

#[test]
fn phrases_and_exclusions_do_what_they_say() {
    let bench = lungs();
    assert!(bench.slugs("q=%22lung+cancer%22").contains(&"words-only".to_owned()));
    assert_eq!(bench.slugs("q=%22before+radiotherapy%22"), ["words-only"]);
    assert_eq!(bench.slugs("q=%22radiotherapy+before%22"), Vec::<String>::new());
    let without = bench.slugs("q=lung+cancer+-NSCLC");
    assert_eq!(without[0], "lung-any");
    assert!(!without.contains(&"lung-nsclc".to_owned()) && !without.contains(&"lung-adeno".to_owned()), "{without:?}");
    assert_eq!(bench.slugs("q=cohort+-resection"), ["lung-nsclc"]);
}

#[test]
fn words_that_tell_nothing_apart_are_not_needed() {
    let bench = lungs();
    assert_eq!(bench.slugs("q=images+of+patients+with+breast+cancer"), ["breast"]);
    assert_eq!(bench.slugs("q=cohort").len(), 2);
}

#[test]
fn a_concept_asked_for_is_never_given_up() {
    let bench = lungs();
    let page = bench.page("q=breast+cancer+ventilation");
    assert!(page.relaxed);
    assert_eq!(page.hits.iter().map(|hit| hit.card.slug.as_str()).collect::<Vec<_>>(), ["breast"]);
    assert_eq!(bench.page("q=melanoma+screening").total, 0);
}

#[test]
fn hostile_texts_are_only_words() {
    let bench = lungs();
    for query in [
        "title:lung AND (",
        "*",
        "\"",
        "--",
        "-",
        "[a TO z]",
        "/.*/",
        "lung^99",
        "\u{0}",
        "🫁",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    ] {
        let request = atlas::domain::search::SearchRequest::default().with_query(query);
        bench.engine.search(&request).unwrap();
        bench.engine.suggest(query).unwrap();
    }
    assert_eq!(bench.page(&format!("q={}", "lung+".repeat(2_000))).total, 0);
    assert_eq!(bench.page(&format!("q={}", "lung+".repeat(99))).total, 4);
}

#[test]
fn suggestions_name_concepts_data_sets_and_providers() {
    let bench = lungs();
    let suggestions = bench.engine.suggest("lung can").unwrap();
    let concept = suggestions.iter().find(|suggestion| suggestion.kind == SuggestionKind::Concept).unwrap();
    assert_eq!((concept.address.as_str(), concept.datasets), ("/datasets?condition=lung-cancer", 3));
    let data_set = bench.engine.suggest("ventil").unwrap();
    assert!(data_set.iter().any(|suggestion| suggestion.address == "/datasets/words-only"));
    let provider = bench.engine.suggest("north").unwrap();
    assert!(provider.iter().any(|suggestion| suggestion.kind == SuggestionKind::Provider && suggestion.datasets == 5));
    assert!(bench.engine.suggest("l").unwrap().is_empty());
}
