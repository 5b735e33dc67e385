//! Content negotiation (RFC 9110 §12.5.1), as much of it as the site offers forms.
//!
//! Policy: the most specific range that names a form gives its quality; among forms of equal quality the one that was
//! named more exactly wins, then the one that is offered first. A parameter that the form does not have keeps a range
//! from fitting, unless nothing else would fit: a known form with an unknown parameter beats a refusal. Headers are
//! hostile: commas and semicolons in quoted strings are text, and only so many ranges are read.

use actix_web::http::header::{self, HeaderMap};

/// Ranges of an `Accept` header that are read.
const MAX_RANGES: usize = 50;
/// Bytes of an `Accept` header that are read.
const MAX_BYTES: usize = 8_192;

/// How exactly a range names a form, from a wildcard to type and parameters.
type Exactness = u8;

/// The request's `Accept`: several header lines are one list. `None` when there is none.
#[must_use]
pub fn accept_of(headers: &HeaderMap) -> Option<String> {
    let lines: Vec<String> =
        headers.get_all(header::ACCEPT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// The best of the offered media types for an `Accept` header; the first offered one when there is no header.
/// `None`: none is acceptable.
#[must_use]
pub fn best<'a>(accept: Option<&str>, offered: &[&'a str]) -> Option<&'a str> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return offered.first().copied() };
    let ranges = ranges(accept);
    best_of(&ranges, offered, false).or_else(|| best_of(&ranges, offered, true))
}

/// Whether the reader asks for a page by name and for nothing rather than it: browsers do, programs do not.
#[must_use]
pub fn prefers_html(accept: Option<&str>) -> bool {
    let Some(accept) = accept else { return false };
    let ranges = ranges(accept);
    if !ranges.iter().any(|range| range.is("text", "html") || range.is("text", "*")) {
        return false;
    }
    let html = quality_of(&ranges, "text/html", true).map_or(0, |(quality, _)| quality);
    let others = ranges.iter().filter(|range| range.subtype != "*");
    html > 0 && others.map(|range| range.quality).all(|quality| quality <= html)
}

/// The pieces of a header value between separators that are not inside a quoted string (RFC 9110 §5.6.4).
#[must_use]
pub fn pieces(text: &str, separator: char) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped) = (0, false, false);
    for (at, mark) in text.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if is_quoted && mark == '\\' {
            is_escaped = true;
        } else if mark == '"' {
            is_quoted = !is_quoted;
        } else if mark == separator && !is_quoted {
            found.push(text.get(start..at).unwrap_or_default().trim());
            start = at.saturating_add(mark.len_utf8());
        }
    }
    found.push(text.get(start..).unwrap_or_default().trim());
    found
}

/// A weight (`0.75`) in thousandths; what is not a weight counts as 1, because the sender named the form after all.
#[must_use]
pub fn thousandths(weight: &str) -> u16 {
    let (whole, fraction) = weight.trim().split_once('.').unwrap_or((weight.trim(), ""));
    let well_formed = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    if whole != "0" || !well_formed {
        return 1_000;
    }
    format!("{fraction:0<3}").parse().unwrap_or(1_000)
}

/// One range of the header.
struct Range {
    family: String,
    subtype: String,
    /// Names in lower case, values without their quotes.
    parameters: Vec<(String, String)>,
    quality: u16,
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let mut parts = pieces(text, ';').into_iter();
        let (family, subtype) = parts.next()?.split_once('/')?;
        let mut range = Self {
            family: family.trim().to_ascii_lowercase(),
            subtype: subtype.trim().to_ascii_lowercase(),
            parameters: Vec::new(),
            quality: 1_000,
        };
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
            match name.as_str() {
                "q" => {
                    range.quality = thousandths(value);
                    // What follows the weight is no parameter of the range.
                    break;
                }
                "" => {}
                _ => range.parameters.push((name, value.to_owned())),
            }
        }
        Some(range)
    }

    fn is(&self, family: &str, subtype: &str) -> bool {
        self.family == family && self.subtype == subtype
    }

    /// How exactly the range names the media type; `None`: not at all.
    fn fits(&self, media_type: &str, leniently: bool) -> Option<Exactness> {
        let mut parts = pieces(media_type, ';').into_iter();
        let (family, subtype) = parts.next()?.split_once('/')?;
        if self.is("*", "*") {
            return Some(0);
        }
        if self.is(family, "*") {
            return Some(1);
        }
        if !self.is(family, subtype) {
            return None;
        }
        let own: Vec<&str> = parts.collect();
        let has = |(name, value): &(String, String)| {
            let is_utf8 = name == "charset" && value.eq_ignore_ascii_case("utf-8");
            is_utf8 || own.iter().any(|part| part.eq_ignore_ascii_case(&format!("{name}={value}")))
        };
        match (self.parameters.is_empty(), self.parameters.iter().all(has)) {
            (true, _) => Some(3),
            (false, true) => Some(4),
            (false, false) => leniently.then_some(2),
        }
    }
}

