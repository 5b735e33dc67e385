//! A small twin of every defect that real documents have, in every format: the good records before and after it are
//! read, what can be mended is mended and told, and what cannot is named with its line.

use atlas::rdf::media::Format;
use atlas::rdf::parse::{Defect, ParseLimits, Parsed, Problem, ProblemKind, parse};
use atlas::rdf::split::split;

use super::BASE;

/// What a defect should become.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// The record is whole, with this kind of mend.
    Mended(Defect),
    /// The record, and no other, is reported as lost.
    Lost,
}
use Fate::{Lost, Mended};

fn read(text: &str, format: Format) -> Parsed {
    parse(text.as_bytes(), Some(format.media_type()), BASE, &ParseLimits::default())
        .unwrap_or_else(|refused| panic!("{refused}\n{text}"))
}

/// Titles of the data sets with these names.
fn titles(parsed: &Parsed, name: &str) -> Vec<String> {
    let iri = format!("https://x.example/{name}");
    let records = split(&parsed.graph).records;
    let record = records.iter().find(|record| record.iri.as_deref() == Some(&iri));
    let title = oxrdf::NamedNode::new("http://purl.org/dc/terms/title").unwrap();
    record
        .map(|record| {
            record
                .graph
                .objects_for_subject_predicate(record.subject.as_ref(), &title)
                .map(|term| term.to_string())
                .collect()
        })
        .unwrap_or_default()
}

/// Checks a document of three records whose middle one has a defect.
fn check(what: &str, text: &str, format: Format, fate: Fate) {
    let parsed = read(text, format);
    let told: Vec<String> =
        parsed.problems.iter().map(|p| format!("{:?} {} {}", p.line, p.defect, p.message)).collect();
    for neighbour in ["one", "three"] {
        assert_eq!(titles(&parsed, neighbour).len(), 1, "{what}: {neighbour} is lost: {told:?}\n{text}");
        let iri = format!("https://x.example/{neighbour}");
        let blamed = parsed.problems.iter().any(|p| p.kind == ProblemKind::Lost && p.subject.as_deref() == Some(&iri));
        assert!(!blamed, "{what}: {neighbour} is blamed: {told:?}");
    }
    assert!(parsed.complete, "{what}: {told:?}");
    let is_lost = |problem: &Problem| problem.kind == ProblemKind::Lost;
    match fate {
        Mended(defect) => {
            assert_eq!(titles(&parsed, "two").len(), 1, "{what}: {told:?}\n{text}");
            assert!(!parsed.problems.iter().any(is_lost), "{what}: {told:?}");
            assert!(parsed.problems.iter().any(|problem| problem.defect == defect), "{what}: {told:?}");
        }
        Lost => {
            let lost: Vec<&Problem> = parsed.problems.iter().filter(|problem| is_lost(problem)).collect();
            assert!(!lost.is_empty(), "{what}: nothing is said to be lost: {told:?}");
            let of_two = |problem: &&Problem| problem.subject.as_deref().is_none_or(|iri| iri.ends_with("/two"));
            assert!(lost.iter().all(of_two), "{what}: {told:?}");
            assert!(lost.iter().any(|problem| problem.line.is_some()), "{what}: {told:?}");
            assert!(parsed.lost);
        }
    }
    assert!(parsed.problems.iter().all(|p| !p.message.is_empty() && !p.defect.fix().is_empty()), "{what}");
}

const HEAD: &str = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n@prefix x: <https://x.example/> .\n\n";

/// Turtle whose middle record has these lines after its class.
fn turtle(defect: &str) -> String {
    format!(
        "{HEAD}x:one a dcat:Dataset ;\n  dct:title \"One\" .\n\nx:two a dcat:Dataset ;\n  {defect}\n\nx:three a dcat:Dataset ;\n  dct:title \"Three\" .\n"
    )
}

