//! Salvage of Turtle, TriG, N-Triples and N-Quads: statement by statement.
//!
//! A full stop is never inside a statement of these formats, so the document is cut at full stops without counting
//! brackets. Runs of statements are read strictly together; a run that fails is narrowed down to the statement at fault,
//! which is mended, or left out up to the next place that begins a statement.

use std::collections::VecDeque;

use oxiri::Iri;
use oxrdf::{GraphName, Quad};
use oxttl::{NQuadsParser, TurtleParser, TurtleSyntaxError};

use super::lex::{Kind, Lexer, slice};
use super::mend::{self, Mended};
use super::prefixes::Prefixes;
use super::{Salvaged, mend::Change};
use crate::rdf::media::Format;
use crate::rdf::parse::{Defect, ParseLimits, ParseRefused, Problem};

/// Statements that are read together while all goes well.
const RUN: usize = 512;
/// Lost statements, as a multiple of the reported problems, after which the rest of a document is given up.
const LOST_FACTOR: usize = 50;
/// How many times its own length a document may cost in bytes read in vain, and what is free for each.
const WASTE_FACTOR: usize = 16;
const FREE_WASTE: usize = 16 * 1024 * 1024;
/// Bytes of a broken statement in which the beginning of the next one is looked for.
const LOOK_AHEAD: usize = 4 * 1024 * 1024;

/// Reads a broken document of the Turtle family. `marks` are problems with their places, whose resources are found on
/// the way.
///
/// # Errors
/// Too many statements, or a base that is none.
pub(in crate::rdf) fn salvage(
    text: &str,
    format: Format,
    base: &str,
    limits: &ParseLimits,
    marks: Vec<(usize, Problem)>,
) -> Result<Salvaged, ParseRefused> {
    let base = Iri::parse(base.to_owned())
        .map_err(|error| ParseRefused::BadBase { base: base.to_owned(), reason: error.to_string() })?;
    let is_lines = matches!(format, Format::NTriples | Format::NQuads);
    let mut salvage = Salvage {
        text,
        is_lines,
        prefixes: Prefixes::new(base),
        limits,
        at: 0,
        out: Salvaged::default(),
        last: None,
        wasted: 0,
        marks: marks.into(),
    };
    salvage.run()?;
    Ok(salvage.out)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Statement,
    Directive,
    /// The head or the end of a named graph.
    Graph,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    part: Part,
    start: usize,
    end: usize,
    /// Whether its full stop is there.
    ended: bool,
}

struct Salvage<'a> {
    text: &'a str,
    is_lines: bool,
    prefixes: Prefixes,
    limits: &'a ParseLimits,
    at: usize,
    out: Salvaged,
    /// The resource of the last statement.
    last: Option<String>,
    /// Bytes that were read in vain.
    wasted: usize,
    /// Problems whose resource is not known yet, in the order of their places.
    marks: VecDeque<(usize, Problem)>,
}

