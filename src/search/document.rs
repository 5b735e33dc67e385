//! From an [`Entry`] to the document that is indexed, and to the card that is stored in it.

use std::collections::BTreeSet;

use tantivy::TantivyDocument;
use tantivy::schema::Schema;

use super::SearchError;
use super::card::{Card, Entry, Labelled};
use super::schema::{Fields, NUMBERS};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::{Agent, Count, Dataset, Date, DateValue, LangText, Precision, Term, Value, shown};
use crate::domain::search::{
    COMPLETENESS_BANDS, Facet, HUMAN_KINDS, NOT_RECOGNISED, NOT_STATED, SIZE_BANDS, SUBJECT_ORDERS, Span,
};
use crate::vocab::Vocabulary;

/// Characters of the description that a card keeps.
const CARD_DESCRIPTION: usize = 2_000;
/// Bytes in the unit of the size facet.
pub(super) const GIGABYTE: i64 = 1_000_000_000;
/// A data set is about the concepts of a scheme when it states at most this many of them.
const FOCUSED: usize = 3;
/// Prefix of the hidden tokens that sort every data set under exactly one subject kind.
pub(super) const KIND_PREFIX: &str = "kind/";
/// The kind of data sets that mix subject kinds.
pub(super) const MIXED: &str = "mixed";
/// Modality codes that are segmentations.
const SEGMENTATIONS: [&str; 2] = ["seg", "rtstruct"];
/// Modality codes that are other annotations.
const ANNOTATIONS: [&str; 2] = ["ann", "sr"];
/// Flag: the data set re-uses the subjects of others.
pub(super) const DERIVED: i64 = 1;

/// Makes the document of the entry.
pub(super) fn document(
    entry: &Entry,
    vocabulary: &Vocabulary,
    schema: &Schema,
    fields: Fields,
) -> Result<TantivyDocument, SearchError> {
    let card = card(entry, vocabulary);
    let mut document = TantivyDocument::default();
    document.add_text(fields.slug, &entry.slug);
    document.add_text(fields.card, serde_json::to_string(&card)?);
    document.add_text(fields.title_order, card.title.text.to_lowercase());
    for token in facet_tokens(entry, vocabulary) {
        document.add_text(fields.facet, token);
    }
    add_concepts(&mut document, &entry.dataset, vocabulary, fields);
    add_texts(&mut document, entry, fields);
    for (name, number) in NUMBERS.into_iter().zip(numbers(entry)) {
        if let Some(number) = number {
            document.add_i64(schema.get_field(name)?, number);
        }
    }
    Ok(document)
}

/// Adds the text to the two fields that hold everything. Each text is a value of its own, so that no phrase runs from
/// one into the next.
fn add_everywhere(document: &mut TantivyDocument, fields: Fields, text: &str) {
    document.add_text(fields.all, text);
    document.add_text(fields.exact, text);
}

fn add_texts(document: &mut TantivyDocument, entry: &Entry, fields: Fields) {
    let dataset = &entry.dataset;
    let mut add = |field, text: &str| {
        document.add_text(field, text);
        add_everywhere(document, fields, text);
    };
    for text in dataset.titles.iter().chain(&dataset.alternatives) {
        add(fields.title, &text.text);
    }
    for text in &dataset.keywords {
        add(fields.keywords, &text.text);
    }
    for text in dataset.descriptions.iter().chain(&dataset.population_coverage) {
        add(fields.description, &text.text);
    }
    add(fields.agents, &entry.provider.name);
    let agents = dataset.publisher.iter().chain(&dataset.creators).chain(&dataset.custodian);
    for name in agents.flat_map(|agent: &Agent| &agent.names) {
        add(fields.agents, &name.text);
    }
    for (_, title) in &entry.series {
        add(fields.agents, title);
    }
    let others = dataset.other_identifiers.iter().map(|other| &other.notation);
    let links = dataset.landing_pages.iter().chain(&dataset.is_referenced_by).chain(&dataset.iri);
    for identifier in dataset.identifiers.iter().chain(others).chain(links).chain([&entry.slug]) {
        add(fields.identifier, identifier);
    }
}

