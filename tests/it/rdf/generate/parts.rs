//! The parts of arbitrary data sets: texts, values, dates, agents, distributions.

use atlas::domain::concept::{ConceptId, Scheme};
use atlas::domain::dataset::*;
use atlas::rdf::profile::read_date;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde::Serialize;

use super::super::vocabulary;

pub(super) fn sorted<T: Serialize>(items: Vec<T>) -> Vec<T> {
    let mut keyed: Vec<(String, T)> =
        items.into_iter().map(|item| (serde_json::to_string(&item).unwrap(), item)).collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    keyed.dedup_by(|one, other| one.0 == other.0);
    keyed.into_iter().map(|(_, item)| item).collect()
}

pub(super) fn ordered<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items.dedup();
    items
}

/// Words with every kind of character that escaping must survive.
pub(super) fn words() -> BoxedStrategy<String> {
    "[a-zA-Zäß€\"'\\\\<>&\n\t0-9]([a-zA-Z ,;.{}äß€\"'\\\\<>&\n\t0-9]{0,12}[a-zA-Z0-9])?"
        .prop_filter("not empty", |text| !text.trim().is_empty())
        .boxed()
}

pub(super) fn text() -> BoxedStrategy<LangText> {
    (option::of(prop_oneof![Just("en"), Just("de"), Just("pt-br"), Just("nl")]), words())
        .prop_map(|(lang, text)| LangText { lang: lang.map(str::to_owned), text })
        .boxed()
}

pub(super) fn texts() -> BoxedStrategy<Vec<LangText>> {
    vec(text(), 0..3).prop_map(ordered).boxed()
}

pub(super) fn iri(kind: &'static str) -> BoxedStrategy<String> {
    "[a-z0-9]{1,6}".prop_map(move |name| format!("https://{kind}.example/{name}")).boxed()
}

/// Many IRIs, so that two nodes of a record rarely are the same one.
pub(super) fn node_iri(kind: &'static str) -> BoxedStrategy<Option<String>> {
    option::of("[a-z0-9]{16}".prop_map(move |name| format!("https://{kind}.example/{name}"))).boxed()
}

pub(super) fn iris(kind: &'static str) -> BoxedStrategy<Vec<String>> {
    vec(iri(kind), 0..3).prop_map(ordered).boxed()
}

pub(super) fn value() -> BoxedStrategy<Value> {
    prop_oneof![iri("value").prop_map(Value::Iri), text().prop_map(Value::Text)].boxed()
}

pub(super) fn known(schemes: &[Scheme], original: &Value, label: Option<&LangText>) -> bool {
    schemes.iter().any(|scheme| {
        let listed = match original {
            Value::Text(text) => vocabulary().read_text(*scheme, &text.text),
            Value::Iri(_) => Vec::new(),
        };
        vocabulary().read(*scheme, original, label).concept.is_some()
            || listed.iter().any(|piece| piece.concept.is_some())
    })
}

pub(super) fn term(schemes: &'static [Scheme]) -> BoxedStrategy<Term> {
    let codes: Vec<ConceptId> = schemes
        .iter()
        .flat_map(|scheme| {
            vocabulary().concepts(*scheme).map(|concept| concept.id.clone()).take(12).collect::<Vec<_>>()
        })
        .chain(schemes.iter().map(|scheme| ConceptId::new(*scheme, "unheard-of").unwrap()))
        .collect();
    let concept =
        if codes.is_empty() { Just(None).boxed() } else { option::of(proptest::sample::select(codes)).boxed() };
    (value(), option::weighted(0.2, text()), concept)
        .prop_map(|(original, label, concept)| {
            let original = match (&concept, &label) {
                // Some originals are the concept's own IRI, as a good source writes it.
                (Some(concept), None) => Value::Iri(vocabulary().concept_iri(concept)),
                // No concept means that the vocabulary does not know the value.
                (None, _) if known(schemes, &original, label.as_ref()) => {
                    Value::Iri("https://value.example/unknown".to_owned())
                }
                _ => original,
            };
            let label = label.filter(|label| concept.is_some() || !known(schemes, &original, Some(label)));
            Term { original, label, concept }
        })
        .boxed()
}

