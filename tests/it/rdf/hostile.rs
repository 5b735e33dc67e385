//! Documents made to break the reader: nothing panics, nothing grows without bound, good records survive.

use atlas::rdf::media::Format;
use atlas::rdf::parse::{ParseLimits, ParseRefused, Parsed, parse};
use atlas::rdf::split::split;
use atlas::rdf::write::serialise;
use proptest::prelude::*;

use super::{BASE, graph};

/// How many documents are tried: `PROPTEST_CASES`, or enough for every run of the suite.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|number| number.parse().ok()).unwrap_or(192)
}

fn limits() -> ParseLimits {
    ParseLimits { max_bytes: 1 << 20, max_triples: 20_000, ..ParseLimits::default() }
}

/// A catalogue of five data sets in a format.
fn good(format: Format) -> Vec<u8> {
    let mut text = String::from(":c a dcat:Catalog ; dct:title \"C\" .\n");
    for number in 0..5 {
        text.push_str(&format!(
            ":c dcat:dataset :d{number} . :d{number} a dcat:Dataset ; dct:title \"Größe {number}\"@de , \"a \\\"b\\\" {number}\" ;
               dcat:keyword \"k\" ; dcat:contactPoint [ vcard:fn \"Office {number}\" ; vcard:hasEmail <mailto:a@b.example> ] ;
               dct:issued \"2024-01-01\"^^xsd:date .\n"
        ));
    }
    let graph = graph(&text);
    match format {
        Format::TriG => {
            [b"<https://g.example/g> {\n".as_slice(), &serialise(&graph, Format::NTriples), b"}\n"].concat()
        }
        _ => serialise(&graph, format),
    }
}

fn format() -> impl Strategy<Value = Format> {
    proptest::sample::select(Format::ALL.to_vec())
}

/// Reading ends in an answer that keeps its word, whatever came in.
fn survives(bytes: &[u8], header: Option<&str>) -> Result<(), TestCaseError> {
    match parse(bytes, header, BASE, &limits()) {
        Err(refused) => prop_assert!(!refused.to_string().is_empty() && !refused.kind().is_empty()),
        Ok(parsed) => {
            prop_assert!(parsed.problems.len() <= limits().max_problems);
            for problem in &parsed.problems {
                prop_assert!(!problem.message.is_empty());
                prop_assert!(problem.original.chars().count() <= 201);
            }
            // What was read can be written and read again.
            for written in [Format::NTriples, Format::RdfXml] {
                let again = serialise(&parsed.graph, written);
                if written == Format::NTriples && !again.is_empty() {
                    match parse(&again, Some(written.media_type()), BASE, &ParseLimits::default()) {
                        Ok(read) => prop_assert!(
                            read.graph.len() == parsed.graph.len() && read.problems.is_empty(),
                            "{:?}\n{}",
                            read.problems,
                            String::from_utf8_lossy(&again)
                        ),
                        Err(refused) => {
                            prop_assert!(false, "{refused}\n{}", String::from_utf8_lossy(&again));
                        }
                    }
                }
            }
            let _ = split(&parsed.graph);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400), format in format()) {
        survives(&bytes, Some(format.media_type()))?;
        survives(&bytes, None)?;
    }

    #[test]
    fn any_marks_of_the_formats_are_answered(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            "<", ">", "\"", "'", "\"\"\"", "{", "}", "[", "]", "(", ")", ".", ";", ",", ":", "@", "^^", "\\", "\\u", "#", "\n", " ",
            "a", "x:y", "<http://a.b/c>", "@prefix ", "PREFIX x: <http://x/>\n", "\"@context\":", "\"@id\":", "null", "<a>", "</a>",
            "<rdf:RDF>", "<!--", "-->", "<![CDATA[", "&", "&amp;", "<?xml ?>", "ß", "\u{0}", "_:b", "1.5", "<<", ">>", "{|", "@en",
        ]), 0..60),
        format in format(),
    ) {
        survives(pieces.concat().as_bytes(), Some(format.media_type()))?;
    }

    #[test]
    fn a_good_document_that_was_tampered_with_is_answered(
        format in format(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..6),
    ) {
        let mut bytes = good(format);
        for (place, byte, kind) in changes {
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, byte),
            }
        }
        survives(&bytes, Some(format.media_type()))?;
    }

    #[test]
    fn one_changed_byte_costs_at_most_one_of_the_records_of_a_document_in_lines(
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = good(Format::NTriples);
        let at = place.index(bytes.len());
        prop_assume!(bytes[at] != b'\n' && bytes[at - usize::from(at > 0)] != b'\n');
        bytes[at] = byte;
        if let Ok(parsed) = parse(&bytes, Some("application/n-triples"), BASE, &limits()) {
            let found = split(&parsed.graph).records.len();
            prop_assert!(found >= 4, "{found} records after {byte:02X} at {at}: {:?}", parsed.problems);
        }
    }
}

