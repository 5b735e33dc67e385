//! The parameters of a shape as constraints, each with the words for what it expects.

use std::collections::HashSet;
use std::sync::Arc;

use oxrdf::{Literal, NamedNode, NamedOrBlankNode, Term, TermRef};
use regex::{Regex, RegexBuilder};

use super::ShapesError;
use super::load::{Loader, SH, sh};
use super::model::{At, Bound, Constraint, NodeKind, Rule};
use crate::rdf::namespaces::prefixed;

/// Memory that a compiled pattern may take, in bytes. Matching is linear in the text, whatever the pattern.
const PATTERN_BYTES: usize = 1024 * 1024;
/// Values that "one of" names before it only counts them.
const NAMED_VALUES: usize = 6;

/// Reads one parameter of a shape; most are one constraint.
pub(super) fn read(
    loader: &mut Loader<'_>,
    node: &NamedOrBlankNode,
    name: &str,
    value: &Term,
    is_property: bool,
) -> Result<Vec<Rule>, ShapesError> {
    let only_property = ["minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape"];
    if !is_property && only_property.contains(&name) {
        return Err(loader.refuse(node, &format!("sh:{name} belongs to a property shape")));
    }
    let one = |constraint: Constraint, expected: String, component: &str| {
        vec![Rule { constraint, expected: Arc::from(expected), component: Arc::from(component) }]
    };
    Ok(match name {
        "class" => {
            let class = iri(loader, node, name, value)?;
            let expected = format!("a node of type {}", prefixed(class.as_str()));
            one(Constraint::Class(class), expected, "ClassConstraintComponent")
        }
        "datatype" => {
            let datatype = iri(loader, node, name, value)?;
            let expected = match prefixed(datatype.as_str()).as_str() {
                "rdf:langString" => "a text with a language".to_owned(),
                name => format!("a value of datatype {name}"),
            };
            one(Constraint::Datatype(datatype), expected, "DatatypeConstraintComponent")
        }
        "nodeKind" => {
            let (kind, expected) = node_kind(loader, node, value)?;
            one(Constraint::Kind(kind), expected.to_owned(), "NodeKindConstraintComponent")
        }
        "minCount" => {
            let least = count(loader, node, name, value)?;
            let expected = format!("at least {}", values(least));
            one(Constraint::MinCount(least), expected, "MinCountConstraintComponent")
        }
        "maxCount" => {
            let most = count(loader, node, name, value)?;
            let expected = if most == 0 { "no value".to_owned() } else { format!("at most {}", values(most)) };
            one(Constraint::MaxCount(most), expected, "MaxCountConstraintComponent")
        }
        "minLength" => {
            let least = count(loader, node, name, value)?;
            one(Constraint::MinLength(least), format!("at least {least} characters"), "MinLengthConstraintComponent")
        }
        "maxLength" => {
            let most = count(loader, node, name, value)?;
            one(Constraint::MaxLength(most), format!("at most {most} characters"), "MaxLengthConstraintComponent")
        }
        "minExclusive" | "minInclusive" | "maxExclusive" | "maxInclusive" => bound(loader, node, name, value)?,
        "pattern" => {
            let pattern = pattern(loader, node, value)?;
            let expected = format!("a text of the form {}", pattern.as_str());
            one(Constraint::Pattern(Box::new(pattern)), expected, "PatternConstraintComponent")
        }
        "languageIn" => {
            let ranges: Vec<String> = loader
                .list(node, value)?
                .into_iter()
                .filter_map(|member| match member {
                    Term::Literal(range) => Some(range.value().to_lowercase()),
                    _ => None,
                })
                .collect();
            let expected = format!("a text in one of the languages {}", ranges.join(", "));
            one(Constraint::LanguageIn(ranges), expected, "LanguageInConstraintComponent")
        }
        "uniqueLang" if flag(loader, node, name, value)? => {
            one(Constraint::UniqueLang, "at most one text in each language".to_owned(), "UniqueLangConstraintComponent")
        }
        "lessThan" | "lessThanOrEquals" => {
            let other = iri(loader, node, name, value)?;
            let equal = name == "lessThanOrEquals";
            let expected =
                format!("less than {}{}", prefixed(other.as_str()), if equal { " or equal to it" } else { "" });
            let component = if equal { "LessThanOrEqualsConstraintComponent" } else { "LessThanConstraintComponent" };
            one(Constraint::LessThan(loader.properties.place(other.as_ref()), equal), expected, component)
        }
        "hasValue" => {
            let expected = format!("the value {}", shown(value));
            one(Constraint::HasValue(value.clone()), expected, "HasValueConstraintComponent")
        }
        "in" => {
            let members = loader.list(node, value)?;
            let expected = one_of(&members);
            one(Constraint::In(members.into_iter().collect()), expected, "InConstraintComponent")
        }
        "not" => {
            let inner = inner(loader, node, value)?;
            one(Constraint::Not(inner), "something that does not fit".to_owned(), "NotConstraintComponent")
        }
        "node" => {
            let inner = inner(loader, node, value)?;
            one(Constraint::Node(inner), "a node as described".to_owned(), "NodeConstraintComponent")
        }
        "property" => {
            let inner = inner(loader, node, value)?;
            one(Constraint::Property(inner), String::new(), "PropertyConstraintComponent")
        }
        "and" | "or" | "xone" => logical(loader, node, name, value)?,
        "qualifiedValueShape" => qualified(loader, node, value)?,
        "closed" if flag(loader, node, name, value)? => {
            let closed = closed(loader, node)?;
            one(Constraint::Closed(closed), "no other property".to_owned(), "ClosedConstraintComponent")
        }
        // Read together with the parameter that they qualify.
        "flags" | "ignoredProperties" | "qualifiedMinCount" | "qualifiedMaxCount" | "uniqueLang" | "closed" => {
            Vec::new()
        }
        "qualifiedValueShapesDisjoint" if !flag(loader, node, name, value)? => Vec::new(),
        _ => return Err(loader.refuse(node, &format!("sh:{name} is not supported"))),
    })
}