#[test]
fn every_defect_of_turtle_costs_at_most_its_record() {
    let rows: &[(&str, &str, Fate)] = &[
        (
            "a space in an address",
            "dcat:landingPage <https://x.example/my page> ; dct:title \"T\" .",
            Mended(Defect::Iri),
        ),
        (
            "brackets and braces",
            "dcat:landingPage <https://x.example/a[1]{b}> ; dct:title \"T\" .",
            Mended(Defect::Iri),
        ),
        ("a trailing blank", "dcat:landingPage <https://x.example/a > ; dct:title \"T\" .", Mended(Defect::Iri)),
        ("a backslash", "dcat:landingPage <https://x.example\\a> ; dct:title \"T\" .", Mended(Defect::Iri)),
        (
            "two addresses",
            "dcat:landingPage <https://x.example/a https://x.example/b> ; dct:title \"T\" .",
            Mended(Defect::TwoIris),
        ),
        (
            "two addresses that touch",
            "dcat:landingPage <https://x.example/ahttps://x.example/b> ; dct:title \"T\" .",
            Mended(Defect::TwoIris),
        ),
        (
            "an address that is not closed",
            "dcat:landingPage <https://x.example/a ;\n  dct:title \"T\" .",
            Mended(Defect::Iri),
        ),
        (
            "an address without brackets",
            "dcat:landingPage https://x.example/a ; dct:title \"T\" .",
            Mended(Defect::Iri),
        ),
        ("a usual prefix that is not declared", "foaf:page x:p ; dct:title \"T\" .", Mended(Defect::Prefix)),
        ("a prefix that nobody knows", "zz:page x:p ; dct:title \"T\" .", Lost),
        ("a prefixed name with a slash", "dcat:distribution x:two/csv ; dct:title \"T\" .", Mended(Defect::LocalName)),
        ("a prefixed name with brackets", "dcat:distribution x:two(1) ; dct:title \"T\" .", Mended(Defect::LocalName)),
        ("quotation marks in a text", "dct:title \"the \"best\" data\" .", Mended(Defect::Quote)),
        ("one quotation mark in a text", "dct:title \"a 5\" disk\" ;\n  dcat:keyword \"k\" .", Mended(Defect::Quote)),
        (
            "a line break in a text",
            "dct:title \"over\n two lines.\" ;\n  dcat:keyword \"k\" .",
            Mended(Defect::LineBreak),
        ),
        (
            "a carriage return in a text",
            "dct:title \"over\r two lines\" ; dcat:keyword \"k\" .",
            Mended(Defect::LineBreak),
        ),
        ("a control character in a text", "dct:title \"bell \u{7} here\" .", Mended(Defect::ControlCharacter)),
        ("a path with backslashes", "dct:title \"C:\\data\\images\" .", Mended(Defect::Escape)),
        ("a character as JSON writes it", "dct:title \"smile \\uD83D\\uDE00\" .", Mended(Defect::Escape)),
        ("a language tag with an underscore", "dct:title \"T\"@en_GB .", Mended(Defect::LanguageTag)),
        ("a language tag that is none", "dct:title \"T\"@nolanguageatall .", Mended(Defect::LanguageTag)),
        (
            "a semicolon missing after the class",
            "dcat:keyword \"k\" ;\n  dcat:theme x:t\n  dct:title \"T\" .",
            Mended(Defect::Punctuation),
        ),
        ("a full stop missing at the end", "dct:title \"T\"", Mended(Defect::Punctuation)),
        ("a comma too many", "dcat:keyword \"a\", \"b\", ; dct:title \"T\" .", Mended(Defect::Punctuation)),
        ("a comma missing", "dcat:keyword \"a\" \"b\" ; dct:title \"T\" .", Lost),
        (
            "a quotation before a comma",
            "dct:title \"he said \"no\", and left\" ; dcat:keyword \"k\" .",
            Mended(Defect::Quote),
        ),
        ("a boolean in capitals", "x:flag True ; dct:title \"T\" .", Mended(Defect::Syntax)),
        ("a bracket that is not closed", "dct:title \"T\" ; dcat:contactPoint [ dct:title \"c\" .", Lost),
        ("a text that is not closed", "dct:title \"T ;\n  dcat:keyword \"k\" .", Lost),
        ("a long text that is not closed", "dct:title \"\"\"T ;\n  dcat:keyword \"k\" .", Lost),
        ("a bare word", "dct:title T ; dcat:keyword \"k\" .", Lost),
        ("nothing but marks", "; ; ) ] @ ^^ <<< .", Lost),
    ];
    for (what, defect, fate) in rows {
        check(what, &turtle(defect), Format::Turtle, *fate);
    }
}

