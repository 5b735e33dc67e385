//! Synthetic catalogues of any size with the skew of the real 179 collections.
//!
//! Whole collections are drawn with replacement, so that what goes together in the real ones (site, modality, species,
//! manufacturers, sexes) goes together here. Each copy has a name, an identifier, DOIs, counts, years and a date of its
//! own: counts are multiplied by one log-normal factor, years moved by up to three. Providers' sizes follow Zipf's law.
//! What the real ones do not state (country, collection method, terms of use, tier) is drawn by Zipf's law from the
//! vocabulary, so that these facets are full too. The seed is fixed: a size is always the same catalogue.

use std::sync::Arc;

use atlas::demo::{Collection, Facts, NODES, Node, allocate, dataset};
use atlas::domain::concept::{ConceptId, Scheme};
use atlas::domain::dataset::{Dataset, Profile, Term, Value, shown};
use atlas::domain::quality::completeness;
use atlas::rdf::profile::{Target, read_dataset, subject, write_dataset};
use atlas::search::{Entry, ProviderBrief};
use atlas::vocab::Vocabulary;
use chrono::{DateTime, TimeDelta, Utc};

use super::chance::{Chance, Zipf};

/// The seed of every published figure.
const SEED: u64 = 20_261_125;
/// Deviation of the logarithm of a copy's counts.
const SPREAD: f64 = 0.8;

/// A catalogue that is made as it is read.
pub struct Catalogue {
    /// How many data sets it has.
    pub size: usize,
    vocabulary: Arc<Vocabulary>,
    originals: Vec<Collection>,
    /// The originals as the product reads them.
    read: Vec<Dataset>,
    providers: Vec<Node>,
    zipf: Zipf,
    drawn: Vec<(Drawn, Vec<ConceptId>, Zipf)>,
}

/// What the real collections do not state.
#[derive(Clone, Copy)]
enum Drawn {
    Country,
    Method,
    Tier,
    Use,
}

impl Catalogue {
    /// A catalogue of this size.
    pub fn new(size: usize, vocabulary: &Arc<Vocabulary>) -> Self {
        let originals = Facts::carried().unwrap().collections;
        let homes = allocate(&originals, NODES);
        let providers: Vec<Node> = (0..providers_of(size))
            .map(|number| {
                let home = &homes[number % homes.len()];
                Node { number: number + 1, collections: Vec::new(), ..home.clone() }
            })
            .collect();
        let read = originals.iter().map(|original| as_read(&providers[0], original, vocabulary)).collect();
        let drawn = [
            (Drawn::Country, Scheme::Country),
            (Drawn::Method, Scheme::CollectionMethod),
            (Drawn::Tier, Scheme::Tier),
            (Drawn::Use, Scheme::UseCondition),
        ]
        .map(|(what, scheme)| {
            let concepts: Vec<ConceptId> = vocabulary.concepts(scheme).map(|concept| concept.id.clone()).collect();
            let zipf = Zipf::over(concepts.len());
            (what, concepts, zipf)
        });
        let zipf = Zipf::over(providers.len());
        let vocabulary = Arc::clone(vocabulary);
        Self { size, vocabulary, originals, read, providers, zipf, drawn: drawn.into() }
    }

    /// How many providers it has.
    pub fn providers(&self) -> usize {
        self.providers.len()
    }

    /// The data set of this number as its provider publishes it: free text is not read yet.
    pub fn published(&self, number: usize) -> Dataset {
        self.copy(number).1
    }

