//! The alias table: every spelling that circulates is read as what it means, and what means nothing stays unread.

use atlas::domain::dataset::{Dataset, Term, Value};
use atlas::rdf::profile::{read_dataset, subject};

use super::{graph, vocabulary};

/// Rows of the table; a row that is lost with an edit is noticed.
const ROWS: usize = 307;

fn terms<'a>(dataset: &'a Dataset, property: &str) -> Vec<&'a Term> {
    let many = |terms: &'a [Term]| terms.iter().collect();
    match property.rsplit(':').next().unwrap() {
        "interoperabilityLevel" => dataset.tier.iter().collect(),
        "healthCategory" => many(&dataset.health_categories),
        "healthTheme" => many(&dataset.health_themes),
        "hasImageModality" => many(&dataset.modalities),
        "hasEquipmentManufacturer" => many(&dataset.manufacturers),
        "spatial" => many(&dataset.spatial),
        "hasCondition" => many(&dataset.conditions),
        "hasImageBodyPart" => many(&dataset.body_parts),
        "hasBirthSex" => many(&dataset.sexes),
        "type" => many(&dataset.types),
        "collectionMethod" => many(&dataset.collection_methods),
        "hasAlgorithmType" => many(&dataset.algorithm_types),
        "rights" => many(&dataset.rights),
        "accessRights" => dataset.access_rights.iter().collect(),
        other => panic!("no field for {other}"),
    }
}

#[test]
fn every_spelling_that_circulates_is_read_as_what_it_means_and_kept_as_it_was() {
    let vocabulary = vocabulary();
    let rows: Vec<&str> = include_str!("drift.tsv").lines().filter(|line| !line.starts_with('#')).collect();
    let mut wrong = Vec::new();
    for row in &rows {
        let fields: Vec<&str> = row.split('\t').collect();
        let [place, property, value, expected] = fields[..] else { panic!("{row}") };
        let (node, label) = match value.split_once(" label ") {
            Some((node, label)) => (node, format!("{node} rdfs:label {label} .")),
            None => (value, String::new()),
        };
        let graph = graph(&format!(":a a dcat:Dataset ; {property} {node} . {label}"));
        let read = read_dataset(&graph, subject(Some("https://provider.example/a")).as_ref(), &vocabulary).unwrap();
        let found = terms(&read.value, property);
        let [term] = found[..] else {
            wrong.push(format!("{place}: {value} gave {} values", found.len()));
            continue;
        };
        let concept = term.concept.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let original = match &term.original {
            Value::Iri(iri) => format!("<{iri}>"),
            Value::Text(text) => format!("{:?}", text.text),
        };
        if concept != expected || original != node {
            wrong.push(format!("{place}: {property} {value} was read as {concept} from {original}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert_eq!(rows.len(), ROWS);
}

#[test]
fn a_value_under_another_name_is_a_visible_repair() {
    let graph = graph(
        ":a a dcat:Dataset ; adms:interoperabilityLevel \"Tier 1\" ;
            health:healthTheme <http://13.81.34.152:1101/resource/authority/health-theme/CANCER> .",
    );
    let read = read_dataset(&graph, subject(Some("https://provider.example/a")).as_ref(), &vocabulary()).unwrap();
    let originals: Vec<&str> = read.repairs.iter().map(|repair| repair.original.as_str()).collect();
    assert!(originals.contains(&"http://www.w3.org/ns/adms#interoperabilityLevel"), "{originals:?}");
    assert!(originals.contains(&"http://13.81.34.152:1101/resource/authority/health-theme/CANCER"), "{originals:?}");
    assert!(read.repairs.iter().all(|repair| !repair.reason.is_empty()));
}

#[test]
fn a_data_set_whose_files_are_only_samples_and_statistics_is_read() {
    let graph = graph(
        ":a a dcat:Dataset ; adms:sample [ dcat:accessURL <https://files.example/s> ] ;
            health:analytics [ dcat:accessURL <https://files.example/t> ] .",
    );
    let read = read_dataset(&graph, subject(Some("https://provider.example/a")).as_ref(), &vocabulary()).unwrap();
    let dataset = read.value;
    assert_eq!((dataset.distributions.len(), dataset.samples.len(), dataset.analytics.len()), (0, 1, 1));
}
