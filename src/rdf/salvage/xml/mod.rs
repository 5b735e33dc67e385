//! Salvage of RDF/XML: marks that XML does not allow are mended, and a document that stays broken is read record by
//! record.
//!
//! A data set is cut out wherever it stands, also inside its catalogue, and read by itself under the namespaces of the
//! document; what is left is read child by child of the root.

mod marks;
mod tags;

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::ops::Range;
use std::str::MatchIndices;

use oxrdf::{GraphName, Quad};
use oxrdfxml::RdfXmlParser;

use super::{MAX_LOST, Salvaged, window};
use crate::rdf::parse::{Defect, ParseLimits, Places};
pub(in crate::rdf) use marks::danger;
use marks::{MAX_ATTRIBUTES, declare_prefixes, mend_marks};
use tags::{Tag, TagKind, tags};

/// Bytes that the start tag of the root may have for records to be read one by one under it.
const LONGEST_ROOT: usize = 64 * 1024;

/// Bytes of an address or prefix that are looked at.
const LONGEST_IRI: usize = 4 * 1024;

/// Bytes of the address of a namespace.
const LONGEST_NAMESPACE: usize = 1_000;

/// How many times its own length a document may cost in bytes read piece by piece, and what is free for each. The head
/// is read again with every piece.
const WORK_FACTOR: usize = 16;
const FREE_WORK: usize = 16 * 1024 * 1024;

/// Whether the root of a document is closed, which its parser does not ask for.
#[must_use]
pub(in crate::rdf) fn is_closed(text: &str) -> bool {
    let mut all = tags(text).filter(|tag| tag.kind != TagKind::Other);
    let Some(root) = all.next() else { return true };
    if root.kind == TagKind::Empty {
        return true;
    }
    let end = format!("</{}", root.name);
    text.rfind(&end).and_then(|at| text.get(at + end.len()..)).is_some_and(|rest| rest.trim_start().starts_with('>'))
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

/// Finds the resources in whose elements bytes lie, as the document writes them; asked for in rising order, in one pass
/// over the text.
pub(in crate::rdf) struct Abouts<'a> {
    text: &'a str,
    starts: Peekable<MatchIndices<'a, &'static str>>,
    last: Option<usize>,
}

impl<'a> Abouts<'a> {
    const MARK: &'static str = "rdf:about=";
    /// Bytes behind the name of a resource that are taken to be about it.
    const REACH: usize = 256 * 1024;

    pub fn new(text: &'a str) -> Self {
        Self { text, starts: text.match_indices(Self::MARK).peekable(), last: None }
    }

    pub fn before(&mut self, at: usize) -> Option<&'a str> {
        while let Some((start, _)) = self.starts.next_if(|(start, _)| *start < at) {
            self.last = Some(start);
        }
        let last = self.last.filter(|last| at.checked_sub(*last).is_some_and(|away| away <= Self::REACH))?;
        quoted(window(self.text, last + Self::MARK.len(), LONGEST_IRI))
    }
}

/// The value between the quotation marks with which a text begins.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|mark| matches!(mark, '"' | '\''))?;
    text.get(1..)?.split_once(quote).map(|(value, _)| value)
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
    let mut frame = Frame::new(text, root);
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
        if out.lost > MAX_LOST || frame.is_spent() {
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
        if out.lost > MAX_LOST || frame.is_spent() {
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
    /// Bytes that may still be read.
    left: usize,
}

impl Frame {
    fn new(text: &str, root: &Tag<'_>) -> Self {
        let mut tag = root.text.trim_end_matches('>').to_owned();
        // Prefixes that are declared further down hold for pieces too.
        let mut added = BTreeSet::new();
        for (at, mark) in text.match_indices("xmlns:").take(MAX_ATTRIBUTES) {
            let Some((name, rest)) = window(text, at + mark.len(), LONGEST_IRI).split_once('=') else { continue };
            let name = name.trim();
            let Some(iri) = quoted(rest.trim_start()) else { continue };
            let is_name =
                !name.is_empty() && name.chars().all(|mark| mark.is_alphanumeric() || matches!(mark, '-' | '_' | '.'));
            let is_declared = || root.text.contains(&format!("xmlns:{name}"));
            if is_name && iri.len() < LONGEST_NAMESPACE && !is_declared() && added.insert(name) {
                tag.push_str(&format!(" xmlns:{name}=\"{iri}\""));
            }
        }
        let before = text.get(..root.range.start).unwrap_or_default();
        let doctype = tags(before).find(|tag| tag.text.starts_with("<!DOCTYPE")).map_or("", |tag| tag.text);
        let left = text.len().saturating_mul(WORK_FACTOR).saturating_add(FREE_WORK);
        Self { head: format!("{doctype}{tag}>"), tail: format!("</{}>", root.name), left }
    }

    /// Whether the document has cost as much as it may.
    fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// Reads a part of the document by itself.
    fn read(&mut self, part: &str, base: &str, limits: &ParseLimits) -> Result<Vec<Quad>, (String, usize)> {
        self.left = self.left.saturating_sub(self.head.len().saturating_add(part.len()));
        read(&format!("{}{part}{}", self.head, self.tail), base, limits)
    }

    /// Reads a piece by itself; where it cannot be read, the records that begin inside it are tried.
    fn piece(&mut self, text: &str, piece: &Piece, base: &str, limits: &ParseLimits, out: &mut Salvaged) {
        let own = text.get(piece.range.clone()).unwrap_or_default();
        let (message, at) = match self.read(own, base, limits) {
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
            if self.is_spent() {
                out.cut = true;
                break;
            }
            let limit = starts.get(index + 1).map_or(own.len(), |next| next.range.start);
            let part = own.get(start.range.start..limit).unwrap_or_default();
            let part = part.rfind(&close).and_then(|end| part.get(..end + close.len())).unwrap_or(part);
            match self.read(part, base, limits) {
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
