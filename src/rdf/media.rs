//! Formats of RDF documents: their media types, and recognising them by their first bytes.
//!
//! Policy: a specific media type in the header is believed unless the bytes plainly are something else (an error page in
//! HTML under `text/turtle`); general types (`text/plain`, `application/json`) and missing ones are decided by the bytes.

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
            "text/turtle" | "application/x-turtle" | "application/turtle" => Some(Format::Turtle),
            "application/n-triples" => Some(Format::NTriples),
            "application/n-quads" | "text/x-nquads" => Some(Format::NQuads),
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
            _ => Format::ALL.into_iter().find(|format| format.suffix() == suffix),
        }
    }
}

/// What the first bytes of a document look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// A web page.
    Html,
    /// XML that is not HTML.
    Xml,
    /// JSON.
    Json,
    /// UTF-16 or UTF-32 text, which no RDF syntax but XML allows.
    WideText,
    /// Anything else: the Turtle family, or nothing recognisable.
    Other,
}

/// How many bytes from the start are looked at.
const LOOKED_AT: usize = 2_048;

/// Recognises a document by its first bytes.
#[must_use]
pub fn looks(bytes: &[u8]) -> Looks {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Looks::WideText;
    }
    let head = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or_default();
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let is_html = text.starts_with("<!doctype html")
        || text.starts_with("<html")
        || (text.starts_with("<?xml") && text.contains("<html"))
        || (text.starts_with("<!--") && text.contains("<html"));
    if is_html {
        return Looks::Html;
    }
    if text.starts_with("<?xml") || text.starts_with("<rdf:rdf") || text.starts_with("<!doctype rdf") {
        return Looks::Xml;
    }
    let mut marks = text.chars().filter(|mark| !mark.is_whitespace());
    match (marks.next(), marks.next()) {
        (Some('{'), Some('"' | '}') | None) | (Some('['), Some('{') | None) => Looks::Json,
        _ => Looks::Other,
    }
}

/// The format to parse with, by header first and bytes second; `None`: the document is a web page or unreadable text.
#[must_use]
pub fn decide(media_type: Option<&str>, bytes: &[u8]) -> Option<Format> {
    let named = media_type.and_then(Format::from_media_type);
    match (looks(bytes), named) {
        (Looks::Html, Some(Format::RdfXml)) => Some(Format::RdfXml).filter(|_| contains(bytes, b"rdf:RDF")),
        (Looks::Html | Looks::WideText, _) => None,
        (Looks::Xml, _) => Some(Format::RdfXml),
        (Looks::Json, Some(Format::TriG)) => Some(Format::TriG),
        (Looks::Json, _) => Some(Format::JsonLd),
        (Looks::Other, Some(Format::RdfXml | Format::JsonLd)) if begins_like_turtle(bytes) => Some(Format::Turtle),
        (Looks::Other, Some(format)) => Some(format),
        (Looks::Other, None) => Some(Format::Turtle),
    }
}

fn begins_like_turtle(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or_default();
    let text = String::from_utf8_lossy(head).trim_start().to_ascii_lowercase();
    text.starts_with("@prefix") || text.starts_with("@base") || text.starts_with("prefix ")
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).take(LOOKED_AT).any(|window| window == needle)
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
            assert_eq!(decide(header, b"\n<!DOCTYPE html><html><body>Sign in</body></html>"), None, "{header:?}");
        }
    }

    #[test]
    fn bytes_decide_where_the_header_is_general_or_wrong() {
        assert_eq!(decide(Some("application/json"), b"[ {\"@id\": \"x\"}]"), Some(Format::JsonLd));
        assert_eq!(decide(Some("text/plain; charset=utf-8"), b"@prefix a: <b> ."), Some(Format::Turtle));
        assert_eq!(decide(Some("application/rdf+xml"), b"@prefix a: <b> ."), Some(Format::Turtle));
        assert_eq!(decide(Some("text/turtle"), b"[ a <b> ] ."), Some(Format::Turtle));
        assert_eq!(decide(Some("text/turtle"), b"<?xml version='1.0'?><rdf:RDF/>"), Some(Format::RdfXml));
    }
}