#[test]
fn the_same_defects_inside_named_graphs_cost_no_more() {
    let trig = |defect: &str| {
        let record = |name: &str, rest: &str| {
            format!("<https://g.example/{name}> {{\n  x:{name} a dcat:Dataset ;\n    {rest}\n}}\n")
        };
        let neighbours = (record("one", "dct:title \"One\" ."), record("three", "dct:title \"Three\""));
        format!("{HEAD}{}{}{}", neighbours.0, record("two", defect), neighbours.1)
    };
    check(
        "sound",
        &trig("dcat:landingPage <https://x.example/a b> ; dct:title \"T\" ."),
        Format::TriG,
        Mended(Defect::Iri),
    );
    check("quotes", &trig("dct:title \"the \"best\" data\" ."), Format::TriG, Mended(Defect::Quote));
    check("prefix", &trig("zz:page x:p ; dct:title \"T\" ."), Format::TriG, Lost);
    check("bracket", &trig("dcat:contactPoint [ dct:title \"c\" ."), Format::TriG, Lost);
}

#[test]
fn a_bad_line_of_n_triples_or_n_quads_costs_at_most_its_record() {
    let rows: &[(&str, &str, Fate)] = &[
        (
            "a space",
            "<https://x.example/two> <http://purl.org/dc/terms/title> \"T\" .\n<https://x.example/two> <http://www.w3.org/ns/dcat#landingPage> <https://x.example/a b> .",
            Mended(Defect::Iri),
        ),
        (
            "quotes",
            "<https://x.example/two> <http://purl.org/dc/terms/title> \"the \"best\" data\" .",
            Mended(Defect::Quote),
        ),
        (
            "backslash",
            "<https://x.example/two> <http://purl.org/dc/terms/title> \"C:\\data\" .",
            Mended(Defect::Escape),
        ),
        (
            "language",
            "<https://x.example/two> <http://purl.org/dc/terms/title> \"T\"@en_GB .",
            Mended(Defect::LanguageTag),
        ),
        ("prefixed name", "<https://x.example/two> dct:title \"T\" .", Mended(Defect::Prefix)),
        ("no full stop", "<https://x.example/two> <http://purl.org/dc/terms/title> \"T\"", Mended(Defect::Punctuation)),
        ("open text", "<https://x.example/two> <http://purl.org/dc/terms/title> \"T .", Lost),
        ("too short", "<https://x.example/two> <http://purl.org/dc/terms/title> .", Lost),
    ];
    for (format, graph) in [(Format::NTriples, ""), (Format::NQuads, " <https://g.example/g>")] {
        let record = |name: &str, rest: &str| {
            let class = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset>";
            format!("<https://x.example/{name}> {class}{graph} .\n{rest}\n")
        };
        let titled = |name: &str| {
            record(name, &format!("<https://x.example/{name}> <http://purl.org/dc/terms/title> \"{name}\"{graph} ."))
        };
        for (what, defect, fate) in rows {
            let text = format!("{}{}{}", titled("one"), record("two", defect), titled("three"));
            check(what, &text, format, *fate);
        }
    }
}

