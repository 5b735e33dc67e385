//! Arbitrary data sets: any that reading could have given (lists sorted and without repeats, dates with their reading).

use atlas::domain::concept::{ConceptId, Scheme};
use atlas::domain::dataset::*;
use atlas::rdf::profile::read_date;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde::Serialize;

use super::vocabulary;

fn sorted<T: Serialize>(items: Vec<T>) -> Vec<T> {
    let mut keyed: Vec<(String, T)> =
        items.into_iter().map(|item| (serde_json::to_string(&item).unwrap(), item)).collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    keyed.dedup_by(|one, other| one.0 == other.0);
    keyed.into_iter().map(|(_, item)| item).collect()
}

fn ordered<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items.dedup();
    items
}

/// Words with every kind of character that escaping must survive.
fn words() -> BoxedStrategy<String> {
    "[a-zA-Zäß€\"'\\\\<>&\n\t0-9]([a-zA-Z ,;.{}äß€\"'\\\\<>&\n\t0-9]{0,12}[a-zA-Z0-9])?"
        .prop_filter("not empty", |text| !text.trim().is_empty())
        .boxed()
}

fn text() -> BoxedStrategy<LangText> {
    (option::of(prop_oneof![Just("en"), Just("de"), Just("pt-br"), Just("nl")]), words())
        .prop_map(|(lang, text)| LangText { lang: lang.map(str::to_owned), text })
        .boxed()
}

fn texts() -> BoxedStrategy<Vec<LangText>> {
    vec(text(), 0..3).prop_map(ordered).boxed()
}

fn iri(kind: &'static str) -> BoxedStrategy<String> {
    "[a-z0-9]{1,6}".prop_map(move |name| format!("https://{kind}.example/{name}")).boxed()
}

/// Many IRIs, so that two nodes of a record rarely are the same one.
fn node_iri(kind: &'static str) -> BoxedStrategy<Option<String>> {
    option::of("[a-z0-9]{16}".prop_map(move |name| format!("https://{kind}.example/{name}"))).boxed()
}

fn iris(kind: &'static str) -> BoxedStrategy<Vec<String>> {
    vec(iri(kind), 0..3).prop_map(ordered).boxed()
}

fn value() -> BoxedStrategy<Value> {
    prop_oneof![iri("value").prop_map(Value::Iri), text().prop_map(Value::Text)].boxed()
}

fn term(schemes: &'static [Scheme]) -> BoxedStrategy<Term> {
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
            // Some originals are the concept's own IRI, as a good source writes it.
            let original = match (&concept, &label) {
                (Some(concept), None) => Value::Iri(vocabulary().concept_iri(concept)),
                _ => original,
            };
            Term { original, label, concept }
        })
        .boxed()
}

fn terms(schemes: &'static [Scheme]) -> BoxedStrategy<Vec<Term>> {
    vec(term(schemes), 0..4).prop_map(ordered).boxed()
}

