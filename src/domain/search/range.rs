//! Spans of whole numbers, and the measures that a request may bound with them.

use std::fmt;
use std::str::FromStr;

/// A span of whole numbers, written `10-20`, `10-` or `-20`; both ends belong to it. At least one end is given, neither
/// is negative, and the lower is not above the upper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    min: Option<i64>,
    max: Option<i64>,
}

/// Largest number a span may name: no catalogue count comes near, and products with a gigabyte still fit `i64`.
const LARGEST: i64 = 1_000_000_000;

impl Span {
    /// A span; `None` when both ends are open, one is negative or above a thousand million, or they are the wrong way round.
    #[must_use]
    pub fn new(min: Option<i64>, max: Option<i64>) -> Option<Self> {
        let usable = |end: Option<i64>| end.is_none_or(|number| (0..=LARGEST).contains(&number));
        let ordered = min.zip(max).is_none_or(|(low, high)| low <= high);
        ((min.is_some() || max.is_some()) && usable(min) && usable(max) && ordered).then_some(Self { min, max })
    }
    /// The lower end, if bounded.
    #[must_use]
    pub fn min(self) -> Option<i64> {
        self.min
    }
    /// The upper end, if bounded.
    #[must_use]
    pub fn max(self) -> Option<i64> {
        self.max
    }
    /// Whether the number lies in the span.
    #[must_use]
    pub fn contains(self, number: i64) -> bool {
        self.overlaps(number, number)
    }
    /// Whether any number from `low` to `high` lies in the span.
    #[must_use]
    pub fn overlaps(self, low: i64, high: i64) -> bool {
        self.min.is_none_or(|min| high >= min) && self.max.is_none_or(|max| low <= max)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(min) = self.min {
            write!(f, "{min}")?;
        }
        f.write_str("-")?;
        self.max.map_or(Ok(()), |max| write!(f, "{max}"))
    }
}

/// Text that is not a span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a range is written as 10-20, 10- or -20")]
pub struct NotASpan;

impl FromStr for Span {
    type Err = NotASpan;
    /// Reads `10-20`, `10-`, `-20`, and a lone `10` as `10-10`.
    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        let end = |part: &str| match part.trim() {
            "" => Ok(None),
            digits if digits.len() <= 10 && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map(Some).map_err(|_| NotASpan)
            }
            _ => Err(NotASpan),
        };
        Span::new(end(low)?, end(high)?).ok_or(NotASpan)
    }
}

/// A number of each data set that a request may bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Subject entries as published.
    Subjects,
    /// Images.
    Images,
    /// Age in years: the data set's typical ages overlap the span.
    Age,
}

impl Measure {
    /// Every measure, in canonical order.
    pub const ALL: [Measure; 3] = [Measure::Subjects, Measure::Images, Measure::Age];

    /// The address parameter.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Measure::Subjects => "subjects",
            Measure::Images => "images",
            Measure::Age => "age",
        }
    }
    /// What it is called on a page.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Measure::Subjects => "Subject entries",
            Measure::Images => "Images",
            Measure::Age => "Age in years",
        }
    }
    /// The measure of the parameter.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.key() == key)
    }
}
