//! Marks that XML does not allow, entities that may not be opened, prefixes that were not declared.

use std::collections::{BTreeMap, BTreeSet};

use super::Abouts;
use super::tags::{TagKind, is_name_start, tags};
use crate::rdf::parse::{Defect, Problem, ProblemKind};
use crate::rdf::salvage::prefixes::well_known;
use crate::rdf::salvage::{Salvaged, window};

/// Attributes that one element may have; XML parsers compare each with every other.
pub(super) const MAX_ATTRIBUTES: usize = 1_000;
/// Entities that one document may declare.
const MAX_ENTITIES: usize = 1_000;
/// Bytes of one declaration of an entity.
const LONGEST_DECLARATION: usize = 4 * 1024;
/// Bytes of the name of an entity.
const LONGEST_ENTITY_NAME: usize = 64;

/// Entities of HTML that metadata uses without declaring them (HTML 4, section 24).
const HTML_ENTITIES: &[(&str, char)] = &[
    ("nbsp", '\u{a0}'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("iacute", 'í'),
    ("ntilde", 'ñ'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("oslash", 'ø'),
    ("uacute", 'ú'),
    ("copy", '©'),
    ("reg", '®'),
    ("deg", '°'),
    ("micro", 'µ'),
    ("middot", '·'),
    ("plusmn", '±'),
    ("times", '×'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("bull", '•'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("euro", '€'),
    ("trade", '™'),
    ("ge", '≥'),
    ("le", '≤'),
];

/// Why a document is not given to an XML parser at all.
#[must_use]
pub(in crate::rdf) fn danger(text: &str, max_bytes: usize) -> Option<String> {
    let entities = match entities(text) {
        Ok(entities) => entities,
        Err(reason) => return Some(reason),
    };
    if !entities.is_empty() {
        let mut size = 0_usize;
        for (at, _) in text.match_indices('&') {
            let name = window(text, at + 1, LONGEST_ENTITY_NAME + 1).split_once(';').map(|(name, _)| name);
            let value = name.and_then(|name| entities.get(name));
            size = size.saturating_add(value.map_or(0, |value| value.len()));
            if size > max_bytes {
                return Some(format!("its entities would grow to more than {max_bytes} bytes"));
            }
        }
    }
    let crowded = tags(text).find(|tag| tag.kind != TagKind::Other && attribute_count(tag.text) > MAX_ATTRIBUTES);
    crowded.map(|tag| format!("the element {} has more than {MAX_ATTRIBUTES} attributes", tag.name))
}

fn attribute_count(tag: &str) -> usize {
    let (mut quote, mut count) = (None, 0_usize);
    for byte in tag.bytes() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'=') => count += 1,
            _ => {}
        }
    }
    count
}

/// The entities that the document type declares, or why they are not opened.
pub(super) fn entities(text: &str) -> Result<BTreeMap<&str, &str>, String> {
    let mut found = BTreeMap::new();
    for (count, (at, mark)) in text.match_indices("<!ENTITY").enumerate() {
        if count >= MAX_ENTITIES {
            return Err(format!("it declares more than {MAX_ENTITIES} entities"));
        }
        let declaration = window(text, at + mark.len(), LONGEST_DECLARATION).trim_start();
        let (name, value) = declaration.split_once(char::is_whitespace).unwrap_or((declaration, ""));
        let value = value.trim_start();
        let Some(quote) = value.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
            return Err("it declares entities that lie elsewhere, which are not fetched".to_owned());
        };
        let value = value.get(1..).and_then(|value| value.split_once(quote)).map(|(value, _)| value);
        let Some(value) = value.filter(|_| name.len() <= LONGEST_ENTITY_NAME) else {
            return Err(format!("it declares an entity of more than {LONGEST_DECLARATION} bytes, or with a long name"));
        };
        if value.replace("&#", "").contains('&') {
            return Err("it declares entities that are made of other entities".to_owned());
        }
        found.insert(name, value);
    }
    Ok(found)
}

