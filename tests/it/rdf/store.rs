//! The RDF index: atomic changes, the cursor inside, reopening.

use atlas::rdf::store::{GraphChange, RdfStore};

use super::graph;

const ONE: &str = "01890000-0000-7000-8000-000000000001";
const TWO: &str = "01890000-0000-7000-8000-000000000002";

fn change(record_id: &str, text: Option<&str>) -> GraphChange {
    GraphChange { record_id: record_id.to_owned(), graph: text.map(graph) }
}

#[test]
fn changes_and_cursor_survive_reopening() {
    let directory = tempfile::tempdir().unwrap();
    {
        let store = RdfStore::open(directory.path()).unwrap();
        assert_eq!(store.cursor().unwrap(), 0);
        store
            .apply(&[change(ONE, Some(":a dct:title \"A\" .")), change(TWO, Some(":b dct:title \"B\" ."))], 7)
            .unwrap();
        store.apply(&[change(ONE, Some(":a dct:title \"A2\" ; dct:issued \"2020\" .")), change(TWO, None)], 9).unwrap();
    }
    let store = RdfStore::open(directory.path()).unwrap();
    assert_eq!(store.cursor().unwrap(), 9);
    assert_eq!(store.records().unwrap(), 1);
    assert_eq!(store.record(ONE).unwrap().unwrap().len(), 2);
    assert!(store.record(TWO).unwrap().is_none());
}

#[test]
fn a_change_set_with_a_fault_changes_nothing() {
    let store = RdfStore::in_memory().unwrap();
    store.apply(&[change(ONE, Some(":a dct:title \"A\" ."))], 1).unwrap();
    assert!(store.apply(&[change(ONE, None), change("not an id", Some(":x dct:title \"X\" ."))], 2).is_err());
    assert_eq!(store.cursor().unwrap(), 1);
    assert!(store.record(ONE).unwrap().is_some());
}

#[test]
fn a_rebuild_loads_everything_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = RdfStore::open(directory.path()).unwrap();
    let records = (0..50).map(|number| {
        change(&format!("01890000-0000-7000-8000-{number:012}"), Some(&format!(":d{number} dct:title \"{number}\" .")))
    });
    assert_eq!(store.load(records, 42).unwrap(), 50);
    store.describe_hub("https://atlas.example/", "The Atlas").unwrap();
    assert_eq!((store.cursor().unwrap(), store.records().unwrap()), (42, 50));
}
