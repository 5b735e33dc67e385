//! Dates as people read them, in UTC, never more exact than the source was.

use chrono::{DateTime, Utc};

use crate::domain::dataset::{Date, DateValue, Period};

/// Month names, January first.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `12 May 2026`.
#[must_use]
pub fn day(moment: DateTime<Utc>) -> String {
    moment.format("%-d %B %Y").to_string()
}

/// `12 May 2026, 09:40 UTC`.
#[must_use]
pub fn moment(moment: DateTime<Utc>) -> String {
    moment.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// `2026-05-12T09:40:00Z`, for `<time datetime>`.
#[must_use]
pub fn machine(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A published date in words; one that is none ("31 February") is said to be none, beside what the source wrote.
#[must_use]
pub fn published(date: &DateValue) -> String {
    match date.canonical {
        None => format!("not stated (the source says \u{201c}{}\u{201d}, which is not a date)", date.original),
        Some(Date::Year(year)) => year.to_string(),
        Some(Date::Month(year, month)) => {
            let name = usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)).copied();
            format!("{} {year}", name.unwrap_or_default())
        }
        Some(Date::Day(day)) => day.format("%-d %B %Y").to_string(),
        Some(Date::Moment(moment)) => self::moment(moment),
    }
}

/// A period in words; an open end is said to be open.
#[must_use]
pub fn period(period: &Period) -> String {
    match (&period.start, &period.end) {
        (Some(start), Some(end)) => format!("{} to {}", published(start), published(end)),
        (Some(start), None) => format!("from {}", published(start)),
        (None, Some(end)) => format!("until {}", published(end)),
        (None, None) => "not stated".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thirty_first_of_february_is_shown_and_called_what_it_is() {
        let date = DateValue { original: "2021-02-31".into(), datatype: None, canonical: None };
        assert!(published(&date).starts_with("not stated"));
        assert!(published(&date).contains("2021-02-31"));
    }

    #[test]
    fn a_month_is_not_made_into_a_day() {
        let date = DateValue { original: "2021-03".into(), datatype: None, canonical: Some(Date::Month(2021, 3)) };
        assert_eq!(published(&date), "March 2021");
    }
}
