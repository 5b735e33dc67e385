//! Facts as label and values: coded values with a link to their concept and, where it differs, what the source wrote.

use crate::domain::dataset::{Agent, Contact, LangText, Term, Value, shown};
use crate::vocab::Vocabulary;

use super::text;

/// One value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactValue {
    /// What is shown.
    pub text: String,
    /// Where it leads: our own path or a web address; empty: nowhere.
    pub href: String,
    /// A remark beside it; empty: none.
    pub note: String,
}

/// A fact of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// Values; empty: not stated.
    pub values: Vec<FactValue>,
}

impl Fact {
    /// A fact with its values.
    #[must_use]
    pub fn new(label: &'static str, values: Vec<FactValue>) -> Self {
        Self { label, values }
    }

    /// A fact with one text, not stated when there is none.
    #[must_use]
    pub fn text(label: &'static str, value: Option<String>) -> Self {
        Self { label, values: value.into_iter().map(FactValue::plain).collect() }
    }
}

impl FactValue {
    /// Plain text.
    #[must_use]
    pub fn plain(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// An address: a link when it is a web address, its characters otherwise.
    #[must_use]
    pub fn address(address: &str) -> Self {
        let href = if text::is_web_address(address) { address.to_owned() } else { String::new() };
        Self { text: address.to_owned(), href, note: String::new() }
    }

    /// A coded value.
    #[must_use]
    pub fn term(vocabulary: &Vocabulary, language: &str, term: &Term) -> Self {
        let original = term.label.as_ref().map_or_else(|| term.original.as_str(), |label| label.text.as_str());
        match &term.concept {
            Some(concept) => {
                let label = vocabulary.label(concept).to_owned();
                let same = match &term.original {
                    Value::Iri(_) => term.label.as_ref().is_none_or(|given| given.text.eq_ignore_ascii_case(&label)),
                    Value::Text(written) => written.text.eq_ignore_ascii_case(&label),
                };
                let note = if same { String::new() } else { format!("source: \u{201c}{original}\u{201d}") };
                Self { text: label, href: format!("/terms/{concept}"), note }
            }
            None => {
                let href = match &term.original {
                    Value::Iri(iri) if text::is_web_address(iri) => iri.clone(),
                    _ => String::new(),
                };
                let note = match &term.original {
                    Value::Text(LangText { lang: Some(lang), .. }) if lang != language => {
                        format!("as written by the source, in \u{201c}{lang}\u{201d}")
                    }
                    _ => "as written by the source".to_owned(),
                };
                Self { text: original.to_owned(), href, note }
            }
        }
    }

    /// Coded values, each once.
    #[must_use]
    pub fn terms(vocabulary: &Vocabulary, language: &str, terms: &[Term]) -> Vec<Self> {
        let mut values: Vec<Self> = Vec::new();
        for term in terms {
            let value = Self::term(vocabulary, language, term);
            if !values.iter().any(|known| known.text == value.text && known.href == value.href) {
                values.push(value);
            }
        }
        values
    }

    /// A person or organisation with a way to reach it.
    #[must_use]
    pub fn agent(agent: &Agent, language: &str) -> Self {
        let name = shown(&agent.names, language).map(|name| name.text.clone());
        let href = agent.homepages.iter().find(|page| text::is_web_address(page)).cloned().unwrap_or_default();
        let text = name.or_else(|| agent.iri.clone()).unwrap_or_else(|| "without a name".to_owned());
        Self { text, href, note: agent.emails.first().cloned().unwrap_or_default() }
    }

    /// A point of contact.
    #[must_use]
    pub fn contact(contact: &Contact, language: &str) -> Self {
        let name = shown(&contact.names, language).map(|name| name.text.clone());
        let mail = contact.emails.first().cloned();
        let page = contact.pages.iter().find(|page| text::is_web_address(page)).cloned();
        let href = page.clone().or_else(|| mail.as_deref().map(mail_link)).unwrap_or_default();
        let text = name.or_else(|| mail.clone()).or(page).unwrap_or_else(|| "without a name".to_owned());
        let note = mail.filter(|mail| *mail != text).unwrap_or_default();
        Self { text, href, note }
    }
}

/// A `mailto:` link that cannot carry anything but an address.
fn mail_link(address: &str) -> String {
    let plain = address.contains('@') && !address.chars().any(|c| c.is_whitespace() || "?&\"<>".contains(c));
    if plain { format!("mailto:{address}") } else { String::new() }
}

/// The text to show, with a remark on its language when it is not English.
#[must_use]
pub fn text_of(texts: &[LangText], language: &str) -> Option<String> {
    shown(texts, language).map(|text| text.text.clone())
}

/// A text in another language than English says so.
#[must_use]
pub fn language_note(texts: &[LangText], language: &str) -> String {
    match shown(texts, language).and_then(|text| text.lang.clone()) {
        Some(lang) if lang != "en" && !lang.starts_with("en-") => {
            format!("The source gives no English text; shown in \u{201c}{lang}\u{201d}.")
        }
        _ => String::new(),
    }
}
