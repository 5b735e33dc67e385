//! Coded values: between a source's IRI or text and the concept it means.

use oxrdf::{Literal, NamedNode, Term as Node};

use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::dataset::{LangText, Term, Value};
use crate::vocab::{ReadingRoute, Vocabulary};

/// A coded value and, where reading it was more than looking it up, why it was read so.
pub(super) struct ReadTerm {
    pub term: Term,
    pub reason: Option<String>,
}

/// Reads a value with the first of the schemes that knows it.
pub(super) fn read(vocabulary: &Vocabulary, schemes: &[Scheme], original: Value, label: Option<LangText>) -> ReadTerm {
    for scheme in schemes {
        let reading = vocabulary.read(*scheme, &original, label.as_ref());
        if let Some(concept) = reading.concept {
            let aliased = reading.route == ReadingRoute::IriAlias;
            let reason = reading.note.or_else(|| aliased.then(|| "A known other spelling of the concept.".to_owned()));
            return ReadTerm { term: Term { original, label, concept: Some(concept) }, reason };
        }
    }
    ReadTerm { term: Term { original, label, concept: None }, reason: None }
}

/// Reads a value, and a text that is no single label as the list that it may be: every piece that is recognised becomes
/// a value of its own with the whole text as its original; pieces that are not leave one value unrecognised.
pub(super) fn read_list(
    vocabulary: &Vocabulary,
    schemes: &[Scheme],
    original: Value,
    label: Option<LangText>,
) -> Vec<ReadTerm> {
    let whole = read(vocabulary, schemes, original, label);
    let Value::Text(text) = &whole.term.original else { return vec![whole] };
    if whole.term.concept.is_some() {
        return vec![whole];
    }
    let lists = schemes.iter().map(|scheme| vocabulary.read_text(*scheme, &text.text));
    let Some(pieces) = lists.into_iter().find(|pieces| pieces.iter().any(|piece| piece.concept.is_some())) else {
        return vec![whole];
    };
    let mut concepts: Vec<Option<ConceptId>> = pieces.into_iter().map(|piece| piece.concept).collect();
    concepts.sort();
    concepts.dedup();
    let terms = concepts.into_iter().map(|concept| Term { concept, ..whole.term.clone() });
    terms.map(|term| ReadTerm { term, reason: None }).collect()
}

/// The node that a value is written as: its concept's IRI where it has one, else the original.
pub(super) fn node(vocabulary: &Vocabulary, term: &Term) -> Node {
    term.concept
        .as_ref()
        .and_then(|concept| NamedNode::new(vocabulary.concept_iri(concept)).ok())
        .map_or_else(|| value_node(&term.original), Node::from)
}

/// An IRI or literal as a node; an IRI that is not valid is written as text.
pub(super) fn value_node(value: &Value) -> Node {
    match value {
        Value::Iri(iri) => NamedNode::new(iri).map_or_else(|_| Literal::new_simple_literal(iri).into(), Node::from),
        Value::Text(text) => text_node(text).into(),
    }
}

/// A literal with its language.
pub(super) fn text_node(text: &LangText) -> Literal {
    text.lang
        .as_deref()
        .and_then(|lang| Literal::new_language_tagged_literal(&text.text, lang).ok())
        .unwrap_or_else(|| Literal::new_simple_literal(&text.text))
}

/// A literal as text with its language in lower case.
pub(super) fn lang_text(literal: &Literal) -> LangText {
    LangText { lang: literal.language().map(str::to_lowercase), text: literal.value().to_owned() }
}

/// A concept's name as the reading nodes write it.
pub(super) fn concept_name(concept: &ConceptId) -> Literal {
    Literal::new_simple_literal(concept.to_string())
}
