//! The home page's figures: totals by subject kind, cancer site by modality, countries, providers, newest.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::DocAddress;

use super::SearchError;
use super::document::token;
use super::facets;
use super::filter;
use super::order;
use super::page::{Bucket, CountryTotal, Matrix, MatrixCell, Overview, ProviderTotal};
use super::totals;
use super::view::{Hits, View};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::search::{Facet, NOT_RECOGNISED, NOT_STATED, SearchRequest, Sort};
use crate::vocab::{ModalityRole, Vocabulary};

/// Rows of the matrix.
const MOST_SITES: usize = 14;
/// Columns of the matrix.
const MOST_MODALITIES: usize = 8;
/// The concept under which every cancer stands.
const CANCER: &str = "cancer";
/// Newest data sets shown.
const NEWEST: usize = 6;

/// The overview of everything.
pub(super) fn overview(view: &View, vocabulary: &Vocabulary) -> Result<Overview, SearchError> {
    let by_provider = by_provider(view);
    let request = SearchRequest::default().with_sort(Sort::Newest);
    let mut newest = Vec::new();
    for place in order::page(&request, &filter::human(view), None, view, NEWEST)? {
        let segment = u32::try_from(place.segment).map_err(|_| SearchError::Damaged("too many segments"))?;
        newest.push(view.card(DocAddress::new(segment, place.document))?);
    }
    Ok(Overview {
        totals: totals::totals(&view.alive, view, vocabulary),
        providers: u64::try_from(by_provider.len()).unwrap_or(u64::MAX),
        matrix: matrix(view, vocabulary),
        by_country: by_country(&by_provider, vocabulary),
        by_provider,
        newest,
    })
}

fn matrix(view: &View, vocabulary: &Vocabulary) -> Matrix {
    let human = filter::human(view);
    let acquired = |value: &str| {
        let id = ConceptId::new(Scheme::Modality, value).ok();
        let role = id.as_ref().and_then(|id| vocabulary.concept(id)).and_then(|concept| concept.role);
        role == Some(ModalityRole::Acquired) && stated_itself(Facet::Modality, value, &human, view, vocabulary)
    };
    let stated = |value: &str| {
        is_cancer_of_a_site(value, vocabulary) && stated_itself(Facet::Condition, value, &human, view, vocabulary)
    };
    let mut sites = buckets(Facet::Condition, &human, view, vocabulary, stated);
    sites = without_overlap(sites, vocabulary);
    sites.truncate(MOST_SITES);
    let mut modalities = buckets(Facet::Modality, &human, view, vocabulary, acquired);
    modalities.truncate(MOST_MODALITIES);
    let row = |site: &Bucket| {
        let at_site = human.and(&view.with_any(&[token(Facet::Condition, &site.value)]));
        let cell = |modality: &Bucket| {
            let both = at_site.and(&view.with_any(&[token(Facet::Modality, &modality.value)]));
            let request =
                SearchRequest::default().with(Facet::Condition, &site.value).with(Facet::Modality, &modality.value);
            MatrixCell {
                datasets: both.len(),
                subjects: totals::subjects(&both, view),
                address: request.address("/datasets"),
            }
        };
        modalities.iter().map(cell).collect()
    };
    let cells = sites.iter().map(row).collect();
    Matrix { sites, modalities, cells }
}

/// Whether the condition is the cancer of a site.
fn is_cancer_of_a_site(value: &str, vocabulary: &Vocabulary) -> bool {
    let Ok(id) = ConceptId::new(Scheme::Condition, value) else { return false };
    let cancer = vocabulary.ancestors(&id).iter().any(|above| above.code() == CANCER);
    cancer && vocabulary.concept(&id).is_some_and(|concept| !concept.sites.is_empty())
}

