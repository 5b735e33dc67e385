//! What a simulated node publishes: each collection as a data set, in the words of its source.
//!
//! Policy: free text stays free text (cancer types, locations, species, supporting data); nothing is coded here that
//! the source did not code, so that reading, mending and correcting is the hub's work as with any provider.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value as Json};

use super::allocate::Node;
use super::describe;
use super::facts::{Collection, CollectionSource};
use crate::domain::dataset::{
    Agent, Count, Counts, Dataset, Date, DateValue, Distribution, LangText, OtherIdentifier, Precision, Series,
    SeriesReference, Tally, TallyDimension, Term, Value,
};
use crate::fdp::{Catalogue, Entry, FairDataPoint};
use crate::rdf::profile::{Target, write_dataset, write_series};
use crate::vocab::Vocabulary;

/// Bytes of a megabyte, as sizes are published.
const MEGABYTE: f64 = 1_000_000.0;
/// Anyone may download the images (EU access rights).
const PUBLIC: &str = "http://publications.europa.eu/resource/authority/access-right/PUBLIC";
/// Health (EU data themes).
const HEALTH_THEME: &str = "http://publications.europa.eu/resource/authority/data-theme/HEAL";
/// English (EU languages).
const ENGLISH: &str = "http://publications.europa.eu/resource/authority/language/ENG";
/// The programmes are series that several nodes hold parts of, so their addresses belong to none of them.
const SERIES_BASE: &str = "https://atlas-demo.example/series";
const XSD_DATE: &str = "http://www.w3.org/2001/XMLSchema#date";
/// Tallied subject entries without a value.
const NOT_STATED: &str = "not stated";
/// DICOM objects that are made from images.
const ANNOTATIONS: [&str; 3] = ["SEG", "RTSTRUCT", "ANN"];
/// The federation's metadata were made from this release of the facts.
const ISSUED: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// The node as a FAIR Data Point: one catalogue with its collections.
#[must_use]
pub fn data_point(node: &Node, vocabulary: &Vocabulary) -> FairDataPoint {
    let datasets = node
        .collections
        .iter()
        .map(|collection| Entry {
            id: collection.id.clone(),
            graph: graph(node, collection, vocabulary),
            modified: midnight(collection.updated.unwrap_or(ISSUED)),
        })
        .collect();
    let catalogue = Catalogue {
        id: "collections".to_owned(),
        title: format!("Collections of {}", node.name()),
        description:
            "Real cancer imaging collections of the NCI Imaging Data Commons, version 25, held by a simulated node."
                .to_owned(),
        datasets,
    };
    FairDataPoint {
        base: node.base(),
        title: node.name(),
        description: format!(
            "A simulated provider in {} for demonstration. Its collections are real and public; the node, its name and \
             its country are not.",
            node.country_name
        ),
        publisher: node.name(),
        issued: midnight(ISSUED),
        catalogues: vec![catalogue],
    }
}

/// The data set with the series that it belongs to, as the node's own graph.
fn graph(node: &Node, collection: &Collection, vocabulary: &Vocabulary) -> oxrdf::Graph {
    let mut graph = write_dataset(&dataset(node, collection), vocabulary, &Target::full());
    for triple in &write_series(&series(&collection.program), vocabulary, &Target::full()) {
        graph.insert(triple);
    }
    graph
}

