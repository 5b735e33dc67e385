//! The formats of answers and the choice between them.

use serde::{Deserialize, Serialize};
use sparesults::QueryResultsFormat;

use super::super::media::Format;

/// What an answer is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerForm {
    /// SPARQL 1.1 Query Results JSON.
    Json,
    /// SPARQL Query Results XML.
    Xml,
    /// SPARQL 1.1 Query Results CSV: values only.
    Csv,
    /// SPARQL 1.1 Query Results TSV: terms as in Turtle.
    Tsv,
    /// Turtle.
    Turtle,
    /// N-Triples.
    NTriples,
    /// RDF/XML.
    RdfXml,
    /// JSON-LD.
    JsonLd,
}

impl AnswerForm {
    /// The media type with its parameters.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            AnswerForm::Json => "application/sparql-results+json",
            AnswerForm::Xml => "application/sparql-results+xml",
            AnswerForm::Csv => "text/csv; charset=utf-8",
            AnswerForm::Tsv => "text/tab-separated-values; charset=utf-8",
            AnswerForm::Turtle => "text/turtle",
            AnswerForm::NTriples => "application/n-triples",
            AnswerForm::RdfXml => "application/rdf+xml",
            AnswerForm::JsonLd => "application/ld+json",
        }
    }

    /// Whether it is a graph and not a table or a yes or no.
    #[must_use]
    pub const fn is_graph(self) -> bool {
        self.graph().is_some()
    }

    /// The format of a graph.
    pub(super) const fn graph(self) -> Option<Format> {
        match self {
            AnswerForm::Turtle => Some(Format::Turtle),
            AnswerForm::NTriples => Some(Format::NTriples),
            AnswerForm::RdfXml => Some(Format::RdfXml),
            AnswerForm::JsonLd => Some(Format::JsonLd),
            AnswerForm::Json | AnswerForm::Xml | AnswerForm::Csv | AnswerForm::Tsv => None,
        }
    }

    /// The format of a table.
    pub(super) const fn table(self) -> Option<QueryResultsFormat> {
        match self {
            AnswerForm::Json => Some(QueryResultsFormat::Json),
            AnswerForm::Xml => Some(QueryResultsFormat::Xml),
            AnswerForm::Csv => Some(QueryResultsFormat::Csv),
            AnswerForm::Tsv => Some(QueryResultsFormat::Tsv),
            AnswerForm::Turtle | AnswerForm::NTriples | AnswerForm::RdfXml | AnswerForm::JsonLd => None,
        }
    }
}

/// Media types of tables and yes-or-no answers, the first one where nothing is asked for.
pub(super) const TABLE_FORMATS: &[(&str, AnswerForm)] = &[
    ("application/sparql-results+json", AnswerForm::Json),
    ("application/json", AnswerForm::Json),
    ("application/sparql-results+xml", AnswerForm::Xml),
    ("application/xml", AnswerForm::Xml),
    ("text/csv", AnswerForm::Csv),
    ("text/tab-separated-values", AnswerForm::Tsv),
];
pub(super) const TABLES_OFFERED: &str =
    "application/sparql-results+json, application/sparql-results+xml, text/csv, text/tab-separated-values";
/// Media types of graphs, the first one where nothing is asked for.
pub(super) const GRAPH_FORMATS: &[(&str, AnswerForm)] = &[
    ("text/turtle", AnswerForm::Turtle),
    ("application/n-triples", AnswerForm::NTriples),
    ("application/rdf+xml", AnswerForm::RdfXml),
    ("application/xml", AnswerForm::RdfXml),
    ("application/ld+json", AnswerForm::JsonLd),
    ("application/json", AnswerForm::JsonLd),
];
pub(super) const GRAPHS_OFFERED: &str = "text/turtle, application/n-triples, application/rdf+xml, application/ld+json";

/// Ranges of an `Accept` header that are read.
const MAX_RANGES: usize = 50;

/// The best of the offers for an `Accept` header (RFC 9110 §12.5.1): highest quality, then ours.
pub(super) fn negotiate(accept: Option<&str>, offers: &[(&str, AnswerForm)]) -> Option<AnswerForm> {
    let accept = accept.map(str::trim).filter(|accept| !accept.is_empty()).unwrap_or("*/*");
    let mut best: Option<(u16, AnswerForm)> = None;
    for (media_type, offer) in offers {
        let quality = quality(accept, media_type);
        if quality > 0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, *offer));
        }
    }
    best.map(|(_, offer)| offer)
}

/// The quality, in thousandths, that a header gives to a media type: that of the most specific range that names it.
fn quality(accept: &str, media_type: &str) -> u16 {
    let mut best = (0_u8, 0_u16);
    for range in accept.split(',').take(MAX_RANGES) {
        let mut parts = range.split(';').map(str::trim);
        let pattern = parts.next().unwrap_or_default().to_ascii_lowercase();
        let specific = match pattern.as_str() {
            "*/*" => 1,
            _ if pattern == media_type => 3,
            _ if pattern.strip_suffix("/*").is_some_and(|kind| media_type.split('/').next() == Some(kind)) => 2,
            _ => continue,
        };
        let quality = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .map_or(1_000, thousandths);
        if specific > best.0 {
            best = (specific, quality);
        }
    }
    best.1
}

/// `0.75` as 750; what is not a quality counts as 1.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole != "0" {
        return 1_000;
    }
    format!("{fraction:0<3}").get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_header_decides_the_format() {
        let table = |accept| negotiate(accept, TABLE_FORMATS);
        assert_eq!(table(None), Some(AnswerForm::Json));
        assert_eq!(table(Some("text/csv;q=0.9, application/sparql-results+xml;q=0.95")), Some(AnswerForm::Xml));
        assert_eq!(table(Some("text/*;q=0.5, */*;q=0.1")), Some(AnswerForm::Csv));
        assert_eq!(table(Some("image/png")), None);
        assert_eq!(table(Some("text/csv;q=0")), None);
        assert_eq!(table(Some("*/*;q=0.1, text/tab-separated-values;Q=0.2")), Some(AnswerForm::Tsv));
        let graph = |accept| negotiate(accept, GRAPH_FORMATS);
        assert_eq!(graph(Some("*/*")), Some(AnswerForm::Turtle));
        assert_eq!(graph(Some("application/ld+json, text/turtle;q=0.9")), Some(AnswerForm::JsonLd));
        assert_eq!(graph(Some("text/csv")), None);
    }
}
