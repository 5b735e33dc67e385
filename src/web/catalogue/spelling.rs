//! How sources write a concept: the originals that stand beside it in the documents of data sets.

use std::collections::HashMap;

use serde_json::Value;

/// Deepest level of a document that is looked into.
const DEEPEST: usize = 12;

/// One way in which sources write a concept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// As harvested; an IRI with the label that the source gave beside it.
    pub text: String,
    /// Data sets that write it so.
    pub count: usize,
}

impl Spelling {
    /// "in 3 data sets".
    #[must_use]
    pub fn count_text(&self) -> String {
        let noun = if self.count == 1 { "data set" } else { "data sets" };
        format!("in {} {noun}", self.count)
    }
}

/// The spellings of a concept in the documents, the most frequent first, then by alphabet.
pub(super) fn count(documents: &[String], concept: &str) -> Vec<Spelling> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for document in documents {
        let Ok(document) = serde_json::from_str::<Value>(document) else { continue };
        let mut found = Vec::new();
        collect(&document, concept, DEEPEST, &mut found);
        found.sort();
        found.dedup();
        for text in found {
            *counts.entry(text).or_default() += 1;
        }
    }
    let mut spellings: Vec<Spelling> = counts.into_iter().map(|(text, count)| Spelling { text, count }).collect();
    spellings.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.text.cmp(&other.text)));
    spellings
}

fn collect(value: &Value, concept: &str, depth: usize, found: &mut Vec<String>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Object(fields) => {
            if fields.get("concept").and_then(Value::as_str) == Some(concept)
                && let Some(original) = fields.get("original")
            {
                found.extend(spelt(original, fields.get("label")));
            }
            fields.values().for_each(|inner| collect(inner, concept, depth - 1, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, concept, depth - 1, found)),
        _ => {}
    }
}

fn spelt(original: &Value, label: Option<&Value>) -> Option<String> {
    let text = |value: &Value| value.get("text").and_then(Value::as_str).map(str::to_owned);
    match (original.get("iri").and_then(Value::as_str), original.get("text")) {
        (Some(iri), _) => Some(match label.and_then(text) {
            Some(label) => format!("{iri} (\u{201c}{label}\u{201d})"),
            None => iri.to_owned(),
        }),
        (None, Some(written)) => text(written),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_counted_once_a_data_set_and_told_apart() {
        let one = r#"{"conditions":[{"original":{"text":{"lang":"en","text":"NSCLC"}},"concept":"condition/lung"},
            {"original":{"text":{"text":"NSCLC"}},"concept":"condition/lung"}]}"#;
        let other = r#"{"conditions":[{"original":{"iri":"urn:x"},"label":{"text":"Lung"},"concept":"condition/lung"},
            {"original":{"text":{"text":"NSCLC"}},"concept":"condition/lung"},
            {"original":{"text":{"text":"Liver"}},"concept":"condition/liver"}]}"#;
        let found = count(&[one.to_owned(), other.to_owned(), "not json".to_owned()], "condition/lung");
        let texts: Vec<(&str, usize)> = found.iter().map(|one| (one.text.as_str(), one.count)).collect();
        assert_eq!(texts, [("NSCLC", 2), ("urn:x (\u{201c}Lung\u{201d})", 1)]);
        assert_eq!((found[0].count_text(), found[1].count_text()), ("in 2 data sets".into(), "in 1 data set".into()));
    }
}
