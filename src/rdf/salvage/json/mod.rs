//! JSON that is not quite JSON, read as the document that was meant: raw control characters and quotation marks in
//! texts, commas missing or too many, comments, names that occur twice. A member that cannot be read is left out of its
//! object, and the object is named by its `@id`.
//!
//! Policy: reading goes on behind a broken member at the next place where a member or an object can begin; an object
//! whose closing bracket is missing ends where a neighbour begins. Nothing recurses deeper than the limit.

mod cost;
mod texts;

use serde_json::{Map, Value};

use super::Salvaged;
use crate::rdf::parse::{Defect, Problem, ProblemKind, excerpt};
pub(in crate::rdf) use cost::{MAX_CONTEXT_WORK, context_work};
use texts::{begins_member, escape, goes_on, window};

/// Where an object with an `@id` stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rdf) struct Span {
    pub start: usize,
    pub end: usize,
    pub id: String,
}

/// JSON that was read.
#[derive(Debug)]
pub(in crate::rdf) struct Json {
    pub value: Value,
    /// Objects with an `@id`, inner ones first.
    pub spans: Vec<Span>,
}

/// Problems after which the rest of a document is given up.
const MAX_PROBLEMS: usize = 10_000;

/// Reads JSON leniently; what was wrong goes into `out`, with subjects as the document writes them.
pub(in crate::rdf) fn read(text: &str, max_depth: usize, out: &mut Salvaged) -> Json {
    let mut reader =
        Reader { text, bytes: text.as_bytes(), at: 0, depth: 0, max_depth, out, open: Vec::new(), spans: Vec::new() };
    let mut values = Vec::new();
    loop {
        reader.skip();
        if reader.peek().is_none() || reader.given_up() {
            break;
        }
        match reader.value() {
            Some(value) => values.push(value),
            None => reader.at += 1,
        }
        reader.skip();
        if reader.peek().is_some() && values.len() == 1 {
            reader.problem(
                ProblemKind::Mended,
                Defect::Punctuation,
                "",
                "something follows the end of the JSON document",
            );
        }
    }
    reader.settle(0, None);
    let spans = std::mem::take(&mut reader.spans);
    // JSON lines: several documents one after the other.
    let value = if values.len() == 1 { values.pop().unwrap_or_default() } else { Value::Array(values) };
    Json { value, spans }
}

struct Reader<'a, 'o> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    max_depth: usize,
    out: &'o mut Salvaged,
    /// Problems whose object has no `@id` yet, by their index in `out`.
    open: Vec<usize>,
    spans: Vec<Span>,
}