impl Salvage<'_> {
    fn run(&mut self) -> Result<(), ParseRefused> {
        let most_lost = self.limits.max_problems.saturating_mul(LOST_FACTOR);
        let most_wasted = self.text.len().saturating_mul(WASTE_FACTOR).saturating_add(FREE_WASTE);
        let mut size = RUN;
        while let Some(first) = self.segment(self.at) {
            match first.part {
                Part::Directive => self.directive(&first),
                Part::Graph => self.at = first.end,
                Part::Statement => size = self.statements(first, size),
            }
            if self.out.quads.len() > self.limits.max_triples {
                return Err(ParseRefused::TooManyTriples { limit: self.limits.max_triples });
            }
            if self.wasted > most_wasted || self.out.lost > most_lost {
                self.out.cut = true;
                break;
            }
        }
        let rest = std::mem::take(&mut self.marks);
        for (at, problem) in rest {
            self.out.push(Some(at), problem);
        }
        Ok(())
    }

    /// Reads a run of statements, or deals with the first one that is broken. The size that the next run may have.
    fn statements(&mut self, first: Segment, size: usize) -> usize {
        let start = first.start;
        let mut run = vec![first];
        while run.len() < size {
            let at = run.last().map_or(start, |segment| segment.end);
            match self.segment(at) {
                Some(segment) if segment.part == Part::Statement => run.push(segment),
                _ => break,
            }
        }
        let end = run.last().map_or(start, |segment| segment.end);
        let Err(error) = self.strict(start, end, run.last().is_some_and(|segment| segment.ended)) else {
            self.at = end;
            self.settle_marks(&run);
            return size.saturating_mul(2).min(RUN);
        };
        self.wasted = self.wasted.saturating_add(end - start);
        let [only] = run.as_slice() else {
            let fault = start.saturating_add(usize::try_from(error.location().start.offset).unwrap_or(usize::MAX));
            let good = run.iter().take_while(|segment| segment.end <= fault).count().min(run.len() - 1);
            let good_end = good.checked_sub(1).and_then(|last| run.get(last)).map(|segment| segment.end);
            if let Some(good_end) = good_end
                && self.strict(start, good_end, true).is_ok()
            {
                self.at = good_end;
                self.settle_marks(&run);
            }
            return 1;
        };
        let only = only.clone();
        self.broken(&only, &error);
        self.settle_marks(&run);
        4
    }

    /// Gives the marks that were passed the resource of their statement.
    fn settle_marks(&mut self, run: &[Segment]) {
        while let Some((at, mut problem)) = self.marks.pop_front_if(|(at, _)| *at < self.at) {
            let start = run.iter().rev().find(|segment| segment.start <= at).map(|segment| segment.start);
            problem.subject = start.and_then(|start| self.subject_of(start));
            self.out.push(Some(at), problem);
        }
    }

    /// Reads a part of the text as it stands.
    fn strict(&mut self, start: usize, end: usize, ended: bool) -> Result<(), TurtleSyntaxError> {
        let part = slice(self.text, &(start..end));
        if ended {
            self.read(part)
        } else {
            // The last statement of a named graph needs no full stop.
            let in_graph = self.text.get(end..).unwrap_or_default().trim_start().starts_with('}');
            if in_graph { self.read(&format!("{part} .")) } else { self.read(part) }
        }
    }

    fn read(&mut self, part: &str) -> Result<(), TurtleSyntaxError> {
        let quads = if self.is_lines { read_lines(part)? } else { self.read_turtle(part)? };
        self.out.quads.extend(quads);
        Ok(())
    }

    fn read_turtle(&self, part: &str) -> Result<Vec<Quad>, TurtleSyntaxError> {
        let base = self.prefixes.base.as_str();
        let mut parser = TurtleParser::new();
        // The base was parsed before, and prefixes were checked when they were declared.
        if let Ok(with_base) = parser.clone().with_base_iri(base) {
            parser = with_base;
        }
        for (prefix, iri) in self.prefixes.used(part) {
            if let Ok(with_prefix) = parser.clone().with_prefix(prefix, iri) {
                parser = with_prefix;
            }
        }
        parser.for_slice(part).map(|triple| triple.map(|triple| triple.in_graph(GraphName::DefaultGraph))).collect()
    }

    /// A statement that cannot be read as it stands.
    fn broken(&mut self, segment: &Segment, error: &TurtleSyntaxError) {
        let mended = mend::statement(self.text, segment.start, &self.prefixes, self.is_lines);
        let mut why = None;
        match mended {
            Ok(Mended { text, end, changes, cut }) if !changes.is_empty() || cut => {
                let text = if self.is_lines { text.replace(['\n', '\r'], " ") } else { text };
                match self.read(&text) {
                    Ok(()) => {
                        let subject = self.subject_of(segment.start);
                        if cut {
                            self.out.cut = true;
                            let message = "the document ends in the middle of a statement".to_owned();
                            self.out.lost(end, subject.clone(), Defect::Punctuation, "", message);
                        }
                        for change in changes {
                            self.out.mended(change.at, subject.clone(), change);
                        }
                        self.at = end.max(segment.start + 1);
                        return;
                    }
                    Err(second) => why = Some((second.message().to_owned(), None)),
                }
            }
            Ok(_) => {}
            Err(hopeless) => why = Some((hopeless.message, Some((hopeless.at, hopeless.defect)))),
        }
        let at_fault = usize::try_from(error.location().start.offset).unwrap_or(0);
        let usual = (segment.start.saturating_add(at_fault).min(segment.end), Defect::Syntax);
        let (message, place) = why.unwrap_or_else(|| (plain(error.message()), None));
        let (at, defect) = place.unwrap_or(usual);
        let next = self.next_start(segment);
        let end = next.unwrap_or(segment.end).max(segment.start + 1);
        // Nothing follows, and the full stop is missing: the document is cut.
        let is_last = self.text.get(segment.end..).unwrap_or_default().trim().is_empty();
        if next.is_none() && is_last && (!segment.ended || self.runs_out(segment)) {
            self.out.cut = true;
        }
        let subject = self.subject_of(segment.start);
        if next.is_some() && self.stands_alone(segment.start, end) {
            let written = slice(self.text, &(segment.start..end)).trim().to_owned();
            let message = format!("{written} stands alone, without a property; nothing is missing");
            let change = Change { at, defect: Defect::Punctuation, original: written, read_as: String::new(), message };
            self.out.mended(segment.start, subject, change);
            self.at = end;
            return;
        }
        self.out.lost(at, subject, defect, slice(self.text, &(segment.start..end)).trim(), message);
        self.at = end;
    }

    /// Whether something that was opened in the segment is open until the end of the document.
    fn runs_out(&self, segment: &Segment) -> bool {
        let mut lexer = Lexer::new(slice(self.text, &(segment.start..segment.end)), 0);
        let last = std::iter::from_fn(|| lexer.next()).last();
        last.is_some_and(|token| !token.closed)
    }

    /// Whether a part of the document is one resource and nothing else.
    fn stands_alone(&self, start: usize, end: usize) -> bool {
        let mut lexer = Lexer::new(slice(self.text, &(start..end)), 0);
        let is_resource =
            lexer.next().is_some_and(|token| token.closed && matches!(token.kind, Kind::Iri | Kind::Name));
        is_resource && lexer.next().is_none()
    }

    /// Where inside a broken statement another one begins: on a line of its own, or after a full stop.
    fn next_start(&self, segment: &Segment) -> Option<usize> {
        let end = segment.end.min(segment.start.saturating_add(LOOK_AHEAD));
        let part = self.text.get(segment.start..end)?;
        let mut at = 0;
        let mut previous_ends = false;
        for line in part.split_inclusive('\n') {
            if at > 0 && begins_statement(line, previous_ends) {
                return Some(segment.start + at);
            }
            let code = line.trim();
            if code.is_empty() {
                // A blank line parts statements as people write them.
                previous_ends = true;
            } else if !code.starts_with('#') {
                previous_ends = code.ends_with('.');
            }
            // A document on one line: a full stop before an absolute address.
            for mark in [". <http", ". <urn:", ". _:"] {
                let found = line.match_indices(mark).map(|(offset, _)| offset).find(|offset| at + offset > 0);
                if let Some(offset) = found {
                    return Some(segment.start + at + offset + 2);
                }
            }
            at += line.len();
        }
        None
    }

    fn subject_of(&mut self, start: usize) -> Option<String> {
        let mut lexer = Lexer::new(self.text, start);
        let subject = lexer.next().and_then(|token| match token.kind {
            Kind::Iri | Kind::Name => self.prefixes.resolve(slice(self.text, &token.range)),
            _ => None,
        });
        if subject.is_some() {
            self.last.clone_from(&subject);
        }
        subject
    }

    /// The part of the document that begins at the next token.
    fn segment(&self, at: usize) -> Option<Segment> {
        let mut lexer = Lexer::new(self.text, at);
        lexer.skip_gap();
        let start = lexer.at;
        let first = lexer.next()?;
        if !self.is_lines && is_directive(self.text, &first) {
            return Some(Segment { part: Part::Directive, start, end: directive_end(self.text, start), ended: true });
        }
        if first.kind == Kind::Mark(b'}') || first.kind == Kind::Mark(b'{') {
            return Some(Segment { part: Part::Graph, start, end: lexer.at, ended: true });
        }
        let (mut token, mut count) = (first, 1);
        loop {
            match token.kind {
                Kind::Stop => return Some(Segment { part: Part::Statement, start, end: token.range.end, ended: true }),
                Kind::Mark(b'{') if count <= 3 => {
                    return Some(Segment { part: Part::Graph, start, end: token.range.end, ended: true });
                }
                Kind::Mark(b'}') if !self.is_lines => {
                    return Some(Segment { part: Part::Statement, start, end: token.range.start, ended: false });
                }
                _ => {}
            }
            // In line formats a statement is a line.
            if self.is_lines {
                let rest = self.text.get(token.range.end..).unwrap_or_default();
                let next = rest.trim_start_matches(|mark: char| mark != '\n' && mark.is_whitespace());
                if next.is_empty() || next.starts_with(['\n', '#']) {
                    let end = token.range.end + rest.find('\n').unwrap_or(rest.len());
                    return Some(Segment { part: Part::Statement, start, end, ended: false });
                }
            }
            let last_end = token.range.end;
            match lexer.next() {
                Some(next) => token = next,
                None => return Some(Segment { part: Part::Statement, start, end: last_end, ended: false }),
            }
            count += 1;
        }
    }

    /// Takes in `@prefix`, `@base`, `PREFIX` and `BASE`, also where a mark of them is missing.
    fn directive(&mut self, segment: &Segment) {
        let written = slice(self.text, &(segment.start..segment.end)).trim();
        self.at = segment.end.max(segment.start + 1);
        let mut words = written.trim_end_matches('.').split_whitespace();
        let keyword = words.next().unwrap_or_default().trim_start_matches('@').to_ascii_lowercase();
        let (_, rest) = written.split_once('<').unwrap_or((written, ""));
        let iri = rest.split('>').next().unwrap_or_default().trim();
        let resolved = self.prefixes.base.resolve(&crate::rdf::repair::escape(iri));
        let is_sound = TurtleParser::new()
            .with_base_iri(self.prefixes.base.as_str())
            .is_ok_and(|parser| parser.for_slice(written).all(|item| item.is_ok()));
        let (Ok(resolved), false) = (resolved, rest.is_empty()) else {
            let message = "this line does not declare a prefix or a base".to_owned();
            self.out.lost(segment.start, None, Defect::Prefix, written, message);
            return;
        };
        let read_as = format!("@{keyword} … <{resolved}> .");
        if keyword == "base" {
            self.prefixes.base = resolved;
        } else {
            let name = written.split_once('<').map_or("", |(before, _)| before);
            let name = name.split_whitespace().nth(1).unwrap_or_default().trim_end_matches(':');
            if !self.prefixes.declare(name, resolved.as_str()) {
                let message = "the document declares too many prefixes; this one is not used".to_owned();
                self.out.lost(segment.start, None, Defect::TooMany, written, message);
                return;
            }
        }
        if !is_sound {
            let change = Change {
                at: segment.start,
                defect: Defect::Prefix,
                original: written.to_owned(),
                read_as,
                message: "a mark is missing or wrong where a prefix or base is declared".to_owned(),
            };
            self.out.mended(segment.start, None, change);
        }
    }
}