/// Mends characters that XML does not allow; lines stay where they are.
pub(super) fn mend_marks(text: &str, out: &mut Salvaged) -> String {
    let declared = entities(text).unwrap_or_default();
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    let mut protected_until = 0;
    let mut abouts = Abouts::new(text);
    let mut protect = tags(text).filter(|tag| tag.kind == TagKind::Other && tag.text.len() > 1).peekable();
    while let Some(mark) = rest.chars().next() {
        let at = text.len() - rest.len();
        while protect.peek().is_some_and(|tag| tag.range.start <= at) {
            protected_until = protect.next().map_or(protected_until, |tag| tag.range.end);
        }
        let after = rest.get(mark.len_utf8()..).unwrap_or_default();
        let is_protected = at < protected_until;
        match mark {
            '&' if !is_protected => match entity(after, &declared) {
                Entity::Known => mended.push('&'),
                Entity::Html(character, length) => {
                    mended.push(character);
                    let written = rest.get(..=length).unwrap_or_default();
                    note(
                        out,
                        at,
                        written,
                        &character.to_string(),
                        format!("{written} is an entity of HTML, not of XML"),
                    );
                    rest = rest.get(length + 1..).unwrap_or_default();
                    continue;
                }
                Entity::Bare => {
                    mended.push_str("&amp;");
                    note(out, at, "&", "&amp;", "an & stands by itself".to_owned());
                }
            },
            '<' if !is_protected && !after.starts_with(['/', '!', '?']) && !after.starts_with(is_name_start) => {
                mended.push_str("&lt;");
                note(out, at, "<", "&lt;", "a < stands by itself".to_owned());
            }
            '\t' | '\n' | '\r' => mended.push(mark),
            _ if mark < ' ' || matches!(mark, '\u{fffe}' | '\u{ffff}') => {
                let original = format!("U+{:04X}", u32::from(mark));
                let message = format!("the character {original} is not allowed in XML and was taken out");
                let problem = Problem::new(ProblemKind::Mended, Defect::ControlCharacter, message);
                let subject = abouts.before(at).map(str::to_owned);
                out.push(Some(at), problem.about(subject).texts(&original, ""));
            }
            _ => mended.push(mark),
        }
        rest = after;
    }
    mended
}

fn note(out: &mut Salvaged, at: usize, original: &str, read_as: &str, message: String) {
    out.push(Some(at), Problem::new(ProblemKind::Mended, Defect::Markup, message).texts(original, read_as));
}

enum Entity {
    Known,
    Html(char, usize),
    Bare,
}

fn entity(after: &str, declared: &BTreeMap<&str, &str>) -> Entity {
    let Some(end) = after.bytes().take(40).position(|byte| byte == b';') else { return Entity::Bare };
    let name = after.get(..end).unwrap_or_default();
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        };
        let is_allowed =
            code.and_then(char::from_u32).is_some_and(|mark| mark >= ' ' || matches!(mark, '\t' | '\n' | '\r'));
        return if is_allowed { Entity::Known } else { Entity::Bare };
    }
    if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") || declared.contains_key(name) {
        return Entity::Known;
    }
    let html = HTML_ENTITIES.iter().find(|(known, _)| *known == name);
    html.map_or(Entity::Bare, |(_, character)| Entity::Html(*character, end + 1))
}

/// Declares well-known prefixes that the document uses without declaring them.
pub(super) fn declare_prefixes(text: &str, out: &mut Salvaged) -> String {
    let Some(root) = tags(text).find(|tag| matches!(tag.kind, TagKind::Start | TagKind::Empty)) else {
        return text.to_owned();
    };
    let (mut missing, mut checked) = (Vec::new(), BTreeSet::new());
    for tag in tags(text).filter(|tag| matches!(tag.kind, TagKind::Start | TagKind::Empty)) {
        let Some((prefix, _)) = tag.name.split_once(':') else { continue };
        // Each usual prefix is looked for once; of the others there may be any number.
        if well_known(prefix).is_some() && checked.insert(prefix) && !text.contains(&format!("xmlns:{prefix}")) {
            missing.push(prefix);
        }
    }
    if !missing.contains(&"rdf") && text.contains(" rdf:about=") && !text.contains("xmlns:rdf") {
        missing.push("rdf");
    }
    let at = root.range.start + 1 + root.name.len();
    let (Some(head), Some(tail), false) = (text.get(..at), text.get(at..), missing.is_empty()) else {
        return text.to_owned();
    };
    let mut declared = String::new();
    for prefix in missing {
        let iri = well_known(prefix).unwrap_or_default();
        declared.push_str(&format!(" xmlns:{prefix}=\"{iri}\""));
        let message = format!("the prefix {prefix}: is not declared; it was read as <{iri}>");
        let problem = Problem::new(ProblemKind::Mended, Defect::Prefix, message);
        out.push(Some(at), problem.texts(&format!("{prefix}:"), iri));
    }
    format!("{head}{declared}{tail}")
}
