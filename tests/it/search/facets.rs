//! Facets: true counts under multiple choice, trees, what is not stated, ranges.

use std::collections::BTreeMap;

use atlas::domain::concept::{ConceptId, Scheme};
use atlas::domain::search::{Facet, Match, Notice, SearchRequest};
use atlas::search::{Entry, FacetValue, SearchPage};
use proptest::prelude::*;

use super::support::*;

fn counts(page: &SearchPage, facet: Facet) -> BTreeMap<String, u64> {
    values(page, facet).iter().map(|value| (value.value.clone(), value.count)).collect()
}

fn values(page: &SearchPage, facet: Facet) -> &[FacetValue] {
    &page.facets.iter().find(|result| result.facet == facet).unwrap().values
}

fn mixed() -> Bench {
    bench(vec![
        entry("a", "A", &["lung-cancer"], &["ct"], 5),
        entry("b", "B", &["lung-adenocarcinoma"], &["ct", "mr"], 50),
        entry("c", "C", &["breast-cancer"], &["mr"], 500),
        entry("d", "D", &["breast-cancer"], &[], 5_000),
    ])
}

#[test]
fn every_facet_counts_what_choosing_would_list() {
    let page = mixed().page("modality=ct");
    assert_eq!(page.total, 2);
    // Its own choice is left out, the others' apply.
    assert_eq!(
        counts(&page, Facet::Modality),
        BTreeMap::from([("ct".into(), 2), ("mr".into(), 2), ("not-stated".into(), 1)])
    );
    assert_eq!(counts(&page, Facet::SizeOrder), BTreeMap::from([("0-9".into(), 1), ("10-99".into(), 1)]));
    assert_eq!(page.facets.len(), Facet::ALL.len());
    assert!(
        page.facets
            .iter()
            .all(|result| result.values.is_sorted_by_key(|value| usize::from(value.value == "not-stated")))
    );
}

#[test]
fn any_and_all_differ() {
    let bench = mixed();
    assert_eq!(bench.page("modality=ct&modality=mr").total, 3);
    let all = bench.page("modality=ct&modality=mr&modality.match=all");
    assert_eq!(all.total, 1);
    assert_eq!(counts(&all, Facet::Modality), BTreeMap::from([("ct".into(), 1), ("mr".into(), 1)]));
}

#[test]
fn what_is_not_stated_can_be_chosen_and_what_it_hides_is_told() {
    let bench = mixed();
    assert_eq!(bench.slugs("modality=not-stated"), ["d"]);
    let page = bench.page("modality=mr");
    let modality = page.facets.iter().find(|result| result.facet == Facet::Modality).unwrap();
    assert_eq!(modality.hidden_not_stated, 1);
    assert_eq!(bench.page("modality=mr&modality=not-stated").total, 3);
}

#[test]
fn a_broader_value_includes_its_narrower_ones_and_stands_above_them() {
    let bench = mixed();
    assert_eq!(bench.page("condition=lung-cancer").total, 2);
    let page = bench.page("");
    let tree = values(&page, Facet::Condition);
    let at = |value: &str| tree.iter().position(|entry| entry.value == value).unwrap();
    let (lung, adeno) = (at("lung-cancer"), at("lung-adenocarcinoma"));
    assert!(lung < adeno && tree[lung].depth < tree[adeno].depth);
    assert_eq!((tree[lung].count, tree[adeno].count), (2, 1));
    assert!(tree.iter().all(|value| value.depth == 0 || value.parent.is_some()));
}

#[test]
fn a_chosen_value_without_results_stays_and_an_unknown_one_is_named() {
    let bench = mixed();
    let page = bench.page("condition=breast-cancer&modality=ct&year=1990-1995");
    assert_eq!(page.total, 0);
    assert!(values(&page, Facet::Modality).iter().any(|value| value.value == "ct" && value.chosen && value.count == 0));
    assert!(values(&page, Facet::Year).iter().any(|value| value.value == "1990-1995" && value.chosen));
    assert_eq!(page.notices, []);
    let unknown = bench.page("condition=no-such-cancer");
    assert_eq!(unknown.total, 0);
    assert_eq!(unknown.notices, [Notice::UnknownValue { facet: Facet::Condition, value: "no-such-cancer".to_owned() }]);
}

