//! Salvage of RDF/XML: marks that XML does not allow are mended, and a document that stays broken is read record by
//! record.
//!
//! A data set is cut out wherever it stands, also inside its catalogue, and read by itself under the namespaces of the
//! document; what is left is read child by child of the root.

use std::collections::BTreeMap;
use std::ops::Range;

use oxrdf::{GraphName, Quad};
use oxrdfxml::RdfXmlParser;

use super::Salvaged;
use super::prefixes::well_known;
use crate::rdf::parse::{Defect, ParseLimits, Places, Problem, ProblemKind};

/// Attributes that one element may have; XML parsers compare each with every other.
const MAX_ATTRIBUTES: usize = 1_000;
/// Bytes that the start tag of the root may have for records to be read one by one under it.
const LONGEST_ROOT: usize = 64 * 1024;
/// Lost pieces after which the rest of a document is given up.
const MAX_LOST: usize = 10_000;

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
            let name = text.get(at + 1..).unwrap_or_default().split(';').next().unwrap_or_default();
            size = size.saturating_add(entities.get(name).map_or(0, |value| value.len()));
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

/// The entities that the document type declares.
fn entities(text: &str) -> Result<BTreeMap<&str, &str>, String> {
    let mut found = BTreeMap::new();
    for (at, mark) in text.match_indices("<!ENTITY") {
        let rest = text.get(at + mark.len()..).unwrap_or_default();
        let declaration = rest.split('>').next().unwrap_or_default().trim();
        let (name, value) = declaration.split_once(char::is_whitespace).unwrap_or((declaration, ""));
        let value = value.trim();
        if !value.starts_with(['"', '\'']) {
            return Err("it declares entities that lie elsewhere, which are not fetched".to_owned());
        }
        let value = value.trim_matches(['"', '\'']);
        if value.replace("&#", "").contains('&') {
            return Err("it declares entities that are made of other entities".to_owned());
        }
        found.insert(name, value);
    }
    Ok(found)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TagKind {
    Start,
    Empty,
    End,
    /// A comment, CDATA, instruction or document type.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tag<'a> {
    kind: TagKind,
    name: &'a str,
    text: &'a str,
    range: Range<usize>,
}

impl Tag<'_> {
    fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(self.name)
    }
    fn about(&self) -> Option<&str> {
        attribute(self.text, "rdf:about").or_else(|| attribute(self.text, "about"))
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let is_whole = tag.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace));
        let rest = tag.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|mark| is_whole && matches!(mark, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    })
}

/// The tags of a document, in order.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find('<')?;
        let rest = text.get(start..)?;
        let until = |mark: &str| rest.find(mark).map_or(rest.len(), |end| end + mark.len());
        let (kind, length) = if rest.starts_with("<!--") {
            (TagKind::Other, until("-->"))
        } else if rest.starts_with("<![CDATA[") {
            (TagKind::Other, until("]]>"))
        } else if rest.starts_with("<?") {
            (TagKind::Other, until("?>"))
        } else if rest.starts_with("<!") {
            (TagKind::Other, doctype_length(rest))
        } else if rest.starts_with("</") {
            (TagKind::End, until(">"))
        } else if rest.get(1..).is_some_and(|next| next.starts_with(is_name_start)) {
            let length = tag_length(rest);
            let is_empty = rest.get(..length).is_some_and(|tag| tag.ends_with("/>"));
            (if is_empty { TagKind::Empty } else { TagKind::Start }, length)
        } else {
            (TagKind::Other, 1)
        };
        at = start + length.max(1);
        let text = rest.get(..length.max(1))?;
        let name = text.trim_start_matches(['<', '/']);
        let name =
            name.split(|mark: char| mark.is_whitespace() || matches!(mark, '>' | '/')).next().unwrap_or_default();
        Some(Tag { kind, name, text, range: start..at })
    })
}

fn is_name_start(mark: char) -> bool {
    mark.is_alphabetic() || mark == '_'
}

/// Length of a start tag; a `>` inside a value does not end it.
fn tag_length(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    // A value that is not closed: the tag ends with its line.
    rest.find(">").map_or(rest.len(), |end| end + 1)
}

