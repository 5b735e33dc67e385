//! Mending one statement of the Turtle family by its tokens.
//!
//! Policy: a mend is made only where one reading is possible. Missing brackets, unknown prefixes and texts whose end
//! nothing shows are not guessed at; they are named instead.

use super::lex::{Kind, Lexer, Token, slice};
use super::prefixes::{Prefixes, well_known};
use crate::rdf::parse::Defect;
use crate::rdf::repair::{escape, split_joined};

/// Bytes that a broken text may take up before its end is no longer looked for.
const LONGEST_TEXT: usize = 256 * 1024;
/// Bytes behind a text that are looked at to see whether it ends there.
const LOOK_BEHIND: usize = 4 * 1024;
/// Bytes that one statement may take up to be mended.
const LONGEST_STATEMENT: usize = 4 * 1024 * 1024;

/// One mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Byte of the document.
    pub at: usize,
    pub defect: Defect,
    pub original: String,
    pub read_as: String,
    pub message: String,
}

/// A statement as it should have been written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mended {
    pub text: String,
    /// Byte of the document where the statement ends.
    pub end: usize,
    pub changes: Vec<Change>,
    /// Whether the document ends before the statement does.
    pub cut: bool,
}

/// Why a statement cannot be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hopeless {
    pub at: usize,
    pub defect: Defect,
    pub message: String,
}

/// What is expected next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Subject,
    Property,
    Value,
    AfterValue,
    List,
}

struct Mender<'a> {
    text: &'a str,
    prefixes: &'a Prefixes,
    is_lines: bool,
    out: String,
    changes: Vec<Change>,
    role: Role,
    /// The bracket and what follows it, for each open one.
    open: Vec<(u8, Role)>,
    start: usize,
}

/// Mends the statement that begins at a byte.
pub(super) fn statement(text: &str, start: usize, prefixes: &Prefixes, is_lines: bool) -> Result<Mended, Hopeless> {
    let mut mender = Mender {
        text,
        prefixes,
        is_lines,
        out: String::new(),
        changes: Vec::new(),
        role: Role::Subject,
        open: Vec::new(),
        start,
    };
    let end = mender.run()?;
    let cut = end.is_none();
    Ok(Mended { text: mender.out, end: end.unwrap_or(text.len()), changes: mender.changes, cut })
}

