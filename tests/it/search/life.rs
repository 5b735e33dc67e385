//! The index's life: changes, cursor, reopening, rebuilding, a second process.

use atlas::domain::search::SearchRequest;
use atlas::search::{SearchChange, SearchError};

use super::support::*;

#[test]
fn a_change_is_searchable_at_once_with_its_cursor() {
    let bench = bench(vec![entry("a", "First title", &[], &["ct"], 1)]);
    let renamed = entry("a", "Second title", &[], &["mr"], 2);
    let changes = [SearchChange::Put(Box::new(renamed)), SearchChange::Put(Box::new(entry("b", "Other", &[], &[], 1)))];
    bench.engine.apply(&changes, 7).unwrap();
    assert_eq!(bench.engine.cursor().unwrap(), Some(7));
    assert_eq!(bench.slugs("q=first"), Vec::<String>::new());
    assert_eq!(bench.slugs("modality=mr"), ["a"]);
    bench.engine.apply(&[SearchChange::Remove { slug: "a".to_owned() }], 8).unwrap();
    assert_eq!((bench.engine.count(), bench.slugs("q=second").len()), (1, 0));
    // Nothing of it is left in facets, sums or suggestions either.
    let page = bench.page("subject-kind=any");
    assert!(page.facets.iter().all(|facet| facet.values.iter().all(|value| value.value != "mr")));
    assert!(bench.engine.suggest("second").unwrap().is_empty());
}

#[test]
fn of_two_changes_of_one_data_set_the_last_counts() {
    let bench = bench(Vec::new());
    let put = |title: &str| SearchChange::Put(Box::new(entry("a", title, &[], &[], 1)));
    bench.engine.apply(&[put("Old"), put("New")], 1).unwrap();
    assert_eq!(bench.slugs("q=new"), ["a"]);
    bench.engine.apply(&[put("Newer"), SearchChange::Remove { slug: "a".to_owned() }], 2).unwrap();
    assert_eq!(bench.engine.count(), 0);
}

#[test]
fn a_new_index_asks_for_a_rebuild_and_a_reopened_one_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    {
        let engine = open(folder.path());
        assert_eq!(engine.cursor().unwrap(), None);
        assert_eq!(engine.search(&SearchRequest::default()).unwrap().total, 0);
        engine.rebuild([entry("a", "Kept", &[], &[], 1)], 41).unwrap();
        engine.apply(&[], 42).unwrap();
    }
    let engine = open(folder.path());
    assert_eq!((engine.cursor().unwrap(), engine.count()), (Some(42), 1));
}

#[test]
fn a_rebuild_replaces_everything_and_leaves_one_generation() {
    let bench = bench(vec![entry("old", "Old", &[], &[], 1)]);
    bench.engine.rebuild((0..20).map(|n| entry(&format!("n{n}"), "New", &[], &[], 1)), 9).unwrap();
    assert_eq!((bench.engine.count(), bench.engine.cursor().unwrap()), (20, Some(9)));
    assert_eq!(bench.page("q=old").total, 0);
    let generations =
        std::fs::read_dir(bench.folder.path()).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(generations.count(), 1);
}

#[test]
fn an_index_of_another_shape_is_rebuilt_and_a_damaged_one_is_not_wiped() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("0123456789abcdef-3")).unwrap();
    std::fs::write(folder.path().join("CURRENT"), "0123456789abcdef-3").unwrap();
    assert_eq!(open(folder.path()).cursor().unwrap(), None);

    let bench = bench(vec![entry("a", "A", &[], &[], 1)]);
    let name = std::fs::read_to_string(bench.folder.path().join("CURRENT")).unwrap();
    let kept = bench.folder.keep();
    drop(bench.engine);
    std::fs::write(kept.join(&name).join("meta.json"), "{ broken").unwrap();
    assert!(atlas::search::SearchEngine::open(&kept, VOCABULARY.clone()).is_err());
    assert!(kept.join(&name).join("meta.json").exists());
    std::fs::remove_dir_all(kept).unwrap();
}

#[test]
fn a_second_process_reads_and_does_not_write() {
    let bench = bench(vec![entry("a", "A", &[], &[], 1)]);
    let second = open(bench.folder.path());
    assert_eq!(second.count(), 1);
    assert!(matches!(second.apply(&[], 2), Err(SearchError::ReadOnly)));
    assert!(matches!(second.rebuild([], 2), Err(SearchError::ReadOnly)));
    assert_eq!(bench.engine.cursor().unwrap(), Some(1));
}
