//! Every format, whatever its header, its name or its encoding says; and JSON-LD with contexts that are not in it.

use atlas::rdf::canonical::canonicalise;
use atlas::rdf::media::Format;
use atlas::rdf::parse::{Defect, ParseLimits, ParseRefused, Parsed, ProblemKind, parse};
use atlas::rdf::split::split;
use atlas::rdf::write::serialise;

use super::{BASE, graph};

fn read(bytes: &[u8], media_type: Option<&str>) -> Parsed {
    parse(bytes, media_type, BASE, &ParseLimits::default()).unwrap_or_else(|refused| panic!("{refused}"))
}

const CLASS: &str = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset>";

/// One data set with a title in each format.
fn documents() -> Vec<(Format, String)> {
    let graph = graph(":a a dcat:Dataset ; dct:title \"Größe\"@de ; dcat:landingPage <https://x.example/p> .");
    let mut documents: Vec<(Format, String)> = [Format::Turtle, Format::NTriples, Format::JsonLd, Format::RdfXml]
        .into_iter()
        .map(|format| (format, String::from_utf8(serialise(&graph, format)).unwrap()))
        .collect();
    let lines = String::from_utf8(serialise(&graph, Format::NTriples)).unwrap();
    let quads =
        lines.lines().map(|line| format!("{} <https://g.example/1> .\n", line.trim_end_matches(" ."))).collect();
    documents.push((Format::NQuads, quads));
    documents.push((Format::TriG, format!("<https://g.example/1> {{\n{lines}}}\n")));
    documents
}

#[test]
fn all_six_formats_say_the_same() {
    let expected =
        canonicalise(&graph(":a a dcat:Dataset ; dct:title \"Größe\"@de ; dcat:landingPage <https://x.example/p> ."));
    for (format, text) in documents() {
        let parsed = read(text.as_bytes(), Some(format.media_type()));
        assert_eq!(parsed.problems, [], "{format:?}");
        assert_eq!(canonicalise(&parsed.graph), expected, "{text}");
    }
}

#[test]
fn a_document_is_read_whatever_its_header_says() {
    for (format, text) in documents() {
        let headers = Format::ALL.map(Format::media_type);
        for header in headers.into_iter().chain([
            "text/plain",
            "text/html; charset=utf-8",
            "application/octet-stream",
            "application/json",
            "text/xml",
        ]) {
            let parsed = read(text.as_bytes(), Some(header));
            assert_eq!(parsed.graph.len(), 3, "{format:?} as {header}: {:?}", parsed.problems);
            assert!(parsed.complete && !parsed.lost, "{format:?} as {header}: {:?}", parsed.problems);
        }
        assert_eq!(read(text.as_bytes(), None).graph.len(), 3, "{format:?} without a header");
    }
}

#[test]
fn statements_that_speak_of_markup_are_not_taken_for_it() {
    let says = "<http://xmlns.com/foaf/0.1/name> \"<p>Hello</p>\" .";
    for subject in ["http://x.example/a", "https://x.example/a", "urn:x:html", "urn:x:rdf", "urn:x:oai-pmh"] {
        for header in ["application/n-triples", "text/turtle", "text/plain"] {
            let text = format!("<{subject}> {CLASS} .\n<{subject}> {says}\n");
            let parsed = read(text.as_bytes(), Some(header));
            assert_eq!(
                (parsed.graph.len(), parsed.problems.len()),
                (2, 0),
                "{text} as {header}: {:?}",
                parsed.problems
            );
        }
    }
    let relative = format!("<http://x.example/c> <http://www.w3.org/ns/dcat#dataset> </d/1> . </d/1> {CLASS} .");
    assert_eq!(read(relative.as_bytes(), Some("text/turtle")).graph.len(), 2);
}

#[test]
fn a_document_is_read_in_whatever_encoding_it_comes() {
    use std::io::Write as _;
    for (format, text) in documents() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text.as_bytes()).unwrap();
        let encodings: [(&str, Vec<u8>, usize); 5] = [
            ("UTF-8 with a mark", [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat(), 0),
            ("UTF-16 with a mark", format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(), 1),
            ("UTF-16 without a mark", text.encode_utf16().flat_map(u16::to_be_bytes).collect(), 1),
            ("Latin-1", text.chars().map(|mark| u8::try_from(u32::from(mark)).unwrap()).collect(), 1),
            ("gzip", packer.finish().unwrap(), 1),
        ];
        for (name, bytes, changes) in encodings {
            // N-Triples and its kin write ß as they like: only what differs in bytes can be noticed.
            let parsed = read(&bytes, Some(format.media_type()));
            assert_eq!(parsed.graph.len(), 3, "{format:?} in {name}: {:?}", parsed.problems);
            assert!(parsed.graph.to_string().contains("Größe"), "{format:?} in {name}: {}", parsed.graph);
            let told = parsed.problems.iter().filter(|problem| problem.defect == Defect::Encoding).count();
            assert!(told == changes || text.is_ascii(), "{format:?} in {name}: {:?}", parsed.problems);
        }
    }
}

