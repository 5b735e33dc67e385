//! The real collections as data sets, made from the facts that the demonstration carries: the judged queries run over
//! what a source would publish, with no help from the engine under test.

use atlas::domain::concept::{ConceptId, Scheme};
use atlas::domain::dataset::{Count, Counts, Dataset, LangText, Precision, Profile, Term, Value};
use atlas::domain::quality;
use atlas::search::{Entry, ProviderBrief};
use atlas::vocab::Vocabulary;
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

const FACTS: &str = include_str!("../../../src/demo/facts.jsonl");

/// The collection whose breasts are simulated, and the digital reference objects: labelled "Human" at their source.
const SIMULATED: [&str; 3] = ["victre", "dro_toolkit", "gbm_dsc_mri_dro"];

/// Every collection as an entry of the index; the slug is the collection's identifier.
pub fn entries(vocabulary: &Vocabulary) -> Vec<Entry> {
    let lines = FACTS.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    lines.filter(|facts| facts.get("id").is_some()).map(|facts| entry(&facts, vocabulary)).collect()
}

fn entry(facts: &Json, vocabulary: &Vocabulary) -> Entry {
    let text = |name: &str| facts[name].as_str().unwrap_or_default();
    let dataset = dataset(facts, vocabulary);
    let moment: DateTime<Utc> =
        format!("{}T00:00:00Z", text("updated").get(..10).unwrap_or("2025-01-01")).parse().unwrap();
    Entry {
        slug: text("id").to_owned(),
        record_id: format!("record of {}", text("id")),
        completeness: quality::completeness(&dataset).score,
        dataset,
        series: vec![(text("program").to_owned(), text("program").to_uppercase())],
        provider: ProviderBrief {
            slug: "node01".to_owned(),
            name: "Simulated node 01 (Austria)".to_owned(),
            country: Some("at".to_owned()),
            simulated: true,
        },
        profile: Profile::Eucaim2,
        published_at: moment,
        changed_at: moment,
    }
}

fn dataset(facts: &Json, vocabulary: &Vocabulary) -> Dataset {
    let text = |name: &str| facts[name].as_str().unwrap_or_default();
    let read = |scheme, text: &str| -> Vec<Term> {
        let readings = vocabulary.read_text(scheme, text).into_iter();
        readings.map(|reading| term(&reading.original, reading.concept)).collect()
    };
    let keys = |name: &str| {
        facts[name].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).filter(|key| *key != "not stated")
    };
    let each = |scheme, name: &str| -> Vec<Term> { keys(name).flat_map(|key| read(scheme, key)).collect() };
    let count = |name: &str| facts[name].as_i64().map(exact);
    let supporting = text("supporting_data");
    Dataset {
        iri: Some(format!("https://node01.atlas-demo.example/dataset/{}", text("id"))),
        identifiers: vec![text("id").to_owned()],
        titles: vec![english(text("name"))],
        descriptions: vec![english(&format!("Imaging of {} for {}.", text("tumor_locations"), text("cancer_types")))],
        conditions: read(Scheme::Condition, text("cancer_types")),
        topographies: read(Scheme::Topography, text("tumor_locations")),
        body_parts: each(Scheme::BodyPart, "body_part"),
        modalities: modalities(facts, vocabulary),
        manufacturers: each(Scheme::Manufacturer, "manufacturer"),
        sexes: keys("sex").flat_map(|key| read(Scheme::Sex, key)).collect(),
        linked_data: if supporting == "None" { Vec::new() } else { read(Scheme::LinkedData, supporting) },
        subject_kinds: subject_kinds(facts),
        counts: Counts {
            subjects: count("patients"),
            studies: count("studies"),
            series: count("series"),
            images: count("images"),
            bytes: None,
            segmentations: None,
        },
        ..Dataset::default()
    }
}

fn modalities(facts: &Json, vocabulary: &Vocabulary) -> Vec<Term> {
    let sources = facts["sources"].as_array().unwrap();
    let mut codes: Vec<&str> =
        sources.iter().flat_map(|source| source["modalities"].as_array().unwrap()).filter_map(Json::as_str).collect();
    codes.sort_unstable();
    codes.dedup();
    let value = |code: &str| Value::Text(LangText { lang: None, text: code.to_owned() });
    codes.iter().map(|code| term(code, vocabulary.read(Scheme::Modality, &value(code), None).concept)).collect()
}

fn subject_kinds(facts: &Json) -> Vec<Term> {
    let text = |name: &str| facts[name].as_str().unwrap_or_default();
    let (species, cancer) = (text("species"), text("cancer_types").to_lowercase());
    let phantom = species == "Phantom" || cancer == "phantom" || text("tumor_locations").contains("Phantom");
    let without = ["non-cancer", "non-diseased", "normal"].iter().any(|word| cancer.contains(word));
    let kinds: &[&str] = match species {
        _ if SIMULATED.contains(&text("id")) => &["simulated"],
        _ if phantom => &["phantom"],
        "Mouse" | "Canine" => &["animal"],
        "Human, Mouse" => &["human-cancer", "animal"],
        _ if without && cancer.contains(',') => &["human-cancer", "human-no-cancer"],
        _ if without => &["human-no-cancer"],
        _ => &["human-cancer"],
    };
    let said = if species == "Human" { "" } else { species };
    let named = |kind: &&str| if said.is_empty() { (*kind).to_owned() } else { said.to_owned() };
    kinds.iter().map(|kind| term(&named(kind), Some(ConceptId::new(Scheme::SubjectKind, kind).unwrap()))).collect()
}

fn term(original: &str, concept: Option<ConceptId>) -> Term {
    Term { original: Value::Text(english(original)), label: None, concept }
}

fn english(text: &str) -> LangText {
    LangText { lang: Some("en".to_owned()), text: text.to_owned() }
}

fn exact(value: i64) -> Count {
    Count { value, precision: Precision::Exact }
}