fn iri(loader: &Loader<'_>, node: &NamedOrBlankNode, name: &str, value: &Term) -> Result<NamedNode, ShapesError> {
    match value {
        Term::NamedNode(iri) => Ok(iri.clone()),
        _ => Err(loader.refuse(node, &format!("sh:{name} must be an IRI"))),
    }
}

fn count(loader: &Loader<'_>, node: &NamedOrBlankNode, name: &str, value: &Term) -> Result<usize, ShapesError> {
    let number = match value {
        Term::Literal(number) => number.value().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| loader.refuse(node, &format!("sh:{name} must be a whole number")))
}

fn flag(loader: &Loader<'_>, node: &NamedOrBlankNode, name: &str, value: &Term) -> Result<bool, ShapesError> {
    match value {
        Term::Literal(flag) if matches!(flag.value(), "true" | "1") => Ok(true),
        Term::Literal(flag) if matches!(flag.value(), "false" | "0") => Ok(false),
        _ => Err(loader.refuse(node, &format!("sh:{name} must be true or false"))),
    }
}

fn values(number: usize) -> String {
    if number == 1 { "one value".to_owned() } else { format!("{number} values") }
}

fn node_kind(
    loader: &Loader<'_>,
    node: &NamedOrBlankNode,
    value: &Term,
) -> Result<(NodeKind, &'static str), ShapesError> {
    let name = iri(loader, node, "nodeKind", value)?;
    let (iri, blank, literal, expected) = match name.as_str().strip_prefix(SH) {
        Some("IRI") => (true, false, false, "an IRI (an address in angle brackets)"),
        Some("BlankNode") => (false, true, false, "a nameless node"),
        Some("Literal") => (false, false, true, "a text or number"),
        Some("BlankNodeOrIRI") => (true, true, false, "a node (an IRI or a nameless node), not a text"),
        Some("IRIOrLiteral") => (true, false, true, "an IRI or a text"),
        Some("BlankNodeOrLiteral") => (false, true, true, "a nameless node or a text"),
        _ => return Err(loader.refuse(node, "sh:nodeKind is none of the six kinds")),
    };
    Ok((NodeKind { iri, blank, literal }, expected))
}

fn bound(loader: &Loader<'_>, node: &NamedOrBlankNode, name: &str, value: &Term) -> Result<Vec<Rule>, ShapesError> {
    let Term::Literal(limit) = value else {
        return Err(loader.refuse(node, &format!("sh:{name} must be a literal")));
    };
    let (bound, words, component) = match name {
        "minExclusive" => (Bound::MinExclusive, "more than", "MinExclusiveConstraintComponent"),
        "minInclusive" => (Bound::MinInclusive, "at least", "MinInclusiveConstraintComponent"),
        "maxExclusive" => (Bound::MaxExclusive, "less than", "MaxExclusiveConstraintComponent"),
        _ => (Bound::MaxInclusive, "at most", "MaxInclusiveConstraintComponent"),
    };
    let expected = Arc::from(format!("{words} {}", limit.value()));
    Ok(vec![Rule { constraint: Constraint::Compare(bound, limit.clone()), expected, component: Arc::from(component) }])
}