fn doctype_length(rest: &str) -> usize {
    let head = rest.find('>').map_or(rest.len(), |end| end + 1);
    match rest.get(..head).is_some_and(|head| head.contains('[')) {
        true => rest.find("]>").map_or(head, |end| end + 2),
        false => head,
    }
}

/// Reads a broken RDF/XML document.
#[must_use]
pub(in crate::rdf) fn salvage(text: &str, base: &str, limits: &ParseLimits) -> Salvaged {
    let mut out = Salvaged::default();
    let mended = mend_marks(text, &mut out);
    let mended = declare_prefixes(&mended, &mut out);
    match read(&mended, base, limits) {
        Ok(quads) => out.quads = quads,
        Err((message, at)) => by_record(&mended, base, limits, &message, at, &mut out),
    }
    out
}

fn read(text: &str, base: &str, limits: &ParseLimits) -> Result<Vec<Quad>, (String, usize)> {
    let parser = RdfXmlParser::new().with_base_iri(base).map_err(|error| (error.to_string(), 0))?;
    let mut quads = Vec::new();
    let mut triples = parser.lenient().for_slice(text.as_bytes());
    while let Some(item) = triples.next() {
        match item {
            Ok(triple) => quads.push(triple.in_graph(GraphName::DefaultGraph)),
            Err(error) => {
                let at = usize::try_from(triples.buffer_position()).unwrap_or(text.len());
                return Err((error.to_string(), at.min(text.len())));
            }
        }
        if quads.len() > limits.max_triples {
            break;
        }
    }
    Ok(quads)
}

/// Mends characters that XML does not allow; lines stay where they are.
fn mend_marks(text: &str, out: &mut Salvaged) -> String {
    let declared = entities(text).unwrap_or_default();
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    let mut protected_until = 0;
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
                let subject = about_before(text, at).map(str::to_owned);
                out.problems.push((Some(at), problem.about(subject).texts(&original, "")));
            }
            _ => mended.push(mark),
        }
        rest = after;
    }
    mended
}

