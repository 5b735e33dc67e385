//! Mending one statement of the Turtle family by its tokens.
//!
//! Policy: a mend is made only where one reading is possible. Missing brackets, unknown prefixes and texts whose end
//! nothing shows are not guessed at; they are named instead.

mod texts;

use super::lex::{Kind, Lexer, Token, slice};
use super::prefixes::{Prefixes, well_known};
use super::window;
use crate::rdf::parse::Defect;
use crate::rdf::repair::{escape, split_joined};

/// Bytes that one statement may take up to be mended.
const LONGEST_STATEMENT: usize = 4 * 1024 * 1024;
/// Bytes of a line before a statement that count as its margin.
const LONGEST_MARGIN: usize = 1024;
/// Bytes of marks and letters that are looked at behind a name.
const LONGEST_GLUED: usize = 1024;

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
    /// Usual prefixes that were told not to be declared, by what they stand for.
    told: Vec<&'static str>,
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
        told: Vec::new(),
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
        let (mut looked_at, mut goes_over_line) = (self.start, false);
        while let Some(token) = lexer.next() {
            if token.range.start.saturating_sub(self.start) > LONGEST_STATEMENT {
                return Err(self.hopeless(self.start, Defect::Syntax, "the statement is too long to be mended"));
            }
            goes_over_line |= self.is_lines && self.slice_between(looked_at, token.range.start).contains('\n');
            looked_at = token.range.start;
            if goes_over_line && self.is_complete() {
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
                        match self.between_values(&token, ahead.next().as_ref()) {
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
    fn between_values(&mut self, token: &Token, next: Option<&Token>) -> Gap {
        let before = self.slice_between(self.start, token.range.start);
        let line = before.rsplit_once('\n').map(|(_, line)| line);
        let line = line.filter(|line| line.trim().is_empty());
        let is_term = |kind: Kind| matches!(kind, Kind::Iri | Kind::Name | Kind::Text | Kind::Mark(b'[' | b'('));
        let two_terms = next.is_some_and(|next| is_term(next.kind));
        let Some(line) = line.filter(|_| two_terms && token.kind != Kind::Text) else { return Gap::Unknown };
        let above = self.text.as_bytes().get(..self.start).unwrap_or_default().iter().rev();
        let margin = above.take(LONGEST_MARGIN).take_while(|byte| **byte != b'\n').count();
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
        let glued = window(self.text, end, LONGEST_GLUED);
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
                if !self.told.contains(&base) {
                    self.told.push(base);
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
