//! The published distributions of a data set as bars: who was imaged, and with what.

use crate::domain::dataset::{Dataset, LangText, Tally, TallyDimension, Value};
use crate::vocab::Vocabulary;
use crate::web::view::chart::{Bars, Datum};

/// Bars of one chart; more are summed up in the CSV only.
const BARS: usize = 40;

/// Dimensions about the people.
pub const POPULATION: [TallyDimension; 3] = [TallyDimension::Sex, TallyDimension::AgeBand, TallyDimension::SubjectKind];
/// Dimensions about the images.
pub const IMAGING: [TallyDimension; 4] =
    [TallyDimension::Modality, TallyDimension::BodyPart, TallyDimension::Manufacturer, TallyDimension::Year];

/// What a dimension is called.
#[must_use]
pub const fn title(dimension: TallyDimension) -> &'static str {
    match dimension {
        TallyDimension::Sex => "Sex",
        TallyDimension::AgeBand => "Age in years",
        TallyDimension::Modality => "Modality",
        TallyDimension::BodyPart => "Body part",
        TallyDimension::Manufacturer => "Equipment manufacturer",
        TallyDimension::Year => "Year of the study",
        TallyDimension::SubjectKind => "Subject kind",
    }
}

/// The dimension's name in machine forms.
#[must_use]
pub const fn key(dimension: TallyDimension) -> &'static str {
    match dimension {
        TallyDimension::Sex => "sex",
        TallyDimension::AgeBand => "age-band",
        TallyDimension::Modality => "modality",
        TallyDimension::BodyPart => "body-part",
        TallyDimension::Manufacturer => "manufacturer",
        TallyDimension::Year => "year",
        TallyDimension::SubjectKind => "subject-kind",
    }
}

/// The label of a tally's value.
#[must_use]
pub fn label(vocabulary: &Vocabulary, tally: &Tally) -> String {
    match &tally.value.concept {
        Some(concept) => vocabulary.label(concept).to_owned(),
        None => match (&tally.value.label, &tally.value.original) {
            (Some(LangText { text, .. }), _) | (None, Value::Text(LangText { text, .. })) => text.clone(),
            (None, Value::Iri(iri)) => iri.clone(),
        },
    }
}

/// Charts of the dimensions that the data set publishes.
#[must_use]
pub fn charts(dataset: &Dataset, vocabulary: &Vocabulary, dimensions: &[TallyDimension]) -> Vec<Bars> {
    dimensions.iter().filter_map(|dimension| chart(dataset, vocabulary, *dimension)).collect()
}

fn chart(dataset: &Dataset, vocabulary: &Vocabulary, dimension: TallyDimension) -> Option<Bars> {
    let tallies: Vec<&Tally> = dataset.tallies.iter().filter(|tally| tally.dimension == dimension).collect();
    if tallies.is_empty() {
        return None;
    }
    let mut data: Vec<Datum> = tallies
        .iter()
        .map(|tally| {
            let label = telling_apart(label(vocabulary, tally), tally, &tallies);
            let not_stated = tally.value.concept.is_none() && label.eq_ignore_ascii_case("not stated");
            let href = tally.value.concept.as_ref().map(|concept| format!("/terms/{concept}"));
            Datum { label, href, count: tally.subjects, not_stated, beside: String::new() }
        })
        .collect();
    if matches!(dimension, TallyDimension::AgeBand | TallyDimension::Year) {
        data.sort_by_key(|datum| (datum.not_stated, leading_number(&datum.label)));
    } else {
        data.sort_by_key(|datum| (datum.not_stated, std::cmp::Reverse(datum.count.value)));
    }
    data.truncate(BARS);
    let whole = dataset.counts.subjects.map(|count| count.value);
    Some(Bars::new(title(dimension), title(dimension), "Subject entries", &data, whole))
}

/// Spellings of one concept are counted apart by the source, and a subject may be in several: they cannot be summed, so
/// each shows its spelling.
fn telling_apart(label: String, tally: &Tally, all: &[&Tally]) -> String {
    let alike = |other: &&&Tally| other.value.concept.is_some() && other.value.concept == tally.value.concept;
    match &tally.value.original {
        Value::Text(LangText { text, .. }) if all.iter().filter(alike).count() > 1 => format!("{label} (“{text}”)"),
        _ => label,
    }
}

fn leading_number(label: &str) -> u32 {
    let digits: String = label.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(u32::MAX)
}