fn pattern(loader: &Loader<'_>, node: &NamedOrBlankNode, value: &Term) -> Result<Regex, ShapesError> {
    let Term::Literal(pattern) = value else {
        return Err(loader.refuse(node, "sh:pattern must be a text"));
    };
    let flags = match loader.only(node, "flags")? {
        Some(Term::Literal(flags)) => flags.value().to_owned(),
        _ => String::new(),
    };
    let mut builder = RegexBuilder::new(pattern.value());
    builder.size_limit(PATTERN_BYTES);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            's' => builder.dot_matches_new_line(true),
            'm' => builder.multi_line(true),
            'x' => builder.ignore_whitespace(true),
            _ => return Err(loader.refuse(node, &format!("sh:flags {flag:?} is not supported"))),
        };
    }
    builder.build().map_err(|error| loader.refuse(node, &format!("sh:pattern cannot be run: {error}")))
}

fn inner(loader: &mut Loader<'_>, node: &NamedOrBlankNode, value: &Term) -> Result<At, ShapesError> {
    let shape = loader.node(node, value)?;
    loader.shape(&shape)
}

fn logical(
    loader: &mut Loader<'_>,
    node: &NamedOrBlankNode,
    name: &str,
    value: &Term,
) -> Result<Vec<Rule>, ShapesError> {
    let mut shapes = Vec::new();
    for member in loader.list(node, value)? {
        shapes.push(inner(loader, node, &member)?);
    }
    let (constraint, expected, component) = match name {
        "and" => (Constraint::And(shapes), "all of what is listed", "AndConstraintComponent"),
        "or" => (Constraint::Or(shapes), "at least one of the forms that are allowed", "OrConstraintComponent"),
        _ => (Constraint::Xone(shapes), "exactly one of the forms that are allowed", "XoneConstraintComponent"),
    };
    Ok(vec![Rule { constraint, expected: Arc::from(expected), component: Arc::from(component) }])
}

fn qualified(loader: &mut Loader<'_>, node: &NamedOrBlankNode, value: &Term) -> Result<Vec<Rule>, ShapesError> {
    let shape = inner(loader, node, value)?;
    let mut rules = Vec::new();
    if let Some(least) = loader.only(node, "qualifiedMinCount")? {
        let least = count(loader, node, "qualifiedMinCount", &least)?;
        rules.push(Rule {
            constraint: Constraint::QualifiedMin(shape, least),
            expected: Arc::from(format!("at least {} of this kind", values(least))),
            component: Arc::from("QualifiedMinCountConstraintComponent"),
        });
    }
    if let Some(most) = loader.only(node, "qualifiedMaxCount")? {
        let most = count(loader, node, "qualifiedMaxCount", &most)?;
        rules.push(Rule {
            constraint: Constraint::QualifiedMax(shape, most),
            expected: Arc::from(format!("at most {} of this kind", values(most))),
            component: Arc::from("QualifiedMaxCountConstraintComponent"),
        });
    }
    if rules.is_empty() {
        return Err(loader.refuse(node, "sh:qualifiedValueShape needs a count"));
    }
    Ok(rules)
}

/// The properties that a closed shape allows: those of its own property shapes and those that it ignores.
fn closed(loader: &Loader<'_>, node: &NamedOrBlankNode) -> Result<HashSet<NamedNode>, ShapesError> {
    let mut allowed = HashSet::new();
    if let Some(list) = loader.only(node, "ignoredProperties")? {
        for member in loader.list(node, &list)? {
            allowed.insert(iri(loader, node, "ignoredProperties", &member)?);
        }
    }
    let (property, path) = (sh("property"), sh("path"));
    for shape in loader.graph.objects_for_subject_predicate(node, &property) {
        let shape = loader.node(node, &shape.into_owned())?;
        for path in loader.graph.objects_for_subject_predicate(&shape, &path) {
            if let TermRef::NamedNode(path) = path {
                allowed.insert(path.into_owned());
            }
        }
    }
    Ok(allowed)
}

fn one_of(members: &[Term]) -> String {
    let named: Vec<String> = members.iter().take(NAMED_VALUES).map(shown).collect();
    let more = members.len().saturating_sub(named.len());
    let more = if more == 0 { String::new() } else { format!(" or {more} more") };
    match named.as_slice() {
        [only] if more.is_empty() => only.clone(),
        _ => format!("one of {}{more}", named.join(", ")),
    }
}

/// A term as people read it in a sentence.
fn shown(term: &Term) -> String {
    match term {
        Term::NamedNode(iri) => format!("<{}>", iri.as_str()),
        Term::Literal(literal) => plain(literal),
        _ => term.to_string(),
    }
}

fn plain(literal: &Literal) -> String {
    match literal.language() {
        Some(language) => format!("\"{}\"@{language}", literal.value()),
        None => format!("\"{}\"", literal.value()),
    }
}