/// The collection as the node publishes it.
#[must_use]
pub fn dataset(node: &Node, collection: &Collection) -> Dataset {
    let mut keywords: Vec<&str> = vec!["cancer imaging"];
    keywords.extend(collection.sources.iter().filter_map(|source| source.contributor.as_deref()));
    keywords.dedup();
    let originals: Vec<&CollectionSource> = collection.sources.iter().filter(|source| source.is_original()).collect();
    let years = collection.year.keys().filter_map(|year| year.parse::<i32>().ok());
    Dataset {
        iri: Some(format!("{}/dataset/{}", node.base(), collection.id)),
        identifiers: vec![collection.id.clone()],
        other_identifiers: originals.iter().map(|source| doi(source)).collect(),
        titles: vec![english(&collection.name)],
        descriptions: vec![english(&describe::collection(collection))],
        keywords: keywords.into_iter().map(english).collect(),
        issued: None,
        modified: collection.updated.map(day),
        languages: vec![iri(ENGLISH)],
        publisher: Some(publisher(node)),
        creators: vec![Agent { names: vec![english("NCI Imaging Data Commons")], ..Agent::default() }],
        themes: vec![iri(HEALTH_THEME)],
        types: types(collection),
        subject_kinds: parts(&collection.species),
        conditions: vec![text(&collection.cancer_types)],
        topographies: vec![text(&collection.tumor_locations)],
        body_parts: stated(&collection.body_part),
        modalities: stated(&collection.modality),
        manufacturers: stated(&collection.manufacturer),
        sexes: stated(&collection.sex),
        min_age: collection.ages.map(|(youngest, _)| youngest),
        max_age: collection.ages.map(|(_, oldest)| oldest),
        median_age: collection.median_age.map(|age| age.to_string()),
        first_image_year: years.clone().min(),
        last_image_year: years.max(),
        linked_data: collection.supporting_data.as_deref().map(parts).unwrap_or_default(),
        counts: counts(collection),
        tallies: tallies(collection),
        derived: originals.is_empty(),
        access_rights: Some(iri(PUBLIC)),
        distributions: collection
            .sources
            .iter()
            .enumerate()
            .map(|(n, s)| distribution(node, collection, n, s))
            .collect(),
        series: vec![series_reference(&collection.program)],
        landing_pages: originals
            .first()
            .or(collection.sources.first().as_ref())
            .map(|s| resolver(&s.doi))
            .into_iter()
            .collect(),
        provenance: vec![english(
            "Counts and tallies are those of the NCI Imaging Data Commons, version 25. A subject entry is a patient row as \
             published, not a person: entries are not de-duplicated.",
        )],
        ..Dataset::default()
    }
}

/// The programme as a series.
fn series(program: &str) -> Series {
    let title = describe::program_title(program);
    Series {
        iri: Some(format!("{SERIES_BASE}/{program}")),
        identifiers: vec![program.to_owned()],
        titles: vec![english(&title)],
        descriptions: vec![english(&format!(
            "Collections of the programme that the NCI Imaging Data Commons lists as \"{program}\", wherever they are held."
        ))],
        ..Series::default()
    }
}

fn series_reference(program: &str) -> SeriesReference {
    SeriesReference {
        iri: Some(format!("{SERIES_BASE}/{program}")),
        titles: vec![english(&describe::program_title(program))],
    }
}

fn publisher(node: &Node) -> Agent {
    Agent { iri: Some(format!("{}/agent", node.base())), names: vec![english(&node.name())], ..Agent::default() }
}

fn types(collection: &Collection) -> Vec<Term> {
    let annotated = ANNOTATIONS.iter().any(|code| collection.modality.contains_key(*code));
    let original = collection.sources.iter().any(CollectionSource::is_original);
    let mut types = Vec::new();
    if original {
        types.push(text("Original dataset"));
    }
    if annotated {
        types.push(text("Annotated dataset"));
    }
    types
}

fn distribution(node: &Node, collection: &Collection, number: usize, source: &CollectionSource) -> Distribution {
    let what = if source.is_original() { "Original images" } else { "Results of an analysis" };
    let modalities = source.modalities.join(", ");
    Distribution {
        iri: Some(format!("{}/distribution/{}-{}", node.base(), collection.id, number + 1)),
        titles: vec![english(&format!("{what} ({modalities})"))],
        access_urls: vec![resolver(&source.doi)],
        rights: vec![text("Download")],
        licence: source.licence.as_deref().map(iri),
        formats: vec![text("DICOM")],
        ..Distribution::default()
    }
}

