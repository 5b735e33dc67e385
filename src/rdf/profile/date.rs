//! Dates as sources write them. The text is always kept; a text that is no date has no reading.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use oxrdf::{Literal, NamedNode};

use crate::domain::dataset::{Date, DateValue};

/// Reads a date of any of the four datatypes that DCAT-AP allows (`xsd:gYear`, `xsd:gYearMonth`, `xsd:date`,
/// `xsd:dateTime`) by its text, whatever datatype it was given. A moment without a zone is read as UTC.
#[must_use]
pub fn read_date(original: &str, datatype: Option<&str>) -> DateValue {
    DateValue {
        original: original.to_owned(),
        datatype: datatype.map(str::to_owned),
        canonical: canonical(original.trim()),
    }
}

fn canonical(text: &str) -> Option<Date> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(Date::Moment(moment.with_timezone(&Utc)));
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(moment) = NaiveDateTime::parse_from_str(text, form) {
            return Some(Date::Moment(moment.and_utc()));
        }
    }
    let day = without_zone(text);
    let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = day.split('-').collect();
    match *parts {
        [year] if digits(year, 4) => Some(Date::Year(year.parse().ok()?)),
        [year, month] if digits(year, 4) && digits(month, 2) => {
            let month: u32 = month.parse().ok()?;
            (1..=12).contains(&month).then_some(Date::Month(year.parse().ok()?, month))
        }
        [year, month, date] if digits(year, 4) && digits(month, 2) && digits(date, 2) => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?).map(Date::Day)
        }
        _ => None,
    }
}

/// A date without its time zone (`Z`, `+02:00`), which XML Schema allows.
fn without_zone(text: &str) -> &str {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let at = text.len().saturating_sub(6);
    match (text.get(..at), text.get(at..)) {
        (Some(day), Some(zone)) if day.len() >= 4 && zone.starts_with(['+', '-']) && zone.get(3..4) == Some(":") => day,
        _ => text,
    }
}

/// The date as the source wrote it.
pub(super) fn literal(date: &DateValue) -> Literal {
    match date.datatype.as_deref().and_then(|datatype| NamedNode::new(datatype).ok()) {
        Some(datatype) => Literal::new_typed_literal(&date.original, datatype),
        None => Literal::new_simple_literal(&date.original),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thirty_first_of_february_is_kept_but_not_stated() {
        let date = read_date("2021-02-31", None);
        assert_eq!((date.original.as_str(), date.canonical), ("2021-02-31", None));
    }

    #[test]
    fn each_precision_is_kept() {
        let read = |text| read_date(text, None).canonical;
        assert_eq!(read("2021"), Some(Date::Year(2021)));
        assert_eq!(read("2021-07"), Some(Date::Month(2021, 7)));
        assert_eq!(read("2021-07-05Z"), NaiveDate::from_ymd_opt(2021, 7, 5).map(Date::Day));
        assert_eq!(read("2021-07-05+02:00"), NaiveDate::from_ymd_opt(2021, 7, 5).map(Date::Day));
        assert!(
            matches!(read("2021-07-05T10:00:00+02:00"), Some(Date::Moment(at)) if at.to_rfc3339().contains("T08:00"))
        );
        assert!(matches!(read("2021-07-05T10:00:00"), Some(Date::Moment(_))));
        assert_eq!(read("recently"), None);
    }
}
