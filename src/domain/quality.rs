//! How complete a data set's metadata is: a score of 100 that can be explained point by point.
//!
//! Policy: the score says how much of what the profiles ask for is stated, never how good the data are. The properties
//! and how strongly they are asked for follow HealthDCAT-AP Release 8 for data that are not public and EUCAIM
//! DCAT-AP 2.0; A value that no vocabulary knows counts half of one that is
//! recognised, because it is stated but cannot be searched for.

use serde::Serialize;

use super::dataset::{Dataset, Term};

/// How strongly a property is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obligation {
    /// A record without it does not conform.
    Mandatory,
    /// Should be given when the provider has it.
    Recommended,
    /// Helps researchers to choose.
    Optional,
}

impl Obligation {
    /// Weight of a property of this obligation.
    #[must_use]
    pub const fn weight(self) -> u32 {
        match self {
            Obligation::Mandatory => 6,
            Obligation::Recommended => 3,
            Obligation::Optional => 1,
        }
    }
}

/// One property, looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The property as a prefixed name.
    pub property: &'static str,
    /// What it is called on a page.
    pub label: &'static str,
    /// How strongly it is asked for.
    pub obligation: Obligation,
    /// How much of it is there.
    pub state: State,
}

/// How much of a property is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Stated, and recognised where it is a coded value.
    Stated,
    /// Stated in words that no vocabulary knows.
    NotRecognised,
    /// Not stated.
    Missing,
}

/// The completeness of a data set's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completeness {
    /// 0 to 100, rounded down: 100 means that nothing is missing.
    pub score: u8,
    /// Every property looked at, in the order of a record.
    pub checks: Vec<Check>,
}

impl Completeness {
    /// What is missing or not recognised, the weightiest first.
    #[must_use]
    pub fn gaps(&self) -> Vec<&Check> {
        let mut gaps: Vec<&Check> = self.checks.iter().filter(|check| check.state != State::Stated).collect();
        gaps.sort_by_key(|check| std::cmp::Reverse(check.obligation.weight()));
        gaps
    }

    /// The points that stating the property would add, of 100 and rounded to the nearest.
    #[must_use]
    pub fn points(&self, check: &Check) -> u32 {
        let whole: u32 = self.checks.iter().map(|check| 2 * check.obligation.weight()).sum();
        let lost = 2 * check.obligation.weight() - halves(check);
        (200 * lost).checked_div(whole).map_or(0, |twice| twice.div_ceil(2))
    }
}

/// Half weights that the check earns.
fn halves(check: &Check) -> u32 {
    match check.state {
        State::Stated => 2 * check.obligation.weight(),
        State::NotRecognised => check.obligation.weight(),
        State::Missing => 0,
    }
}

/// Scores the data set.
#[must_use]
pub fn completeness(dataset: &Dataset) -> Completeness {
    let mut checks = who_and_what(dataset);
    checks.extend(population_and_images(dataset));
    checks.extend(access_and_use(dataset));
    let whole: u32 = checks.iter().map(|check| 2 * check.obligation.weight()).sum();
    let earned: u32 = checks.iter().map(halves).sum();
    let score = (100 * earned).checked_div(whole).and_then(|score| u8::try_from(score).ok()).unwrap_or(0);
    Completeness { score, checks }
}

fn check(property: &'static str, label: &'static str, obligation: Obligation, state: State) -> Check {
    Check { property, label, obligation, state }
}

fn stated(is: bool) -> State {
    if is { State::Stated } else { State::Missing }
}

fn coded<'a>(terms: impl IntoIterator<Item = &'a Term>) -> State {
    let mut state = State::Missing;
    for term in terms {
        if term.concept.is_some() {
            return State::Stated;
        }
        state = State::NotRecognised;
    }
    state
}

fn who_and_what(dataset: &Dataset) -> Vec<Check> {
    use Obligation::{Mandatory, Optional, Recommended};
    vec![
        check("dct:title", "title", Mandatory, stated(!dataset.titles.is_empty())),
        check("dct:description", "description", Mandatory, stated(!dataset.descriptions.is_empty())),
        check("dct:identifier", "identifier", Mandatory, stated(!dataset.identifiers.is_empty())),
        check("dct:publisher", "publisher", Mandatory, stated(dataset.publisher.is_some())),
        check("dcat:contactPoint", "contact", Mandatory, stated(!dataset.contacts.is_empty())),
        check("dcat:theme", "theme", Mandatory, stated(!dataset.themes.is_empty())),
        check(
            "healthdcatap:healthCategory",
            "health category",
            Mandatory,
            stated(!dataset.health_categories.is_empty()),
        ),
        check("healthdcatap:hdab", "health data access body", Recommended, stated(dataset.hdab.is_some())),
        check("geodcatap:custodian", "data holder", Recommended, stated(dataset.custodian.is_some())),
        check("dcat:keyword", "keywords", Recommended, stated(!dataset.keywords.is_empty())),
        check("dct:issued", "date of release", Recommended, stated(dataset.issued.is_some())),
        check("dct:modified", "date of last change", Recommended, stated(dataset.modified.is_some())),
        check("dcat:version", "version", Optional, stated(dataset.version.is_some())),
        check("dct:language", "language", Optional, stated(!dataset.languages.is_empty())),
        check(
            "dct:accrualPeriodicity",
            "how often it is updated",
            Optional,
            stated(dataset.accrual_periodicity.is_some()),
        ),
        check("dct:isReferencedBy", "publications", Optional, stated(!dataset.is_referenced_by.is_empty())),
        check("dct:provenance", "provenance", Recommended, stated(!dataset.provenance.is_empty())),
    ]
}