pub(super) fn terms(schemes: &'static [Scheme]) -> BoxedStrategy<Vec<Term>> {
    vec(term(schemes), 0..4).prop_map(ordered).boxed()
}

pub(super) fn date() -> BoxedStrategy<DateValue> {
    let xsd = "http://www.w3.org/2001/XMLSchema#";
    prop_oneof![
        (1900_i32..2100).prop_map(move |year| read_date(&year.to_string(), Some(&format!("{xsd}gYear")))),
        (1900_i32..2100, 1_u32..13)
            .prop_map(move |(y, m)| read_date(&format!("{y}-{m:02}"), Some(&format!("{xsd}gYearMonth")))),
        (1900_i32..2100, 1_u32..13, 1_u32..32)
            .prop_map(move |(y, m, d)| read_date(&format!("{y}-{m:02}-{d:02}"), None)),
        (1900_i32..2100, 0_u32..24)
            .prop_map(move |(y, h)| read_date(&format!("{y}-03-04T{h:02}:00:00Z"), Some(&format!("{xsd}dateTime")))),
        words().prop_map(|text| read_date(&text, None)),
    ]
    .boxed()
}

pub(super) fn period() -> BoxedStrategy<Period> {
    prop_oneof![
        (date(), option::of(date())).prop_map(|(start, end)| Period { start: Some(start), end }),
        date().prop_map(|end| Period { start: None, end: Some(end) }),
    ]
    .boxed()
}

pub(super) fn count() -> BoxedStrategy<Option<Count>> {
    let precision = prop_oneof![
        Just(Precision::Exact),
        Just(Precision::Rounded),
        Just(Precision::AtLeast),
        Just(Precision::Suppressed)
    ];
    option::of((0_i64..=i64::MAX, precision).prop_map(|(value, precision)| Count { value, precision })).boxed()
}

pub(super) fn emails() -> BoxedStrategy<Vec<String>> {
    vec("[a-z]{1,6}@[a-z]{1,6}\\.example", 0..2).prop_map(ordered).boxed()
}

pub(super) fn phones() -> BoxedStrategy<Vec<String>> {
    vec("\\+[0-9]{3,9}", 0..2).prop_map(ordered).boxed()
}

pub(super) fn contact() -> BoxedStrategy<Contact> {
    (node_iri("contact"), texts(), emails(), iris("page"), phones(), texts())
        .prop_map(|(iri, names, emails, pages, phones, opening_hours)| Contact {
            iri,
            names,
            emails,
            pages,
            phones,
            opening_hours,
        })
        .boxed()
}

pub(super) fn agent() -> BoxedStrategy<Agent> {
    let contacts = vec(contact(), 0..2).prop_map(sorted);
    (node_iri("agent"), texts(), terms(&[Scheme::PublisherType]), texts(), iris("home"), emails(), phones(), contacts)
        .prop_map(|(iri, names, types, descriptions, homepages, emails, phones, contacts)| Agent {
            iri,
            names,
            types,
            descriptions,
            homepages,
            emails,
            phones,
            contacts,
        })
        .boxed()
}

pub(super) fn policy() -> BoxedStrategy<Policy> {
    let kind = prop_oneof![Just(RuleKind::Permission), Just(RuleKind::Prohibition), Just(RuleKind::Duty)];
    let rule = (kind, iris("action")).prop_map(|(kind, actions)| PolicyRule { kind, actions });
    (node_iri("policy"), vec(rule, 0..3).prop_map(sorted)).prop_map(|(iri, rules)| Policy { iri, rules }).boxed()
}

pub(super) fn service() -> BoxedStrategy<DataService> {
    (node_iri("service"), texts(), iris("endpoint"), iris("api"))
        .prop_map(|(iri, titles, endpoint_urls, endpoint_descriptions)| DataService {
            iri,
            titles,
            endpoint_urls,
            endpoint_descriptions,
        })
        .boxed()
}

pub(super) const RIGHTS: &[Scheme] = &[Scheme::AccessCondition, Scheme::UseCondition];

