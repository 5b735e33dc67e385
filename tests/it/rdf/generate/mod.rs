//! Arbitrary data sets: any that reading could have given (lists sorted and without repeats, dates with their reading).

mod parts;

use atlas::domain::concept::Scheme;
use atlas::domain::dataset::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use parts::*;

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
        terms(&[Scheme::PersonalData]),
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
    let activity = (node_iri("activity"), texts(), terms(&[Scheme::HealthActivity]))
        .prop_map(|(iri, labels, types)| Activity { iri, labels, types });
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
