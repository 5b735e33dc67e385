//! Formats of RDF documents: their media types, and recognising them by their beginning.
//!
//! Policy: a specific media type in the header is believed unless the text plainly is something else (an error page in
//! HTML under `text/turtle`); general types (`text/plain`, `application/json`) and missing ones are decided by the text.
//! Among the formats of the Turtle family, which look alike, the reader tries the others when the named one fails.

/// A concrete syntax of RDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Turtle (W3C, 2014).
    Turtle,
    /// N-Triples (W3C, 2014).
    NTriples,
    /// N-Quads (W3C, 2014).
    NQuads,
    /// TriG (W3C, 2014).
    TriG,
    /// JSON-LD 1.1 (W3C, 2020).
    JsonLd,
    /// RDF/XML (W3C, 2014).
    RdfXml,
}

impl Format {
    /// Every format, the preferred one first.
    pub const ALL: [Format; 6] =
        [Format::Turtle, Format::JsonLd, Format::RdfXml, Format::NTriples, Format::NQuads, Format::TriG];

    /// The registered media type without parameters.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Turtle => "text/turtle",
            Format::NTriples => "application/n-triples",
            Format::NQuads => "application/n-quads",
            Format::TriG => "application/trig",
            Format::JsonLd => "application/ld+json",
            Format::RdfXml => "application/rdf+xml",
        }
    }
    /// The usual file suffix without its dot.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Format::Turtle => "ttl",
            Format::NTriples => "nt",
            Format::NQuads => "nq",
            Format::TriG => "trig",
            Format::JsonLd => "jsonld",
            Format::RdfXml => "rdf",
        }
    }
    /// The name that people know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Format::Turtle => "Turtle",
            Format::NTriples => "N-Triples",
            Format::NQuads => "N-Quads",
            Format::TriG => "TriG",
            Format::JsonLd => "JSON-LD",
            Format::RdfXml => "RDF/XML",
        }
    }
    /// The format of a media type (parameters ignored) that names one specifically.
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Option<Format> {
        match essence(media_type).as_str() {
            // What people serve as N3 is Turtle nearly always.
            "text/turtle" | "application/x-turtle" | "application/turtle" | "text/n3" | "text/rdf+n3" => {
                Some(Format::Turtle)
            }
            "application/n-triples" | "text/ntriples" => Some(Format::NTriples),
            "application/n-quads" | "application/nquads" | "text/x-nquads" | "text/nquads" => Some(Format::NQuads),
            "application/trig" | "application/x-trig" => Some(Format::TriG),
            "application/ld+json" => Some(Format::JsonLd),
            "application/rdf+xml" => Some(Format::RdfXml),
            _ => None,
        }
    }
    /// The format of a file suffix.
    #[must_use]
    pub fn from_suffix(suffix: &str) -> Option<Format> {
        let suffix = suffix.trim_start_matches('.').to_ascii_lowercase();
        match suffix.as_str() {
            "json" => Some(Format::JsonLd),
            "xml" | "owl" => Some(Format::RdfXml),
            "n3" => Some(Format::Turtle),
            _ => Format::ALL.into_iter().find(|format| format.suffix() == suffix),
        }
    }
}

/// What a document is that is not RDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Other {
    /// A web page.
    Html,
    /// An answer of an OAI-PMH service.
    OaiPmh,
    /// XML that is not RDF/XML.
    Xml,
    /// JSON without anything of JSON-LD.
    Json,
    /// A table of values separated by commas.
    Csv,
}

/// How much text from the start is looked at.
const LOOKED_AT: usize = 4_096;
/// Lines that a table is recognised by.
const TABLE_LINES: usize = 4;

/// The format to read a text as, or what it is instead.
///
/// # Errors
/// [`Other`] when it is not RDF.
pub fn decide(media_type: Option<&str>, text: &str) -> Result<Format, Other> {
    let named = media_type.and_then(Format::from_media_type);
    let head = head(text);
    let lower = head.to_ascii_lowercase();
    match lower.chars().next() {
        Some('<') => markup(&lower, named),
        Some('{') if named != Some(Format::TriG) || looks_like_json(head) => {
            if looks_like_json(head) {
                Ok(Format::JsonLd)
            } else {
                Ok(Format::TriG)
            }
        }
        Some('[') if looks_like_json(head) => Ok(Format::JsonLd),
        _ if is_media_type(media_type, &["text/csv", "text/tab-separated-values"]) || is_table(head) => Err(Other::Csv),
        _ => Ok(turtle_family(named, head)),
    }
}

/// The beginning of a text without blanks and comments before it.
fn head(text: &str) -> &str {
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    text.get(..end).unwrap_or_default().trim_start_matches('\u{feff}').trim_start()
}

/// A text that begins with an angle bracket: a web page, XML, or the first address of Turtle.
fn markup(lower: &str, named: Option<Format>) -> Result<Format, Other> {
    let root = root_name(lower);
    let local = root.rsplit(':').next().unwrap_or_default();
    match local {
        // `<https://…` or `<urn:x`: an address in Turtle or its kin, whatever words follow in it.
        _ if is_address(root) => Ok(turtle_family(named, lower)),
        "html" | "!doctype html" => Err(Other::Html),
        "oai-pmh" => Err(Other::OaiPmh),
        "rdf" => Ok(Format::RdfXml),
        _ if lower.starts_with("<?xml") || lower.starts_with("<!--") || lower.starts_with("<!doctype") => {
            // A single resource may be the root of RDF/XML; it shows by the namespace of RDF.
            if lower.contains("22-rdf-syntax-ns#") || local.is_empty() { Ok(Format::RdfXml) } else { Err(Other::Xml) }
        }
        _ if root.contains(':') && (lower.contains("xmlns:") || lower.contains("xmlns=")) => Ok(Format::RdfXml),
        _ if !local.is_empty()
            && local.chars().all(char::is_alphanumeric)
            && lower.contains("</")
            && !lower.contains("> <") =>
        {
            Err(Other::Xml)
        }
        _ => Ok(turtle_family(named, lower)),
    }
}