pub(super) fn distribution() -> BoxedStrategy<Distribution> {
    let checksum = option::of(
        (option::of(iri("algorithm")), "[0-9a-f]{8}").prop_map(|(algorithm, value)| Checksum { algorithm, value }),
    );
    let one = (
        node_iri("distribution"),
        texts(),
        texts(),
        iris("access"),
        iris("download"),
        vec(service(), 0..2).prop_map(sorted),
        terms(RIGHTS),
        option::of(term(&[Scheme::Licence])),
    );
    let two = (
        terms(&[Scheme::FileType, Scheme::MediaType]),
        terms(&[Scheme::MediaType, Scheme::FileType]),
        terms(&[Scheme::MediaType, Scheme::FileType]),
        terms(&[Scheme::MediaType, Scheme::FileType]),
        option::of(0_i64..=i64::MAX),
        checksum,
        option::of(term(&[Scheme::PlannedAvailability])),
        option::of(term(&[Scheme::DistributionStatus])),
    );
    let three = (
        vec(policy(), 0..2).prop_map(sorted),
        terms(&[Scheme::Standard]),
        terms(&[Scheme::Language]),
        iris("page"),
        iris("law"),
        option::of(period()),
        option::of(date()),
        option::of(date()),
    );
    (one, two, three, option::of("[0-9]{1,3}\\.[0-9]"), option::of("P[1-9]D"))
        .prop_map(|(one, two, three, spatial_resolution_in_meters, temporal_resolution)| Distribution {
            iri: one.0,
            titles: one.1,
            descriptions: one.2,
            access_urls: one.3,
            download_urls: one.4,
            access_services: one.5,
            rights: one.6,
            licence: one.7,
            formats: two.0,
            media_types: two.1,
            compress_formats: two.2,
            package_formats: two.3,
            byte_size: two.4,
            checksum: two.5,
            availability: two.6,
            status: two.7,
            policies: three.0,
            conforms_to: three.1,
            languages: three.2,
            pages: three.3,
            applicable_legislation: three.4,
            retention_period: three.5,
            issued: three.6,
            modified: three.7,
            spatial_resolution_in_meters,
            temporal_resolution,
        })
        .boxed()
}

pub(super) fn distributions() -> BoxedStrategy<Vec<Distribution>> {
    vec(distribution(), 0..2).prop_map(sorted).boxed()
}

pub(super) fn table_group() -> BoxedStrategy<TableGroup> {
    let column = (words(), texts(), texts(), option::of(iri("datatype")), option::of(iri("property"))).prop_map(
        |(name, titles, descriptions, datatype, property_url)| Column {
            name,
            titles,
            descriptions,
            datatype,
            property_url,
        },
    );
    let table = (texts(), vec(column, 0..4)).prop_map(|(titles, columns)| Table { titles, columns });
    (texts(), vec(table, 0..2).prop_map(sorted)).prop_map(|(titles, tables)| TableGroup { titles, tables }).boxed()
}

pub(super) fn tally() -> BoxedStrategy<Tally> {
    let value = prop_oneof![
        term(&[Scheme::Sex]).prop_map(|term| (TallyDimension::Sex, term)),
        term(&[]).prop_map(|term| (TallyDimension::AgeBand, term)),
        term(&[Scheme::Modality]).prop_map(|term| (TallyDimension::Modality, term)),
        term(&[]).prop_map(|term| (TallyDimension::Year, term)),
        term(&[Scheme::SubjectKind]).prop_map(|term| (TallyDimension::SubjectKind, term)),
    ];
    (value, count())
        .prop_map(|((dimension, value), subjects)| Tally {
            dimension,
            value,
            subjects: subjects.unwrap_or(Count { value: 0, precision: Precision::Exact }),
        })
        .boxed()
}

pub(super) fn identifier() -> BoxedStrategy<OtherIdentifier> {
    (node_iri("identifier"), words(), option::of(iri("scheme")), option::of(words()))
        .prop_map(|(iri, notation, datatype, agency)| OtherIdentifier { iri, notation, datatype, agency })
        .boxed()
}