fn add_concepts(document: &mut TantivyDocument, dataset: &Dataset, vocabulary: &Vocabulary, fields: Fields) {
    let own: BTreeSet<&ConceptId> = terms(dataset).filter_map(|term| term.concept.as_ref()).collect();
    let mut broad = BTreeSet::new();
    let mut focus = BTreeSet::new();
    for id in &own {
        document.add_text(fields.own, id.to_string());
        let with_broader = vocabulary.ancestors(id).into_iter().chain([(*id).clone()]);
        if own.iter().filter(|other| other.scheme() == id.scheme()).count() <= FOCUSED {
            focus.extend(with_broader.clone());
        }
        broad.extend(with_broader);
    }
    for id in focus {
        document.add_text(fields.focus, id.to_string());
    }
    for id in broad {
        document.add_text(fields.broad, id.to_string());
        if let Some(concept) = vocabulary.concept(&id) {
            for label in concept.pref_labels.iter().chain(&concept.alt_labels) {
                add_everywhere(document, fields, &label.text);
            }
        }
    }
    // The source's own words count too, recognised or not.
    for term in terms(dataset) {
        if let Value::Text(text) = &term.original {
            add_everywhere(document, fields, &text.text);
        }
        if let Some(label) = &term.label {
            add_everywhere(document, fields, &label.text);
        }
    }
}

/// Every coded value that may be searched for.
fn terms(dataset: &Dataset) -> impl Iterator<Item = &Term> {
    let lists: [&[Term]; 13] = [
        &dataset.conditions,
        &dataset.topographies,
        &dataset.body_parts,
        &dataset.modalities,
        &dataset.manufacturers,
        &dataset.sexes,
        &dataset.subject_kinds,
        &dataset.types,
        &dataset.collection_methods,
        &dataset.spatial,
        &dataset.linked_data,
        &dataset.annotation_labels,
        &dataset.health_themes,
    ];
    lists.into_iter().flatten().chain(&dataset.tier).chain(rights(dataset)).chain(licences(dataset))
}

fn rights(dataset: &Dataset) -> impl Iterator<Item = &Term> {
    dataset.rights.iter().chain(dataset.distributions.iter().flat_map(|distribution| &distribution.rights))
}

fn licences(dataset: &Dataset) -> impl Iterator<Item = &Term> {
    dataset.licence.iter().chain(dataset.distributions.iter().filter_map(|distribution| distribution.licence.as_ref()))
}

/// The values of a concept facet in the data set.
fn facet_terms(dataset: &Dataset, facet: Facet) -> Vec<&Term> {
    let of_scheme =
        |scheme: Scheme| move |term: &&Term| term.concept.as_ref().is_none_or(|concept| concept.scheme() == scheme);
    match facet {
        Facet::Condition => dataset.conditions.iter().collect(),
        Facet::Topography => dataset.topographies.iter().collect(),
        Facet::BodyPart => dataset.body_parts.iter().collect(),
        Facet::Country => dataset.spatial.iter().collect(),
        Facet::Type => dataset.types.iter().collect(),
        Facet::Method => dataset.collection_methods.iter().collect(),
        Facet::Sex => dataset.sexes.iter().collect(),
        Facet::Modality => dataset.modalities.iter().collect(),
        Facet::Manufacturer => dataset.manufacturers.iter().collect(),
        // An unrecognised right may be either kind of condition: it is "not recognised" under both.
        Facet::Access => rights(dataset).filter(of_scheme(Scheme::AccessCondition)).collect(),
        Facet::Use => rights(dataset).filter(of_scheme(Scheme::UseCondition)).collect(),
        Facet::Tier => dataset.tier.iter().collect(),
        Facet::Licence => licences(dataset).collect(),
        Facet::SubjectKind => dataset.subject_kinds.iter().collect(),
        Facet::Linked => dataset.linked_data.iter().collect(),
        Facet::SizeOrder | Facet::Provider | Facet::Year | Facet::Size | Facet::Completeness | Facet::Annotated => {
            Vec::new()
        }
    }
}

fn facet_tokens(entry: &Entry, vocabulary: &Vocabulary) -> BTreeSet<String> {
    let mut tokens = BTreeSet::new();
    for facet in Facet::ALL {
        let mut values = match facet.scheme() {
            Some(_) => concept_values(&facet_terms(&entry.dataset, facet), vocabulary),
            None => plain_values(entry, facet),
        };
        if values.is_empty() {
            values.insert(NOT_STATED.to_owned());
        }
        tokens.extend(values.into_iter().map(|value| token(facet, &value)));
    }
    tokens.insert(format!("{KIND_PREFIX}{}", total_kind(&entry.dataset)));
    tokens
}

/// The token of a facet's value.
pub(super) fn token(facet: Facet, value: &str) -> String {
    format!("{}/{value}", facet.key())
}