#[test]
fn a_document_that_is_cut_anywhere_is_answered_and_never_taken_for_a_longer_one() {
    for format in Format::ALL {
        let whole = good(format);
        let all = parse(&whole, Some(format.media_type()), BASE, &limits()).unwrap().graph.len();
        for end in (0..whole.len()).step_by(7) {
            match parse(&whole[..end], Some(format.media_type()), BASE, &limits()) {
                Err(refused) => assert!(!refused.to_string().is_empty()),
                Ok(parsed) => {
                    assert!(parsed.graph.len() <= all + 1, "{format:?} cut at {end}");
                    // JSON and XML show that they are cut; lines and statements do unless the cut is between two.
                    let shows = matches!(format, Format::JsonLd | Format::RdfXml);
                    let text = String::from_utf8_lossy(&whole[..end]).trim_end().to_owned();
                    let between = text.ends_with('.')
                        || text.ends_with('}')
                        || text.ends_with('{')
                        || text.ends_with('>')
                        || text.is_empty();
                    let rest_says_something = whole[end..].iter().any(|byte| !byte.is_ascii_whitespace());
                    if (shows && rest_says_something) || (!shows && !between) {
                        assert!(!parsed.complete, "{format:?} cut at {end}: {text}");
                    }
                }
            }
        }
    }
}

#[test]
fn entities_that_grow_are_not_opened() {
    let document = |doctype: &str, text: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE rdf:RDF [{doctype}]>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:d=\"http://purl.org/dc/terms/\"><rdf:Description rdf:about=\"https://x.example/a\"><d:title>{text}</d:title></rdf:Description></rdf:RDF>"
        )
    };
    let refused = |text: &str| parse(text.as_bytes(), Some("application/rdf+xml"), BASE, &limits());
    let mut laughs = String::from("<!ENTITY l0 \"ha\">");
    for level in 1..10 {
        laughs.push_str(&format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10)));
    }
    assert!(matches!(refused(&document(&laughs, "&l9;")), Err(ParseRefused::Dangerous { .. })));
    let outside = "<!ENTITY x SYSTEM \"file:///etc/passwd\">";
    assert!(matches!(refused(&document(outside, "&x;")), Err(ParseRefused::Dangerous { .. })));
    let wide = format!("<!ENTITY w \"{}\">", "w".repeat(100_000));
    let limits = ParseLimits { max_tree_bytes: 1 << 20, ..ParseLimits::default() };
    let many = document(&wide, &"&w;".repeat(1_000));
    assert!(matches!(parse(many.as_bytes(), None, BASE, &limits), Err(ParseRefused::Dangerous { .. })));
    let harmless = document("<!ENTITY name \"Hospital\">", "&name;");
    assert!(parse(harmless.as_bytes(), None, BASE, &limits).unwrap().graph.to_string().contains("Hospital"));
}

