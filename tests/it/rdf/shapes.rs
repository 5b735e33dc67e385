//! The rules of the profiles: what is found, how it is told, and that nothing hostile stops it.

use std::sync::{Arc, OnceLock};

use atlas::domain::conformance::{
    AccessLevel, CheckedGraph, MAX_FINDINGS_OF_RECORD, RuleProfile, Rules, Severity, ShapeFinding,
};
use atlas::rdf::profile::read_dataset;
use atlas::rdf::shapes::{Checked, Library, Limits, ShapeSet, Wish};
use atlas::rdf::split::{RecordKind, split};
use oxrdf::NamedNodeRef;

use super::{graph, turtle, vocabulary};

fn library() -> Arc<Library> {
    static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
    Arc::clone(LIBRARY.get_or_init(|| Arc::new(Library::embedded().expect("the embedded shapes load"))))
}

/// The first data set of a document, checked.
fn check_with(text: &str, wish: &Wish) -> Checked {
    let parsed = turtle(text);
    let record = split(&parsed.graph).records.into_iter().find(|record| record.kind == RecordKind::Dataset).unwrap();
    let read = read_dataset(&record.graph, record.subject.as_ref(), &vocabulary()).unwrap();
    let written = (&read.value, read.profile);
    library().dataset(&record.graph, record.subject.as_ref(), written, &vocabulary(), wish)
}

fn check(text: &str) -> Checked {
    check_with(text, &Wish::default())
}

fn as_profile(profile: RuleProfile) -> Wish {
    Wish { profile: Some(profile), ..Wish::default() }
}

const EUCAIM: &str = include_str!("../../independent/records/eucaim-2-whole.ttl");
const R8: &str = include_str!("../../independent/records/r8-whole.ttl");

fn found<'a>(checked: &'a Checked, property: &str) -> Vec<&'a ShapeFinding> {
    checked.conformance.findings.iter().filter(|finding| &*finding.property == property).collect()
}

#[test]
fn a_record_that_states_everything_conforms_to_the_rules_of_its_own_profile() {
    let eucaim = check(EUCAIM).conformance;
    assert_eq!(eucaim.rules, Rules::of(RuleProfile::Eucaim2, None));
    assert!(eucaim.conforms(), "{:#?}", eucaim.findings);
    let health = check(R8).conformance;
    assert_eq!(health.rules, Rules::of(RuleProfile::HealthDcatAp8, Some(AccessLevel::NonPublic)));
    assert_eq!(health.findings, [], "nothing is even recommended");
}

#[test]
fn a_pending_health_data_access_body_is_information_and_a_placeholder_a_violation() {
    let pending = check(EUCAIM);
    let [only] = pending.conformance.findings.as_slice() else { panic!("{:?}", pending.conformance.findings) };
    assert_eq!((only.severity, &*only.property), (Severity::Info, "healthdcatap:hdab"));
    assert!(only.fix.contains("never write a placeholder"), "{only}");
    for name in ["TBD", "to be determined", " N/A ", "unknown", "Placeholder"] {
        let text = EUCAIM.replace(
            ":lung a dcat:Dataset ;",
            &format!(
                ":lung a dcat:Dataset ; health:hdab [ a foaf:Agent ; foaf:name \"{name}\" ; cv:contactPoint [ cv:email \"a@b.example\" ] ] ;"
            ),
        );
        let checked = check(&text);
        assert!(
            checked.conformance.findings.iter().any(|finding| finding.severity == Severity::Violation
                && finding.at == "healthdcatap:hdab"
                && &*finding.property == "foaf:name"),
            "{name}: {:?}",
            checked.conformance.findings
        );
    }
    let real = EUCAIM.replace(
        ":lung a dcat:Dataset ;",
        ":lung a dcat:Dataset ; health:hdab [ a foaf:Agent ; foaf:name \"Health data agency of the test country\" ; cv:contactPoint [ cv:email \"a@b.example\" ] ] ;",
    );
    assert!(check(&real).conformance.findings.is_empty());
}