fn ranges(accept: &str) -> Vec<Range> {
    let end = (0..=accept.len().min(MAX_BYTES)).rev().find(|at| accept.is_char_boundary(*at)).unwrap_or(0);
    let read = accept.get(..end).unwrap_or_default();
    pieces(read, ',').into_iter().filter_map(Range::read).take(MAX_RANGES).collect()
}

fn best_of<'a>(ranges: &[Range], offered: &[&'a str], leniently: bool) -> Option<&'a str> {
    let mut chosen: Option<(&'a str, (u16, Exactness))> = None;
    for candidate in offered {
        let Some(rank) = quality_of(ranges, candidate, leniently).filter(|(quality, _)| *quality > 0) else { continue };
        if chosen.is_none_or(|(_, best)| rank > best) {
            chosen = Some((candidate, rank));
        }
    }
    chosen.map(|(media_type, _)| media_type)
}

/// The quality of a media type in thousandths by the most exact range that names it, and how exactly that does.
fn quality_of(ranges: &[Range], media_type: &str, leniently: bool) -> Option<(u16, Exactness)> {
    let mut found: Option<(u16, Exactness)> = None;
    for range in ranges {
        let Some(exactness) = range.fits(media_type, leniently) else { continue };
        if found.is_none_or(|(_, before)| exactness > before) {
            found = Some((range.quality, exactness));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: [&str; 4] = ["text/html", "application/json", "text/turtle", "application/atom+xml;type=feed"];

    #[test]
    fn a_browser_gets_the_page_and_a_program_what_it_asks_for() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(best(Some(browser), &FORMS), Some("text/html"));
        assert_eq!(best(Some("text/turtle"), &FORMS), Some("text/turtle"));
        assert_eq!(best(Some("application/json;q=0.4, text/turtle;q=0.7"), &FORMS), Some("text/turtle"));
        assert_eq!(best(None, &FORMS), Some("text/html"));
        assert_eq!(best(Some("*/*"), &FORMS), Some("text/html"));
        assert_eq!(best(Some("text/turtle, */*"), &FORMS), Some("text/turtle"));
    }

    #[test]
    fn what_is_not_offered_is_not_acceptable() {
        assert_eq!(best(Some("image/png"), &FORMS), None);
        assert_eq!(best(Some("text/html;q=0"), &FORMS), None);
        assert_eq!(best(Some("*/*;q=0"), &FORMS), None);
        assert_eq!(best(Some("text/html;q=0, text/*;q=0.1"), &FORMS), Some("text/turtle"));
    }

    #[test]
    fn the_most_exact_range_gives_the_weight() {
        let by_the_book = "text/*;q=0.3, text/html;q=0.7, text/html;level=1, */*;q=0.5";
        assert_eq!(best(Some(by_the_book), &["text/html;level=1", "text/html"]), Some("text/html;level=1"));
        assert_eq!(best(Some(by_the_book), &["text/turtle", "application/json"]), Some("application/json"));
        assert_eq!(best(Some("application/atom+xml;type=feed"), &FORMS), Some("application/atom+xml;type=feed"));
        assert_eq!(best(Some("TEXT/Turtle;Charset=\"UTF-8\";Q=0.5"), &FORMS), Some("text/turtle"));
    }

    #[test]
    fn a_known_form_with_an_unknown_parameter_beats_a_refusal_and_nothing_else() {
        assert_eq!(best(Some("text/turtle;version=1.2"), &FORMS), Some("text/turtle"));
        assert_eq!(best(Some("text/turtle;version=1.2, application/json;q=0.1"), &FORMS), Some("application/json"));
    }

    #[test]
    fn hostile_headers_are_read_to_a_bound() {
        assert_eq!(best(Some("text/turtle;note=\"a, text/html;q=1\";q=0.9"), &FORMS), Some("text/turtle"));
        assert_eq!(best(Some("text/turtle;note=\"never closed, text/html"), &FORMS), Some("text/turtle"));
        for text in [",;=/\"\\".repeat(2_000), "a/b,".repeat(20_000), "\u{e9}/\u{e9};q=\u{e9},".repeat(1_000)] {
            assert_eq!(best(Some(&text), &FORMS), None);
        }
        assert_eq!(best(Some("text/turtle;q=banana"), &FORMS), Some("text/turtle"));
        assert_eq!(best(Some("text/turtle;q=7"), &FORMS), Some("text/turtle"));
        assert_eq!(thousandths("0.25"), 250);
        assert_eq!(thousandths("0"), 0);
    }

    #[test]
    fn only_readers_of_pages_get_error_pages() {
        assert!(prefers_html(Some("text/html,*/*;q=0.8")));
        assert!(!prefers_html(Some("*/*")));
        assert!(!prefers_html(Some("application/json")));
        assert!(!prefers_html(Some("text/csv")));
        assert!(!prefers_html(Some("application/sparql-results+json, text/html;q=0.5")));
        assert!(!prefers_html(None));
    }
}