impl Reader<'_, '_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn given_up(&mut self) -> bool {
        if self.out.problems.len() > MAX_PROBLEMS {
            self.out.cut = true;
        }
        self.out.cut
    }

    fn skip(&mut self) {
        while let Some(byte) = self.peek() {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            if byte.is_ascii_whitespace() {
                self.at += 1;
            } else if rest.starts_with(b"//") {
                self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                self.at += rest.windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 2);
            } else {
                break;
            }
        }
    }

    fn problem(&mut self, kind: ProblemKind, defect: Defect, original: &str, message: &str) {
        self.open.push(self.out.problems.len());
        self.out.push(Some(self.at), Problem::new(kind, defect, message).texts(original, ""));
    }

    /// Gives the problems that were met since `first` the subject of the object that ends here.
    fn settle(&mut self, first: usize, id: Option<&str>) {
        if id.is_none() && first > 0 {
            return;
        }
        for index in self.open.drain(first.min(self.open.len())..) {
            if let Some((_, problem)) = self.out.problems.get_mut(index) {
                problem.subject = problem.subject.take().or_else(|| id.map(str::to_owned));
            }
        }
    }

    fn value(&mut self) -> Option<Value> {
        self.skip();
        match self.peek()? {
            b'{' | b'[' if self.depth >= self.max_depth => {
                self.problem(ProblemKind::Lost, Defect::Syntax, "", "the document nests too deeply here");
                self.skip_nested();
                Some(Value::Null)
            }
            b'{' => {
                self.depth += 1;
                let value = self.object();
                self.depth -= 1;
                Some(value)
            }
            b'[' => {
                self.depth += 1;
                let value = self.array();
                self.depth -= 1;
                Some(value)
            }
            b'"' => self.string().map(Value::String),
            b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => self.word(),
            _ => None,
        }
    }

    /// Steps over what is nested too deeply.
    fn skip_nested(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    let _ = self.string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }

    fn word(&mut self) -> Option<Value> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')).count();
        let word = self.text.get(self.at..self.at + length)?;
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => match serde_json::from_str::<serde_json::Number>(word) {
                Ok(number) => Value::Number(number),
                Err(_) => match word.to_ascii_lowercase().as_str() {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    "none" | "nan" | "null" | "undefined" => Value::Null,
                    _ => return None,
                },
            },
        };
        if serde_json::from_str::<Value>(word).is_err() {
            let message = format!("{word} is not JSON; it was read as {value}");
            self.problem(ProblemKind::Mended, Defect::Syntax, word, &message);
        }
        self.at += length;
        Some(value)
    }

    fn object(&mut self) -> Value {
        let (start, first_open) = (self.at, self.open.len());
        self.at += 1;
        let mut map = Map::new();
        loop {
            self.skip();
            match self.peek() {
                None => {
                    self.problem(
                        ProblemKind::Lost,
                        Defect::Punctuation,
                        "",
                        "the document ends in the middle of an object",
                    );
                    self.out.cut = true;
                    break;
                }
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.extra_comma(),
                Some(b'"') => self.member(&mut map),
                Some(b'{' | b']') => {
                    let message = "a } is missing before this place; what the object says may be incomplete";
                    self.problem(ProblemKind::Lost, Defect::Punctuation, "", message);
                    break;
                }
                Some(_) => self.resync("this is not a member of a JSON object"),
            }
            if self.given_up() {
                break;
            }
        }
        let id = map.get("@id").and_then(Value::as_str).map(str::to_owned);
        self.settle(first_open, id.as_deref());
        if let Some(id) = id {
            self.spans.push(Span { start, end: self.at, id });
        }
        Value::Object(map)
    }

    fn array(&mut self) -> Value {
        self.at += 1;
        let mut values = Vec::new();
        let mut after_value = false;
        loop {
            self.skip();
            match self.peek() {
                None => {
                    self.problem(
                        ProblemKind::Lost,
                        Defect::Punctuation,
                        "",
                        "the document ends in the middle of a list",
                    );
                    self.out.cut = true;
                    break;
                }
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',') if after_value => {
                    self.at += 1;
                    after_value = false;
                    self.skip();
                    if self.peek() == Some(b']') {
                        self.problem(
                            ProblemKind::Mended,
                            Defect::Punctuation,
                            ",",
                            "a comma stands where no further value follows",
                        );
                    }
                    continue;
                }
                Some(b',') => self.extra_comma(),
                Some(b'}') => {
                    self.problem(ProblemKind::Lost, Defect::Punctuation, "", "a ] is missing before this place");
                    break;
                }
                Some(_) => {
                    if after_value {
                        self.problem(
                            ProblemKind::Mended,
                            Defect::Punctuation,
                            "",
                            "a comma is missing between two values",
                        );
                    }
                    match self.value() {
                        Some(value) => values.push(value),
                        None => self.resync("this is not a JSON value"),
                    }
                    after_value = true;
                }
            }
            if self.given_up() {
                break;
            }
        }
        Value::Array(values)
    }

    fn extra_comma(&mut self) {
        self.problem(ProblemKind::Mended, Defect::Punctuation, ",", "a comma stands where no value follows");
        self.at += 1;
    }

    fn member(&mut self, map: &mut Map<String, Value>) {
        let start = self.at;
        let Some(name) = self.string() else {
            self.at = start;
            self.resync("the name of a member is not closed");
            return;
        };
        self.skip();
        if self.peek() != Some(b':') {
            self.at = start;
            let message = format!("a colon is missing after {:?}", excerpt(&name));
            self.resync(&message);
            return;
        }
        self.at += 1;
        let Some(value) = self.value() else {
            let message = format!("the value of {:?} cannot be read", excerpt(&name));
            self.resync(&message);
            return;
        };
        self.put(map, name, value);
        self.skip();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip();
                if self.peek() == Some(b'}') {
                    self.problem(
                        ProblemKind::Mended,
                        Defect::Punctuation,
                        ",",
                        "a comma stands where no further member follows",
                    );
                }
            }
            Some(b'"') => {
                self.problem(ProblemKind::Mended, Defect::Punctuation, "", "a comma is missing between two members");
            }
            _ => {}
        }
    }

    fn put(&mut self, map: &mut Map<String, Value>, name: String, value: Value) {
        match map.get_mut(&name) {
            None => {
                map.insert(name, value);
            }
            Some(known) if *known == value => {}
            Some(_) if name.starts_with('@') && name != "@type" => {
                let message = format!("{name} occurs twice in one object; the second is left out");
                self.problem(ProblemKind::Lost, Defect::Repeated, &name, &message);
            }
            Some(known) => {
                let mut both = match known.take() {
                    Value::Array(values) => values,
                    one => vec![one],
                };
                match value {
                    Value::Array(values) => both.extend(values),
                    one => both.push(one),
                }
                *known = Value::Array(both);
                let message = format!("{:?} occurs twice in one object; the values of both were kept", excerpt(&name));
                self.problem(ProblemKind::Mended, Defect::Repeated, &name, &message);
            }
        }
    }

    /// Reports what cannot be read, and moves to the next place where a member, an object or an end can be.
    fn resync(&mut self, message: &str) {
        let start = self.at;
        self.problem(ProblemKind::Lost, Defect::Syntax, "", message);
        self.at += 1;
        while let Some(byte) = self.peek() {
            let rest = self.text.get(self.at..).unwrap_or_default();
            match byte {
                b'}' | b']' | b'{' => break,
                b'"' if begins_member(rest) => break,
                _ => self.at += 1,
            }
        }
        let original = self.text.get(start..self.at).unwrap_or_default().trim().to_owned();
        if let Some((_, problem)) = self.out.problems.last_mut() {
            problem.original = excerpt(&original);
        }
    }

    /// A text, with what is wrong in it mended. `None`: its end cannot be told.
    fn string(&mut self) -> Option<String> {
        let open = self.at + 1;
        let mut text = String::new();
        let mut at = open;
        let mut defects: Vec<Defect> = Vec::new();
        let mut lines = false;
        while let Some(mark) = self.text.get(at..).and_then(|rest| rest.chars().next()) {
            match mark {
                '"' => {
                    let after = window(self.text, at + 1);
                    if goes_on(after) {
                        break;
                    }
                    if lines {
                        return None;
                    }
                    defects.push(Defect::Quote);
                    text.push('"');
                    at += 1;
                }
                '\\' => {
                    let rest = window(self.text, at);
                    match escape(rest) {
                        Some((character, length)) => {
                            text.push(character);
                            at += length;
                        }
                        None => {
                            defects.push(Defect::Escape);
                            text.push('\\');
                            at += 1;
                        }
                    }
                }
                _ => {
                    if mark == '\n' {
                        lines = true;
                        defects.push(Defect::LineBreak);
                    } else if mark < ' ' {
                        defects.push(Defect::ControlCharacter);
                    }
                    text.push(mark);
                    at += mark.len_utf8();
                }
            }
        }
        if at >= self.text.len() {
            // Not closed at all: the line shows where it should have been.
            return None;
        }
        let original = self.text.get(open..at).unwrap_or_default().to_owned();
        defects.sort_unstable();
        defects.dedup();
        for defect in defects {
            let message = match defect {
                Defect::Quote => "a text has quotation marks inside it that are not escaped",
                Defect::LineBreak => "a text goes over the end of its line",
                Defect::Escape => "a text has a backslash that escapes nothing",
                _ => "a text has a character that JSON does not allow in it",
            };
            self.problem(ProblemKind::Mended, defect, &original, message);
        }
        self.at = at + 1;
        Some(text)
    }
}

/// The `@id` of the smallest object around a byte.
#[must_use]
pub(in crate::rdf) fn object_at(spans: &[Span], at: usize) -> Option<&str> {
    let around = spans.iter().filter(|span| (span.start..span.end).contains(&at));
    around.min_by_key(|span| span.end - span.start).map(|span| span.id.as_str())
}

#[cfg(test)]
mod tests;