#[test]
fn every_defect_of_json_ld_costs_at_most_its_record() {
    let rows: &[(&str, &str, Fate)] = &[
        ("a comma too many", r#""dct:title": "T","#, Mended(Defect::Punctuation)),
        ("a comma missing", "\"dcat:keyword\": \"k\"\n\"dct:title\": \"T\"", Mended(Defect::Punctuation)),
        ("quotation marks in a text", r#""dct:title": "the "best" data""#, Mended(Defect::Quote)),
        ("a line break in a text", "\"dct:title\": \"over\ntwo lines\"", Mended(Defect::LineBreak)),
        ("a control character in a text", "\"dct:title\": \"a \u{7} b\"", Mended(Defect::ControlCharacter)),
        ("a path with backslashes", r#""dct:title": "C:\data""#, Mended(Defect::Escape)),
        ("a comment", "// our title\n\"dct:title\": \"T\", \"dcat:keyword\": None", Mended(Defect::Syntax)),
        (
            "a space in an address",
            r#""dct:title": "T", "dcat:landingPage": {"@id": "https://x.example/a b"}"#,
            Mended(Defect::Iri),
        ),
        ("a bad language tag", r#""dct:title": {"@value": "T", "@language": "en_GB"}"#, Mended(Defect::LanguageTag)),
        (
            "an undeclared usual prefix",
            r#""dct:title": "T", "foaf:page": {"@id": "https://x.example/p"}"#,
            Mended(Defect::Prefix),
        ),
        ("a value that is none", r#""dct:title": @@, "dcat:keyword": "k""#, Lost),
        ("a name that is not closed", "\"dct:title: \"T\",\n \"dcat:keyword\": \"k\"", Lost),
        ("a bracket that is not closed", r#""dct:title": "T", "dcat:contactPoint": {"dct:title": "c""#, Lost),
    ];
    let context = r#""@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "x": "https://x.example/"}"#;
    for (what, defect, fate) in rows {
        let record = |name: &str, rest: &str| format!("{{\"@id\": \"x:{name}\", \"@type\": \"dcat:Dataset\", {rest}}}");
        let one = record("one", r#""dct:title": "One""#);
        let (two, three) = (record("two", defect), record("three", r#""dct:title": "Three""#));
        let flat = format!("{{{context}, \"@graph\": [\n{one},\n{two},\n{three}\n]}}");
        check(what, &flat, Format::JsonLd, *fate);
        let nested = format!(
            "{{{context}, \"@id\": \"x:catalogue\", \"@type\": \"dcat:Catalog\", \"dcat:dataset\": [\n{one},\n{two},\n{three}\n]}}"
        );
        check(what, &nested, Format::JsonLd, *fate);
    }
}

#[test]
fn every_defect_of_rdf_xml_costs_at_most_its_record() {
    let rows: &[(&str, &str, Fate)] = &[
        ("a bare ampersand", "<dct:title>A & B</dct:title>", Mended(Defect::Markup)),
        ("an entity of HTML", "<dct:title>caf&eacute;</dct:title>", Mended(Defect::Markup)),
        ("a bare angle bracket", "<dct:title>age < 5</dct:title>", Mended(Defect::Markup)),
        ("a control character", "<dct:title>a \u{7} b</dct:title>", Mended(Defect::ControlCharacter)),
        (
            "an undeclared usual prefix",
            "<dct:title>T</dct:title><foaf:page rdf:resource=\"https://x.example/p\"/>",
            Mended(Defect::Prefix),
        ),
        (
            "a space in an address",
            "<dct:title>T</dct:title><dcat:landingPage rdf:resource=\"https://x.example/a b\"/>",
            Mended(Defect::Iri),
        ),
        ("a bad language tag", "<dct:title xml:lang=\"en_GB\">T</dct:title>", Mended(Defect::LanguageTag)),
        ("an element that is not closed", "<dct:title>T", Lost),
        ("elements that cross", "<dct:title>T<dct:a></dct:title></dct:a>", Lost),
        ("an attribute without quotes", "<dct:title xml:lang=en>T</dct:title>", Lost),
        ("a prefix that nobody knows", "<zz:title>T</zz:title>", Lost),
    ];
    let names = "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:dcat=\"http://www.w3.org/ns/dcat#\" xmlns:dct=\"http://purl.org/dc/terms/\"";
    for (what, defect, fate) in rows {
        let record = |name: &str, rest: &str| {
            format!("<dcat:Dataset rdf:about=\"https://x.example/{name}\">\n  {rest}\n</dcat:Dataset>\n")
        };
        let (one, two) = (record("one", "<dct:title>One</dct:title>"), record("two", defect));
        let three = record("three", "<dct:title>Three</dct:title>");
        let flat = format!("<?xml version=\"1.0\"?>\n<rdf:RDF {names}>\n{one}{two}{three}</rdf:RDF>\n");
        check(what, &flat, Format::RdfXml, *fate);
        let member = |record: &str| format!("<dcat:dataset>{record}</dcat:dataset>\n");
        let nested = format!(
            "<?xml version=\"1.0\"?>\n<rdf:RDF {names}>\n<dcat:Catalog rdf:about=\"https://x.example/catalogue\">\n{}{}{}</dcat:Catalog></rdf:RDF>\n",
            member(&one),
            member(&two),
            member(&three)
        );
        check(what, &nested, Format::RdfXml, *fate);
        let described = |record: &str| {
            record.replace("<dcat:Dataset ", "<rdf:Description ").replace(
                "</dcat:Dataset>",
                "<rdf:type rdf:resource=\"http://www.w3.org/ns/dcat#Dataset\"/></rdf:Description>",
            )
        };
        let flat =
            format!("<rdf:RDF {names}>\n{}{}{}</rdf:RDF>\n", described(&one), described(&two), described(&three));
        check(what, &flat, Format::RdfXml, *fate);
    }
}

#[test]
fn a_repair_is_told_with_its_place_its_original_and_what_it_was_read_as() {
    let parsed = read(&turtle("dcat:landingPage <https://x.example/my page> ; dct:title \"T\" ."), Format::Turtle);
    let [problem] = &parsed.problems[..] else { panic!("{:?}", parsed.problems) };
    assert_eq!((problem.line, problem.column), (Some(9), Some(20)));
    assert_eq!(problem.subject.as_deref(), Some("https://x.example/two"));
    assert_eq!(
        (problem.original.as_str(), problem.read_as.as_str()),
        ("https://x.example/my page", "https://x.example/my%20page")
    );
}

#[test]
fn a_resource_without_statements_costs_nothing_else() {
    // Twin of a catalogue that names a node and says nothing about it.
    let text = format!(
        "{HEAD}x:one a dcat:Dataset ; dct:title \"One\" .\n\n<https://x.example/empty>\n\n<https://x.example/three>\n  a dcat:Dataset ; dct:title \"Three\" .\n"
    );
    let parsed = read(&text, Format::Turtle);
    assert_eq!((titles(&parsed, "one").len(), titles(&parsed, "three").len()), (1, 1), "{:?}", parsed.problems);
    assert!(!parsed.lost && parsed.problems.len() == 1, "{:?}", parsed.problems);
}

#[test]
fn one_bad_byte_in_a_thousand_records_costs_at_most_one() {
    let mut text: Vec<u8> = HEAD.as_bytes().to_vec();
    for number in 0..1_000 {
        text.extend(format!("x:r{number} a dcat:Dataset ; dct:title \"Größe {number}\" .\n").bytes());
    }
    let parse_bytes = |bytes: &[u8]| parse(bytes, Some("text/turtle"), BASE, &ParseLimits::default()).unwrap();
    assert_eq!(split(&parse_bytes(&text).graph).records.len(), 1_000);
    let place = text.windows(4).position(|window| window == b"r500").unwrap();
    // From the name of the record to the end of its title, with every kind of byte that means something.
    for offset in (0..44).step_by(3) {
        for byte in [0xFF, b'"', b'<', b'#'] {
            let mut broken = text.clone();
            broken[place + offset] = byte;
            let parsed = parse_bytes(&broken);
            let records = split(&parsed.graph).records.len();
            assert!(records >= 999 && parsed.complete, "byte {byte:02X} at {offset}: {records} records");
        }
    }
}

#[test]
fn a_prefix_that_was_mended_is_told_with_its_own_address() {
    let text = "@prefix dct <http://purl.org/dc/terms/> .\n<https://x.example/one> dct:title \"One\" .\n";
    let parsed = read(text, Format::Turtle);
    assert_eq!(parsed.graph.len(), 1, "{:?}", parsed.problems);
    let [problem] = &parsed.problems[..] else { panic!("{:?}", parsed.problems) };
    assert_eq!(problem.read_as, "@prefix … <http://purl.org/dc/terms/> .");
}

#[test]
fn whose_statements_were_lost_is_known_also_beyond_the_problems_that_are_told() {
    let mut text = HEAD.to_owned();
    for number in 0..300 {
        text.push_str(&format!("x:r{number} a dcat:Dataset .\nx:r{number} dct:title Oops .\n"));
    }
    let parsed = read(&text, Format::Turtle);
    assert!(parsed.complete && parsed.lost && !parsed.lost_unnamed);
    assert_eq!((parsed.problems.len(), parsed.more_problems, parsed.lost_of.len()), (200, 100, 300));
    assert!(parsed.lost_of.contains("https://x.example/r299"));
    let blank = read(&format!("{HEAD}x:one a dcat:Dataset .\n_:b dct:title Oops .\n"), Format::Turtle);
    assert!(blank.lost_unnamed && blank.lost_of.is_empty());
}