fn concept_values(terms: &[&Term], vocabulary: &Vocabulary) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for term in terms {
        match &term.concept {
            Some(concept) => {
                values.insert(concept.code().to_owned());
                values.extend(vocabulary.ancestors(concept).iter().map(|broader| broader.code().to_owned()));
            }
            None => {
                values.insert(NOT_RECOGNISED.to_owned());
            }
        }
    }
    values
}

fn plain_values(entry: &Entry, facet: Facet) -> BTreeSet<String> {
    let dataset = &entry.dataset;
    let mut values = BTreeSet::new();
    match facet {
        Facet::Provider => {
            values.insert(entry.provider.slug.clone());
        }
        Facet::SizeOrder => {
            let subjects = stated(dataset.counts.subjects);
            let order = subjects.and_then(|n| SUBJECT_ORDERS.iter().find(|(_, low, high)| (*low..=*high).contains(&n)));
            values.extend(order.map(|(band, ..)| (*band).to_owned()));
        }
        Facet::Completeness => {
            let band = COMPLETENESS_BANDS.iter().find(|(_, low, high)| (*low..=*high).contains(&entry.completeness));
            values.extend(band.map(|(band, ..)| (*band).to_owned()));
        }
        Facet::Size => {
            let bytes = stated(dataset.counts.bytes);
            values.extend(bytes.and_then(size_band).map(ToOwned::to_owned));
        }
        Facet::Year => {
            let (first, last) = years(dataset);
            if let (Some(first), Some(last)) = (first, last) {
                values.extend(five_years(first, last));
            }
        }
        Facet::Annotated => values.extend(annotations(dataset).map(ToOwned::to_owned)),
        _ => {}
    }
    values
}

/// The band of the size: its upper end does not belong to it.
fn size_band(bytes: i64) -> Option<&'static str> {
    SIZE_BANDS.into_iter().find(|band| {
        band.parse::<Span>().is_ok_and(|span| {
            span.min().is_none_or(|low| bytes >= low * GIGABYTE)
                && span.max().is_none_or(|high| bytes < high * GIGABYTE)
        })
    })
}

/// The five-year bands (`2010-2014`) that the years touch; at most 40 of them, so that a wrong date cannot flood a facet.
fn five_years(first: i32, last: i32) -> impl Iterator<Item = String> {
    let start = first - first.rem_euclid(5);
    (0..40).map(move |n| start + n * 5).take_while(move |from| *from <= last).map(|from| format!("{from}-{}", from + 4))
}

fn annotations(dataset: &Dataset) -> impl Iterator<Item = &'static str> {
    let codes = |known: [&str; 2]| {
        dataset.modalities.iter().filter_map(|term| term.concept.as_ref()).any(|id| known.contains(&id.code()))
    };
    let segmented = codes(SEGMENTATIONS) || stated(dataset.counts.segmentations).is_some_and(|count| count > 0);
    let labelled = !dataset.annotation_labels.is_empty() && !segmented;
    let annotated = codes(ANNOTATIONS) || labelled;
    segmented.then_some("segmented").into_iter().chain(annotated.then_some("annotated"))
}

/// The one kind under which the data set's numbers are summed. Several human kinds together are "human": how many have
/// cancer is then not stated.
fn total_kind(dataset: &Dataset) -> String {
    let kinds: BTreeSet<&str> =
        dataset.subject_kinds.iter().filter_map(|term| term.concept.as_ref()).map(ConceptId::code).collect();
    let human = kinds.iter().filter(|kind| HUMAN_KINDS.contains(kind)).count();
    match (kinds.first(), kinds.len()) {
        (Some(kind), 1) => (*kind).to_owned(),
        (Some(_), several) if human == several => "human".to_owned(),
        (Some(_), _) => MIXED.to_owned(),
        (None, _) => NOT_STATED.to_owned(),
    }
}

/// The count, unless it is withheld.
fn stated(count: Option<Count>) -> Option<i64> {
    count.filter(|count| count.precision != Precision::Suppressed).map(|count| count.value)
}

/// The years of the images: as stated, else of the period covered.
fn years(dataset: &Dataset) -> (Option<i32>, Option<i32>) {
    use chrono::Datelike as _;
    let year = |date: &DateValue| {
        date.canonical.map(|date| match date {
            Date::Year(year) | Date::Month(year, _) => year,
            Date::Day(day) => day.year(),
            Date::Moment(moment) => moment.year(),
        })
    };
    let starts = dataset.temporal.iter().filter_map(|period| period.start.as_ref().and_then(year)).min();
    let ends = dataset.temporal.iter().filter_map(|period| period.end.as_ref().and_then(year)).max();
    let first = dataset.first_image_year.or(starts);
    let last = dataset.last_image_year.or(ends);
    (first.or(last), last.or(first))
}

