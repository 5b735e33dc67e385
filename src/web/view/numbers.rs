//! Numbers as people read them: grouped by thin spaces, with their unit and how exact they are.
//!
//! Policy: an unknown number is words, never 0; a bound or a rounding is said in words before the number.

use crate::domain::dataset::{Count, Precision};

/// U+202F, the thin space that does not break a number over two lines.
const GROUP_MARK: char = '\u{202f}';
/// Divisor of one step of the size units.
const SIZE_STEP: i64 = 1000;
/// Size units, decimal as storage is sold and DICOM archives report it.
const SIZE_UNITS: [&str; 6] = ["bytes", "kB", "MB", "GB", "TB", "PB"];

/// The number in groups of three digits: `106 968`.
#[must_use]
pub fn group(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        grouped.push('\u{2212}');
    }
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(GROUP_MARK);
        }
        grouped.push(digit);
    }
    grouped
}

/// The number of things in memory, grouped.
#[must_use]
pub fn group_len(number: usize) -> String {
    group(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A published count in words: `1 204`, `at least 1 204`, `about 1 200`, `fewer than 5`, `not stated`.
#[must_use]
pub fn count(published: Option<Count>) -> String {
    let Some(count) = published else { return "not stated".to_owned() };
    let number = group(count.value);
    match count.precision {
        Precision::Exact => number,
        Precision::Rounded => format!("about {number}"),
        Precision::AtLeast => format!("at least {number}"),
        Precision::Suppressed => format!("fewer than {number}"),
    }
}

/// How exact the count is, for the legend beside it; nothing for an exact one.
#[must_use]
pub fn precision_note(published: Option<Count>) -> &'static str {
    match published.map(|count| count.precision) {
        None | Some(Precision::Exact) => "",
        Some(Precision::Rounded) => "rounded by the provider",
        Some(Precision::AtLeast) => "lower bound",
        Some(Precision::Suppressed) => "withheld because it is small",
    }
}

/// The word for a precision in machine forms and tables.
#[must_use]
pub const fn precision_word(precision: Precision) -> &'static str {
    match precision {
        Precision::Exact => "exact",
        Precision::Rounded => "rounded",
        Precision::AtLeast => "at least",
        Precision::Suppressed => "suppressed",
    }
}

/// A size in the unit that keeps it short, with one decimal: `1.2 TB`.
#[must_use]
pub fn bytes(size: i64) -> String {
    let mut divisor: i64 = 1;
    let mut unit = 0;
    while size / divisor >= SIZE_STEP && unit + 1 < SIZE_UNITS.len() {
        divisor *= SIZE_STEP;
        unit += 1;
    }
    let name = SIZE_UNITS.get(unit).copied().unwrap_or("bytes");
    if unit == 0 {
        return format!("{} {name}", group(size));
    }
    let tenths = size / (divisor / 10);
    if tenths >= 1000 || tenths % 10 == 0 {
        format!("{} {name}", group(tenths / 10))
    } else {
        format!("{}.{} {name}", group(tenths / 10), tenths % 10)
    }
}

/// A published size in words.
#[must_use]
pub fn size(published: Option<Count>) -> String {
    match published {
        None => "not stated".to_owned(),
        Some(count) => match count.precision {
            Precision::Exact => bytes(count.value),
            Precision::Rounded => format!("about {}", bytes(count.value)),
            Precision::AtLeast => format!("at least {}", bytes(count.value)),
            Precision::Suppressed => format!("less than {}", bytes(count.value)),
        },
    }
}

/// A share in tenths of a percent without floating point: 0 to 1000. An empty whole has no share.
#[must_use]
pub fn per_mille(part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    (part.max(0).saturating_mul(1000) / whole).min(1000)
}

/// A share as a percentage for people; small shares are not rounded away to nothing.
#[must_use]
pub fn percent(part: i64, whole: i64) -> String {
    let share = per_mille(part, whole);
    if part > 0 && share < 10 {
        return "under 1 %".to_owned();
    }
    format!("{} %", (share + 5) / 10)
}

/// `1 data set`, `24 data sets`.
#[must_use]
pub fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", group(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_thin_and_unbreakable() {
        assert_eq!(group(0), "0");
        assert_eq!(group(999), "999");
        assert_eq!(group(58_784_975), "58\u{202f}784\u{202f}975");
        assert_eq!(group(-1000), "\u{2212}1\u{202f}000");
    }

    #[test]
    fn an_unknown_number_is_words_and_a_bound_says_so() {
        assert_eq!(count(None), "not stated");
        assert_eq!(count(Some(Count { value: 1204, precision: Precision::AtLeast })), "at least 1\u{202f}204");
        assert_eq!(count(Some(Count { value: 5, precision: Precision::Suppressed })), "fewer than 5");
        assert_eq!(count(Some(Count { value: 0, precision: Precision::Exact })), "0");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_500_000), "1.5 MB");
        assert_eq!(bytes(2_000_000_000_000), "2 TB");
        assert_eq!(bytes(i64::MAX), "9\u{202f}223 PB");
    }

    #[test]
    fn a_small_share_is_not_nothing() {
        assert_eq!(percent(1, 100_000), "under 1 %");
        assert_eq!(percent(0, 100), "0 %");
        assert_eq!(percent(1, 3), "33 %");
    }
}