#[test]
fn ranges_hold_numbers_ages_years_and_sizes() {
    let mut entries = vec![
        entry("old", "Old", &[], &[], 10),
        entry("new", "New", &[], &[], 1_000),
        entry("blank", "Blank", &[], &[], 7),
    ];
    let stated = [(30, 60, 2001, 2009, 900_000_000_i64), (5, 17, 2015, 2015, 12_000_000_000)];
    for (entry, (youngest, eldest, first, last, bytes)) in entries.iter_mut().zip(stated) {
        entry.dataset.min_age = Some(youngest);
        entry.dataset.max_age = Some(eldest);
        entry.dataset.first_image_year = Some(first);
        entry.dataset.last_image_year = Some(last);
        entry.dataset.counts.bytes = Some(exact(bytes));
    }
    let bench = bench(entries);
    for (address, found) in [
        ("subjects=10-", vec!["new", "old"]),
        ("subjects=-9", vec!["blank"]),
        ("age=-18", vec!["new"]),
        ("age=17-30", vec!["new", "old"]),
        ("year=2009-2014", vec!["old"]),
        ("year=2010-2014", vec![]),
        ("year=2001-&size=10-100", vec!["new"]),
        ("size=0-1", vec!["old"]),
        ("size=not-stated", vec!["blank"]),
        ("images=1-", vec![]),
    ] {
        assert_eq!(bench.slugs(address), found, "{address}");
    }
    let page = bench.page("");
    assert_eq!(
        counts(&page, Facet::Year),
        BTreeMap::from([
            ("2000-2004".into(), 1),
            ("2005-2009".into(), 1),
            ("2015-2019".into(), 1),
            ("not-stated".into(), 1)
        ])
    );
    assert_eq!(
        counts(&page, Facet::Size),
        BTreeMap::from([("0-1".into(), 1), ("10-100".into(), 1), ("not-stated".into(), 1)])
    );
}

const MODALITIES: [&str; 4] = ["ct", "mr", "pt", "seg"];
const CONDITIONS: [&str; 3] = ["lung-cancer", "lung-adenocarcinoma", "breast-cancer"];

fn chosen<'a>(mask: u8, codes: &[&'a str]) -> Vec<&'a str> {
    codes.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, code)| *code).collect()
}

fn slugs_by_hand(entries: &[Entry], modality: u8, all: bool, condition: u8) -> u64 {
    let has = |entry: &Entry, scheme: Scheme, code: &str| {
        let terms = if scheme == Scheme::Modality { &entry.dataset.modalities } else { &entry.dataset.conditions };
        let codes: Vec<&str> = terms.iter().filter_map(|term| term.concept.as_ref()).map(ConceptId::code).collect();
        codes.contains(&code) || (code == "lung-cancer" && codes.contains(&"lung-adenocarcinoma"))
    };
    let kept = entries.iter().filter(|entry| {
        let wanted = chosen(modality, &MODALITIES);
        let mut with = wanted.iter().map(|code| has(entry, Scheme::Modality, code));
        let modality = wanted.is_empty() || if all { with.all(|is| is) } else { with.any(|is| is) };
        let wanted = chosen(condition, &CONDITIONS);
        modality && (wanted.is_empty() || wanted.iter().any(|code| has(entry, Scheme::Condition, code)))
    });
    kept.count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Counting by hand, and choosing every counted value in turn, give the numbers that the facets promised.
    #[test]
    fn promised_counts_are_kept(
        documents in prop::collection::vec((0_u8..16, 0_u8..8), 1..40),
        modality in 0_u8..16, all: bool, condition in 0_u8..8,
    ) {
        let numbered = documents.iter().enumerate();
        let entries: Vec<Entry> = numbered
            .map(|(n, (with, about))| entry(&format!("d{n}"), "Title", &chosen(*about, &CONDITIONS), &chosen(*with, &MODALITIES), 1))
            .collect();
        let mut request = SearchRequest::default();
        for code in chosen(modality, &MODALITIES) {
            request = request.with(Facet::Modality, code);
        }
        for code in chosen(condition, &CONDITIONS) {
            request = request.with(Facet::Condition, code);
        }
        if all {
            request = request.with_match(Facet::Modality, Match::All);
        }
        let all = request.matching(Facet::Modality) == Match::All;
        let expected = slugs_by_hand(&entries, modality, all, condition);
        let bench = bench(entries);
        let page = bench.engine.search(&request).unwrap();
        prop_assert_eq!(page.total, expected);
        for facet in [Facet::Modality, Facet::Condition] {
            for value in values(&page, facet) {
                let alone = if request.matching(facet) == Match::All { request.clone() } else { request.without_facet(facet) };
                prop_assert_eq!(bench.engine.search(&alone.with(facet, &value.value)).unwrap().total, value.count);
            }
        }
    }
}
