//! Reading single values out of a graph, each in the way its kind needs.

use oxrdf::{Graph, NamedNodeRef, NamedOrBlankNodeRef, Term as Node, TermRef};
use serde::Serialize;

use super::{Finding, ReadRecord, date, number, term};
use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::{Count, DateValue, LangText, Period, Precision, Profile, Repair, Term, Value};
use crate::rdf::namespaces::{atlas, dcat, dct, foaf, prefixed, rdf, rdfs, skos, vcard};
use crate::vocab::Vocabulary;

/// A resource in a graph.
pub(super) type Subject<'a> = NamedOrBlankNodeRef<'a>;

/// Reads one record and remembers what it mended.
pub(super) struct Reader<'a> {
    pub graph: &'a Graph,
    pub vocabulary: &'a Vocabulary,
    pub repairs: Vec<Repair>,
    findings: Vec<Finding>,
}

/// A list without repeats in an order that its content decides.
pub(super) fn sorted<T: Serialize>(items: Vec<T>) -> Vec<T> {
    let mut keyed: Vec<(String, T)> =
        items.into_iter().map(|item| (serde_json::to_string(&item).unwrap_or_default(), item)).collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    keyed.dedup_by(|(one, _), (other, _)| one == other);
    keyed.into_iter().map(|(_, item)| item).collect()
}

impl<'a> Reader<'a> {
    pub fn new(graph: &'a Graph, vocabulary: &'a Vocabulary, repairs: Vec<Repair>) -> Self {
        Self { graph, vocabulary, repairs, findings: Vec::new() }
    }

    pub fn finish<T>(self, value: T, profile: Profile) -> ReadRecord<T> {
        let mut findings = self.findings;
        findings.sort();
        findings.dedup();
        ReadRecord { value, profile, repairs: sorted(self.repairs), findings }
    }

    pub fn find(&mut self, property: NamedNodeRef<'_>, value: &str, message: &str) {
        let property = prefixed(property.as_str());
        self.findings.push(Finding { property, value: value.to_owned(), message: message.to_owned() });
    }

    pub fn mend(&mut self, property: NamedNodeRef<'_>, original: &str, canonical: &str, reason: &str) {
        let repair = Repair {
            property: prefixed(property.as_str()),
            original: original.to_owned(),
            canonical: canonical.to_owned(),
            reason: reason.to_owned(),
        };
        if !self.repairs.contains(&repair) {
            self.repairs.push(repair);
        }
    }

    /// The values of a property, in order of their text.
    pub fn values(&self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Vec<TermRef<'a>> {
        let graph: &'a Graph = self.graph;
        let mut values: Vec<TermRef<'a>> = graph.objects_for_subject_predicate(subject, property).collect();
        values.sort_by_cached_key(|value| if value.is_blank_node() { String::new() } else { value.to_string() });
        values
    }

    /// The values of a property that are resources.
    pub fn resources(&self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Vec<Subject<'a>> {
        self.values(subject, property).into_iter().filter_map(resource).collect()
    }

    /// What a resource is called, by any of the usual properties.
    pub fn labels(&self, subject: Subject<'_>) -> Vec<LangText> {
        for property in
            [skos::PREF_LABEL, rdfs::LABEL, dct::TITLE, foaf::NAME, vcard::FN, dct::DESCRIPTION, skos::NOTATION]
        {
            let mut labels: Vec<LangText> =
                self.values(subject, property).into_iter().filter_map(literal_text).collect();
            if !labels.is_empty() {
                labels.sort();
                return labels;
            }
        }
        Vec::new()
    }

    fn label(&self, subject: Subject<'_>) -> Option<LangText> {
        let labels = self.labels(subject);
        let english = labels.iter().find(|label| label.lang.as_deref() == Some("en")).cloned();
        english.or_else(|| labels.into_iter().next())
    }