#[test]
fn nesting_names_and_texts_without_measure_are_bounded() {
    let read = |text: &str, header: &str| parse(text.as_bytes(), Some(header), BASE, &ParseLimits::default());
    for (open, header) in [
        ("[ <p> ", "text/turtle"),
        ("(", "text/turtle"),
        ("<< ", "text/turtle"),
        ("[", "application/ld+json"),
        ("{\"@graph\":", "application/ld+json"),
        ("{\"@list\":[", "application/ld+json"),
    ] {
        let deep = format!("{open} ").repeat(50_000);
        let text =
            if header == "text/turtle" { format!("<a> <b> {deep}") } else { format!("[{{\"http://x/p\":{deep}") };
        assert!(matches!(read(&text, header), Err(ParseRefused::TooDeep { .. })), "{open}");
    }
    let deep = "<rdf:a>".repeat(50_000);
    let xml = format!("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{deep}");
    assert!(matches!(read(&xml, "application/rdf+xml"), Err(ParseRefused::TooDeep { .. })));
    let crowded = format!(
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><a {}/></rdf:RDF>",
        "b=\"c\" ".repeat(200_000)
    );
    assert!(matches!(read(&crowded, "application/rdf+xml"), Err(ParseRefused::Dangerous { .. })));
    let prefixes: String =
        (0..20_000).map(|number| format!("@prefix p{number}: <http://x.example/{number}/> .\n")).collect();
    let broken = format!(
        "{prefixes}<https://x.example/a> <https://x.example/p> \"a \"b\" c\" .\n<https://x.example/b> p5:q \"t\" ."
    );
    assert_eq!(read(&broken, "text/turtle").unwrap().graph.len(), 2);
    let long = format!("<https://x.example/a> <https://x.example/p> \"{}\" .", "x".repeat(20 << 20));
    assert_eq!(read(&long, "text/turtle").unwrap().graph.len(), 1);
    let quotes = format!("<https://x.example/a> <https://x.example/p> \"{}", "\" \"".repeat(500_000));
    assert!(read(&quotes, "text/turtle").is_err());
    let openings = "<https://x.example/a> <https://x.example/p> \"\"\"x .\n".repeat(20_000);
    let _ = read(&openings, "text/turtle");
    let lines = "<https://x.example/a> <https://x.example/p> oops oops .\n".repeat(100_000);
    let _ = read(&lines, "application/n-triples");
    let contexts = format!("[{}]", r#"{"@context": {"@vocab": "http://x.example/", "a": {"@context": {"b": {"@context": {"c": "http://x/"}}}}}, "a": {"b": {"c": 1}}},"#.repeat(5_000));
    let _ = read(&contexts, "application/ld+json");
    let looped = r#"{"@context": {"a": {"@id": "b:x"}, "b": {"@id": "a:y"}}, "@id": "https://x.example/a", "a": "t"}"#;
    let _ = read(looped, "application/ld+json");
}

#[test]
fn a_context_that_every_node_needs_again_does_not_take_forever() {
    // A large context that holds for the objects of one property, and very many such objects.
    let words: Vec<String> = (0..3_000).map(|number| format!("\"w{number}\": \"http://x.example/{number}\"")).collect();
    let nodes = r#"{"w1": "t"},"#.repeat(20_000);
    let text = format!(
        "{{\"@context\": {{\"p\": {{\"@id\": \"http://x.example/p\", \"@context\": {{{}}}}}}}, \"@id\": \"https://x.example/a\", \"p\": [{}]}}",
        words.join(","),
        nodes.trim_end_matches(',')
    );
    match parse(text.as_bytes(), Some("application/ld+json"), BASE, &ParseLimits::default()) {
        Ok(parsed) => assert_eq!(parsed.graph.len(), 40_000),
        Err(refused) => assert!(matches!(refused, ParseRefused::Dangerous { .. }), "{refused}"),
    }
}

/// Reads a document whose pieces fill one mebibyte, then two.
fn filled(header: &str, head: &str, piece: &str, tail: &str) -> [Result<Parsed, ParseRefused>; 2] {
    [1_usize << 20, 2 << 20].map(|bytes| {
        let text = format!("{head}{}{tail}", piece.repeat(bytes / piece.len()));
        parse(text.as_bytes(), Some(header), BASE, &ParseLimits::default())
    })
}

#[test]
fn entities_without_measure_and_contexts_inside_contexts_are_not_opened() {
    for read in filled("application/rdf+xml", "<!DOCTYPE rdf:RDF [", "<!ENTITY a \"x", "") {
        assert!(matches!(read, Err(ParseRefused::Dangerous { .. })), "{read:?}");
    }
    for read in filled("application/ld+json", "{", "\"@context\"x", "") {
        assert!(matches!(read, Err(ParseRefused::Dangerous { .. })), "{read:?}");
    }
}
