//! Tokens of the Turtle family, read so that every byte belongs to a token or a gap and nothing is ever an error.
//!
//! Policy: a token never runs past a line, except long texts; so a forgotten quotation mark or angle bracket spoils its
//! own line only. The reading agrees with the grammar (W3C Turtle 1.1, section 6.5) on sound documents.

use std::ops::Range;

/// Bytes behind an angle bracket and a blank in which the closing one is looked for.
const LONGEST_SPACED_IRI: usize = 4 * 1024;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `<…>`.
    Iri,
    /// A prefixed name, keyword, number, blank-node label or bare word.
    Name,
    /// A short or long text with its quotation marks.
    Text,
    /// `@…`.
    At,
    /// `^^`.
    Datatype,
    /// A full stop.
    Stop,
    /// Any other mark.
    Mark(u8),
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
    /// Whether what opened it is closed.
    pub closed: bool,
}

/// Reads tokens from a place in a text.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'a> {
    pub text: &'a str,
    pub at: usize,
    /// The end of a line behind whose last token no angle bracket closes.
    unclosed_until: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, unclosed_until: 0 }
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes().get(at).copied()
    }

    /// Moves to the start of the next token, past blanks and comments.
    pub fn skip_gap(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'#' => self.at = self.line_end(self.at),
                _ => break,
            }
        }
    }

    /// The end of the line on which a byte is.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes().get(at..).unwrap_or_default();
        rest.iter().position(|byte| *byte == b'\n').map_or(self.text.len(), |offset| at + offset)
    }

    /// The next token; `None` at the end.
    pub fn next(&mut self) -> Option<Token> {
        self.skip_gap();
        let start = self.at;
        let first = self.byte(start)?;
        let (kind, end, closed) = match first {
            b'"' | b'\'' => self.text_token(start, first),
            b'<' => self.angle(start),
            b'@' => (
                Kind::At,
                self.run(start + 1, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')),
                true,
            ),
            b'^' if self.byte(start + 1) == Some(b'^') => (Kind::Datatype, start + 2, true),
            b'.' if self.byte(start + 1).is_some_and(|byte| byte.is_ascii_digit()) => {
                (Kind::Name, self.name_end(start), true)
            }
            b'.' => (Kind::Stop, start + 1, true),
            b'{' if self.byte(start + 1) == Some(b'|') => (Kind::Mark(b'|'), start + 2, true),
            b'|' if self.byte(start + 1) == Some(b'}') => (Kind::Mark(b'|'), start + 2, true),
            b'>' if self.byte(start + 1) == Some(b'>') => (Kind::Mark(b'>'), start + 2, true),
            b';' | b',' | b'[' | b']' | b'(' | b')' | b'{' | b'}' | b'>' | b'^' | b'|' | b'~' => {
                (Kind::Mark(first), start + 1, true)
            }
            _ => (Kind::Name, self.name_end(start), true),
        };
        // Every token takes at least one whole character.
        let mut end = end.max(start + 1).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.at = end;
        Some(Token { kind, range: start..end, closed })
    }

    fn run(&self, from: usize, keep: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes().get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| keep(**byte)).count()
    }

    fn angle(&mut self, start: usize) -> (Kind, usize, bool) {
        match self.byte(start + 1) {
            Some(b'<') => return (Kind::Mark(b'<'), start + 2, true),
            None | Some(b' ' | b'=' | b'\n' | b'\t' | b'\r') if !self.closes_soon(start) => {
                return (Kind::Mark(b'<'), start + 1, true);
            }
            _ => {}
        }
        // Who mends a statement reads on inside a token that is not closed; its line is not looked through again.
        if start < self.unclosed_until {
            return (Kind::Iri, self.unclosed_until, false);
        }
        let rest = self.bytes().get(start + 1..).unwrap_or_default();
        let end = rest.iter().position(|byte| matches!(byte, b'>' | b'\n'));
        match end.and_then(|end| Some((end, rest.get(end)?))) {
            Some((end, b'>')) => (Kind::Iri, start + end + 2, true),
            found => {
                self.unclosed_until = found.map_or(self.text.len(), |(end, _)| start + 1 + end);
                (Kind::Iri, self.unclosed_until, false)
            }
        }
    }

    /// Whether an angle bracket is closed on its line, and not far away.
    fn closes_soon(&self, start: usize) -> bool {
        let mut near = self.bytes().iter().skip(start + 1).take(LONGEST_SPACED_IRI);
        start >= self.unclosed_until && near.find(|byte| matches!(byte, b'>' | b'\n')) == Some(&b'>')
    }

    fn text_token(&self, start: usize, quote: u8) -> (Kind, usize, bool) {
        let is_long = self.byte(start + 1) == Some(quote) && self.byte(start + 2) == Some(quote);
        let mut at = if is_long { start + 3 } else { start + 1 };
        while let Some(byte) = self.byte(at) {
            if byte == b'\\' {
                at += 2;
            } else if is_long && byte == quote && self.byte(at + 1) == Some(quote) && self.byte(at + 2) == Some(quote) {
                // Up to two quotation marks may stand before the closing three.
                let more = self.run(at + 3, |next| next == quote).min(at + 5);
                return (Kind::Text, more, true);
            } else if !is_long && byte == quote {
                return (Kind::Text, at + 1, true);
            } else if !is_long && byte == b'\n' {
                return (Kind::Text, at, false);
            } else {
                at += 1;
            }
        }
        (Kind::Text, self.text.len(), false)
    }

    /// The end of a name: a blank, a mark, or a full stop that nothing follows.
    fn name_end(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(byte) = self.byte(at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'<' | b'>' | b'[' | b']' | b'(' | b')' | b'{' | b'}' | b';'
                | b',' | b'^' | b'#' | b'|' => break,
                b'\'' if at > start => break,
                b'\\' => at += 2,
                b'.' => {
                    let dots = self.run(at, |next| next == b'.');
                    let goes_on = self.byte(dots).is_some_and(|next| {
                        next.is_ascii_alphanumeric()
                            || matches!(next, b'_' | b'-' | b':' | b'%' | b'\\' | b'/')
                            || next >= 0x80
                    });
                    if !goes_on {
                        break;
                    }
                    at = dots;
                }
                _ => at += 1,
            }
        }
        at
    }
}

/// The text of a token.
pub(super) fn slice<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<(Kind, &str)> {
        let mut lexer = Lexer::new(text, 0);
        std::iter::from_fn(|| lexer.next()).map(|token| (token.kind, slice(text, &token.range))).collect()
    }

    #[test]
    fn a_sound_statement_is_cut_as_the_grammar_says() {
        let found = tokens("ex:a.b a <http://x/#a> ; p \"a \\\" b\"@en , 1.5 , '''x'y\n''' .#c\n_:b <p> .5 .");
        let texts: Vec<&str> = found.iter().map(|(_, text)| *text).collect();
        assert_eq!(
            texts,
            [
                "ex:a.b",
                "a",
                "<http://x/#a>",
                ";",
                "p",
                "\"a \\\" b\"",
                "@en",
                ",",
                "1.5",
                ",",
                "'''x'y\n'''",
                ".",
                "_:b",
                "<p>",
                ".5",
                "."
            ]
        );
    }

    #[test]
    fn what_is_not_closed_ends_with_its_line() {
        let found = tokens("<a> <b> \"open\n<c> <d\n<e> .");
        let texts: Vec<&str> = found.iter().map(|(_, text)| *text).collect();
        assert_eq!(texts, ["<a>", "<b>", "\"open", "<c>", "<d", "<e>", "."]);
    }
}
