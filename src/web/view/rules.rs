//! How a record keeps the rules of its profile, in a sentence for its page.

use crate::domain::conformance::Severity;
use crate::harvest::report::RecordFindings;

/// Properties that are named.
const NAMED: usize = 8;

/// The sentence, from what the record's row keeps; empty where the record was never checked.
#[must_use]
pub fn line(findings: &str) -> String {
    let Ok(RecordFindings::Whole { rules, .. }) = serde_json::from_str(findings) else { return String::new() };
    let mut line = format!("Held against the rules of {}: {}.", rules.rules, rules.counts);
    let mut broken: Vec<&str> = Vec::new();
    for finding in rules.findings.iter().filter(|finding| finding.severity == Severity::Violation) {
        let nested = finding.at.split(" / ").next().filter(|first| !first.is_empty());
        let property = nested.unwrap_or(&finding.property);
        if !property.is_empty() && !broken.contains(&property) {
            broken.push(property);
        }
    }
    let more = broken.len().saturating_sub(NAMED);
    broken.truncate(NAMED);
    if !broken.is_empty() {
        let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
        line.push_str(&format!(" The violations concern {}{rest}.", broken.join(", ")));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_what_is_broken_and_is_silent_where_nothing_was_checked() {
        let kept = r#"{"reading":[],"rules":{"profile":"eucaim-2","checked":"as-written",
            "counts":{"violations":2,"warnings":1,"infos":0},"findings":[
            {"severity":"violation","property":"dct:title","shape":"s","component":"c"},
            {"severity":"violation","at":"dcat:distribution / spdx:checksum","property":"spdx:algorithm","shape":"s","component":"c"},
            {"severity":"warning","property":"foaf:page","shape":"s","component":"c"}]}}"#;
        assert_eq!(
            line(kept),
            "Held against the rules of EUCAIM DCAT-AP 2.0: 2 violations, 1 warning, 0 notes. \
             The violations concern dct:title, dcat:distribution."
        );
        assert_eq!(line("[]"), "");
        assert_eq!(line("{}"), "");
    }
}