fn counts(collection: &Collection) -> Counts {
    let exact = |value: i64| Some(Count { value, precision: Precision::Exact });
    Counts {
        subjects: exact(collection.patients),
        studies: exact(collection.studies),
        series: exact(collection.series),
        images: exact(collection.images),
        bytes: Some(Count { value: bytes(collection.size_mb), precision: Precision::Rounded }),
        segmentations: None,
    }
}

/// Bytes of a size that was published in megabytes to a tenth.
#[expect(clippy::cast_possible_truncation, reason = "a size of petabytes still fits a thousand times")]
fn bytes(megabytes: f64) -> i64 {
    (megabytes * MEGABYTE).round() as i64
}

fn tallies(collection: &Collection) -> Vec<Tally> {
    [
        (TallyDimension::Sex, &collection.sex),
        (TallyDimension::AgeBand, &collection.age_band),
        (TallyDimension::Modality, &collection.modality),
        (TallyDimension::BodyPart, &collection.body_part),
        (TallyDimension::Manufacturer, &collection.manufacturer),
        (TallyDimension::Year, &collection.year),
    ]
    .into_iter()
    .flat_map(|(dimension, values)| {
        values.iter().filter_map(move |(value, count)| {
            let subjects = Count { value: count.as_i64()?, precision: Precision::Exact };
            Some(Tally { dimension, value: text(value), subjects })
        })
    })
    .collect()
}

/// The stated values of a tally.
fn stated(tally: &Map<String, Json>) -> Vec<Term> {
    tally.keys().filter(|value| *value != NOT_STATED).map(|value| text(value)).collect()
}

/// The parts of a comma list.
fn parts(list: &str) -> Vec<Term> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty()).map(text).collect()
}

fn doi(source: &CollectionSource) -> OtherIdentifier {
    OtherIdentifier { iri: Some(resolver(&source.doi)), notation: source.doi.clone(), ..OtherIdentifier::default() }
}

fn resolver(doi: &str) -> String {
    format!("https://doi.org/{doi}")
}

fn english(words: &str) -> LangText {
    LangText { lang: Some("en".to_owned()), text: words.to_owned() }
}

fn text(words: &str) -> Term {
    Term { original: Value::Text(LangText { lang: None, text: words.to_owned() }), label: None, concept: None }
}

fn iri(address: &str) -> Term {
    Term { original: Value::Iri(address.to_owned()), label: None, concept: None }
}

fn day(date: NaiveDate) -> DateValue {
    DateValue { original: date.to_string(), datatype: Some(XSD_DATE.to_owned()), canonical: Some(Date::Day(date)) }
}

fn midnight(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::super::allocate::{NODES, allocate};
    use super::super::facts::Facts;
    use super::*;
    use crate::rdf::profile::{read_dataset, subject};

    #[test]
    fn what_a_node_publishes_reads_back_with_its_counts() {
        let vocabulary = Vocabulary::embedded().unwrap();
        for node in allocate(&Facts::carried().unwrap().collections, NODES) {
            for collection in &node.collections {
                let graph = graph(&node, collection, &vocabulary);
                let own = subject(Some(&format!("{}/dataset/{}", node.base(), collection.id)));
                let read = read_dataset(&graph, own.as_ref(), &vocabulary).unwrap().value;
                assert_eq!(read.counts, counts(collection), "{}", collection.id);
                assert_eq!(read.tallies.len(), tallies(collection).len(), "{}", collection.id);
                assert_eq!(read.distributions.len(), collection.sources.len(), "{}", collection.id);
                assert!(read.subject_kinds.iter().all(|kind| kind.concept.is_some()), "{:?}", read.subject_kinds);
                assert!(read.modalities.iter().any(|modality| modality.concept.is_some()), "{:?}", read.modalities);
                let served = write_dataset(&read, &vocabulary, &Target::full());
                assert_eq!(read_dataset(&served, own.as_ref(), &vocabulary).unwrap().value, read, "{}", collection.id);
            }
        }
    }
}