fn population_and_images(dataset: &Dataset) -> Vec<Check> {
    use Obligation::{Mandatory, Optional, Recommended};
    let counts = &dataset.counts;
    let ages = dataset.min_age.is_some() && dataset.max_age.is_some();
    let years = dataset.first_image_year.is_some() || !dataset.temporal.is_empty();
    vec![
        check("eucaim:hasCondition", "cancer type", Mandatory, coded(&dataset.conditions)),
        check("eucaim:hasImageModality", "modality", Mandatory, coded(&dataset.modalities)),
        check("eucaim:hasImageBodyPart", "body part", Mandatory, coded(&dataset.body_parts)),
        check(
            "healthdcatap:numberOfUniqueIndividuals",
            "number of subjects",
            Mandatory,
            stated(counts.subjects.is_some()),
        ),
        check("healthdcatap:numberOfRecords", "number of studies", Recommended, stated(counts.studies.is_some())),
        check("eucaim:hasBirthSex", "sex", Recommended, coded(&dataset.sexes)),
        check("healthdcatap:minTypicalAge", "age range", Recommended, stated(ages)),
        check("eucaim:hasEquipmentManufacturer", "manufacturer", Recommended, coded(&dataset.manufacturers)),
        check("dct:spatial", "geographical coverage", Recommended, coded(&dataset.spatial)),
        check("dct:temporal", "years of the images", Recommended, stated(years)),
        check("eucaim:type", "type of data set", Recommended, coded(&dataset.types)),
        check("eucaim:collectionMethod", "collection method", Recommended, coded(&dataset.collection_methods)),
        check("atlas:subjectKind", "who was imaged", Recommended, coded(&dataset.subject_kinds)),
        check("atlas:topography", "tumour site", Optional, coded(&dataset.topographies)),
        check("atlas:numberOfSeries", "number of series", Optional, stated(counts.series.is_some())),
        check("atlas:numberOfImages", "number of images", Optional, stated(counts.images.is_some())),
        check("atlas:sizeInBytes", "size", Optional, stated(counts.bytes.is_some())),
        check(
            "healthdcatap:populationCoverage",
            "population",
            Optional,
            stated(!dataset.population_coverage.is_empty()),
        ),
    ]
}

fn access_and_use(dataset: &Dataset) -> Vec<Check> {
    use Obligation::{Mandatory, Optional, Recommended};
    let rights =
        dataset.rights.iter().chain(dataset.distributions.iter().flat_map(|distribution| &distribution.rights));
    let licences = dataset.distributions.iter().filter_map(|distribution| distribution.licence.as_ref());
    vec![
        check("dct:accessRights", "access rights", Mandatory, coded(&dataset.access_rights)),
        check("dcat:distribution", "distribution", Mandatory, stated(!dataset.distributions.is_empty())),
        check("dct:rights", "conditions of access and use", Recommended, coded(rights)),
        check("dct:license", "licence", Recommended, coded(dataset.licence.iter().chain(licences))),
        check(
            "dcatap:applicableLegislation",
            "legislation",
            Recommended,
            stated(!dataset.applicable_legislation.is_empty()),
        ),
        check("dpv:hasLegalBasis", "legal basis", Recommended, stated(!dataset.legal_bases.is_empty())),
        check("dpv:hasPurpose", "purpose", Recommended, stated(!dataset.purposes.is_empty())),
        check("dpv:hasPersonalData", "kinds of personal data", Optional, stated(!dataset.personal_data.is_empty())),
        check("healthdcatap:retentionPeriod", "retention", Optional, stated(dataset.retention_period.is_some())),
        check("eucaim:interoperabilityLevel", "interoperability tier", Recommended, coded(&dataset.tier)),
        check("adms:sample", "sample", Optional, stated(!dataset.samples.is_empty())),
        check("dcat:landingPage", "landing page", Optional, stated(!dataset.landing_pages.is_empty())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::concept::{ConceptId, Scheme};
    use crate::domain::dataset::{Count, LangText, Precision, Value};

    fn term(concept: Option<&str>) -> Term {
        let original = Value::Text(LangText { lang: None, text: "MRI".to_owned() });
        Term { original, label: None, concept: concept.map(|code| ConceptId::new(Scheme::Modality, code).unwrap()) }
    }

    #[test]
    fn an_empty_record_scores_nothing_and_names_what_matters_first() {
        let completeness = completeness(&Dataset::default());
        assert_eq!(completeness.score, 0);
        assert_eq!(completeness.gaps().len(), completeness.checks.len());
        assert_eq!(completeness.gaps()[0].obligation, Obligation::Mandatory);
        let points: u32 = completeness.checks.iter().map(|check| completeness.points(check)).sum();
        assert!((90..=120).contains(&points), "points add up to about 100: {points}");
    }

    #[test]
    fn an_unrecognised_value_counts_half() {
        let score = |concept| {
            let dataset = Dataset { modalities: vec![term(concept)], ..Dataset::default() };
            completeness(&dataset)
        };
        let (recognised, unrecognised) = (score(Some("mr")), score(None));
        assert!(recognised.score > unrecognised.score && unrecognised.score > 0);
        let gap = |completeness: &Completeness| {
            completeness.gaps().iter().any(|check| check.property == "eucaim:hasImageModality")
        };
        assert!(gap(&unrecognised) && !gap(&recognised));
    }

    #[test]
    fn a_count_of_zero_is_stated() {
        let mut dataset = Dataset::default();
        dataset.counts.subjects = Some(Count { value: 0, precision: Precision::Exact });
        assert!(completeness(&dataset).score > 0);
    }
}