#[test]
fn named_graphs_are_read_as_one() {
    let trig = format!(
        "<https://g.example/1> {{ <https://x.example/a> {CLASS} }} <https://g.example/2> {{ <https://x.example/a> <http://purl.org/dc/terms/title> \"A\" }}"
    );
    let parsed = read(trig.as_bytes(), Some("application/trig"));
    assert_eq!(parsed.graph.len(), 2);
    assert_eq!(split(&parsed.graph).records.len(), 1);
}

#[test]
fn a_json_ld_or_xml_document_that_is_too_large_is_asked_to_be_paged() {
    let limits = ParseLimits { max_tree_bytes: 200, ..ParseLimits::default() };
    let json = format!(r#"{{"@id": "https://x.example/a", "http://purl.org/dc/terms/title": "{}"}}"#, "x".repeat(300));
    let refused = parse(json.as_bytes(), None, BASE, &limits).unwrap_err();
    assert!(
        matches!(refused, ParseRefused::TooLarge { limit: 200, .. }) && refused.to_string().contains("please page it")
    );
    let turtle = format!("<https://x.example/a> <https://x.example/p> \"{}\" .", "x".repeat(300));
    assert!(parse(turtle.as_bytes(), None, BASE, &limits).is_ok(), "Turtle is read statement by statement");
}

#[test]
fn the_context_of_dcat_ap_is_known_here() {
    let document = r#"{"@context": "https://semiceu.github.io/DCAT-AP/releases/3.0.1/context/dcat-ap.jsonld",
        "@id": "https://x.example/a", "@type": "Dataset", "title": {"@value": "A", "@language": "en"},
        "keyword": ["k", "l"], "releaseDate": "2024-01-01", "geographicalCoverage": "https://x.example/nl",
        "datasetDistribution": {"@type": "Distribution", "accessUrl": "https://x.example/file", "byteSize": "12"}}"#;
    let parsed = read(document.as_bytes(), Some("application/ld+json"));
    assert_eq!(parsed.problems, []);
    let text = parsed.graph.to_string();
    for needle in [
        "dcat#Dataset",
        "dcat#distribution",
        "dcat#accessURL> <https://x.example/file>",
        "terms/spatial> <https://x.example/nl>",
        "\"A\"@en",
    ] {
        assert!(text.contains(needle), "{needle} is missing in {text}");
    }
    let hydra =
        r#"{"@context": "http://www.w3.org/ns/hydra/context.jsonld", "@id": "https://x.example/c", "totalItems": 3}"#;
    assert!(read(hydra.as_bytes(), None).graph.to_string().contains("hydra/core#totalItems"));
}

#[test]
fn a_context_that_nobody_serves_is_named_and_costs_only_what_needs_it() {
    let document = r#"{"@context": ["https://nowhere.example/context.jsonld",
          {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}],
        "@graph": [
          {"@id": "https://x.example/one", "@type": "dcat:Dataset", "dct:title": "One"},
          {"@id": "https://x.example/two", "@type": "dcat:Dataset", "title": "Two"},
          {"@id": "https://x.example/three", "@type": "dcat:Dataset", "dct:title": "Three"}]}"#;
    let parsed = read(document.as_bytes(), Some("application/ld+json"));
    let lost: Vec<_> = parsed.problems.iter().filter(|problem| problem.kind == ProblemKind::Lost).collect();
    assert_eq!(lost.len(), 1, "{:?}", parsed.problems);
    assert_eq!((lost[0].subject.as_deref(), lost[0].defect), (Some("https://x.example/two"), Defect::Context));
    assert!(lost[0].message.contains("https://nowhere.example/context.jsonld"), "{}", lost[0].message);
    assert!(parsed.graph.to_string().contains("\"One\"") && parsed.graph.to_string().contains("\"Three\""));
    let alone = r#"{"@context": "https://nowhere.example/c", "@id": "https://x.example/a", "title": "A"}"#;
    let refused = parse(alone.as_bytes(), None, BASE, &ParseLimits::default()).unwrap_err();
    assert_eq!(refused, ParseRefused::RemoteContext { context: "https://nowhere.example/c".to_owned() });
    assert!(refused.to_string().contains("put the context into the document"), "{refused}");
}

#[test]
fn words_that_no_context_declares_are_left_out_as_the_standard_says() {
    let document = r#"{"@context": {"dct": "http://purl.org/dc/terms/"}, "@id": "https://x.example/a", "dct:title": "A", "internal": 5}"#;
    let parsed = read(document.as_bytes(), None);
    assert_eq!((parsed.graph.len(), parsed.problems.len()), (1, 0), "{:?}", parsed.problems);
}
