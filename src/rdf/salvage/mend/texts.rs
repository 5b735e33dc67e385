//! Mending texts: where they end, their escapes, their language tags.

use super::{Hopeless, Mender, Role};
use crate::rdf::parse::Defect;
use crate::rdf::salvage::lex::{Kind, Lexer, Token, slice};
use crate::rdf::salvage::window;

/// Bytes that a broken text may take up before its end is no longer looked for.
const LONGEST_TEXT: usize = 256 * 1024;

/// Bytes behind a text that are looked at to see whether it ends there.
const LOOK_BEHIND: usize = 4 * 1024;

impl Mender<'_> {
    /// A text with its language tag.
    pub(super) fn literal(&mut self, token: &Token) -> Result<usize, Hopeless> {
        let written = slice(self.text, &token.range);
        let quote = written.chars().next().unwrap_or('"');
        let long: String = [quote; 3].iter().collect();
        let at = token.range.start;
        if written.starts_with(&long) {
            if !token.closed {
                return Err(self.hopeless(at, Defect::Quote, "a text in three quotation marks is not closed"));
            }
            let inner = written.trim_start_matches(quote).trim_end_matches(quote);
            let content = written.get(3..written.len().saturating_sub(3)).unwrap_or(inner);
            self.write_text(content, at);
            return Ok(self.language(token.range.end));
        }
        let open = at + 1;
        let close = self.close_of(open, quote).ok_or_else(|| {
            self.hopeless(at, Defect::Quote, "a text is not closed, or has quotation marks inside it")
        })?;
        let content = self.text.get(open..close).unwrap_or_default();
        self.write_text(content, at);
        Ok(self.language(close + 1))
    }

    /// Where a short text ends: at the first quotation mark behind which a statement can go on. A text that goes past
    /// its line has no further quotation marks inside it.
    fn close_of(&self, open: usize, quote: char) -> Option<usize> {
        let limit = self.text.len().min(open.saturating_add(LONGEST_TEXT));
        let (mut escaped, mut lines) = (false, false);
        for (at, mark) in self.text.char_indices_from(open) {
            if at > limit {
                return None;
            }
            match mark {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => lines = true,
                _ if mark == quote => {
                    if self.goes_on(window(self.text, at + 1, LOOK_BEHIND)) {
                        return Some(at);
                    }
                    if lines {
                        return None;
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Whether a statement can go on like this behind a text.
    fn goes_on(&self, rest: &str) -> bool {
        if rest.starts_with("^^")
            || rest.strip_prefix('@').is_some_and(|tag| tag.starts_with(|mark: char| mark.is_ascii_alphabetic()))
        {
            return true;
        }
        let mut lexer = Lexer::new(rest, 0);
        let Some(token) = lexer.next() else { return true };
        let after = lexer.next();
        // A semicolon or full stop is missing: a property or a resource follows on a line of its own.
        let begins_line = rest.get(..token.range.start).is_some_and(|gap| gap.contains('\n'));
        if begins_line
            && token.kind != Kind::Text
            && starts_term(rest, &token)
            && after.as_ref().is_some_and(|next| starts_term(rest, next))
        {
            return true;
        }
        match token.kind {
            Kind::Mark(b']' | b')' | b'}') | Kind::Datatype => true,
            Kind::Stop => after.is_none_or(|next| {
                starts_term(rest, &next) || matches!(next.kind, Kind::At | Kind::Mark(b'}')) || is_keyword(rest, &next)
            }),
            // What cannot begin a term is a word of the text; a mark or nothing is a slip of the statement.
            Kind::Mark(b',' | b';') => after.is_none_or(|next| next.kind != Kind::Name || starts_term(rest, &next)),
            // In a list, and in N-Quads before the graph's name.
            Kind::Iri => self.role == Role::List || self.is_lines,
            // Two texts side by side: a comma is missing, unless the second mark closes at once.
            Kind::Text => self.role == Role::List || token.range.start > 0,
            Kind::Name | Kind::Mark(b'(' | b'[') => self.role == Role::List && starts_term(rest, &token),
            _ => false,
        }
    }

    /// Writes the content of a text so that it can be read, and says what was changed.
    fn write_text(&mut self, content: &str, at: usize) {
        self.out.push('"');
        let mut seen: Vec<Defect> = Vec::new();
        let mut note = |defect: Defect| {
            if !seen.contains(&defect) {
                seen.push(defect);
            }
        };
        let mut marks = content.chars().peekable();
        let is_long = self.text.get(at..).is_some_and(|text| text.starts_with("\"\"\"") || text.starts_with("'''"));
        let single = self.text.get(at..).is_some_and(|text| text.starts_with('\''));
        while let Some(mark) = marks.next() {
            match mark {
                '\\' => match marks.peek().copied() {
                    Some(next @ ('t' | 'b' | 'n' | 'r' | 'f' | '"' | '\'' | '\\')) => {
                        marks.next();
                        self.out.push('\\');
                        self.out.push(next);
                    }
                    Some(kind @ ('u' | 'U')) => match unicode(&marks.clone().take(11).collect::<String>(), kind) {
                        Some((character, length)) => {
                            if length > 5 && kind == 'u' {
                                note(Defect::Escape);
                            }
                            for _ in 0..length {
                                marks.next();
                            }
                            push_escaped(&mut self.out, character);
                        }
                        None => {
                            note(Defect::Escape);
                            self.out.push_str("\\\\");
                        }
                    },
                    _ => {
                        note(Defect::Escape);
                        self.out.push_str("\\\\");
                    }
                },
                '"' => {
                    if !is_long && !single {
                        note(Defect::Quote);
                    }
                    self.out.push_str("\\\"");
                }
                '\n' | '\r' => {
                    if !is_long {
                        note(Defect::LineBreak);
                    }
                    self.out.push_str(if mark == '\n' { "\\n" } else { "\\r" });
                }
                _ => self.out.push(mark),
            }
        }
        self.out.push('"');
        for defect in seen {
            let message = match defect {
                Defect::Quote => "a text has quotation marks inside it that are not escaped",
                Defect::LineBreak => "a text goes over the end of its line",
                _ => "a text has a backslash that escapes nothing",
            };
            self.change(at, defect, content, content, message.to_owned());
        }
    }

    /// Writes the language tag that stands at a byte, mended or left out where it is none.
    fn language(&mut self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let Some(tag) = rest.strip_prefix('@') else { return at };
        let length = tag.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
        let written = tag.get(..length).unwrap_or_default();
        let is_tag = |tag: &str| oxrdf::Literal::new_language_tagged_literal("", tag).is_ok();
        let read = written.replace('_', "-");
        let end = at + 1 + length;
        if is_tag(written) {
            self.out.push_str(&format!("@{written}"));
        } else if is_tag(&read) {
            self.out.push_str(&format!("@{read}"));
            let message = format!("the language tag {written} is written {read}");
            self.change(at, Defect::LanguageTag, written, &read, message);
        } else {
            let message = format!("{written:?} is not a language tag, the text was kept without it");
            self.change(at, Defect::LanguageTag, written, "", message);
        }
        end
    }
}

/// Whether a token can begin a term: an address, a name, a text, a number, a bracket.
fn starts_term(text: &str, token: &Token) -> bool {
    match token.kind {
        Kind::Iri => token.closed,
        Kind::Text | Kind::Mark(b'[' | b'(') => true,
        Kind::Name => {
            let word = slice(text, &token.range);
            let is_number = word.starts_with(|first: char| first.is_ascii_digit());
            word.contains(':') || matches!(word, "a" | "true" | "false") || is_number
        }
        _ => false,
    }
}

fn is_keyword(text: &str, token: &Token) -> bool {
    matches!(slice(text, &token.range).to_ascii_lowercase().as_str(), "prefix" | "base" | "graph")
}

/// The character of `u` with four or `U` with eight hexadecimal digits at the start of a text, also of the two halves
/// that JSON writes, and how many characters it takes after the backslash.
fn unicode(text: &str, kind: char) -> Option<(char, usize)> {
    let digits = if kind == 'u' { 4 } else { 8 };
    let value = |from: usize| u32::from_str_radix(text.get(from..from + digits)?, 16).ok();
    let first = value(1)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, digits + 1));
    }
    let second = text.get(5..7).filter(|mark| *mark == "\\u").and_then(|_| value(7))?;
    let (high, low) = (first.checked_sub(0xD800)?, second.checked_sub(0xDC00)?);
    let character = char::from_u32(0x10000_u32.checked_add(high.checked_mul(0x400)?)?.checked_add(low)?)?;
    (high < 0x400 && low < 0x400).then_some((character, 11))
}

fn push_escaped(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        _ => out.push(character),
    }
}

/// Characters with their places from a byte on.
trait CharIndicesFrom {
    fn char_indices_from(&self, from: usize) -> impl Iterator<Item = (usize, char)>;
}

impl CharIndicesFrom for str {
    fn char_indices_from(&self, from: usize) -> impl Iterator<Item = (usize, char)> {
        self.get(from..).unwrap_or_default().char_indices().map(move |(at, mark)| (at + from, mark))
    }
}