/// The numbers in the order of [`NUMBERS`].
fn numbers(entry: &Entry) -> [Option<i64>; 13] {
    let counts = &entry.dataset.counts;
    let measures = [counts.subjects, counts.studies, counts.series, counts.images, counts.bytes];
    let inexact = |count: &Option<Count>| {
        count.is_some_and(|count| matches!(count.precision, Precision::Rounded | Precision::AtLeast))
    };
    let mut flags = if entry.dataset.derived { DERIVED } else { 0 };
    for (place, count) in measures.iter().enumerate() {
        if inexact(count) {
            flags |= inexact_flag(place);
        }
    }
    let (first, last) = years(&entry.dataset);
    let [subjects, studies, series, images, bytes] = measures.map(stated);
    [
        subjects,
        studies,
        series,
        images,
        bytes,
        entry.dataset.min_age,
        entry.dataset.max_age,
        first.map(i64::from),
        last.map(i64::from),
        Some(entry.changed_at.timestamp()),
        Some(entry.published_at.timestamp()),
        Some(i64::from(entry.completeness)),
        Some(flags),
    ]
}

/// Flag: the count in this place of [`NUMBERS`] is rounded or a lower bound.
pub(super) fn inexact_flag(place: usize) -> i64 {
    2_i64 << place
}

/// What a result shows of the entry.
pub(super) fn card(entry: &Entry, vocabulary: &Vocabulary) -> Card {
    let dataset = &entry.dataset;
    let list = |facet| labelled(&facet_terms(dataset, facet), vocabulary);
    let (first_year, last_year) = years(dataset);
    let title = shown(&dataset.titles, "en").cloned();
    let recognised = |list: Vec<Labelled>| list.into_iter().filter(|value| value.concept.is_some()).collect::<Vec<_>>();
    Card {
        slug: entry.slug.clone(),
        record_id: entry.record_id.clone(),
        iri: dataset.iri.clone(),
        identifier: dataset.identifiers.first().cloned(),
        title: title.unwrap_or_else(|| LangText { lang: None, text: entry.slug.clone() }),
        description: shown(&dataset.descriptions, "en")
            .map(|text| LangText { lang: text.lang.clone(), text: text.text.chars().take(CARD_DESCRIPTION).collect() }),
        keywords: dataset.keywords.iter().map(|keyword| keyword.text.clone()).collect(),
        series: entry.series.clone(),
        provider: entry.provider.clone(),
        publisher: dataset.publisher.as_ref().and_then(|agent| shown(&agent.names, "en")).map(|name| name.text.clone()),
        profile: entry.profile,
        conditions: list(Facet::Condition),
        topographies: list(Facet::Topography),
        body_parts: list(Facet::BodyPart),
        modalities: list(Facet::Modality),
        manufacturers: list(Facet::Manufacturer),
        sexes: list(Facet::Sex),
        subject_kinds: list(Facet::SubjectKind),
        types: list(Facet::Type),
        methods: list(Facet::Method),
        countries: list(Facet::Country),
        access: recognised(list(Facet::Access)),
        uses: recognised(list(Facet::Use)),
        licences: list(Facet::Licence),
        linked: list(Facet::Linked),
        tier: list(Facet::Tier).into_iter().next(),
        counts: dataset.counts.clone(),
        min_age: dataset.min_age,
        max_age: dataset.max_age,
        first_year,
        last_year,
        derived: dataset.derived,
        annotated: annotations(dataset).next().is_some(),
        completeness: entry.completeness,
        published_at: entry.published_at,
        changed_at: entry.changed_at,
    }
}

fn labelled(terms: &[&Term], vocabulary: &Vocabulary) -> Vec<Labelled> {
    let mut list: Vec<Labelled> = Vec::new();
    for term in terms {
        let own_words = || term.label.as_ref().map_or_else(|| term.original.as_str(), |label| &label.text).to_owned();
        let label = term.concept.as_ref().map_or_else(own_words, |concept| vocabulary.label(concept).to_owned());
        let value = Labelled { concept: term.concept.clone(), label };
        if !list.contains(&value) {
            list.push(value);
        }
    }
    list
}
