//! The facts of the collections, read from `facts.jsonl` (made by `scripts/derive-demo-facts`).

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The facts, one JSON object a line; the first line holds source and credit.
const FACTS: &str = include_str!("facts.jsonl");

/// Why the carried facts cannot be read: the file was changed by hand.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the demonstration's facts cannot be read: {problem}")]
pub struct FactsError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

/// Where the facts come from.
#[derive(Debug, Clone, Deserialize)]
struct Header {
    source: String,
    credit: String,
}

/// One of the releases that a collection is made of.
#[derive(Debug, Clone, Deserialize)]
pub struct CollectionSource {
    /// Its name in the source.
    pub id: String,
    /// `original_data` or `analysis_result`.
    pub kind: String,
    /// DOI without a resolver's address.
    pub doi: String,
    /// Address of the licence.
    pub licence: Option<String>,
    /// DICOM modality codes.
    pub modalities: Vec<String>,
    /// Who contributed it.
    pub contributor: Option<String>,
}

impl CollectionSource {
    /// Whether the release holds original images (else results of an analysis of them).
    #[must_use]
    pub fn is_original(&self) -> bool {
        self.kind == "original_data"
    }
}

/// The facts of one collection; counts are as the source publishes them.
#[derive(Debug, Clone, Deserialize)]
pub struct Collection {
    /// Identifier in the source.
    pub id: String,
    /// Name.
    pub name: String,
    /// Programme that it belongs to.
    pub program: String,
    /// `Human`, `Mouse`, …, as written.
    pub species: String,
    /// `Complete` or `Ongoing`.
    pub status: String,
    /// Last change, where stated.
    pub updated: Option<NaiveDate>,
    /// Cancer types as written: free text, comma lists.
    pub cancer_types: String,
    /// Tumour locations as written.
    pub tumor_locations: String,
    /// Supporting data as written.
    pub supporting_data: Option<String>,
    /// Subject entries.
    pub patients: i64,
    /// Imaging studies.
    pub studies: i64,
    /// Imaging series.
    pub series: i64,
    /// Images.
    pub images: i64,
    /// Size in megabytes, to a tenth.
    pub size_mb: f64,
    /// Releases.
    pub sources: Vec<CollectionSource>,
    /// Youngest and oldest stated age in years.
    #[serde(default)]
    pub ages: Option<(i64, i64)>,
    /// Median age, where at least half of the subject entries state one.
    #[serde(default)]
    pub median_age: Option<f64>,
    /// Subject entries by sex.
    pub sex: Map<String, Value>,
    /// Subject entries by age band.
    pub age_band: Map<String, Value>,
    /// Subject entries by modality.
    pub modality: Map<String, Value>,
    /// Subject entries by manufacturer.
    pub manufacturer: Map<String, Value>,
    /// Subject entries by imaged body part.
    pub body_part: Map<String, Value>,
    /// Subject entries by year of the first study.
    pub year: Map<String, Value>,
}

/// All facts.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Name of the source and its version.
    pub source: String,
    /// Credit and licence in words.
    pub credit: String,
    /// The collections by identifier.
    pub collections: Vec<Collection>,
}

impl Facts {
    /// The facts that this program carries.
    ///
    /// # Errors
    /// [`FactsError`] when the file was changed by hand and no longer fits.
    pub fn carried() -> Result<Self, FactsError> {
        let unreadable =
            |line: usize| move |problem: serde_json::Error| FactsError { line, problem: problem.to_string() };
        let mut lines = FACTS.lines();
        let header: Header = serde_json::from_str(lines.next().unwrap_or_default()).map_err(unreadable(1))?;
        let mut collections = Vec::new();
        for (number, line) in lines.enumerate() {
            let collection: Collection = serde_json::from_str(line).map_err(unreadable(number + 2))?;
            collections.push(collection);
        }
        Ok(Self { source: header.source, credit: header.credit, collections })
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    #[test]
    fn the_carried_facts_add_up_to_the_published_totals() {
        let facts = Facts::carried().unwrap();
        let sum = |of: fn(&super::Collection) -> i64| facts.collections.iter().map(of).sum::<i64>();
        assert_eq!(facts.collections.len(), 179);
        assert_eq!(sum(|c| c.patients), 86_451);
        assert_eq!(sum(|c| c.studies), 168_508);
        assert_eq!(sum(|c| c.series), 1_044_191);
        assert_eq!(sum(|c| c.images), 58_784_975);
    }

    #[test]
    fn a_tally_of_single_values_adds_up_to_the_subject_entries() {
        for collection in Facts::carried().unwrap().collections {
            for tally in [&collection.sex, &collection.age_band, &collection.year] {
                let sum: i64 = tally.values().filter_map(serde_json::Value::as_i64).sum();
                assert_eq!(sum, collection.patients, "{}", collection.id);
            }
        }
    }

    /// The carried facts are those of the extract, where it is at hand.
    #[test]
    fn the_carried_facts_are_those_of_the_extract() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let data = std::env::var_os("ATLAS_DATA").map_or_else(|| root.join("../shared/data"), Into::into);
        let Ok(text) = std::fs::read_to_string(data.join("idc-v25/collections.json")) else {
            println!("extract absent, 0 of 179 collections checked");
            return;
        };
        let extract: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        let facts = Facts::carried().unwrap();
        assert_eq!(extract.len(), facts.collections.len());
        for original in extract {
            let id = original["id"].as_str().unwrap();
            let carried = facts.collections.iter().find(|c| c.id == id).unwrap();
            assert_eq!(original["patients"], carried.patients, "{id}");
            assert_eq!(original["cancer_types"], carried.cancer_types.as_str(), "{id}");
            assert_eq!(original["tumor_locations"], carried.tumor_locations.as_str(), "{id}");
        }
    }
}