/// Whether what stands first between brackets is an address and not the name of an element.
fn is_address(root: &str) -> bool {
    const SCHEMES: [&str; 9] = ["http", "https", "urn", "ftp", "mailto", "tag", "doi", "info", "file"];
    root.split_once(':').is_some_and(|(scheme, _)| SCHEMES.contains(&scheme))
}

/// The name of the first element, past instructions, comments and the document type; empty where there is none.
fn root_name(lower: &str) -> &str {
    let mut rest = lower;
    loop {
        rest = rest.trim_start();
        let skipped = if rest.starts_with("<?") {
            rest.split_once("?>")
        } else if rest.starts_with("<!--") {
            rest.split_once("-->")
        } else if rest.starts_with("<!doctype html") {
            return "!doctype html";
        } else if rest.starts_with("<!") {
            let end = if rest.split('>').next().is_some_and(|head| head.contains('[')) { "]>" } else { ">" };
            rest.split_once(end)
        } else {
            let name = rest.strip_prefix('<').unwrap_or_default();
            return name
                .split(|mark: char| mark.is_whitespace() || matches!(mark, '>' | '/'))
                .next()
                .unwrap_or_default();
        };
        match skipped {
            Some((_, after)) => rest = after,
            None => return "",
        }
    }
}

fn looks_like_json(head: &str) -> bool {
    let mut marks = head.chars().filter(|mark| !mark.is_whitespace());
    matches!(
        (marks.next(), marks.next()),
        (Some('{'), Some('"' | '}' | '/' | '\'') | None) | (Some('['), Some('{' | '"' | ']') | None)
    )
}

/// Which of the Turtle family: the named one, N-Quads where every line has four terms, else Turtle.
fn turtle_family(named: Option<Format>, head: &str) -> Format {
    match named {
        Some(format @ (Format::Turtle | Format::NTriples | Format::NQuads | Format::TriG)) => format,
        _ => {
            let mut lines = head.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
            let first = lines.next().unwrap_or_default().trim_end();
            let addresses = first.matches('<').count();
            let is_quad = first.starts_with('<') && first.ends_with("> .") && addresses >= 3 && first.contains("> <");
            if is_quad && (addresses == 4 || first.contains('"')) && !first.contains("^^") {
                Format::NQuads
            } else {
                Format::Turtle
            }
        }
    }
}

/// Whether the first lines are cells of one table: the same number of commas, and none of the marks of RDF.
fn is_table(head: &str) -> bool {
    let lines: Vec<&str> = head.lines().take(TABLE_LINES).collect();
    let names = lines.first().copied().unwrap_or_default();
    let cells = |separator: char| {
        let count = names.matches(separator).count();
        count > 0
            && lines.len() > 1
            && lines.iter().skip(1).all(|line| line.matches(separator).count() >= count || line.len() > 500)
    };
    let is_rdf = names.contains('<') || names.contains("@prefix") || names.trim_end().ends_with(['.', ';', '{', '[']);
    !is_rdf && (cells(',') || cells('\t') || cells(';'))
}

fn is_media_type(media_type: Option<&str>, names: &[&str]) -> bool {
    media_type.is_some_and(|media_type| names.contains(&essence(media_type).as_str()))
}

/// The media type without parameters, in lower case.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_in_html_is_never_rdf_whatever_its_header_says() {
        for header in [None, Some("text/turtle"), Some("text/html"), Some("application/ld+json")] {
            assert_eq!(
                decide(header, "\n<!DOCTYPE html><html><body>Sign in</body></html>"),
                Err(Other::Html),
                "{header:?}"
            );
        }
    }

    #[test]
    fn the_text_decides_where_the_header_is_general_or_wrong() {
        assert_eq!(decide(Some("application/json"), "[ {\"@id\": \"x\"}]"), Ok(Format::JsonLd));
        assert_eq!(decide(Some("text/html"), "{\"@id\": \"x\"}"), Ok(Format::JsonLd));
        assert_eq!(decide(Some("text/plain; charset=utf-8"), "@prefix a: <b> ."), Ok(Format::Turtle));
        assert_eq!(decide(Some("application/rdf+xml"), "@prefix a: <b> ."), Ok(Format::Turtle));
        assert_eq!(decide(Some("text/turtle"), "[ a <b> ] ."), Ok(Format::Turtle));
        assert_eq!(decide(Some("text/turtle"), "<?xml version='1.0'?><rdf:RDF/>"), Ok(Format::RdfXml));
        assert_eq!(decide(Some("text/turtle"), "<http://x.example/a> <http://x.example/b> 1 ."), Ok(Format::Turtle));
        assert_eq!(decide(None, "<http://a.b/c> <http://a.b/p> <http://a.b/o> <http://a.b/g> ."), Ok(Format::NQuads));
        assert_eq!(decide(Some("application/trig"), "{ <a> <b> <c> }"), Ok(Format::TriG));
    }

    #[test]
    fn what_is_not_rdf_is_called_by_its_name() {
        assert_eq!(decide(None, "<?xml version='1.0'?><OAI-PMH xmlns='http://x'><a/></OAI-PMH>"), Err(Other::OaiPmh));
        assert_eq!(decide(None, "<?xml version='1.0'?><feed><entry/></feed>"), Err(Other::Xml));
        assert_eq!(decide(None, "id,label\na,b\nc,d"), Err(Other::Csv));
    }
}
