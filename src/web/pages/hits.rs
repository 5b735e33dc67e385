//! One result of a list, and the reasons why it is there.

use crate::search::{Card, Hit, Labelled, Matched};
use crate::web::view::{numbers, text};

/// Labels of one kind that a result shows before it says how many more.
const LABELS: usize = 3;
/// Characters of a description without a highlighted passage.
const SNIPPET: usize = 240;

/// A result as drawn.
pub struct HitView {
    /// Address of its page.
    pub href: String,
    /// Title as safe HTML with `<mark>`.
    pub title_html: String,
    /// Passage as safe HTML with `<mark>`.
    pub snippet_html: String,
    /// Counts: number and unit.
    pub numbers: Vec<(String, &'static str)>,
    /// Facts in short: conditions, modalities, years.
    pub facts: Vec<String>,
    /// Provider's name.
    pub provider: String,
    /// Provider's page.
    pub provider_href: String,
    /// Labels that need to be seen: not human, derived, simulated node, tier.
    pub tags: Vec<Tag>,
    /// Why it matched; empty without a query.
    pub why: String,
}

/// A short label.
pub struct Tag {
    /// What it says.
    pub label: String,
    /// Class: empty or `warn`.
    pub look: &'static str,
}

impl HitView {
    /// The result as drawn.
    #[must_use]
    pub fn new(hit: &Hit) -> Self {
        let mut view = Self::of_card(&hit.card);
        view.title_html.clone_from(&hit.title_html);
        if !hit.snippet_html.is_empty() {
            view.snippet_html.clone_from(&hit.snippet_html);
        }
        view.why = hit.matched.iter().map(reason).collect::<Vec<_>>().join("; ");
        view
    }

    /// A data set in a list that was not searched.
    #[must_use]
    pub fn of_card(card: &Card) -> Self {
        let description = card.description.as_ref().map(|text| text.text.as_str()).unwrap_or_default();
        Self {
            href: format!("/datasets/{}", card.slug),
            title_html: text::escape(&card.title.text),
            snippet_html: text::escape(&text::shorten(description, SNIPPET)),
            numbers: counts(card),
            facts: facts(card),
            provider: card.provider.name.clone(),
            provider_href: format!("/providers/{}", card.provider.slug),
            tags: tags(card),
            why: String::new(),
        }
    }
}

fn counts(card: &Card) -> Vec<(String, &'static str)> {
    let counts = &card.counts;
    vec![
        (numbers::count(counts.subjects), "subject entries"),
        (numbers::count(counts.studies), "studies"),
        (numbers::count(counts.images), "images"),
    ]
}

fn facts(card: &Card) -> Vec<String> {
    let mut facts = Vec::new();
    for list in [&card.conditions, &card.topographies, &card.modalities] {
        let words = labels(list);
        if !words.is_empty() && !facts.contains(&words) {
            facts.push(words);
        }
    }
    match (card.first_year, card.last_year) {
        (Some(first), Some(last)) if first == last => facts.push(first.to_string()),
        (Some(first), Some(last)) => facts.push(format!("{first}\u{2013}{last}")),
        (Some(first), None) => facts.push(format!("from {first}")),
        (None, Some(last)) => facts.push(format!("until {last}")),
        (None, None) => {}
    }
    facts
}

/// The first few labels, and how many more there are.
#[must_use]
pub fn labels(values: &[Labelled]) -> String {
    let shown: Vec<&str> = values.iter().take(LABELS).map(|value| value.label.as_str()).collect();
    let more = values.len().saturating_sub(LABELS);
    let words = shown.join(", ");
    if more > 0 { format!("{words} and {more} more") } else { words }
}

fn tags(card: &Card) -> Vec<Tag> {
    let mut tags = Vec::new();
    for kind in &card.subject_kinds {
        let code = kind.concept.as_ref().map(crate::domain::concept::ConceptId::code);
        if code != Some("human-cancer") {
            tags.push(Tag { label: kind.label.clone(), look: "warn" });
        }
    }
    if card.derived {
        tags.push(Tag { label: "Derived: re-uses the subjects of another data set".to_owned(), look: "warn" });
    }
    if card.annotated {
        tags.push(Tag { label: "Annotated or segmented".to_owned(), look: "" });
    }
    if let Some(tier) = &card.tier {
        tags.push(Tag { label: tier.label.clone(), look: "" });
    }
    if !card.access.is_empty() {
        tags.push(Tag { label: labels(&card.access), look: "" });
    }
    tags
}

fn reason(matched: &Matched) -> String {
    match matched {
        Matched::Concept { label, .. } => format!("is about {label}"),
        Matched::Narrower { label, of_label, .. } => format!("is about {label}, which is narrower than {of_label}"),
        Matched::Words { field, words } => format!("\u{201c}{words}\u{201d} in the {}", field.title()),
    }
}
