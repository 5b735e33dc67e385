//! Literals under SHACL's eyes: whether a text is one of its datatype, and which of two comes first.
//!
//! Policy: the lexical forms of XML Schema 1.1, part 2; a datatype that is not known here accepts any text. Numbers of
//! any length are valid; comparing them beyond 128 bits goes through floating point.

use std::cmp::Ordering;

use oxrdf::{Literal, LiteralRef, NamedNodeRef};
use oxsdatatypes::{Date, DateTime, Decimal, Double, Duration, Float, GYear, GYearMonth, Time};

const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// Whether the literal has the datatype and its text is one of it (SHACL §4.1.2).
pub(super) fn has_datatype(literal: LiteralRef<'_>, datatype: NamedNodeRef<'_>) -> bool {
    literal.datatype() == datatype && is_well_formed(literal)
}

/// Whether the text of a literal belongs to its datatype.
pub(super) fn is_well_formed(literal: LiteralRef<'_>) -> bool {
    let Some(name) = literal.datatype().as_str().strip_prefix(XSD) else { return true };
    let text = literal.value().trim_matches(|character: char| character.is_ascii_whitespace());
    match name {
        "boolean" => matches!(text, "true" | "false" | "0" | "1"),
        "decimal" => is_decimal(text),
        "double" => text.parse::<Double>().is_ok(),
        "float" => text.parse::<Float>().is_ok(),
        "date" => text.parse::<Date>().is_ok(),
        "dateTime" => text.parse::<DateTime>().is_ok(),
        "dateTimeStamp" => text.parse::<DateTime>().is_ok_and(|moment| moment.timezone_offset().is_some()),
        "time" => text.parse::<Time>().is_ok(),
        "gYear" => text.parse::<GYear>().is_ok(),
        "gYearMonth" => text.parse::<GYearMonth>().is_ok(),
        "duration" => text.parse::<Duration>().is_ok(),
        "hexBinary" => text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "integer" => integer(text).is_some(),
        "nonNegativeInteger" => integer(text).is_some_and(|(negative, digits)| !negative || is_zero(digits)),
        "positiveInteger" => integer(text).is_some_and(|(negative, digits)| !negative && !is_zero(digits)),
        "nonPositiveInteger" => integer(text).is_some_and(|(negative, digits)| negative || is_zero(digits)),
        "negativeInteger" => integer(text).is_some_and(|(negative, digits)| negative && !is_zero(digits)),
        "long" => text.parse::<i64>().is_ok(),
        "int" => text.parse::<i32>().is_ok(),
        "short" => text.parse::<i16>().is_ok(),
        "byte" => text.parse::<i8>().is_ok(),
        "unsignedLong" => text.parse::<u64>().is_ok(),
        "unsignedInt" => text.parse::<u32>().is_ok(),
        "unsignedShort" => text.parse::<u16>().is_ok(),
        "unsignedByte" => text.parse::<u8>().is_ok(),
        _ => true,
    }
}

/// Sign and digits of an integer.
fn integer(text: &str) -> Option<(bool, &str)> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some((negative, digits))
}

fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|byte| byte == b'0')
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !(whole.is_empty() && part.is_empty()) && all_digits(whole) && all_digits(part)
}

/// A literal as a number, where it is one.
enum Number {
    Whole(i128),
    Exact(Decimal),
    Rough(f64),
}

fn number(literal: LiteralRef<'_>) -> Option<Number> {
    let name = literal.datatype().as_str().strip_prefix(XSD)?;
    let text = literal.value().trim();
    match name {
        "integer" | "nonNegativeInteger" | "positiveInteger" | "nonPositiveInteger" | "negativeInteger" | "long"
        | "int" | "short" | "byte" | "unsignedLong" | "unsignedInt" | "unsignedShort" | "unsignedByte" => {
            text.parse().map(Number::Whole).ok().or_else(|| text.parse().ok().map(Number::Rough))
        }
        "decimal" => text.parse().map(Number::Exact).ok().or_else(|| text.parse().ok().map(Number::Rough)),
        "double" | "float" => text.parse::<Double>().ok().map(|number| Number::Rough(number.into())),
        _ => None,
    }
}