/// Whether a line begins a statement: an address or name, then a property. `at_margin` lets indented lines count, where
/// the line before ended with a full stop.
fn begins_statement(line: &str, previous_ends: bool) -> bool {
    if line.starts_with([' ', '\t']) && !previous_ends {
        return false;
    }
    let mut lexer = Lexer::new(line, 0);
    let Some(first) = lexer.next() else { return false };
    if is_directive(line, &first) {
        return true;
    }
    let is_subject = match first.kind {
        Kind::Iri => first.closed,
        Kind::Name => slice(line, &first.range).contains(':'),
        Kind::Mark(b'[') => previous_ends,
        _ => false,
    };
    let is_property = match lexer.next() {
        None => previous_ends,
        Some(next) => match next.kind {
            Kind::Iri => next.closed,
            Kind::Name => matches!(slice(line, &next.range), "a") || slice(line, &next.range).contains(':'),
            _ => false,
        },
    };
    is_subject && is_property
}

fn is_directive(text: &str, token: &super::lex::Token) -> bool {
    let word = slice(text, &token.range).to_ascii_lowercase();
    let follows_blank = text.get(token.range.end..).unwrap_or_default().starts_with([' ', '\t', '\n', '\r']);
    follows_blank
        && match token.kind {
            Kind::At => matches!(word.as_str(), "@prefix" | "@base"),
            Kind::Name => matches!(word.as_str(), "prefix" | "base"),
            _ => false,
        }
}

/// The end of a directive: past its address and the full stop behind it, or of its line.
fn directive_end(text: &str, start: usize) -> usize {
    let mut lexer = Lexer::new(text, start);
    let mut end = start;
    let mut count = 0;
    while let Some(token) = lexer.next() {
        end = token.range.end;
        count += 1;
        if token.kind == Kind::Iri {
            let mut after = lexer.clone();
            if let Some(stop) = after.next()
                && stop.kind == Kind::Stop
            {
                return stop.range.end;
            }
            return end;
        }
        if token.kind == Kind::Stop || count > 4 {
            break;
        }
    }
    let line = text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
    if count > 4 { start + line.len() } else { end }
}

fn read_lines(part: &str) -> Result<Vec<Quad>, TurtleSyntaxError> {
    NQuadsParser::new().for_slice(part).collect()
}

/// A parser's message in plainer words.
fn plain(message: &str) -> String {
    if message.contains("Unexpected end") || message.contains("unexpected end") {
        "the document ends in the middle of a statement".to_owned()
    } else {
        message.to_owned()
    }
}
