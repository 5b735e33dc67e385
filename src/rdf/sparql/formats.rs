//! The formats of answers and the choice between them.

use sparesults::QueryResultsFormat;

use super::super::media::Format;

/// Media types of tables and yes-or-no answers, the first one where nothing is asked for.
pub(super) const TABLE_FORMATS: &[(&str, QueryResultsFormat)] = &[
    ("application/sparql-results+json", QueryResultsFormat::Json),
    ("application/json", QueryResultsFormat::Json),
    ("application/sparql-results+xml", QueryResultsFormat::Xml),
    ("application/xml", QueryResultsFormat::Xml),
    ("text/csv", QueryResultsFormat::Csv),
    ("text/tab-separated-values", QueryResultsFormat::Tsv),
];
pub(super) const TABLES_OFFERED: &str =
    "application/sparql-results+json, application/sparql-results+xml, text/csv, text/tab-separated-values";
/// Media types of graphs, the first one where nothing is asked for.
pub(super) const GRAPH_FORMATS: &[(&str, Format)] = &[
    ("text/turtle", Format::Turtle),
    ("application/n-triples", Format::NTriples),
    ("application/rdf+xml", Format::RdfXml),
    ("application/ld+json", Format::JsonLd),
];
pub(super) const GRAPHS_OFFERED: &str = "text/turtle, application/n-triples, application/rdf+xml, application/ld+json";

/// The best of the offers for an `Accept` header (RFC 9110 §12.5.1): highest quality, then most specific, then ours.
pub(super) fn negotiate<T: Copy>(accept: Option<&str>, offers: &[(&str, T)]) -> Option<T> {
    let accept = accept.map(str::trim).filter(|accept| !accept.is_empty()).unwrap_or("*/*");
    let mut best: Option<(u16, T)> = None;
    for (media_type, offer) in offers {
        let quality = quality(accept, media_type);
        if quality > 0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, *offer));
        }
    }
    best.map(|(_, offer)| offer)
}

/// The quality, in thousandths, that a header gives to a media type.
fn quality(accept: &str, media_type: &str) -> u16 {
    let mut best = (0_u8, 0_u16);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let pattern = parts.next().unwrap_or_default().to_ascii_lowercase();
        let specific = match pattern.as_str() {
            "*/*" => 1,
            _ if pattern == media_type => 3,
            _ if pattern.strip_suffix("/*").is_some_and(|kind| media_type.split('/').next() == Some(kind)) => 2,
            _ => continue,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1_000, thousandths);
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
        assert_eq!(table(None), Some(QueryResultsFormat::Json));
        assert_eq!(table(Some("text/csv;q=0.9, application/sparql-results+xml;q=0.95")), Some(QueryResultsFormat::Xml));
        assert_eq!(table(Some("text/*;q=0.5, */*;q=0.1")), Some(QueryResultsFormat::Csv));
        assert_eq!(table(Some("image/png")), None);
        assert_eq!(table(Some("text/csv;q=0")), None);
    }
}
