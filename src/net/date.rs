//! Dates in HTTP headers (RFC 9110 §5.6.7): the present form and the two obsolete ones, which must be accepted.

use chrono::{DateTime, NaiveDateTime, Utc};

/// The obsolete forms: that of RFC 850 and that of `asctime`; both are in UTC by definition.
const OBSOLETE: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// The time that an HTTP date names; `None`: it is no HTTP date.
#[must_use]
pub fn read_date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let present = DateTime::parse_from_rfc2822(text).ok().map(|date| date.with_timezone(&Utc));
    let obsolete =
        || OBSOLETE.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|date| date.and_utc());
    present.or_else(obsolete)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_its_three_forms() {
        let expected = DateTime::parse_from_rfc3339("1994-11-06T08:49:37Z").unwrap().with_timezone(&Utc);
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(read_date(text), Some(expected), "{text}");
        }
        assert_eq!(read_date("yesterday"), None);
    }
}
