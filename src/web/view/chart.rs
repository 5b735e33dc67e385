//! Bars drawn on the server. A chart is a table whose middle column is an SVG bar: the same numbers for eyes, screen
//! readers, print and a text browser, with no script and nothing said by colour alone.

use super::numbers;
use crate::domain::dataset::{Count, Precision};

/// Widest bar in SVG user units.
const FULL_WIDTH: i64 = 1000;
/// Narrowest bar that is drawn for a number above zero.
const LEAST_WIDTH: i64 = 6;

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What is counted.
    pub label: String,
    /// Where a click leads.
    pub href: Option<String>,
    /// The number in words.
    pub shown: String,
    /// Share of the whole in words; empty where shares make no sense.
    pub share: String,
    /// Length in thousandths of the longest.
    pub width: i64,
    /// How the bar is drawn: `plain`, `missing` (outline) or `suppressed` (hatched).
    pub look: &'static str,
    /// A second number in words, such as a count of data sets.
    pub beside: String,
}

/// A chart of bars with its text summary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bars {
    /// What the chart shows: its table caption.
    pub caption: String,
    /// The chart in a sentence.
    pub summary: String,
    /// Heading of the label column.
    pub label_heading: String,
    /// Heading of the number column.
    pub number_heading: String,
    /// The bars in order.
    pub bars: Vec<Bar>,
}

/// A value to draw.
#[derive(Debug, Clone)]
pub struct Datum {
    /// What is counted.
    pub label: String,
    /// Where a click leads.
    pub href: Option<String>,
    /// The count.
    pub count: Count,
    /// Whether this is the part without a value.
    pub not_stated: bool,
    /// A second number in words.
    pub beside: String,
}

impl Bars {
    /// Whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    /// A chart of the data; `whole` gives shares when it is known (values may overlap, so shares need not add up).
    #[must_use]
    pub fn new(caption: &str, label_heading: &str, number_heading: &str, data: &[Datum], whole: Option<i64>) -> Self {
        let longest = data.iter().map(|datum| datum.count.value).max().unwrap_or(0);
        let bars: Vec<Bar> = data.iter().map(|datum| bar(datum, longest, whole)).collect();
        Self {
            caption: caption.to_owned(),
            summary: summary(data, whole, number_heading),
            label_heading: label_heading.to_owned(),
            number_heading: number_heading.to_owned(),
            bars,
        }
    }
}

fn bar(datum: &Datum, longest: i64, whole: Option<i64>) -> Bar {
    let suppressed = datum.count.precision == Precision::Suppressed;
    let width = match numbers::per_mille(datum.count.value, longest) * FULL_WIDTH / 1000 {
        _ if datum.count.value <= 0 => 0,
        narrow if narrow < LEAST_WIDTH => LEAST_WIDTH,
        width => width,
    };
    let look = match (suppressed, datum.not_stated) {
        (true, _) => "suppressed",
        (false, true) => "missing",
        (false, false) => "plain",
    };
    let share = match whole {
        Some(whole) if !suppressed && whole > 0 => numbers::percent(datum.count.value, whole),
        _ => String::new(),
    };
    Bar {
        label: datum.label.clone(),
        href: datum.href.clone(),
        shown: numbers::count(Some(datum.count)),
        share,
        width,
        look,
        beside: datum.beside.clone(),
    }
}

fn summary(data: &[Datum], whole: Option<i64>, unit: &str) -> String {
    let mut stated: Vec<&Datum> = data.iter().filter(|datum| !datum.not_stated).collect();
    stated.sort_by_key(|datum| std::cmp::Reverse(datum.count.value));
    let unit = unit.to_lowercase();
    let Some(first) = stated.first() else { return "No values are stated.".to_owned() };
    let lead = match whole {
        Some(whole) if whole > 0 && first.count.precision != Precision::Suppressed => {
            format!("{} of {unit}", numbers::percent(first.count.value, whole))
        }
        _ => format!("{} {unit}", numbers::count(Some(first.count))),
    };
    match stated.get(1) {
        None => format!("{}: {lead}.", first.label),
        Some(second) => format!(
            "Most: {}, {lead}; then {}, {}. {} in all.",
            first.label,
            second.label,
            numbers::count(Some(second.count)),
            numbers::counted(i64::try_from(stated.len()).unwrap_or(i64::MAX), "value", "values"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datum(label: &str, value: i64, precision: Precision) -> Datum {
        Datum {
            label: label.into(),
            href: None,
            count: Count { value, precision },
            not_stated: label == "not stated",
            beside: String::new(),
        }
    }

    #[test]
    fn a_small_number_still_shows_and_zero_does_not() {
        let data = [
            datum("CT", 1_000_000, Precision::Exact),
            datum("MR", 1, Precision::Exact),
            datum("US", 0, Precision::Exact),
        ];
        let chart = Bars::new("Modality", "Modality", "Subjects", &data, None);
        let widths: Vec<i64> = chart.bars.iter().map(|bar| bar.width).collect();
        assert_eq!(widths, vec![1000, LEAST_WIDTH, 0]);
    }

    #[test]
    fn missing_and_suppressed_are_drawn_apart() {
        let data = [
            datum("F", 10, Precision::Exact),
            datum("M", 5, Precision::Suppressed),
            datum("not stated", 3, Precision::Exact),
        ];
        let chart = Bars::new("Sex", "Sex", "Subjects", &data, Some(20));
        let looks: Vec<&str> = chart.bars.iter().map(|bar| bar.look).collect();
        assert_eq!(looks, vec!["plain", "suppressed", "missing"]);
        assert_eq!(chart.bars[1].shown, "fewer than 5");
        assert_eq!(chart.bars[1].share, "");
        assert!(chart.summary.contains("50 %"), "{}", chart.summary);
    }
}