    /// The data set of this number as the projection hands it to the search index. Reading a text gives the same
    /// concepts in every copy, so the originals' readings are taken.
    pub fn entry(&self, number: usize) -> Entry {
        let (original, mut own, provider) = self.copy(number);
        let read = self.read[original].clone();
        own.conditions = read.conditions;
        own.topographies = read.topographies;
        own.body_parts = read.body_parts;
        own.modalities = read.modalities;
        own.manufacturers = read.manufacturers;
        own.sexes = read.sexes;
        own.subject_kinds = read.subject_kinds;
        own.types = read.types;
        own.linked_data = read.linked_data;
        for (distribution, read) in own.distributions.iter_mut().zip(read.distributions) {
            distribution.licence = read.licence;
            let drawn = distribution.rights.iter().filter(|term| term.concept.is_some());
            distribution.rights = drawn.cloned().chain(read.rights).collect();
        }
        let series = own.series.iter().filter_map(|series| {
            let slug = series.iri.as_deref()?.rsplit('/').next()?.replace('_', "-");
            Some((slug, shown(&series.titles, "en")?.text.clone()))
        });
        let changed: DateTime<Utc> =
            "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(number as i64);
        Entry {
            slug: own.identifiers[0].replace('_', "-"),
            record_id: format!("record-{number}"),
            series: series.collect(),
            provider: ProviderBrief {
                slug: format!("simulated-node-{:02}", provider.number),
                name: provider.name(),
                country: Some(provider.country.to_ascii_lowercase()),
                simulated: true,
            },
            profile: Profile::HealthDcatApR8,
            published_at: changed,
            changed_at: changed,
            completeness: completeness(&own).score,
            dataset: own,
        }
    }

    /// The original that is copied, the copy, and its provider.
    fn copy(&self, number: usize) -> (usize, Dataset, &Node) {
        let mut chance = Chance::of(SEED, number as u64);
        let original = chance.below(self.originals.len());
        let provider = &self.providers[self.zipf.draw(&mut chance)];
        let collection = perturbed(&self.originals[original], number, &mut chance);
        let mut own = dataset(provider, &collection);
        // About 45 statements a record: published distributions would be ten times as many.
        own.tallies = Vec::new();
        own.series = self.read[original].series.clone();
        for (what, concepts, zipf) in &self.drawn {
            let Some(concept) = concepts.get(zipf.draw(&mut chance)) else { continue };
            let term = Term {
                original: Value::Iri(self.vocabulary.concept_iri(concept)),
                label: None,
                concept: Some(concept.clone()),
            };
            match what {
                Drawn::Country => own.spatial.push(term),
                Drawn::Method => own.collection_methods.push(term),
                Drawn::Tier => own.tier = Some(term),
                Drawn::Use => own.distributions.iter_mut().take(1).for_each(|one| one.rights.push(term.clone())),
            }
        }
        (original, own, provider)
    }
}

/// Providers of a catalogue of this size: 200 for 10,000 data sets, 2,000 for a million.
fn providers_of(size: usize) -> usize {
    ((size as f64).sqrt() * 2.0) as usize + 1
}

/// The original as the product reads it after its provider has published it as HealthDCAT-AP.
fn as_read(provider: &Node, original: &Collection, vocabulary: &Vocabulary) -> Dataset {
    let mut own = dataset(provider, original);
    own.tallies = Vec::new();
    let graph = write_dataset(&own, vocabulary, &Target::full());
    read_dataset(&graph, subject(own.iri.as_deref()).as_ref(), vocabulary).unwrap().value
}

fn perturbed(original: &Collection, number: usize, chance: &mut Chance) -> Collection {
    /// Words that tell copies of one name apart, as releases and sites do.
    const PARTS: [&str; 12] = [
        "North",
        "South",
        "East",
        "West",
        "Central",
        "Follow-up",
        "Baseline",
        "Extension",
        "Pilot",
        "Phase II",
        "Phase III",
        "Validation",
    ];
    let mut copy = original.clone();
    copy.id = format!("{}-{number}", original.id);
    copy.name = format!("{} {} {number}", original.name, PARTS[chance.below(PARTS.len())]);
    let factor = (chance.normal() * SPREAD).exp();
    let scaled = |count: i64| ((count as f64 * factor).round() as i64).max(1);
    (copy.patients, copy.studies) = (scaled(original.patients), scaled(original.studies));
    (copy.series, copy.images) = (scaled(original.series), scaled(original.images));
    copy.size_mb = (original.size_mb * factor * 10.0).round() / 10.0;
    let years = chance.between(-3, 3);
    copy.year = original
        .year
        .iter()
        .map(|(year, count)| {
            let moved = year.parse::<i64>().map_or_else(|_| year.clone(), |year| (year + years).to_string());
            (moved, count.clone())
        })
        .collect();
    copy.updated = original.updated.map(|day| day - TimeDelta::days(chance.between(0, 700)));
    for source in &mut copy.sources {
        source.doi = format!("{}.{number}", source.doi);
    }
    copy
}