    /// Texts in any language.
    pub fn texts(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Vec<LangText> {
        let mut texts = Vec::new();
        for value in self.values(subject, property) {
            match value {
                TermRef::Literal(literal) if literal.value().trim().is_empty() => {}
                TermRef::Literal(literal) => texts.push(term::lang_text(&literal.into_owned())),
                TermRef::NamedNode(node) => match self.labels(node.into()) {
                    labels if labels.is_empty() => texts.push(LangText { lang: None, text: node.as_str().to_owned() }),
                    labels => texts.extend(labels),
                },
                TermRef::BlankNode(node) => texts.extend(self.labels(node.into())),
                TermRef::Triple(_) => {}
            }
        }
        texts.sort();
        texts.dedup();
        texts
    }

    /// The characters of IRIs and literals; for a nameless node the address or value that it holds.
    pub fn strings(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Vec<String> {
        let mut strings = Vec::new();
        for value in self.values(subject, property) {
            match value {
                TermRef::Literal(literal) if literal.value().trim().is_empty() => {}
                TermRef::Literal(literal) => strings.push(literal.value().to_owned()),
                TermRef::NamedNode(node) => strings.push(node.as_str().to_owned()),
                TermRef::BlankNode(node) => match self.held(node.into()) {
                    Some(text) => strings.push(text),
                    None => self.find(property, "[]", "a node without a name or a value"),
                },
                TermRef::Triple(_) => {}
            }
        }
        strings.sort();
        strings.dedup();
        strings
    }

    /// The address or value that a nameless node holds.
    fn held(&self, subject: Subject<'_>) -> Option<String> {
        let see = [vcard::HAS_VALUE, rdf::VALUE, foaf::PAGE, dct::IDENTIFIER, skos::NOTATION, rdfs::SEE_ALSO];
        see.into_iter()
            .flat_map(|property| self.values(subject, property))
            .find_map(|value| match value {
                TermRef::NamedNode(node) => Some(node.as_str().to_owned()),
                TermRef::Literal(literal) => Some(literal.value().to_owned()),
                TermRef::BlankNode(_) | TermRef::Triple(_) => None,
            })
            .or_else(|| self.label(subject).map(|label| label.text))
    }

    /// The first string; the others are found fault with.
    pub fn string(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Option<String> {
        let strings = self.strings(subject, property);
        self.only(property, strings, Clone::clone)
    }

    /// The first of several where one is allowed.
    pub fn only<T>(&mut self, property: NamedNodeRef<'_>, items: Vec<T>, show: impl Fn(&T) -> String) -> Option<T> {
        let mut items = items.into_iter();
        let first = items.next();
        for other in items {
            let shown = show(&other);
            self.find(property, &shown, "one value is expected; this further one is not used");
        }
        first
    }

    /// Addresses without a scheme such as `mailto:`.
    pub fn bare(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>, scheme: &str) -> Vec<String> {
        let mut bare: Vec<String> = self
            .strings(subject, property)
            .into_iter()
            .map(|address| address.strip_prefix(scheme).map(str::to_owned).unwrap_or(address))
            .collect();
        bare.sort();
        bare.dedup();
        bare
    }

    /// Dates; the first of several in the order of their text.
    pub fn date(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Option<DateValue> {
        let mut dates = Vec::new();
        for value in self.values(subject, property) {
            match value {
                TermRef::Literal(literal) => {
                    let datatype = literal.datatype();
                    let datatype = (!is_plain(datatype)).then_some(datatype.as_str());
                    dates.push(date::read_date(literal.value(), datatype));
                }
                TermRef::NamedNode(node) => dates.push(date::read_date(node.as_str(), None)),
                TermRef::BlankNode(_) | TermRef::Triple(_) => self.find(property, "[]", "a date was expected"),
            }
        }
        for date in dates.iter().filter(|date| date.canonical.is_none()) {
            self.find(property, &date.original, "not a date: shown as it is, read as not stated");
        }
        self.only(property, dates, |date| date.original.clone())
    }

    /// A whole number that is not negative.
    pub fn whole(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Option<i64> {
        let mut numbers = Vec::new();
        for text in self.strings(subject, property) {
            match number::whole(&text) {
                Some(number) => {
                    if !number.plain {
                        let reason = "A whole number was expected; the text was read as one.";
                        self.mend(property, &text, &number.value.to_string(), reason);
                    }
                    numbers.push(number.value);
                }
                None => self.find(property, &text, "not a whole number of zero or more: read as not stated"),
            }
        }
        numbers.dedup();
        self.only(property, numbers, ToString::to_string)
    }

    /// A count with the precision that a note beside it gives.
    pub fn count(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Option<Count> {
        let value = self.whole(subject, property)?;
        let mut precision = Precision::Exact;
        for note in self.resources(subject, atlas::COUNT) {
            if self.strings(note, atlas::PROPERTY).iter().any(|name| name == property.as_str()) {
                precision = self.precision(note);
            }
        }
        Some(Count { value, precision })
    }

    /// The precision stated on a node; exact where none is.
    pub fn precision(&mut self, subject: Subject<'_>) -> Precision {
        match self.string(subject, atlas::PRECISION).as_deref() {
            Some("rounded") => Precision::Rounded,
            Some("at-least") => Precision::AtLeast,
            Some("suppressed") => Precision::Suppressed,
            _ => Precision::Exact,
        }
    }

    pub fn boolean(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Option<bool> {
        let text = self.string(subject, property)?;
        match text.trim().to_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            "yes" | "no" => {
                let value = text.trim().eq_ignore_ascii_case("yes");
                self.mend(property, &text, &value.to_string(), "True or false was expected.");
                Some(value)
            }
            _ => {
                self.find(property, &text, "neither true nor false");
                None
            }
        }
    }

    /// Periods with at least one end.
    pub fn periods(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Vec<Period> {
        let mut periods = Vec::new();
        for value in self.values(subject, property) {
            let Some(node) = resource(value) else {
                let text = value.to_string();
                self.find(property, &text, "a period with a start or an end was expected");
                continue;
            };
            let period = Period { start: self.date(node, dcat::START_DATE), end: self.date(node, dcat::END_DATE) };
            if period == Period::default() {
                self.find(property, &node.to_string(), "a period without a start and an end");
            } else {
                periods.push(period);
            }
        }
        sorted(periods)
    }

    pub fn period(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Option<Period> {
        let periods = self.periods(subject, property);
        self.only(property, periods, |_| "a period".to_owned())
    }

    /// Coded values, read with the first scheme that knows them.
    pub fn terms(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>, schemes: &[Scheme]) -> Vec<Term> {
        let noted = self.noted_readings(subject, property);
        let covered: Vec<Node> = noted.iter().map(|term| term::node(self.vocabulary, term)).collect();
        let mut terms = Vec::new();
        for term in noted {
            if term.concept.is_some() {
                terms.push(term);
            } else {
                self.read_value(property, schemes, term.original, term.label, &mut terms);
            }
        }
        for value in self.values(subject, property) {
            if covered.contains(&value.into_owned()) {
                continue;
            }
            let (original, label) = match value {
                TermRef::Literal(literal) if literal.value().trim().is_empty() => continue,
                TermRef::Literal(literal) => (Value::Text(term::lang_text(&literal.into_owned())), None),
                TermRef::NamedNode(node) => (Value::Iri(node.as_str().to_owned()), self.label(node.into())),
                TermRef::BlankNode(node) => {
                    let held = || self.held(node.into()).map(|text| LangText { lang: None, text });
                    let Some(text) = self.label(node.into()).or_else(held) else {
                        self.find(property, "[]", "a node without a name or a label");
                        continue;
                    };
                    (Value::Text(text), None)
                }
                TermRef::Triple(_) => continue,
            };
            self.read_value(property, schemes, original, label, &mut terms);
        }
        terms.sort();
        terms.dedup();
        terms
    }

    fn read_value(
        &mut self,
        property: NamedNodeRef<'_>,
        schemes: &[Scheme],
        original: Value,
        label: Option<LangText>,
        terms: &mut Vec<Term>,
    ) {
        for read in term::read_list(self.vocabulary, schemes, original, label) {
            if let (Some(reason), Some(concept)) = (&read.reason, &read.term.concept) {
                let canonical = self.vocabulary.label(concept).to_owned();
                self.mend(property, read.term.original.as_str(), &canonical, reason);
            }
            terms.push(read.term);
        }
    }

    pub fn term(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>, schemes: &[Scheme]) -> Option<Term> {
        let terms = self.terms(subject, property, schemes);
        self.only(property, terms, |term| term.original.as_str().to_owned())
    }

    /// The values of a property whose originals are kept in `atlas:reading` nodes; one without a concept was not
    /// recognised when it was written.
    pub fn noted_readings(&mut self, subject: Subject<'_>, property: NamedNodeRef<'_>) -> Vec<Term> {
        let mut terms = Vec::new();
        for note in self.resources(subject, atlas::READING) {
            if !self.values(note, atlas::PROPERTY).contains(&TermRef::NamedNode(property)) {
                continue;
            }
            let concept = self.string(note, atlas::CONCEPT).and_then(|name| name.parse::<ConceptId>().ok());
            let label = self.texts(note, atlas::LABEL).into_iter().next();
            if let Some(original) = self.values(note, atlas::ORIGINAL).into_iter().find_map(value) {
                terms.push(Term { original, label, concept });
            }
        }
        terms
    }

    /// The IRI of a resource.
    pub fn iri(subject: Subject<'_>) -> Option<String> {
        match subject {
            NamedOrBlankNodeRef::NamedNode(node) => Some(node.as_str().to_owned()),
            NamedOrBlankNodeRef::BlankNode(_) => None,
        }
    }
}

/// A term as a resource.
pub(super) fn resource(term: TermRef<'_>) -> Option<NamedOrBlankNodeRef<'_>> {
    match term {
        TermRef::NamedNode(node) => Some(node.into()),
        TermRef::BlankNode(node) => Some(node.into()),
        TermRef::Literal(_) | TermRef::Triple(_) => None,
    }
}

/// A term as a canonical value.
pub(super) fn value(term: TermRef<'_>) -> Option<Value> {
    match term {
        TermRef::NamedNode(node) => Some(Value::Iri(node.as_str().to_owned())),
        TermRef::Literal(literal) => Some(Value::Text(term::lang_text(&literal.into_owned()))),
        TermRef::BlankNode(_) | TermRef::Triple(_) => None,
    }
}

fn literal_text(value: TermRef<'_>) -> Option<LangText> {
    match value {
        TermRef::Literal(literal) if !literal.value().trim().is_empty() => Some(term::lang_text(&literal.into_owned())),
        TermRef::Literal(_) | TermRef::NamedNode(_) | TermRef::BlankNode(_) | TermRef::Triple(_) => None,
    }
}

/// Whether a datatype says nothing beyond "text".
pub(super) fn is_plain(datatype: NamedNodeRef<'_>) -> bool {
    datatype == oxrdf::vocab::xsd::STRING || datatype == oxrdf::vocab::rdf::LANG_STRING
}
