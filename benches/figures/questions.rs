//! What is asked. Values are taken from the catalogue's own facets, so that the questions live as long as the
//! vocabulary changes; words are those of the facts and of the descriptions.

use atlas::domain::search::{Facet, SearchRequest};
use atlas::search::SearchEngine;

/// The facets that other engines count: fifteen of the product's.
pub const FACETS: [Facet; 15] = [
    Facet::Condition,
    Facet::Topography,
    Facet::BodyPart,
    Facet::Country,
    Facet::Type,
    Facet::Method,
    Facet::SizeOrder,
    Facet::Sex,
    Facet::Modality,
    Facet::Manufacturer,
    Facet::Access,
    Facet::Provider,
    Facet::Use,
    Facet::Tier,
    Facet::SubjectKind,
];

/// One question.
pub struct Question {
    /// What it is called in tables.
    pub name: &'static str,
    /// The request.
    pub request: SearchRequest,
    /// Its words for engines that know no concepts.
    pub words: &'static str,
    /// Whether every engine must find the same data sets: its words name no concept.
    pub same_answer: bool,
}

/// The questions to a catalogue.
pub fn questions(engine: &SearchEngine) -> Vec<Question> {
    let all = SearchRequest::default();
    let page = engine.search(&all).unwrap();
    // The most frequent stated value, and the next, that say something: those above them cover nearly everything.
    let top = |facet: Facet, rank: usize| -> String {
        let result = page.facets.iter().find(|result| result.facet == facet).unwrap();
        let mut values: Vec<_> = result.values.iter().filter(|value| !value.value.starts_with("not-")).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.count));
        let telling = |count: u64| count * 2 < page.total;
        let mut telling = values.iter().filter(|value| telling(value.count));
        telling
            .nth(rank)
            .or_else(|| values.last().copied().map(|_| &values[0]))
            .map_or("ct", |value| &value.value)
            .to_owned()
    };
    let words = |text: &str| all.with_query(text);
    let ask = |name, request, words, same_answer| Question { name, request, words, same_answer };
    let filtered = all.with(Facet::Modality, &top(Facet::Modality, 0)).with(Facet::Country, &top(Facet::Country, 0));
    let chosen = all
        .with(Facet::Condition, &top(Facet::Condition, 0))
        .with(Facet::Condition, &top(Facet::Condition, 1))
        .with(Facet::Modality, &top(Facet::Modality, 0))
        .with(Facet::Modality, &top(Facet::Modality, 1))
        .with(Facet::Sex, &top(Facet::Sex, 0));
    vec![
        ask("all", all.clone(), "", true),
        ask("every subject kind", all.with_all_subject_kinds(), "", true),
        ask("common word", words("published"), "published", true),
        ask("middling word", words("validation"), "validation", true),
        ask("rare word", words("lidc"), "lidc", true),
        ask("concept, broad", words("lung cancer"), "lung cancer", false),
        ask("concept, narrow", words("glioblastoma"), "glioblastoma", false),
        ask("concept and word", words("breast mammography baseline"), "breast mammography baseline", false),
        ask("two filters", filtered.clone(), "", true),
        ask("several values in three facets", chosen, "", true),
        ask("word and filters", filtered.with_query("published"), "published", true),
        ask("misspelt word", words("validaton"), "validation", true),
    ]
}
