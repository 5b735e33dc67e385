//! Documents as they come: whole, wrong in places, cut, not RDF at all.

use atlas::rdf::media::Format;
use atlas::rdf::parse::{ParseLimits, ParseRefused, ProblemKind, parse};
use atlas::rdf::write::serialise;

use super::{BASE, PREFIXES, graph, turtle};

fn refused(bytes: &[u8], media_type: Option<&str>) -> ParseRefused {
    parse(bytes, media_type, BASE, &ParseLimits::default()).unwrap_err()
}

#[test]
fn an_iri_with_spaces_is_mended_and_named_with_its_line_and_loses_nothing() {
    let parsed = turtle(&format!(
        "{PREFIXES}:a a dcat:Dataset ;\n  dcat:landingPage <https://provider.example/my page> ;\n  dct:title \"A\" .\n:b a dcat:Dataset ."
    ));
    assert_eq!(parsed.graph.len(), 4);
    assert!(parsed.complete);
    let [problem] = &parsed.problems[..] else { panic!("{:?}", parsed.problems) };
    assert_eq!(problem.kind, ProblemKind::Mended);
    assert_eq!(problem.line, u64::try_from(PREFIXES.lines().count() + 2).ok());
    assert!(problem.message.contains("my%20page"), "{}", problem.message);
}

#[test]
fn a_broken_statement_is_left_out_and_its_neighbours_are_kept() {
    let parsed =
        turtle(&format!("{PREFIXES}:a dct:title \"A\" .\n:b dct:title ;;; \"B\" oops .\n:c dct:title \"C\" ."));
    let text = String::from_utf8(serialise(&parsed.graph, Format::NTriples)).unwrap();
    assert!(text.contains("\"A\"") && text.contains("\"C\""), "{text}");
    assert!(parsed.problems.iter().any(|problem| problem.kind == ProblemKind::Lost && problem.line.is_some()));
    assert!(parsed.complete);
}

#[test]
fn a_document_that_is_cut_is_said_to_be() {
    for cut in [
        "<https://x.example/a> <https://x.example/p> \"t\" .\n<https://x.example/b> <https://x",
        "<a> <b> <c> .\n<d> <e> \"never closed",
    ] {
        assert!(!turtle(cut).complete, "{cut}");
    }
    let json = br#"[{"@id":"https://x.example/a","http://purl.org/dc/terms/title":"t"},{"@id":"https://x.exam"#;
    match parse(json, Some("application/ld+json"), BASE, &ParseLimits::default()) {
        Ok(parsed) => assert!(!parsed.complete),
        Err(refusal) => assert!(matches!(refusal, ParseRefused::Unreadable { .. }), "{refusal}"),
    }
}

#[test]
fn a_well_known_prefix_that_was_not_declared_is_understood_and_said() {
    let parsed = turtle("<a> a dcat:Dataset ; dct:title \"A\" .");
    assert_eq!(parsed.graph.len(), 2);
    assert!(!parsed.problems.is_empty());
}

#[test]
fn a_wrong_literal_is_kept_as_it_is() {
    let parsed = turtle(&format!(
        "{PREFIXES}:a dct:issued \"2021-02-31\"^^xsd:date ; health:minTypicalAge \"forty\"^^xsd:integer ."
    ));
    assert!(parsed.problems.is_empty());
    assert_eq!(parsed.graph.len(), 2);
}

#[test]
fn what_is_not_rdf_is_refused_with_a_reason() {
    assert_eq!(refused(b"<!DOCTYPE html><html></html>", Some("text/turtle")), ParseRefused::Html);
    assert_eq!(refused(b"  \n", None), ParseRefused::Empty);
    assert_eq!(refused(&[0xFF, 0xFE, 0, 0, b'a', 0, 0, 0], None), ParseRefused::NotUtf8);
    let feed = b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>";
    assert_eq!(refused(feed, Some("application/rdf+xml")), ParseRefused::Xml);
    assert_eq!(refused(b"name,size\nA,1\nB,2\n", None), ParseRefused::Csv);
    assert_eq!(refused(b"{\"success\": true, \"result\": [1, 2]}", None), ParseRefused::Json);
    let oai = b"<?xml version='1.0'?><OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'><error/></OAI-PMH>";
    assert_eq!(refused(oai, Some("text/xml")), ParseRefused::OaiPmh);
    assert!(matches!(refused(b"This is just prose, is it not?", None), ParseRefused::Unreadable { .. }));
    let deep = "[ <p> ".repeat(500);
    assert!(matches!(refused(deep.as_bytes(), Some("text/turtle")), ParseRefused::TooDeep { .. }));
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    assert!(matches!(refused(deep.as_bytes(), Some("application/ld+json")), ParseRefused::TooDeep { .. }));
    let bombs = b"<?xml version='1.0'?><!DOCTYPE rdf:RDF [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><rdf:RDF/>";
    assert!(matches!(refused(bombs, None), ParseRefused::Dangerous { .. }));
}

#[test]
fn limits_are_kept() {
    let limits = ParseLimits { max_bytes: 1_000, max_triples: 3, ..ParseLimits::default() };
    let many = "<a> <b> 1, 2, 3, 4 .";
    assert_eq!(parse(many.as_bytes(), None, BASE, &limits).unwrap_err(), ParseRefused::TooManyTriples { limit: 3 });
    let large = " ".repeat(1_001);
    assert!(matches!(parse(large.as_bytes(), None, BASE, &limits), Err(ParseRefused::TooLarge { .. })));
}

#[test]
fn a_remote_context_is_never_fetched() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let context = format!("http://{}/context.jsonld", listener.local_addr().unwrap());
    let document = format!(r#"{{"@context": "{context}", "@id": "https://x.example/a", "title": "t"}}"#);
    let refusal = refused(document.as_bytes(), Some("application/ld+json"));
    assert_eq!(refusal, ParseRefused::RemoteContext { context });
    assert!(listener.accept().is_err(), "nobody connected");
}

#[test]
fn each_format_says_the_same_after_writing_and_reading() {
    let graph = graph(
        ":a a dcat:Dataset ; dct:title \"Lunge\"@de , \"A \\\"quoted\\\" title\" ; health:numberOfRecords 12 ;
           dcat:contactPoint [ vcard:fn \"Office\" ; vcard:hasEmail <mailto:a@b.example> ] ; dct:issued \"2020\"^^xsd:gYear .",
    );
    let expected = atlas::rdf::canonical::canonicalise(&graph).unwrap();
    for format in [Format::Turtle, Format::NTriples, Format::NQuads, Format::JsonLd, Format::RdfXml] {
        let bytes = serialise(&graph, format);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let parsed = parse(&bytes, Some(format.media_type()), BASE, &ParseLimits::default()).unwrap();
        assert!(parsed.problems.is_empty() && parsed.complete, "{text}");
        assert_eq!(atlas::rdf::canonical::canonicalise(&parsed.graph).unwrap(), expected, "{text}");
        assert_eq!(serialise(&parsed.graph, format), bytes, "the same graph gives the same bytes: {text}");
    }
}

#[test]
fn turtle_is_written_for_people() {
    let text = serialise(
        &graph(":a a dcat:Dataset ; dct:title \"A\"@en ; dcat:contactPoint [ vcard:fn \"Office\" ] ."),
        Format::Turtle,
    );
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("@prefix dcat: <http://www.w3.org/ns/dcat#> .\n"), "{text}");
    assert!(text.contains("a dcat:Dataset ;") && text.contains("dct:title \"A\"@en"), "{text}");
    assert!(!text.contains("_:"), "{text}");
}