/// Every property that a profile makes mandatory, with the lines of the whole record that state it.
#[test]
fn each_mandatory_property_that_is_left_out_is_a_violation_that_says_what_to_write() {
    let mandatory = [
        "dct:title",
        "dct:description",
        "dct:identifier",
        "dcat:version",
        "eucaim:interoperabilityLevel",
        "dcat:distribution",
        "dcat:contactPoint",
        "dcat:theme",
        "healthdcatap:healthCategory",
        "dct:type",
        "dct:accessRights",
        "dcatap:applicableLegislation",
        "dct:publisher",
        "healthdcatap:hasStructuredData",
        "healthdcatap:numberOfUniqueIndividuals",
        "healthdcatap:numberOfRecords",
        "eucaim:hasBirthSex",
        "eucaim:hasCondition",
        "eucaim:collectionMethod",
        "eucaim:hasImageModality",
        "eucaim:hasEquipmentManufacturer",
        "eucaim:hasImageBodyPart",
        "dcat:keyword",
        "dct:provenance",
    ];
    let whole = turtle(EUCAIM).graph;
    let record = split(&whole).records.into_iter().next().unwrap();
    for property in mandatory {
        let mut graph = record.graph.clone();
        let stated: Vec<_> = graph
            .triples_for_subject(record.subject.as_ref())
            .filter(|triple| atlas::rdf::namespaces::prefixed(triple.predicate.as_str()) == property)
            .map(oxrdf::TripleRef::into_owned)
            .collect();
        assert!(!stated.is_empty(), "the whole record states {property}");
        for triple in &stated {
            graph.remove(triple);
        }
        let read = read_dataset(&graph, record.subject.as_ref(), &vocabulary()).unwrap();
        let wish = as_profile(RuleProfile::Eucaim2);
        let checked =
            library().dataset(&graph, record.subject.as_ref(), (&read.value, read.profile), &vocabulary(), &wish);
        let findings = found(&checked, property);
        assert!(
            findings.iter().any(|finding| finding.severity == Severity::Violation && !finding.fix.is_empty()),
            "{property}: {:#?}",
            checked.conformance.findings
        );
    }
}

#[test]
fn obligations_follow_the_access_level_and_may_be_asked_for_at_another() {
    let text = R8.replace("    dcat:keyword \"lung cancer\"@en ;\n", "");
    let severity = |level: Option<AccessLevel>| {
        let wish = Wish { level, ..Wish::default() };
        let checked = check_with(&text, &wish);
        found(&checked, "dcat:keyword").first().map(|finding| finding.severity)
    };
    assert_eq!(severity(None), Some(Severity::Violation), "the record says that it is non-public");
    assert_eq!(severity(Some(AccessLevel::NonPublic)), Some(Severity::Violation));
    assert_eq!(severity(Some(AccessLevel::Public)), Some(Severity::Warning));
    assert_eq!(severity(Some(AccessLevel::Restricted)), Some(Severity::Warning));
}

#[test]
fn structured_data_ask_for_variables_and_unstructured_do_not() {
    let start = R8.find("    health:hasVariables").unwrap();
    let end = R8.find("    dcat:contactPoint").unwrap();
    let without = format!("{}{}", &R8[..start], &R8[end..]);
    let says = |text: &str| {
        check(text).conformance.findings.iter().any(|finding| finding.shape.ends_with("#Dataset-variables"))
    };
    assert!(says(&without));
    assert!(!says(&without.replace("hasStructuredData true", "hasStructuredData false")));
    assert!(!says(R8));
}

#[test]
fn a_contact_needs_a_page_or_an_address_and_an_organisation_one_contact_point() {
    let by_phone = R8.replace("vcard:hasEmail <mailto:access@provider.example>", "vcard:fn \"Nobody\"");
    let checked = check(&by_phone);
    let contact = checked.conformance.findings.iter().find(|finding| finding.at == "dcat:contactPoint").unwrap();
    assert_eq!((contact.severity, &*contact.component), (Severity::Violation, "OrConstraintComponent"));
    let without = R8.replace("cv:contactPage <https://provider.example/contact>", "cv:telephone \"1\"");
    let checked = check(&without);
    assert!(
        checked.conformance.findings.iter().any(|finding| finding.at.ends_with("/ cv:contactPoint")),
        "{:?}",
        checked.conformance.findings
    );
}

