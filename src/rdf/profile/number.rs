//! Whole numbers as sources write them: `"12"`, `12.0`, `1.2e3`, `1,234`, `about 300`.

/// A number read from text, and whether the text was already plain digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole {
    /// The number, never negative.
    pub value: i64,
    /// Whether the text was the number and nothing else.
    pub plain: bool,
}

/// Reads a whole number; `None` for a fraction, a negative number or no number.
pub(super) fn whole(text: &str) -> Option<Whole> {
    let trimmed = text.trim();
    if let Ok(value) = trimmed.parse::<i64>() {
        return (value >= 0).then_some(Whole { value, plain: trimmed == text });
    }
    decimal(trimmed).or_else(|| grouped(trimmed)).map(|value| Whole { value, plain: false })
}

/// `12.0` and `1.2e3`: a decimal or scientific number that is whole.
fn decimal(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<usize>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let all_digits = !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !all_digits || fraction.len() > exponent || exponent > 18 {
        return None;
    }
    format!("{whole}{fraction:0<exponent$}").parse().ok()
}

/// `1,234,567` and `1 234 567`: groups of three after the first.
fn grouped(text: &str) -> Option<i64> {
    let separator = text.chars().find(|mark| matches!(mark, ',' | ' ' | '\u{a0}' | '\u{202f}' | '\''))?;
    let groups: Vec<&str> = text.split(separator).collect();
    let (first, rest) = groups.split_first()?;
    let well_formed = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    if well_formed && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit())) {
        groups.concat().parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let value = |text| whole(text).map(|number| number.value);
        assert_eq!(value("12"), Some(12));
        assert_eq!(value("12.0"), Some(12));
        assert_eq!(value("1.2E3"), Some(1_200));
        assert_eq!(value("1,234,567"), Some(1_234_567));
        assert_eq!(value("-5"), None);
        assert_eq!(value("12.5"), None);
        assert_eq!(value("a dozen"), None);
        assert_eq!(value("99999999999999999999"), None);
    }
}
