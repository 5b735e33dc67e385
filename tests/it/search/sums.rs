//! Sums by subject kind, what lists open on, the overview.

use atlas::domain::concept::Scheme;
use atlas::domain::dataset::{Count, Precision};
use atlas::domain::search::Facet;
use atlas::search::Entry;

use super::support::*;

fn of_kind(slug: &str, kinds: &[&str], subjects: i64) -> Entry {
    let mut entry = entry(slug, slug, &["lung-cancer"], &["ct"], subjects);
    entry.dataset.subject_kinds = kinds.iter().map(|kind| term(Scheme::SubjectKind, kind)).collect();
    entry
}

fn zoo() -> Bench {
    let mut entries = vec![
        of_kind("cancer", &["human-cancer"], 100),
        of_kind("trial", &["human-cancer", "human-no-cancer"], 1_000),
        of_kind("blank", &[], 10),
        of_kind("mice", &["animal"], 5),
        of_kind("graft", &["human-cancer", "animal"], 7),
        of_kind("block", &["phantom"], 1),
        of_kind("again", &["human-cancer"], 100),
        of_kind("few", &["human-cancer"], 3),
    ];
    entries[6].dataset.derived = true;
    entries[6].dataset.counts.series = Some(exact(40));
    entries[7].dataset.counts.subjects = Some(Count { value: 5, precision: Precision::Suppressed });
    entries[1].dataset.counts.subjects = Some(Count { value: 1_000, precision: Precision::Rounded });
    bench(entries)
}

#[test]
fn lists_open_on_human_data_and_say_how_many_others_there_are() {
    let bench = zoo();
    let page = bench.page("");
    // Mixed data sets have people in them; those that state no kind are not hidden for it.
    assert_eq!((page.total, page.hidden_not_human), (6, 2));
    let any = bench.page("subject-kind=any");
    assert_eq!((any.total, any.hidden_not_human), (8, 0));
    assert_eq!(bench.slugs("subject-kind=animal"), ["graft", "mice"]);
    assert_eq!(bench.slugs("subject-kind=not-stated"), ["blank"]);
    let kinds = page.facets.iter().find(|result| result.facet == Facet::SubjectKind).unwrap();
    assert!(kinds.values.iter().any(|value| value.value == "phantom" && value.count == 1));
}

#[test]
fn sums_say_what_they_leave_out() {
    let totals = zoo().page("subject-kind=any").totals;
    // The derived data set adds series, never subjects; what is withheld is not a number.
    assert_eq!((totals.all.datasets, totals.all.subjects.value, totals.derived_datasets), (8, 1_123, 1));
    assert_eq!((totals.all.subjects.not_stated, totals.all.subjects.inexact), (1, 1));
    assert_eq!((totals.all.series.value, totals.all.series.not_stated), (40, 7));
    let kinds: Vec<(&str, u64, i64)> =
        totals.by_kind.iter().map(|kind| (kind.kind.as_str(), kind.datasets, kind.subjects.value)).collect();
    let expected = [
        ("human-cancer", 3, 100),
        ("human", 1, 1_000),
        ("animal", 1, 5),
        ("phantom", 1, 1),
        ("mixed", 1, 7),
        ("not-stated", 1, 10),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(totals.human.subjects.value, 1_110);
}

#[test]
fn the_overview_adds_up_and_its_cells_lead_where_they_say() {
    let bench = zoo();
    let overview = bench.engine.overview().unwrap();
    assert_eq!((overview.totals.all.datasets, overview.providers), (8, 1));
    assert_eq!((overview.by_country[0].country.as_str(), overview.by_country[0].datasets), ("se", 8));
    assert_eq!(overview.by_provider[0].subjects, 1_123);
    let site = &overview.matrix.sites[0];
    let modality = &overview.matrix.modalities[0];
    assert_eq!((site.value.as_str(), modality.value.as_str()), ("lung-cancer", "ct"));
    let cell = &overview.matrix.cells[0][0];
    let query = cell.address.strip_prefix("/datasets?").unwrap();
    assert_eq!(query, "condition=lung-cancer&modality=ct");
    let page = bench.page(query);
    assert_eq!((cell.datasets, cell.subjects), (page.total, page.totals.all.subjects.value));
    assert_eq!(overview.newest.len(), 6);
}

#[test]
fn every_order_pages_through_everything_once() {
    let entries: Vec<Entry> =
        (0..31_i64).map(|n| entry(&format!("d{n:02}"), &format!("Same {}", n % 3), &[], &["ct"], n % 4)).collect();
    let bench = bench(entries);
    for order in ["relevance", "title", "subjects", "images", "size", "updated", "newest", "completeness"] {
        let mut seen = Vec::new();
        for page in 1..=3 {
            seen.extend(bench.slugs(&format!("q=same&sort={order}&page={page}")));
        }
        assert_eq!(seen.len(), 31, "{order}");
        let mut distinct = seen.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), 31, "{order}");
        assert!(bench.slugs(&format!("sort={order}&page=4")).is_empty());
    }
    assert_eq!(bench.page("sort=title").hits[0].card.title.text, "Same 0");
    assert_eq!(bench.page("sort=subjects").hits[0].card.counts.subjects.unwrap().value, 3);
}