#[test]
fn a_distribution_in_eucaim_needs_an_access_condition_by_any_of_its_names() {
    let condition = "<https://eucaim.github.io/eucaim_dcat_ap/releases/controlled-vocabularies/access-conditions/#REMOTE_PROCESSING>";
    assert!(EUCAIM.contains(condition));
    let says = |text: &str| {
        check(text).conformance.findings.iter().any(|finding| finding.shape.ends_with("#Distribution-access-condition"))
    };
    assert!(!says(EUCAIM));
    assert!(!says(&EUCAIM.replace(condition, "eucaim:SPEC1000022")));
    assert!(says(&EUCAIM.replace(condition, "<https://provider.example/ask>")));
    assert!(says(&EUCAIM.replace(condition, "\"REMOTE_PROCESSING\"")));
}

#[test]
fn known_other_spellings_are_put_right_before_the_rules_are_applied() {
    let text = EUCAIM
        .replace("eucaim:interoperabilityLevel", "adms:interoperabilityLevel")
        .replace(
            "https://hdeu-dcat.data.health.europa.eu/resource/authority/healthcategories/EHRS",
            "http://13.81.34.152:1101/resource/authority/healthcategories/EHRS",
        )
        .replace(
            "@prefix health: <http://healthdataportal.eu/ns/health#>",
            "@prefix health: <https://w3id.org/healthdcat-ap#>",
        );
    let checked = check(&text).conformance;
    assert!(checked.conforms(), "{:#?}", checked.findings);
    assert_eq!(checked.checked, CheckedGraph::AsWritten);
}

#[test]
fn an_older_release_is_converted_first_and_the_report_says_so() {
    let checked = check(include_str!("../../independent/records/r5-old.ttl"));
    assert_eq!(checked.conformance.checked, CheckedGraph::UpConverted);
    assert!(found(&checked, "healthdcatap:healthCategory").is_empty(), "its category is read through the alias table");
    assert!(!found(&checked, "healthdcatap:hasStructuredData").is_empty(), "Release 5 did not have it");
}

#[test]
fn findings_come_gravest_first_and_the_same_statements_give_the_same_report() {
    let text = include_str!("../../independent/records/eucaim-2-broken.ttl");
    let (one, other) = (check(text).conformance, check(text).conformance);
    let severities: Vec<Severity> = one.findings.iter().map(|finding| finding.severity).collect();
    assert!(severities.is_sorted() && severities.first() == Some(&Severity::Violation));
    let told = |finding: &ShapeFinding| (finding.at.clone(), finding.property.to_string(), finding.value.clone());
    assert_eq!(one.findings.iter().map(told).collect::<Vec<_>>(), other.findings.iter().map(told).collect::<Vec<_>>());
    assert!(one.findings.iter().all(|finding| !finding.message.is_empty() && !finding.expected.is_empty()));
    assert!(one.findings.iter().all(|finding| !finding.message.contains("sh:")));
}

#[test]
fn every_rule_has_words_for_people_and_every_mandatory_one_says_what_to_write() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies/shapes");
    let mut shapes = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for block in text.split("\n\n").filter(|block| block.contains("sh:severity")) {
            shapes += 1;
            assert!(block.contains("sh:message \"") && block.contains("@en"), "{block}");
            if block.contains("sh:minCount 1") && block.contains("sh:Violation") {
                assert!(block.contains("atlas:fix \""), "{block}");
            }
        }
    }
    assert!(shapes > 200, "{shapes} rules");
}

#[test]
fn a_record_with_8_000_distributions_is_checked_within_bounds_and_the_rest_is_counted() {
    use std::fmt::Write as _;
    let mut text =
        format!("{}:big a dcat:Dataset ; dct:title \"Big\"@en ; eucaim:hasCondition \"lung\" .\n", super::PREFIXES);
    for number in 0..8_000 {
        writeln!(text, ":big dcat:distribution :d{number} . :d{number} a dcat:Distribution .").unwrap();
    }
    let checked = check(&text).conformance;
    assert_eq!(checked.findings.len(), MAX_FINDINGS_OF_RECORD);
    assert!(checked.counts.violations > 8_000, "{}", checked.counts);
    assert_eq!(checked.more(), checked.counts.total() - 100);
    assert!(!checked.conforms());
}