impl Number {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(one), Self::Whole(two)) => Some(one.cmp(two)),
            (Self::Exact(one), Self::Exact(two)) => one.partial_cmp(two),
            _ => self.rough().partial_cmp(&other.rough()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "only the order of magnitude decides here")]
    fn rough(&self) -> f64 {
        match self {
            Self::Whole(number) => *number as f64,
            Self::Exact(number) => f64::from(Double::from(*number)),
            Self::Rough(number) => *number,
        }
    }
}

/// The order of two literals as SPARQL's `<` has it; `None` where it has none.
pub(super) fn compare(one: LiteralRef<'_>, two: LiteralRef<'_>) -> Option<Ordering> {
    if let (Some(one), Some(two)) = (number(one), number(two)) {
        return one.compare(&two);
    }
    if one.datatype() != two.datatype() || one.language() != two.language() {
        return None;
    }
    let (text, other) = (one.value().trim(), two.value().trim());
    match one.datatype().as_str().strip_prefix(XSD)? {
        "date" => text.parse::<Date>().ok()?.partial_cmp(&other.parse().ok()?),
        "dateTime" => text.parse::<DateTime>().ok()?.partial_cmp(&other.parse().ok()?),
        "gYear" => text.parse::<GYear>().ok()?.partial_cmp(&other.parse().ok()?),
        "gYearMonth" => text.parse::<GYearMonth>().ok()?.partial_cmp(&other.parse().ok()?),
        "string" => Some(one.value().cmp(two.value())),
        "boolean" => Some(matches!(text, "true" | "1").cmp(&matches!(other, "true" | "1"))),
        _ => None,
    }
}

/// Whether a language is in a range (RFC 4647 §3.3.1, basic filtering); both in lower case.
pub(super) fn is_in_range(language: &str, range: &str) -> bool {
    match range {
        "*" => !language.is_empty(),
        _ => language.strip_prefix(range).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
    }
}

/// The literal's comparison with a bound of a shape.
pub(super) fn against(value: LiteralRef<'_>, bound: &Literal) -> Option<Ordering> {
    compare(value, bound.as_ref())
}

#[cfg(test)]
mod tests {
    use oxrdf::NamedNode;

    use super::*;

    fn typed(text: &str, name: &str) -> Literal {
        Literal::new_typed_literal(text, NamedNode::new(format!("{XSD}{name}")).unwrap())
    }

    #[test]
    fn a_text_is_of_its_datatype_only_in_the_forms_of_xml_schema() {
        for (text, name, good) in [
            ("12", "nonNegativeInteger", true),
            ("-12", "nonNegativeInteger", false),
            ("-0", "nonNegativeInteger", true),
            ("123456789012345678901234567890", "integer", true),
            ("1.5", "integer", false),
            (".5", "decimal", true),
            (".", "decimal", false),
            ("1e3", "decimal", false),
            ("1e3", "double", true),
            ("2024-02-30", "date", false),
            ("2024-02-29", "date", true),
            ("2024-02-29T10:00:00", "dateTime", true),
            ("2024", "gYear", true),
            ("20", "gYear", false),
            ("P1D", "duration", true),
            ("1 day", "duration", false),
            ("yes", "boolean", false),
            ("abc", "hexBinary", false),
        ] {
            assert_eq!(is_well_formed(typed(text, name).as_ref()), good, "{text} as {name}");
        }
    }

    #[test]
    fn numbers_are_ordered_across_their_datatypes_and_texts_are_not_numbers() {
        let order =
            |one: (&str, &str), two: (&str, &str)| compare(typed(one.0, one.1).as_ref(), typed(two.0, two.1).as_ref());
        assert_eq!(order(("9", "integer"), ("10", "nonNegativeInteger")), Some(Ordering::Less));
        assert_eq!(order(("1.0", "decimal"), ("1", "integer")), Some(Ordering::Equal));
        assert_eq!(order(("2020-01-01", "date"), ("2020-01-02", "date")), Some(Ordering::Less));
        assert_eq!(order(("2020", "gYear"), ("2020-01-02", "date")), None);
        assert_eq!(order(("9", "string"), ("10", "integer")), None);
    }

    #[test]
    fn a_language_range_takes_in_its_regions() {
        assert!(is_in_range("en", "en") && is_in_range("en-gb", "en") && is_in_range("de", "*"));
        assert!(!is_in_range("eng", "en") && !is_in_range("", "*"));
    }
}
