//! JSON that is not quite JSON, read as the document that was meant: raw control characters and quotation marks in
//! texts, commas missing or too many, comments, names that occur twice. A member that cannot be read is left out of its
//! object, and the object is named by its `@id`.
//!
//! Policy: reading goes on behind a broken member at the next place where a member or an object can begin; an object
//! whose closing bracket is missing ends where a neighbour begins. Nothing recurses deeper than the limit.

use serde_json::{Map, Value};

use super::Salvaged;
use crate::rdf::parse::{Defect, Problem, ProblemKind, excerpt};

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
        self.out.problems.push((Some(self.at), Problem::new(kind, defect, message).texts(original, "")));
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
                Some(b',') => self.extra_comma(b'}'),
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
                Some(b',') => self.extra_comma(b']'),
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

    fn extra_comma(&mut self, _closing: u8) {
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
            Some(known) if name.starts_with('@') && name != "@type" => {
                let message = format!("{name} occurs twice in one object; the second is left out");
                let _ = known;
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

/// Bytes behind a text that are looked at to see whether it ends there.
const LOOK_BEHIND: usize = 1_024;

fn window(text: &str, from: usize) -> &str {
    let mut end = text.len().min(from.saturating_add(LOOK_BEHIND));
    while !text.is_char_boundary(end) {
        end += 1;
    }
    text.get(from..end).unwrap_or_default()
}

/// Whether JSON can go on like this behind a text.
fn goes_on(rest: &str) -> bool {
    let rest = rest.trim_start();
    let mut marks = rest.chars();
    match marks.next() {
        None | Some(':' | '}' | ']') => true,
        Some(',') => {
            let next = marks.as_str().trim_start();
            next.is_empty()
                || next.starts_with(['"', '{', '[', '}', ']', '-', '/'])
                || next.starts_with(|mark: char| mark.is_ascii_digit())
                || ["true", "false", "null"].iter().any(|word| next.starts_with(word))
        }
        // A comma is missing: a member follows on its own line.
        Some('"') => begins_member(rest),
        Some(_) => false,
    }
}

/// Whether a text begins with `"name":`.
fn begins_member(rest: &str) -> bool {
    let Some(inner) = rest.strip_prefix('"') else { return false };
    let Some(end) = window(inner, 0).find(['"', '\n']) else { return false };
    let (name, after) = inner.split_at(end);
    !name.is_empty() && after.strip_prefix('"').is_some_and(|after| after.trim_start().starts_with(':'))
}

/// The character of an escape (RFC 8259, section 7) and its length with the backslash.
fn escape(rest: &str) -> Option<(char, usize)> {
    let mark = rest.chars().nth(1)?;
    let plain = match mark {
        '"' | '\\' | '/' => mark,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let value = |from: usize| u32::from_str_radix(rest.get(from..from + 4)?, 16).ok();
            let first = value(2)?;
            if let Some(character) = char::from_u32(first) {
                return Some((character, 6));
            }
            let second = rest.get(6..8).filter(|mark| *mark == "\\u").and_then(|_| value(8));
            let pair = second.and_then(|second| {
                char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?]).next()?.ok()
            });
            return Some(pair.map_or((char::REPLACEMENT_CHARACTER, 6), |character| (character, 12)));
        }
        _ => return None,
    };
    Some((plain, 2))
}

/// The `@id` of the smallest object around a byte.
#[must_use]
pub(in crate::rdf) fn object_at(spans: &[Span], at: usize) -> Option<&str> {
    let around = spans.iter().filter(|span| (span.start..span.end).contains(&at));
    around.min_by_key(|span| span.end - span.start).map(|span| span.id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> (Value, Vec<(ProblemKind, Defect, Option<String>)>) {
        let mut out = Salvaged::default();
        let json = read(text, 50, &mut out);
        let problems = out.problems.into_iter().map(|(_, problem)| (problem.kind, problem.defect, problem.subject));
        (json.value, problems.collect())
    }

    #[test]
    fn sound_json_is_read_as_it_is() {
        let text = r#"[{"@id": "a", "n": [1, 2.5, -3e2, true, null], "t": "a \"b\" \u00e9 \ud83d\ude00"}, {}]"#;
        let (value, problems) = read_all(text);
        assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(problems, []);
    }

    #[test]
    fn slips_are_mended() {
        let (value, problems) = read_all(
            "{\"@id\": \"a\", \"t\": \"say \"hi\" now\",, \"u\": \"C:\\data\" \"v\": \"two\nlines\", \"w\": [1,2,],}",
        );
        assert_eq!(value["t"], "say \"hi\" now");
        assert_eq!((value["u"].as_str(), value["v"].as_str()), (Some("C:\\data"), Some("two\nlines")));
        assert_eq!(value["w"], serde_json::json!([1, 2]));
        assert!(
            problems.iter().all(|(kind, _, subject)| *kind == ProblemKind::Mended && subject.as_deref() == Some("a")),
            "{problems:?}"
        );
    }

    #[test]
    fn a_broken_member_costs_only_its_object() {
        let (value, problems) = read_all(r#"[{"@id":"a","t":"x"},{"@id":"b","t":@@@,"u":"y"},{"@id":"c","t":"z"}]"#);
        assert_eq!(
            (value[0]["t"].as_str(), value[1]["u"].as_str(), value[2]["t"].as_str()),
            (Some("x"), Some("y"), Some("z"))
        );
        assert_eq!(problems, [(ProblemKind::Lost, Defect::Syntax, Some("b".to_owned()))]);
        let (value, problems) = read_all(r#"[{"@id":"a","t":"x"},{"@id":"b","t":"y",{"@id":"c","t":"z"}]"#);
        assert_eq!(value[2]["@id"], "c");
        assert_eq!(problems, [(ProblemKind::Lost, Defect::Punctuation, Some("b".to_owned()))]);
    }
}
