//! Writing and reading again changes nothing: the promise that stored and served records depend on.

use atlas::domain::dataset::Dataset;
use atlas::rdf::canonical::canonicalise;
use atlas::rdf::media::Format;
use atlas::rdf::parse::{ParseLimits, parse};
use atlas::rdf::profile::{Target, read_dataset, read_series, subject, write_dataset, write_series};
use atlas::rdf::split::split;
use atlas::rdf::write::serialise;
use proptest::prelude::*;

use super::{BASE, generate, vocabulary};

fn differing(one: &Dataset, other: &Dataset) -> String {
    let (one, other) = (serde_json::to_value(one).unwrap(), serde_json::to_value(other).unwrap());
    let one = one.as_object().unwrap();
    one.iter()
        .filter(|(key, value)| other.get(key.as_str()) != Some(*value))
        .map(|(key, value)| format!("{key}: {value}\n  became {}\n", other[key]))
        .collect()
}

/// How many data sets are tried: `PROPTEST_CASES`, or enough for every run of the suite.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|number| number.parse().ok()).unwrap_or(48)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_data_set_written_and_read_is_the_same(dataset in generate::dataset()) {
        let vocabulary = vocabulary();
        let graph = write_dataset(&dataset, &vocabulary, &Target::full());
        let node = subject(dataset.iri.as_deref());
        let read = read_dataset(&graph, node.as_ref(), &vocabulary).unwrap();
        prop_assert!(read.value == dataset, "{}", differing(&dataset, &read.value));
    }

    #[test]
    fn a_data_set_sent_as_a_document_and_harvested_is_the_same(dataset in generate::dataset()) {
        let vocabulary = vocabulary();
        let graph = write_dataset(&dataset, &vocabulary, &Target::full());
        for format in [Format::Turtle, Format::JsonLd] {
            let bytes = serialise(&graph, format);
            let parsed = parse(&bytes, Some(format.media_type()), BASE, &ParseLimits::default()).unwrap();
            prop_assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
            let records = split(&parsed.graph).records;
            let record = records.iter().find(|record| record.kind == atlas::rdf::split::RecordKind::Dataset).unwrap();
            let read = read_dataset(&record.graph, record.subject.as_ref(), &vocabulary).unwrap();
            // The titles of a series travel with the series' own record.
            let without_titles = |dataset: &Dataset| {
                let mut dataset = dataset.clone();
                dataset.series.clear();
                dataset
            };
            let (expected, found) = (without_titles(&dataset), without_titles(&read.value));
            prop_assert!(expected == found, "{}", differing(&expected, &found));
        }
    }

    #[test]
    fn a_series_written_and_read_is_the_same(series in generate::series()) {
        let vocabulary = vocabulary();
        let graph = write_series(&series, &vocabulary, &Target::full());
        let read = read_series(&graph, subject(series.iri.as_deref()).as_ref(), &vocabulary).unwrap();
        prop_assert_eq!(read.value, series);
    }
}

#[test]
fn the_same_data_set_gives_the_same_graph_and_bytes() {
    let dataset = Dataset { iri: Some("https://provider.example/a".to_owned()), ..Dataset::default() };
    let write = || write_dataset(&dataset, &vocabulary(), &Target::full());
    assert_eq!(canonicalise(&write()).unwrap(), canonicalise(&write()).unwrap());
    assert_eq!(serialise(&write(), Format::Turtle), serialise(&write(), Format::Turtle));
}