fn date() -> BoxedStrategy<DateValue> {
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

fn period() -> BoxedStrategy<Period> {
    prop_oneof![
        (date(), option::of(date())).prop_map(|(start, end)| Period { start: Some(start), end }),
        date().prop_map(|end| Period { start: None, end: Some(end) }),
    ]
    .boxed()
}

fn count() -> BoxedStrategy<Option<Count>> {
    let precision = prop_oneof![
        Just(Precision::Exact),
        Just(Precision::Rounded),
        Just(Precision::AtLeast),
        Just(Precision::Suppressed)
    ];
    option::of((0_i64..=i64::MAX, precision).prop_map(|(value, precision)| Count { value, precision })).boxed()
}

fn emails() -> BoxedStrategy<Vec<String>> {
    vec("[a-z]{1,6}@[a-z]{1,6}\\.example", 0..2).prop_map(ordered).boxed()
}

fn phones() -> BoxedStrategy<Vec<String>> {
    vec("\\+[0-9]{3,9}", 0..2).prop_map(ordered).boxed()
}

fn contact() -> BoxedStrategy<Contact> {
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

fn agent() -> BoxedStrategy<Agent> {
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

fn policy() -> BoxedStrategy<Policy> {
    let kind = prop_oneof![Just(RuleKind::Permission), Just(RuleKind::Prohibition), Just(RuleKind::Duty)];
    let rule = (kind, iris("action")).prop_map(|(kind, actions)| PolicyRule { kind, actions });
    (node_iri("policy"), vec(rule, 0..3).prop_map(sorted)).prop_map(|(iri, rules)| Policy { iri, rules }).boxed()
}

fn service() -> BoxedStrategy<DataService> {
    (node_iri("service"), texts(), iris("endpoint"), iris("api"))
        .prop_map(|(iri, titles, endpoint_urls, endpoint_descriptions)| DataService {
            iri,
            titles,
            endpoint_urls,
            endpoint_descriptions,
        })
        .boxed()
}

const RIGHTS: &[Scheme] = &[Scheme::AccessCondition, Scheme::UseCondition];

fn distribution() -> BoxedStrategy<Distribution> {
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
        terms(&[]),
        terms(&[]),
        terms(&[]),
        terms(&[]),
        option::of(0_i64..=i64::MAX),
        checksum,
        option::of(term(&[])),
        option::of(term(&[])),
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

fn distributions() -> BoxedStrategy<Vec<Distribution>> {
    vec(distribution(), 0..2).prop_map(sorted).boxed()
}

fn table_group() -> BoxedStrategy<TableGroup> {
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

fn tally() -> BoxedStrategy<Tally> {
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

fn identifier() -> BoxedStrategy<OtherIdentifier> {
    (node_iri("identifier"), words(), option::of(iri("scheme")), option::of(words()))
        .prop_map(|(iri, notation, datatype, agency)| OtherIdentifier { iri, notation, datatype, agency })
        .boxed()
}

fn described(dataset: Dataset) -> BoxedStrategy<Dataset> {
    let names = (
        vec(words(), 1..3).prop_map(ordered),
        vec(identifier(), 0..2).prop_map(sorted),
        texts(),
        texts(),
        texts(),
        texts(),
    );
    let versions = (
        option::of(words()),
        texts(),
        iris("version"),
        option::of(date()),
        option::of(date()),
        option::of(term(&[Scheme::Frequency])),
        terms(&[Scheme::Language]),
    );
    (node_iri("dataset"), names, versions)
        .prop_map(move |(iri, names, versions)| Dataset {
            iri,
            identifiers: names.0,
            other_identifiers: names.1,
            titles: names.2,
            alternatives: names.3,
            descriptions: names.4,
            keywords: names.5,
            version: versions.0,
            version_notes: versions.1,
            has_versions: versions.2,
            issued: versions.3,
            modified: versions.4,
            accrual_periodicity: versions.5,
            languages: versions.6,
            ..dataset.clone()
        })
        .boxed()
}

fn people(dataset: Dataset) -> BoxedStrategy<Dataset> {
    let attribution = (option::of(agent()), iris("role")).prop_map(|(agent, roles)| Attribution { agent, roles });
    let people = (
        option::of(agent()),
        vec(agent(), 0..2).prop_map(sorted),
        option::of(agent()),
        option::of(agent()),
        option::of(agent()),
    );
    (people, vec(contact(), 0..2).prop_map(sorted), vec(attribution, 0..2).prop_map(sorted))
        .prop_map(move |(people, contacts, attributions)| Dataset {
            publisher: people.0,
            creators: people.1,
            custodian: people.2,
            hdab: people.3,
            hdab_coordinator: people.4,
            contacts,
            attributions,
            ..dataset.clone()
        })
        .boxed()
}

fn classified(dataset: Dataset) -> BoxedStrategy<Dataset> {
    let one = (
        terms(&[Scheme::Theme]),
        terms(&[Scheme::HealthCategory]),
        terms(&[Scheme::HealthTheme]),
        terms(&[Scheme::DatasetType]),
        option::of(term(&[Scheme::Tier])),
        terms(&[Scheme::CollectionMethod]),
        terms(&[Scheme::SubjectKind]),
        terms(&[Scheme::Condition]),
    );
    let two = (
        terms(&[Scheme::Topography]),
        terms(&[Scheme::BodyPart]),
        terms(&[Scheme::Modality]),
        terms(&[Scheme::Manufacturer]),
        terms(&[Scheme::Sex]),
        texts(),
        terms(&[Scheme::Country]),
        terms(&[Scheme::LinkedData]),
    );
    (one, two, terms(&[Scheme::AnnotationLabel]), terms(&[Scheme::AlgorithmType]))
        .prop_map(move |(one, two, annotation_labels, algorithm_types)| Dataset {
            themes: one.0,
            health_categories: one.1,
            health_themes: one.2,
            types: one.3,
            tier: one.4,
            collection_methods: one.5,
            subject_kinds: one.6,
            conditions: one.7,
            topographies: two.0,
            body_parts: two.1,
            modalities: two.2,
            manufacturers: two.3,
            sexes: two.4,
            population_coverage: two.5,
            spatial: two.6,
            linked_data: two.7,
            annotation_labels,
            algorithm_types,
            ..dataset.clone()
        })
        .boxed()
}

fn counted(dataset: Dataset) -> BoxedStrategy<Dataset> {
    let counts = (count(), count(), count(), count(), count(), count()).prop_map(
        |(subjects, studies, series, images, bytes, segmentations)| Counts {
            subjects,
            studies,
            series,
            images,
            bytes,
            segmentations,
        },
    );
    let years = (option::of(0_i32..9_999), option::of(0_i32..9_999));
    (
        counts,
        option::of(0_i64..120),
        option::of(0_i64..120),
        option::of(words()),
        vec(period(), 0..2).prop_map(sorted),
        years,
        vec(tally(), 0..4).prop_map(sorted),
        any::<bool>(),
    )
        .prop_map(move |(counts, min_age, max_age, median_age, temporal, years, tallies, derived)| Dataset {
            counts,
            min_age,
            max_age,
            median_age,
            temporal,
            first_image_year: years.0,
            last_image_year: years.1,
            tallies,
            derived,
            ..dataset.clone()
        })
        .boxed()
}

fn governed(dataset: Dataset) -> BoxedStrategy<Dataset> {
    let one = (
        option::of(term(&[Scheme::AccessRight])),
        iris("law"),
        terms(&[]),
        terms(&[]),
        terms(&[]),
        option::of(period()),
        option::of(term(&[Scheme::Licence])),
        terms(RIGHTS),
    );
    let two = (
        distributions(),
        distributions(),
        distributions(),
        option::of(any::<bool>()),
        vec(table_group(), 0..2).prop_map(sorted),
        terms(&[Scheme::CodingSystem]),
        vec(value(), 0..3).prop_map(ordered),
    );
    (one, two)
        .prop_map(move |(one, two)| Dataset {
            access_rights: one.0,
            applicable_legislation: one.1,
            legal_bases: one.2,
            purposes: one.3,
            personal_data: one.4,
            retention_period: one.5,
            licence: one.6,
            rights: one.7,
            distributions: two.0,
            samples: two.1,
            analytics: two.2,
            has_structured_data: two.3,
            variables: two.4,
            coding_systems: two.5,
            code_values: two.6,
            ..dataset.clone()
        })
        .boxed()
}

fn related(dataset: Dataset) -> BoxedStrategy<Dataset> {
    let series = (node_iri("series"), texts()).prop_map(|(iri, titles)| SeriesReference { iri, titles });
    let relationship =
        (iris("relation"), iris("role")).prop_map(|(relations, roles)| Relationship { relations, roles });
    let activity =
        (node_iri("activity"), texts(), terms(&[])).prop_map(|(iri, labels, types)| Activity { iri, labels, types });
    let quality = (node_iri("quality"), iris("target"), iris("body"), iris("why"))
        .prop_map(|(iri, targets, bodies, motivations)| QualityAnnotation { iri, targets, bodies, motivations });
    let one = (
        vec(series, 0..2).prop_map(sorted),
        iris("landing"),
        iris("page"),
        iris("paper"),
        iris("related"),
        iris("source"),
    );
    let two = (
        vec(relationship, 0..2).prop_map(sorted),
        texts(),
        vec(activity, 0..2).prop_map(sorted),
        terms(&[Scheme::Standard]),
        vec(quality, 0..2).prop_map(sorted),
    );
    (one, two, option::of("[0-9]{1,3}"), option::of("PT[1-9]S"))
        .prop_map(move |(one, two, spatial_resolution_in_meters, temporal_resolution)| Dataset {
            series: one.0,
            landing_pages: one.1,
            pages: one.2,
            is_referenced_by: one.3,
            relations: one.4,
            sources: one.5,
            qualified_relations: two.0,
            provenance: two.1,
            generated_by: two.2,
            conforms_to: two.3,
            quality_annotations: two.4,
            spatial_resolution_in_meters,
            temporal_resolution,
            ..dataset.clone()
        })
        .boxed()
}

/// Any data set.
pub fn dataset() -> BoxedStrategy<Dataset> {
    described(Dataset::default())
        .prop_flat_map(people)
        .prop_flat_map(classified)
        .prop_flat_map(counted)
        .prop_flat_map(governed)
        .prop_flat_map(related)
        .no_shrink()
        .boxed()
}

/// Any series.
pub fn series() -> BoxedStrategy<Series> {
    let one = (
        node_iri("series"),
        vec(words(), 1..3).prop_map(ordered),
        texts(),
        texts(),
        option::of(agent()),
        vec(contact(), 0..2).prop_map(sorted),
    );
    let two = (
        terms(&[Scheme::Country]),
        vec(period(), 0..2).prop_map(sorted),
        option::of(date()),
        option::of(date()),
        option::of(term(&[Scheme::Frequency])),
        iris("law"),
        iris("landing"),
    );
    (one, two)
        .prop_map(|(one, two)| Series {
            iri: one.0,
            identifiers: one.1,
            titles: one.2,
            descriptions: one.3,
            publisher: one.4,
            contacts: one.5,
            spatial: two.0,
            temporal: two.1,
            issued: two.2,
            modified: two.3,
            accrual_periodicity: two.4,
            applicable_legislation: two.5,
            landing_pages: two.6,
        })
        .boxed()
}