fn note(out: &mut Salvaged, at: usize, original: &str, read_as: &str, message: String) {
    out.problems.push((Some(at), Problem::new(ProblemKind::Mended, Defect::Markup, message).texts(original, read_as)));
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

/// The resource in whose element a byte lies, as the document writes it.
#[must_use]
pub(in crate::rdf) fn about_before(text: &str, at: usize) -> Option<&str> {
    const LOOK_BACK: usize = 256 * 1024;
    let mut from = at.saturating_sub(LOOK_BACK);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text.get(from..at)?;
    let found = before.rfind("rdf:about=")?;
    let rest = text.get(from + found + "rdf:about=".len()..)?;
    let quote = rest.chars().next().filter(|mark| matches!(mark, '"' | '\''))?;
    rest.get(1..)?.split(quote).next()
}

/// Declares well-known prefixes that the document uses without declaring them.
fn declare_prefixes(text: &str, out: &mut Salvaged) -> String {
    let Some(root) = tags(text).find(|tag| matches!(tag.kind, TagKind::Start | TagKind::Empty)) else {
        return text.to_owned();
    };
    let mut missing: Vec<&str> = Vec::new();
    for tag in tags(text).filter(|tag| matches!(tag.kind, TagKind::Start | TagKind::Empty)) {
        let Some((prefix, _)) = tag.name.split_once(':') else { continue };
        if !missing.contains(&prefix) && well_known(prefix).is_some() && !text.contains(&format!("xmlns:{prefix}")) {
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
        out.problems.push((Some(at), problem.texts(&format!("{prefix}:"), iri)));
    }
    format!("{head}{declared}{tail}")
}

/// A record or child element.
struct Piece {
    range: Range<usize>,
    about: Option<String>,
    closed: bool,
}

fn by_record(text: &str, base: &str, limits: &ParseLimits, message: &str, at: usize, out: &mut Salvaged) {
    let all: Vec<Tag<'_>> = tags(text).filter(|tag| tag.kind != TagKind::Other).collect();
    let Some(root) = all.first().filter(|root| root.kind == TagKind::Start && root.text.len() <= LONGEST_ROOT) else {
        out.lost(at, None, Defect::Markup, "", message.to_owned());
        out.cut = true;
        return;
    };
    out.cut |= !all.iter().any(|tag| tag.kind == TagKind::End && tag.name == root.name);
    let frame = Frame::new(text, root);
    let records = records(&all);
    let mut skeleton = "\n".repeat(text.get(..root.range.end).unwrap_or_default().matches('\n').count());
    let mut from = root.range.end;
    for piece in &records {
        skeleton.push_str(text.get(from..piece.range.start).unwrap_or_default());
        // What encloses the data set still names it, and every line stays where it is.
        if let Some(about) = &piece.about {
            skeleton.push_str(&format!("<rdf:Description rdf:about=\"{about}\"/>"));
        }
        let lines = text.get(piece.range.clone()).unwrap_or_default().matches('\n').count();
        skeleton.push_str(&"\n".repeat(lines));
        from = piece.range.end.max(from);
    }
    skeleton.push_str(text.get(from..).unwrap_or_default());
    let first = out.problems.len();
    for piece in records {
        if out.lost > MAX_LOST {
            out.cut = true;
            break;
        }
        frame.piece(text, &piece, base, limits, out);
    }
    place(text, first, out);
    if read(&format!("{}{skeleton}", frame.head), base, limits).map(|quads| out.quads.extend(quads)).is_ok() {
        return;
    }
    let tags: Vec<Tag<'_>> = tags(&skeleton).filter(|tag| tag.kind != TagKind::Other).collect();
    let first = out.problems.len();
    for piece in children(&tags, skeleton.len()) {
        if out.lost > MAX_LOST {
            out.cut = true;
            break;
        }
        frame.piece(&skeleton, &piece, base, limits, out);
    }
    place(&skeleton, first, out);
}

/// Gives the problems since `first` the lines of their bytes in a text whose bytes are not those of the document.
fn place(text: &str, first: usize, out: &mut Salvaged) {
    let mut places = Places::new(text);
    let own = out.problems.get_mut(first..).unwrap_or_default();
    own.sort_by_key(|(at, _)| *at);
    for (at, problem) in own {
        if let Some(at) = at.take() {
            problem.line = Some(places.of(at).0);
        }
    }
}

/// What is written around a piece for it to be a document.
struct Frame {
    head: String,
    tail: String,
}

impl Frame {
    fn new(text: &str, root: &Tag<'_>) -> Self {
        let mut tag = root.text.trim_end_matches('>').to_owned();
        // Prefixes that are declared further down hold for pieces too.
        for (at, mark) in text.match_indices("xmlns:").take(MAX_ATTRIBUTES) {
            let rest = text.get(at + mark.len()..).unwrap_or_default();
            let Some((name, rest)) = rest.split_once('=') else { continue };
            let (name, rest) = (name.trim(), rest.trim_start());
            let Some(quote) = rest.chars().next().filter(|mark| matches!(mark, '"' | '\'')) else { continue };
            let iri = rest.get(1..).and_then(|rest| rest.split(quote).next()).unwrap_or_default();
            let is_name =
                !name.is_empty() && name.chars().all(|mark| mark.is_alphanumeric() || matches!(mark, '-' | '_' | '.'));
            if is_name && iri.len() < 1_000 && !tag.contains(&format!("xmlns:{name}")) {
                tag.push_str(&format!(" xmlns:{name}=\"{iri}\""));
            }
        }
        let before = text.get(..root.range.start).unwrap_or_default();
        let doctype = tags(before).find(|tag| tag.text.starts_with("<!DOCTYPE")).map_or("", |tag| tag.text);
        Self { head: format!("{doctype}{tag}>"), tail: format!("</{}>", root.name) }
    }

    /// Reads a piece by itself; where it cannot be read, the records that begin inside it are tried.
    fn piece(&self, text: &str, piece: &Piece, base: &str, limits: &ParseLimits, out: &mut Salvaged) {
        let own = text.get(piece.range.clone()).unwrap_or_default();
        let found = read(&format!("{}{own}{}", self.head, self.tail), base, limits);
        let (message, at) = match found {
            Ok(quads) if piece.closed => {
                out.quads.extend(quads);
                return;
            }
            Ok(_) => ("an element is not closed".to_owned(), own.len()),
            Err((message, at)) => (message, at.saturating_sub(self.head.len()).min(own.len())),
        };
        let inner: Vec<Tag<'_>> = tags(own).filter(|tag| tag.kind != TagKind::Other).collect();
        let first = inner.first().map_or("", |tag| tag.name);
        let starts: Vec<&Tag<'_>> = inner
            .iter()
            .skip(1)
            .filter(|tag| tag.kind == TagKind::Start && tag.name == first && tag.about().is_some())
            .collect();
        let own_end = starts.first().map_or(own.len(), |tag| tag.range.start);
        let original = own.get(..own_end).unwrap_or_default();
        out.lost(piece.range.start + at.min(own_end), piece.about.clone(), Defect::Markup, original, message);
        let close = format!("</{first}>");
        for (index, start) in starts.iter().enumerate() {
            let limit = starts.get(index + 1).map_or(own.len(), |next| next.range.start);
            let part = own.get(start.range.start..limit).unwrap_or_default();
            let part = part.rfind(&close).and_then(|end| part.get(..end + close.len())).unwrap_or(part);
            match read(&format!("{}{part}{}", self.head, self.tail), base, limits) {
                Ok(quads) => out.quads.extend(quads),
                Err((message, _)) => {
                    let about = start.about().map(str::to_owned);
                    out.lost(piece.range.start + start.range.start, about, Defect::Markup, part, message);
                }
            }
        }
    }
}

/// The data sets and series, wherever they stand; inner ones stay with the outer.
fn records(all: &[Tag<'_>]) -> Vec<Piece> {
    let is_record = |tag: &Tag<'_>| matches!(tag.local(), "Dataset" | "DatasetSeries") && tag.about().is_some();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 1;
    while let Some(tag) = all.get(at) {
        let start = at;
        at += 1;
        if !is_record(tag) || !matches!(tag.kind, TagKind::Start | TagKind::Empty) {
            continue;
        }
        let about = tag.about().map(str::to_owned);
        if tag.kind == TagKind::Empty {
            continue;
        }
        let (mut depth, mut end, mut closed) = (1_usize, None, false);
        for (offset, next) in all.iter().enumerate().skip(start + 1) {
            match next.kind {
                // A neighbour begins before this one ends: its end is missing.
                TagKind::Start if is_record(next) => {
                    end = Some((offset, next.range.start));
                    break;
                }
                TagKind::Start if next.name == tag.name => depth += 1,
                TagKind::End if next.name == tag.name => {
                    depth -= 1;
                    if depth == 0 {
                        end = Some((offset + 1, next.range.end));
                        closed = true;
                        break;
                    }
                }
                _ => {}
            }
        }
        let last = all.last().map_or(tag.range.end, |last| last.range.start);
        let (next_at, end) = end.unwrap_or((all.len(), last.max(tag.range.end)));
        pieces.push(Piece { range: tag.range.start..end, about, closed });
        at = next_at;
    }
    pieces
}

/// The children of the root in a document without its root's start tag.
fn children(all: &[Tag<'_>], length: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut start: Option<(&Tag<'_>, usize)> = None;
    for tag in all {
        match tag.kind {
            TagKind::Start => {
                if open.is_empty() {
                    start = Some((tag, tag.range.start));
                }
                open.push(tag.name);
            }
            TagKind::Empty if open.is_empty() => {
                let about = tag.about().map(str::to_owned);
                pieces.push(Piece { range: tag.range.clone(), about, closed: true });
            }
            TagKind::End => {
                if let Some(at) = open.iter().rposition(|name| *name == tag.name) {
                    open.truncate(at);
                } else if open.is_empty() {
                    continue;
                }
                if let (true, Some((first, from))) = (open.is_empty(), start.take_if(|_| open.is_empty())) {
                    let about = first.about().map(str::to_owned);
                    pieces.push(Piece { range: from..tag.range.end, about, closed: true });
                }
            }
            TagKind::Empty | TagKind::Other => {}
        }
    }
    if let Some((first, from)) = start {
        let end = all.last().filter(|tag| tag.kind == TagKind::End).map_or(length, |tag| tag.range.start);
        pieces.push(Piece { range: from..end.max(from), about: first.about().map(str::to_owned), closed: false });
    }
    pieces
}
