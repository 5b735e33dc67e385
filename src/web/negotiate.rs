//! Content negotiation (RFC 9110 §12.5.1), as much of it as the site offers forms.

/// Ranges of an `Accept` header that are read.
const MAX_RANGES: usize = 50;

/// The best of the offered media types for an `Accept` header; the first offered one when there is no header.
/// `None`: none is acceptable.
#[must_use]
pub fn best<'a>(accept: Option<&str>, offered: &[&'a str]) -> Option<&'a str> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return offered.first().copied() };
    let mut chosen: Option<(&'a str, u32)> = None;
    for candidate in offered {
        let quality = quality_of(accept, candidate);
        if quality > 0 && chosen.is_none_or(|(_, best)| quality > best) {
            chosen = Some((candidate, quality));
        }
    }
    chosen.map(|(media_type, _)| media_type)
}

/// Whether the reader asks for a page by name and for nothing rather than it: browsers do, programs do not.
#[must_use]
pub fn prefers_html(accept: Option<&str>) -> bool {
    let Some(accept) = accept else { return false };
    let ranges = || accept.split(',').take(MAX_RANGES).map(|part| part.split(';').next().unwrap_or_default().trim());
    if !ranges().any(|range| range.eq_ignore_ascii_case("text/html") || range == "text/*") {
        return false;
    }
    let html = quality_of(accept, "text/html");
    let others = ranges().map(str::to_ascii_lowercase).filter(|range| !range.ends_with("/*"));
    html > 0 && others.map(|range| quality_of(accept, &range)).all(|quality| quality <= html)
}

/// The quality of a media type in thousandths, by the most specific range that names it.
fn quality_of(accept: &str, media_type: &str) -> u32 {
    let family = media_type.split('/').next().unwrap_or_default();
    let mut found: Option<(u8, u32)> = None;
    for part in accept.split(',').take(MAX_RANGES) {
        let mut pieces = part.split(';').map(str::trim);
        let range = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let specificity = if range == media_type {
            2
        } else if range.strip_suffix("/*") == Some(family) {
            1
        } else if range == "*/*" {
            0
        } else {
            continue;
        };
        let quality = pieces
            .find_map(|piece| piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")))
            .map_or(1000, thousandths);
        if found.is_none_or(|(before, _)| specificity > before) {
            found = Some((specificity, quality));
        }
    }
    found.map_or(0, |(_, quality)| quality)
}

fn thousandths(quality: &str) -> u32 {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let thousands = whole.parse::<u32>().unwrap_or(0).min(1) * 1000;
    (thousands + fraction.parse::<u32>().unwrap_or(0)).min(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: [&str; 3] = ["text/html", "application/json", "text/turtle"];

    #[test]
    fn a_browser_gets_the_page_and_a_program_what_it_asks_for() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(best(Some(browser), &FORMS), Some("text/html"));
        assert_eq!(best(Some("text/turtle"), &FORMS), Some("text/turtle"));
        assert_eq!(best(Some("application/json;q=0.4, text/turtle;q=0.7"), &FORMS), Some("text/turtle"));
        assert_eq!(best(None, &FORMS), Some("text/html"));
        assert_eq!(best(Some("*/*"), &FORMS), Some("text/html"));
    }

    #[test]
    fn what_is_not_offered_is_not_acceptable() {
        assert_eq!(best(Some("image/png"), &FORMS), None);
        assert_eq!(best(Some("text/html;q=0"), &FORMS), None);
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