impl Mender<'_> {
    /// The byte where the statement ends; `None`: the document ends before it, after a whole property.
    fn run(&mut self) -> Result<Option<usize>, Hopeless> {
        let mut lexer = Lexer::new(self.text, self.start);
        while let Some(token) = lexer.next() {
            if token.range.start.saturating_sub(self.start) > LONGEST_STATEMENT {
                return Err(self.hopeless(self.start, Defect::Syntax, "the statement is too long to be mended"));
            }
            if self.is_lines && self.slice_between(self.start, token.range.start).contains('\n') && self.is_complete() {
                return Ok(Some(self.end_here(token.range.start)));
            }
            match token.kind {
                Kind::Stop if self.open.is_empty() => {
                    self.drop_comma();
                    self.out.push_str(" .");
                    return Ok(Some(token.range.end));
                }
                Kind::Stop => {
                    let (bracket, _) = self.open.last().copied().unwrap_or((b']', Role::AfterValue));
                    let message = format!("a {:?} is missing before this full stop", char::from(bracket));
                    return Err(self.hopeless(token.range.start, Defect::Punctuation, &message));
                }
                Kind::Mark(b'}') if self.open.is_empty() && self.is_complete() => {
                    self.out.push_str(" .");
                    return Ok(Some(token.range.start));
                }
                Kind::Mark(mark) => self.mark(mark, &token),
                Kind::Datatype | Kind::At => {
                    self.out.push_str(slice(self.text, &token.range));
                }
                Kind::Iri | Kind::Name | Kind::Text => {
                    if self.role == Role::AfterValue && !self.out.ends_with("^^") {
                        let mut ahead = lexer.clone();
                        match self.between_values(&token, &ahead.next()) {
                            Gap::Semicolon => {}
                            Gap::Stop => return Ok(Some(self.end_here(token.range.start))),
                            Gap::Unknown => {
                                let written = slice(self.text, &token.range);
                                let message = format!("a comma, semicolon or full stop is missing before {written}");
                                return Err(self.hopeless(token.range.start, Defect::Punctuation, &message));
                            }
                        }
                    }
                    let is_datatype = self.out.ends_with("^^");
                    lexer.at = self.term(&token, is_datatype)?;
                    if !is_datatype {
                        self.role = after(self.role);
                    }
                }
            }
        }
        let after_semicolon = self.role == Role::Property && self.out.trim_end().ends_with(';');
        if self.open.is_empty() && (after_semicolon || self.role == Role::AfterValue) {
            self.out.push_str(" .");
            return Ok(None);
        }
        Err(self.hopeless(self.start, Defect::Syntax, "the document ends in the middle of a statement"))
    }

    fn is_complete(&self) -> bool {
        self.open.is_empty() && self.role == Role::AfterValue
    }

    fn slice_between(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn hopeless(&self, at: usize, defect: Defect, message: &str) -> Hopeless {
        Hopeless { at, defect, message: message.to_owned() }
    }

    fn change(&mut self, at: usize, defect: Defect, original: &str, read_as: &str, message: String) {
        let (original, read_as) = (original.to_owned(), read_as.to_owned());
        self.changes.push(Change { at, defect, original, read_as, message });
    }

    /// Ends a complete statement whose full stop is missing.
    fn end_here(&mut self, at: usize) -> usize {
        self.out.push_str(" .");
        self.change(at, Defect::Punctuation, "", ".", "a full stop is missing at the end of the statement".to_owned());
        at
    }

    fn mark(&mut self, mark: u8, token: &Token) {
        self.out.push(' ');
        match mark {
            b'[' => {
                self.open.push((b']', after(self.role)));
                self.role = Role::Property;
            }
            b'(' => {
                self.open.push((b')', after(self.role)));
                self.role = Role::List;
            }
            b']' | b')' => {
                self.drop_comma();
                if let Some((_, role)) = self.open.pop() {
                    self.role = role;
                }
            }
            b';' => {
                self.drop_comma();
                self.role = Role::Property;
            }
            b',' => self.role = Role::Value,
            _ => {}
        }
        self.out.push_str(slice(self.text, &token.range));
        self.out.push(' ');
    }

    /// Takes back a comma that no value follows.
    fn drop_comma(&mut self) {
        if self.role == Role::Value && self.out.trim_end().ends_with(',') {
            let kept = self.out.trim_end().trim_end_matches(',').trim_end().len();
            self.out.truncate(kept);
            self.role = Role::AfterValue;
            let at = self.start;
            self.change(at, Defect::Punctuation, ",", "", "a comma stands where no further value follows".to_owned());
        }
    }

    /// What is missing between a value and the term that follows it without a mark.
    fn between_values(&mut self, token: &Token, next: &Option<Token>) -> Gap {
        let before = self.slice_between(self.start, token.range.start);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let begins_line = before.contains('\n') && line.trim().is_empty();
        let is_term = |kind: Kind| matches!(kind, Kind::Iri | Kind::Name | Kind::Text | Kind::Mark(b'[' | b'('));
        let two_terms = next.as_ref().is_some_and(|next| is_term(next.kind));
        if !begins_line || !two_terms || token.kind == Kind::Text {
            return Gap::Unknown;
        }
        let margin = self.text.get(..self.start).unwrap_or_default().rsplit('\n').next().map_or(0, str::len);
        if self.open.is_empty() && line.len() <= margin {
            return Gap::Stop;
        }
        self.out.push_str(" ; ");
        self.role = Role::Property;
        let written = slice(self.text, &token.range).to_owned();
        let message = format!("a semicolon is missing before {written}");
        self.change(token.range.start, Defect::Punctuation, "", ";", message);
        Gap::Semicolon
    }

    /// Writes a term; the byte after it.
    fn term(&mut self, token: &Token, is_datatype: bool) -> Result<usize, Hopeless> {
        if !is_datatype {
            self.out.push(' ');
        }
        match token.kind {
            Kind::Text => self.literal(token),
            Kind::Iri => Ok(self.iri(token)),
            _ => self.name(token),
        }
    }

    fn iri(&mut self, token: &Token) -> usize {
        let written = slice(self.text, &token.range);
        let inner = written.trim_start_matches('<').trim_end_matches('>');
        let (inner, end) = if token.closed {
            (inner, token.range.end)
        } else {
            let cut = inner.find(char::is_whitespace).unwrap_or(inner.len());
            let inner = inner.get(..cut).unwrap_or_default().trim_end_matches([';', ',']);
            (inner, token.range.start + 1 + inner.len())
        };
        if token.closed && self.prefixes.base.resolve(inner).is_ok() {
            self.out.push_str(written);
            return end;
        }
        let at = token.range.start;
        if self.role == Role::Value
            && let Some(both) = split_joined(inner)
        {
            let texts: Vec<String> = both.iter().map(|iri| format!("<{iri}>")).collect();
            self.out.push_str(&texts.join(" , "));
            self.change(at, Defect::TwoIris, inner, &both.join(" "), "several addresses are written as one".to_owned());
            return end;
        }
        let read = escape(inner);
        let message = if token.closed {
            format!("the address {inner:?} has forbidden characters, read as <{read}>")
        } else {
            format!("the address {inner:?} is not closed with >")
        };
        self.out.push('<');
        self.out.push_str(&read);
        self.out.push('>');
        self.change(at, Defect::Iri, inner, &read, message);
        end
    }

    fn name(&mut self, token: &Token) -> Result<usize, Hopeless> {
        let mut end = token.range.end;
        // Marks that follow a prefixed name without a blank belong to it: `ex:set(1)`, `ex:a#b`.
        let glued = self.text.get(end..).unwrap_or_default();
        let written = slice(self.text, &token.range);
        if written.contains(':') && !written.starts_with("_:") {
            end += glued_length(glued);
        }
        let written = self.text.get(token.range.start..end).unwrap_or_default();
        let at = token.range.start;
        let Some((prefix, local)) = written.split_once(':') else { return self.word(written, at, end) };
        if prefix == "_" {
            self.out.push_str(written);
            return Ok(end);
        }
        let declared = self.prefixes.declared(prefix).map(str::to_owned);
        match declared {
            Some(_) if is_local_name(local) => self.out.push_str(written),
            Some(base) => {
                let iri = format!("{base}{}", escape(&unescaped(local)));
                let message = format!("the prefixed name {written} has characters that none may have");
                self.change(at, Defect::LocalName, written, &iri, message);
                self.out.push_str(&format!("<{iri}>"));
            }
            None if local.starts_with("//") || matches!(prefix, "urn" | "mailto" | "doi" | "tel") => {
                let iri = escape(written);
                let message = format!("the address {written} stands without < and >");
                self.change(at, Defect::Iri, written, &iri, message);
                self.out.push_str(&format!("<{iri}>"));
            }
            None => {
                let Some(base) = well_known(prefix) else {
                    let message = format!("the prefix {prefix}: is not declared and not a usual one");
                    return Err(self.hopeless(at, Defect::Prefix, &message));
                };
                let iri = format!("{base}{}", escape(&unescaped(local)));
                let known = format!("{prefix}:");
                if !self.changes.iter().any(|change| change.defect == Defect::Prefix && change.original == known) {
                    let message = format!("the prefix {prefix}: is not declared; it was read as <{base}>");
                    self.change(at, Defect::Prefix, &known, base, message);
                }
                self.out.push_str(&format!("<{iri}>"));
            }
        }
        Ok(end)
    }

    /// A word without a colon: a keyword or a number, or a mistake.
    fn word(&mut self, written: &str, at: usize, end: usize) -> Result<usize, Hopeless> {
        let is_number = written.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.'));
        if is_number || matches!(written, "a" | "true" | "false") {
            self.out.push_str(written);
            return Ok(end);
        }
        let lower = written.to_ascii_lowercase();
        if matches!(lower.as_str(), "true" | "false") {
            self.change(at, Defect::Syntax, written, &lower, format!("{written} is written {lower}"));
            self.out.push_str(&lower);
            return Ok(end);
        }
        let word = crate::rdf::parse::excerpt(written);
        let message = format!("{word:?} is neither an address nor a text: a quotation mark or a prefix may be missing");
        Err(self.hopeless(at, Defect::Syntax, &message))
    }

    /// A text with its language tag.
    fn literal(&mut self, token: &Token) -> Result<usize, Hopeless> {
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
        let mut marks = self.text.char_indices_from(open);
        let (mut escaped, mut lines) = (false, false);
        while let Some((at, mark)) = marks.next() {
            if at > limit {
                return None;
            }
            match mark {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => lines = true,
                _ if mark == quote => {
                    if self.goes_on(window(self.text, at + 1)) {
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
        let starts_term = |token: &Token| match token.kind {
            Kind::Iri => token.closed,
            Kind::Text => true,
            Kind::Mark(b'[' | b'(') => true,
            Kind::Name => {
                let word = slice(rest, &token.range);
                word.contains(':')
                    || matches!(word, "a" | "true" | "false")
                    || word.starts_with(|first: char| first.is_ascii_digit())
            }
            _ => false,
        };
        // A semicolon or full stop is missing: a property or a resource follows on a line of its own.
        let begins_line = rest.get(..token.range.start).is_some_and(|gap| gap.contains('\n'));
        if begins_line
            && token.kind != Kind::Text
            && starts_term(&token)
            && after.as_ref().is_some_and(|next| starts_term(next))
        {
            return true;
        }
        match token.kind {
            Kind::Mark(b']' | b')' | b'}') | Kind::Datatype => true,
            Kind::Stop => after.is_none_or(|next| {
                starts_term(&next) || matches!(next.kind, Kind::At | Kind::Mark(b'}')) || is_keyword(rest, &next)
            }),
            Kind::Mark(b',') => after.is_some_and(|next| starts_term(&next)),
            Kind::Mark(b';') => after.is_none_or(|next| {
                matches!(next.kind, Kind::Stop | Kind::Mark(b']' | b';'))
                    || (starts_term(&next) && next.kind != Kind::Text)
            }),
            // In a list, and in N-Quads before the graph's name.
            Kind::Iri => self.role == Role::List || self.is_lines,
            Kind::Text | Kind::Name | Kind::Mark(b'(' | b'[') => self.role == Role::List && starts_term(&token),
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

enum Gap {
    Semicolon,
    Stop,
    Unknown,
}

/// What is expected after a term.
fn after(role: Role) -> Role {
    match role {
        Role::Subject => Role::Property,
        Role::Property => Role::Value,
        Role::Value | Role::AfterValue => Role::AfterValue,
        Role::List => Role::List,
    }
}

fn is_keyword(text: &str, token: &Token) -> bool {
    matches!(slice(text, &token.range).to_ascii_lowercase().as_str(), "prefix" | "base" | "graph")
}

/// How many bytes of marks and letters follow a name without a blank.
fn glued_length(rest: &str) -> usize {
    let Some(first) = rest.chars().next() else { return 0 };
    let starts = match first {
        '(' | '\'' | '|' | '^' => true,
        '#' => rest.chars().nth(1).is_some_and(char::is_alphanumeric),
        _ => false,
    };
    if !starts || rest.starts_with("^^") {
        return 0;
    }
    let length = rest
        .find(|mark: char| mark.is_whitespace() || matches!(mark, ';' | ',' | '"' | '<' | '>' | '[' | ']'))
        .unwrap_or(rest.len());
    let glued = rest.get(..length).unwrap_or_default();
    let glued = glued.trim_end_matches('.');
    // A closing bracket that opens outside the name is none of it.
    let (opened, closed) = (glued.matches('(').count(), glued.matches(')').count());
    if closed > opened { 0 } else { glued.len() }
}

/// Whether a local name is one by the grammar (PN_LOCAL), near enough to pass sound ones through.
fn is_local_name(local: &str) -> bool {
    let mut marks = local.chars();
    let mut last = ' ';
    while let Some(mark) = marks.next() {
        let is_sound = match mark {
            '\\' => marks.next().is_some_and(|next| "_~.-!$&'()*+,;=/?#@%".contains(next)),
            '%' => {
                marks.next().is_some_and(|next| next.is_ascii_hexdigit())
                    && marks.next().is_some_and(|next| next.is_ascii_hexdigit())
            }
            '_' | ':' | '.' => true,
            '-' => last != ' ',
            _ => mark.is_alphanumeric() || !mark.is_ascii(),
        };
        if !is_sound {
            return false;
        }
        last = mark;
    }
    !local.starts_with('.') && !local.ends_with('.')
}

/// A local name without its backslashes.
fn unescaped(local: &str) -> String {
    local.replace('\\', "")
}

/// The character of `uXXXX` or `UXXXXXXXX` at the start of a text, also of the two halves that JSON writes, and how many
/// characters it takes after the backslash.
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

/// A stretch of text from a byte on, long enough to see what follows.
fn window(text: &str, from: usize) -> &str {
    let mut end = text.len().min(from.saturating_add(LOOK_BEHIND));
    while !text.is_char_boundary(end) {
        end += 1;
    }
    text.get(from..end).unwrap_or_default()
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
