//! Defects that real sources have, one twin of each: every one is read, and what was mended is said.

use atlas::domain::dataset::{Dataset, Date, LangText, Precision, Profile, Term, Value};
use atlas::rdf::profile::{ReadRecord, ReadRefused, RecordPage, Target, read_dataset, subject, write_dataset};

use super::{graph, vocabulary};

fn read(text: &str) -> ReadRecord<Dataset> {
    read_dataset(&graph(text), subject(Some("https://provider.example/a")).as_ref(), &vocabulary()).unwrap()
}

fn mended(record: &ReadRecord<Dataset>, property: &str) -> bool {
    record.repairs.iter().any(|repair| repair.property == property && !repair.reason.is_empty())
}

#[test]
fn properties_under_other_names_are_understood_and_reported() {
    let record = read(
        ":a a dcat:Dataset ; w3id:minTypicalAge 40 ; adms:interoperabilityLevel \"Tier 1\" ;
            <http://purl.org/dc/elements/1.1/title> \"Old title\" ;
            w3id:trustedDataHolder [ foaf:name \"Holder\" ] ;
            dcat:distribution [ spdx:Checksum [ spdx:algorithm spdx:checksumAlgorithm_md5 ; spdx:checksumValue \"ab\" ] ;
               dcat:accessService [ dcat:endPointURL <https://service.example/> ] ;
               odrl:hasPolicy [ odrl:Obligation [ odrl:action odrl:attribute ] ] ] .",
    );
    let dataset = &record.value;
    assert_eq!(dataset.min_age, Some(40));
    assert_eq!(dataset.titles[0].text, "Old title");
    assert_eq!(dataset.tier.as_ref().unwrap().original.as_str(), "Tier 1");
    assert_eq!(dataset.custodian.as_ref().unwrap().names[0].text, "Holder");
    let distribution = &dataset.distributions[0];
    assert_eq!(distribution.checksum.as_ref().unwrap().value, "ab");
    assert_eq!(distribution.access_services[0].endpoint_urls, ["https://service.example/"]);
    assert_eq!(distribution.policies[0].rules.len(), 1);
    for property in
        ["healthdcatap:minTypicalAge", "eucaim:interoperabilityLevel", "dct:title", "spdx:checksum", "dcat:endpointURL"]
    {
        assert!(mended(&record, property), "{property}: {:?}", record.repairs);
    }
}

#[test]
fn numbers_and_dates_are_read_leniently_and_impossible_ones_are_not_stated() {
    let record = read(
        ":a health:numberOfUniqueIndividuals \"1,234\" ; health:numberOfRecords \"12.0\"^^xsd:decimal ;
            health:maxTypicalAge \"old\" ; dct:issued \"2021-02-31\"^^xsd:date ; dct:modified \"2021-07\"^^xsd:gYearMonth .",
    );
    let counts = &record.value.counts;
    assert_eq!((counts.subjects.unwrap().value, counts.studies.unwrap().value), (1_234, 12));
    assert_eq!(counts.subjects.unwrap().precision, Precision::Exact);
    assert_eq!(record.value.max_age, None);
    let issued = record.value.issued.as_ref().unwrap();
    assert_eq!((issued.original.as_str(), issued.canonical), ("2021-02-31", None));
    assert_eq!(record.value.modified.as_ref().unwrap().canonical, Some(Date::Month(2021, 7)));
    let found: Vec<&str> = record.findings.iter().map(|finding| finding.property.as_str()).collect();
    assert_eq!(found, ["dct:issued", "healthdcatap:maxTypicalAge"]);
    assert!(mended(&record, "healthdcatap:numberOfUniqueIndividuals"));
}

#[test]
fn what_stops_the_present_harvester_stops_nothing_here() {
    let record = read(
        ":a dct:identifier \"one\" , \"two\" ; dct:title \"A\"@en , \"A\"@nl ;
            dct:temporal [ a dct:PeriodOfTime ; dcat:startDate \"2010\" ] ; dct:publisher \"Just a name\" ;
            dcat:contactPoint <mailto:data@hospital.example> .",
    );
    let dataset = &record.value;
    assert_eq!(dataset.identifiers, ["one", "two"]);
    assert_eq!(dataset.titles.len(), 2);
    assert_eq!(dataset.temporal[0].end, None);
    assert_eq!(dataset.publisher.as_ref().unwrap().names[0].text, "Just a name");
    assert_eq!(dataset.contacts[0].emails, ["data@hospital.example"]);
}

#[test]
fn a_record_without_an_address_needs_an_identifier() {
    let node = oxrdf::BlankNode::default();
    let mut nameless = atlas::rdf::Graph::new();
    let title = oxrdf::NamedNode::new("http://purl.org/dc/terms/title").unwrap();
    nameless.insert(&oxrdf::Triple::new(node.clone(), title, oxrdf::Literal::new_simple_literal("A")));
    let read = |graph: &atlas::rdf::Graph| read_dataset(graph, node.as_ref().into(), &vocabulary());
    assert_eq!(read(&nameless).unwrap_err(), ReadRefused::NoIdentity);
    let identifier = oxrdf::NamedNode::new("http://purl.org/dc/terms/identifier").unwrap();
    nameless.insert(&oxrdf::Triple::new(node.clone(), identifier, oxrdf::Literal::new_simple_literal("id-1")));
    assert_eq!(read(&nameless).unwrap().value.identifiers, ["id-1"]);
}

#[test]
fn the_profile_is_told_by_what_only_it_has() {
    let profile = |text: &str| read(&format!(":a dct:title \"A\" . {text}")).profile;
    assert_eq!(profile(""), Profile::DcatAp);
    assert_eq!(profile(":a w3id:healthTheme \"x\" ."), Profile::HealthDcatApR5);
    assert_eq!(profile(":a health:publisherType \"x\" ; health:hdab [] ."), Profile::HealthDcatApPilot);
    assert_eq!(profile(":a health:hasStructuredData true ."), Profile::HealthDcatApR7);
    assert_eq!(profile(":a health:hdabCoordinator [ foaf:name \"x\" ] ."), Profile::HealthDcatApR8);
    assert_eq!(profile(":a adms:interoperabilityLevel :tier ."), Profile::Eucaim1);
    assert_eq!(profile(":a eucaim:hasCondition :c ; health:hasStructuredData true ."), Profile::Eucaim2);
}

#[test]
fn a_coded_value_keeps_what_the_source_wrote() {
    let record = read(":a eucaim:hasImageModality \"CT\" , \"something new\" .");
    let modalities = &record.value.modalities;
    let original = |text: &str| modalities.iter().find(|term| term.original.as_str() == text).unwrap();
    assert_eq!(original("CT").concept.as_ref().unwrap().to_string(), "modality/ct");
    assert_eq!(original("something new").concept, None);
    let written = write_dataset(&record.value, &vocabulary(), &Target::full());
    let again = read_dataset(&written, subject(record.value.iri.as_deref()).as_ref(), &vocabulary()).unwrap();
    assert_eq!(again.value, record.value);
}

#[test]
fn a_wrong_label_is_corrected_in_sight() {
    let text = ":a dct:identifier \"cc_radiomics_phantom\" ; atlas:subjectKind \"Human\" .";
    let record = read(text);
    let [kind] = &record.value.subject_kinds[..] else { panic!("{:?}", record.value.subject_kinds) };
    assert_eq!(kind.concept.as_ref().unwrap().to_string(), "subject-kind/phantom");
    assert!(matches!(&kind.original, Value::Text(text) if text.text == "Human"));
    assert!(mended(&record, "atlas:subjectKind"));
    let written = write_dataset(&record.value, &vocabulary(), &Target::full());
    let again = read_dataset(&written, subject(record.value.iri.as_deref()).as_ref(), &vocabulary()).unwrap();
    assert_eq!(again.value, record.value);
    assert!(!mended(&again, "atlas:subjectKind"), "corrected once");
}

#[test]
fn a_target_has_only_its_own_properties() {
    let record = read(
        ":a dct:title \"A\" ; health:minTypicalAge 4 ; eucaim:hasCondition \"Lung cancer\" ; atlas:numberOfImages 5 .",
    );
    let text = |profile| {
        let page = RecordPage { iri: "https://atlas.example/datasets/a".to_owned(), listed: None, modified: None };
        write_dataset(&record.value, &vocabulary(), &Target { profile, record_page: Some(page) }).to_string()
    };
    let full = text(Profile::HealthDcatApR8);
    assert!(full.contains("numberOfImages") && full.contains("hasCondition") && full.contains("CatalogRecord"));
    let eucaim = text(Profile::Eucaim2);
    assert!(!eucaim.contains("atlas-of-cancer-imaging.eu/ns#") && eucaim.contains("hasCondition"));
    let plain = text(Profile::DcatAp);
    assert!(!plain.contains("minTypicalAge") && !plain.contains("EUCAIM") && plain.contains("/title"));
}

#[test]
fn a_value_that_was_written_without_a_concept_is_read_by_whoever_gets_it() {
    let text = |text: &str| Term {
        original: Value::Text(LangText { lang: None, text: text.to_owned() }),
        label: None,
        concept: None,
    };
    let source = Dataset {
        iri: Some("https://provider.example/a".to_owned()),
        modalities: vec![text("CT"), text("MR")],
        subject_kinds: vec![text("Human")],
        conditions: vec![text("Lung cancer")],
        ..Dataset::default()
    };
    let graph = write_dataset(&source, &vocabulary(), &Target::full());
    let read = read_dataset(&graph, subject(source.iri.as_deref()).as_ref(), &vocabulary()).unwrap().value;
    let names = |terms: &[Term]| -> Vec<String> {
        terms.iter().map(|term| term.concept.as_ref().map_or_else(String::new, ToString::to_string)).collect()
    };
    assert_eq!(names(&read.modalities), ["modality/ct", "modality/mr"]);
    assert_eq!(names(&read.subject_kinds), ["subject-kind/human-cancer"]);
    let again = write_dataset(&read, &vocabulary(), &Target::full());
    assert_eq!(read_dataset(&again, subject(read.iri.as_deref()).as_ref(), &vocabulary()).unwrap().value, read);
}