/// Whether some data set states the value itself and nothing narrower: the level at which this catalogue speaks,
/// between "cancer of the digestive organs" and a histology.
fn stated_itself(facet: Facet, value: &str, set: &Hits, view: &View, vocabulary: &Vocabulary) -> bool {
    let Some(id) = facet.scheme().and_then(|scheme| ConceptId::new(scheme, value).ok()) else { return false };
    let narrower: Vec<String> = vocabulary.narrower(&id).iter().map(|below| token(facet, below.code())).collect();
    let below = set.and(&view.with_any(&narrower));
    let all = set.and(&view.with_any(&[token(facet, value)]));
    all.len() > below.len()
}

/// The buckets without those above or below an earlier one.
fn without_overlap(buckets: Vec<Bucket>, vocabulary: &Vocabulary) -> Vec<Bucket> {
    let mut kept: Vec<Bucket> = Vec::new();
    let is_under = |below: &str, above: &str| {
        ConceptId::new(Scheme::Condition, below)
            .is_ok_and(|id| vocabulary.ancestors(&id).iter().any(|ancestor| ancestor.code() == above))
    };
    for bucket in buckets {
        let overlaps =
            kept.iter().any(|other| is_under(&bucket.value, &other.value) || is_under(&other.value, &bucket.value));
        if !overlaps {
            kept.push(bucket);
        }
    }
    kept
}

fn buckets(facet: Facet, set: &Hits, view: &View, vocabulary: &Vocabulary, keep: impl Fn(&str) -> bool) -> Vec<Bucket> {
    let counts = filter::counts(facet, set, view).into_iter();
    let kept = counts.filter(|(value, _)| value != NOT_STATED && value != NOT_RECOGNISED && keep(value));
    let mut buckets: Vec<Bucket> = kept
        .map(|(value, datasets)| {
            let members = set.and(&view.with_any(&[token(facet, &value)]));
            let label = facets::label(facet, &value, view, vocabulary);
            let address = SearchRequest::default().with(facet, &value).address("/datasets");
            Bucket { label, datasets, subjects: totals::subjects(&members, view), value, address }
        })
        .collect();
    buckets.sort_by(|one, other| other.datasets.cmp(&one.datasets).then_with(|| one.label.cmp(&other.label)));
    buckets
}

fn by_provider(view: &View) -> Vec<ProviderTotal> {
    let counts = filter::counts(Facet::Provider, &view.alive, view);
    let mut totals: Vec<ProviderTotal> = counts
        .into_iter()
        .filter_map(|(slug, datasets)| {
            let members = view.with_any(&[token(Facet::Provider, &slug)]);
            let provider = view.providers.get(&slug)?;
            let (name, country) = (provider.name.clone(), provider.country.clone());
            Some(ProviderTotal { slug, name, country, datasets, subjects: totals::subjects(&members, view) })
        })
        .collect();
    totals.sort_by(|one, other| other.datasets.cmp(&one.datasets).then_with(|| one.name.cmp(&other.name)));
    totals
}

fn by_country(providers: &[ProviderTotal], vocabulary: &Vocabulary) -> Vec<CountryTotal> {
    let countries: BTreeSet<&String> = providers.iter().filter_map(|provider| provider.country.as_ref()).collect();
    let mut totals: BTreeMap<&String, CountryTotal> = countries
        .into_iter()
        .map(|country| {
            let label = ConceptId::new(Scheme::Country, country)
                .map_or_else(|_| country.clone(), |id| vocabulary.label(&id).to_owned());
            (country, CountryTotal { country: country.clone(), label, providers: 0, datasets: 0, subjects: 0 })
        })
        .collect();
    for provider in providers {
        if let Some(total) = provider.country.as_ref().and_then(|country| totals.get_mut(country)) {
            total.providers += 1;
            total.datasets += provider.datasets;
            total.subjects = total.subjects.saturating_add(provider.subjects);
        }
    }
    let mut list: Vec<CountryTotal> = totals.into_values().collect();
    list.sort_by(|one, other| other.datasets.cmp(&one.datasets).then_with(|| one.label.cmp(&other.label)));
    list
}
