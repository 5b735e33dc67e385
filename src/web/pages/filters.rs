//! The filter form of the results page and the chips of what is chosen. A plain GET form: with scripts it applies
//! itself, without them the Apply button does.

use crate::domain::search::{ANY, Facet, Match, Measure, NOT_STATED, SearchRequest};
use crate::search::{FacetResult, FacetValue};
use crate::web::view::numbers;

/// Values that a facet shows before "show all".
const SHOWN: usize = 7;
/// Facets that start open: the questions asked most.
const OPEN: [Facet; 4] = [Facet::Condition, Facet::Modality, Facet::SubjectKind, Facet::Topography];
/// Deepest indentation that is drawn.
const MAX_DEPTH: usize = 3;

/// A facet in the form.
pub struct FacetView {
    /// Address parameter.
    pub key: &'static str,
    /// Heading.
    pub title: &'static str,
    /// Whether it starts open.
    pub open: bool,
    /// How many of its values are chosen.
    pub chosen: usize,
    /// Values shown at once.
    pub first: Vec<ValueView>,
    /// Values behind "show all".
    pub rest: Vec<ValueView>,
    /// Whether "all of these" can be asked for.
    pub allows_all: bool,
    /// Whether it is.
    pub matches_all: bool,
    /// Data sets that are hidden because they do not state it, with the link that includes them.
    pub hidden: Option<(String, String)>,
}

/// A value in the form.
pub struct ValueView {
    /// Id of its checkbox.
    pub id: String,
    /// Value in addresses.
    pub value: String,
    /// Label.
    pub label: String,
    /// Number of data sets.
    pub count: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Depth, 0 to 3.
    pub depth: usize,
}

/// A bounded number in the form.
pub struct MeasureView {
    /// Address parameter.
    pub key: &'static str,
    /// Heading.
    pub title: &'static str,
    /// Lower bound, or nothing.
    pub from: String,
    /// Upper bound, or nothing.
    pub to: String,
    /// Whether it starts open.
    pub open: bool,
}

/// A chip: what is chosen, and the address without it.
pub struct Chip {
    /// What is chosen.
    pub label: String,
    /// The address without it.
    pub href: String,
}

/// The facets of the form.
#[must_use]
pub fn facets(results: &[FacetResult], request: &SearchRequest) -> Vec<FacetView> {
    results
        .iter()
        .filter(|result| !result.values.is_empty())
        .map(|result| {
            let facet = result.facet;
            let values: Vec<ValueView> = result.values.iter().map(|value| value_view(facet, value)).collect();
            let (first, rest) = split(values);
            let chosen = result.values.iter().filter(|value| value.chosen).count();
            FacetView {
                key: facet.key(),
                title: facet.title(),
                open: OPEN.contains(&facet) || chosen > 0,
                chosen,
                first,
                rest,
                allows_all: facet.allows_all(),
                matches_all: request.matching(facet) == Match::All,
                hidden: hidden(result, request),
            }
        })
        .collect()
}

/// The first values with every chosen one, and the rest; a tail of one or two is not worth hiding.
fn split(values: Vec<ValueView>) -> (Vec<ValueView>, Vec<ValueView>) {
    if values.len() <= SHOWN + 2 {
        return (values, Vec::new());
    }
    let mut first = Vec::new();
    let mut rest = Vec::new();
    for (at, value) in values.into_iter().enumerate() {
        if at < SHOWN || value.chosen { first.push(value) } else { rest.push(value) }
    }
    (first, rest)
}

fn value_view(facet: Facet, value: &FacetValue) -> ValueView {
    ValueView {
        id: format!("f-{}-{}", facet.key(), value.value.replace('.', "_")),
        value: value.value.clone(),
        label: if value.value == NOT_STATED { "not stated".to_owned() } else { value.label.clone() },
        count: whole(value.count),
        chosen: value.chosen,
        depth: value.depth.min(MAX_DEPTH),
    }
}

fn hidden(result: &FacetResult, request: &SearchRequest) -> Option<(String, String)> {
    if result.hidden_not_stated == 0 {
        return None;
    }
    let words = format!("{} hidden because this is not stated", whole(result.hidden_not_stated));
    Some((words, request.with(result.facet, NOT_STATED).address("/datasets")))
}

/// The bounded numbers of the form.
#[must_use]
pub fn measures(request: &SearchRequest) -> Vec<MeasureView> {
    Measure::ALL
        .into_iter()
        .map(|measure| {
            let span = request.span(measure);
            let bound = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
            MeasureView {
                key: measure.key(),
                title: measure.title(),
                from: bound(span.and_then(crate::domain::search::Span::min)),
                to: bound(span.and_then(crate::domain::search::Span::max)),
                open: span.is_some() || measure == Measure::Subjects,
            }
        })
        .collect()
}

/// The chips of what is chosen.
#[must_use]
pub fn chips(results: &[FacetResult], request: &SearchRequest) -> Vec<Chip> {
    let mut chips = Vec::new();
    for facet in request.facets() {
        for value in request.values(facet) {
            chips.push(Chip {
                label: format!("{}: {}", facet.title(), label_of(results, facet, value)),
                href: request.without(facet, value).address("/datasets"),
            });
        }
    }
    for measure in Measure::ALL {
        if let Some(span) = request.span(measure) {
            let range = match (span.min(), span.max()) {
                (Some(low), Some(high)) => format!("{} to {}", numbers::group(low), numbers::group(high)),
                (Some(low), None) => format!("at least {}", numbers::group(low)),
                (None, Some(high)) => format!("at most {}", numbers::group(high)),
                (None, None) => continue,
            };
            chips.push(Chip {
                label: format!("{}: {range}", measure.title()),
                href: request.with_span(measure, None).address("/datasets"),
            });
        }
    }
    chips
}

/// The label of a chosen value; its plain words or the value itself where the facet does not list it.
#[must_use]
pub fn label_of(results: &[FacetResult], facet: Facet, value: &str) -> String {
    if value == NOT_STATED {
        return "not stated".to_owned();
    }
    if facet == Facet::SubjectKind && value == ANY {
        return "all kinds".to_owned();
    }
    results
        .iter()
        .filter(|result| result.facet == facet)
        .flat_map(|result| &result.values)
        .find(|known| known.value == value)
        .map(|known| known.label.clone())
        .or_else(|| facet.plain_label(value))
        .unwrap_or_else(|| value.to_owned())
}

fn whole(number: u64) -> String {
    numbers::group(i64::try_from(number).unwrap_or(i64::MAX))
}