#[test]
fn a_check_that_runs_out_of_steps_says_so_and_never_says_that_the_record_conforms() {
    let shapes = ShapeSet::read(&[(
        "x",
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <urn:e:> .
         e:s sh:targetObjectsOf e:p ; sh:property [ sh:path e:q ; sh:maxCount 3 ] .",
    )])
    .unwrap();
    let many: String = (0..2_000).map(|number| format!("<urn:e:a> <urn:e:p> <urn:e:n{number}> .\n")).collect();
    let data = graph(&many);
    let subject = NamedNodeRef::new("urn:e:a").unwrap();
    let report = shapes.check(&data, subject.into(), Limits { steps: 100, results: 10 });
    assert!(report.cut && report.findings.is_empty());
    assert!(!shapes.check(&data, subject.into(), Limits::default()).cut);
}

#[test]
fn long_chains_rings_long_texts_and_patterns_that_explode_elsewhere_are_survived() {
    let shapes = ShapeSet::read(&[(
        "x",
        r#"@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <urn:e:> .
        e:s sh:targetNode e:n0 ; sh:property [ sh:path [ sh:zeroOrMorePath e:next ] ; sh:maxCount 5 ] ,
            [ sh:path [ sh:inversePath [ sh:oneOrMorePath e:next ] ] ; sh:minCount 1 ] ,
            [ sh:path e:text ; sh:pattern "^(a+)+$" ; sh:maxLength 10 ] ."#,
    )])
    .unwrap();
    let mut text: String =
        (0..20_000).map(|number| format!("<urn:e:n{number}> <urn:e:next> <urn:e:n{}> .\n", number + 1)).collect();
    text.push_str("<urn:e:n20000> <urn:e:next> <urn:e:n0> .\n");
    text.push_str(&format!("<urn:e:n0> <urn:e:text> \"{}!\" .\n", "a".repeat(1_000_000)));
    let data = graph(&text);
    let report = shapes.check(&data, NamedNodeRef::new("urn:e:n0").unwrap().into(), Limits::default());
    // Too many behind it, a text too long and of another pattern; each has somebody before it in the ring.
    assert!(report.counts.violations == 3 && !report.cut, "{:?}", report.counts);
    assert!(report.findings.iter().all(|finding| finding.value.as_ref().is_none_or(|value| value.len() < 1_000)));
}

#[test]
fn shapes_that_cannot_be_run_are_refused_by_name() {
    let prefixes = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <urn:e:> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n";
    for (text, reason) in [
        ("e:s sh:targetClass e:C ; sh:sparql [ sh:select \"SELECT $this WHERE {}\" ] .", "sh:sparql"),
        ("e:s sh:targetClass e:C ; sh:shape e:t .", "sh:shape"),
        ("e:s sh:target [ sh:select \"\" ] .", "sh:target"),
        ("e:s sh:targetClass e:C ; sh:equals e:p ; sh:path e:q .", "sh:equals"),
        ("e:s a sh:NodeShape, rdfs:Class .", "a class at the same time"),
        (
            "e:s sh:targetClass e:C ; sh:node e:t . e:t sh:property [ sh:path e:p ; sh:node e:s ] .",
            "leads back to itself",
        ),
        ("e:s sh:targetClass e:C ; sh:path e:p ; sh:pattern \"(\" .", "sh:pattern"),
        ("e:s sh:targetClass e:C ; sh:path e:p ; sh:pattern \"(a{1000}){1000}\" .", "sh:pattern"),
        ("e:s sh:targetClass e:C ; sh:path e:p ; sh:minCount -1 .", "whole number"),
        ("e:s sh:targetClass e:C ; sh:minCount 1 .", "belongs to a property shape"),
        ("e:s sh:targetClass e:C ; sh:severity e:Bad .", "sh:severity"),
        ("e:s sh:targetClass e:C ; sh:path e:p, e:q .", "given once"),
        ("e:s sh:targetClass e:C ; sh:path [ e:p e:q ] .", "is not a path"),
        ("e:s sh:targetClass e:C ; sh:in e:x .", "a list was expected"),
        ("e:s sh:targetClass e:C ; sh:path e:p ; sh:qualifiedValueShape [ sh:class e:D ] .", "needs a count"),
        ("e:s sh:targetClass ", "x.ttl"),
    ] {
        let refused = ShapeSet::read(&[("x.ttl", &format!("{prefixes}{text}"))]).unwrap_err().to_string();
        assert!(refused.contains(reason) && refused.contains("x.ttl"), "{text}: {refused}");
    }
}
