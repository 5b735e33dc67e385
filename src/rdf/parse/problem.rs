//! What can be wrong with a document, and how it is told.

use std::fmt;

/// What became of the part of a document that could not be read as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// It was mended; nothing is missing.
    Mended,
    /// A statement, or the rest of one, was left out.
    Lost,
}

/// The kind of a defect, as tables of repairs count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Defect {
    /// The bytes are not UTF-8, or are packed.
    Encoding,
    /// The document is in another format than its header or name says.
    Format,
    /// An address with characters that none may have.
    Iri,
    /// Two addresses written as one.
    TwoIris,
    /// A prefix that is not declared, or declared wrongly.
    Prefix,
    /// A prefixed name with characters that none may have.
    LocalName,
    /// Quotation marks inside a text, or missing around it.
    Quote,
    /// A line break inside a text where none may be.
    LineBreak,
    /// A character that no text may have.
    ControlCharacter,
    /// A backslash that escapes nothing.
    Escape,
    /// A language tag that is none.
    LanguageTag,
    /// A datatype that is no address.
    Datatype,
    /// A comma, semicolon or full stop missing or too many.
    Punctuation,
    /// An ampersand, entity or mark that XML does not allow there.
    Markup,
    /// A name that occurs twice.
    Repeated,
    /// A JSON-LD context that is not at hand.
    Context,
    /// A statement about a statement (RDF 1.2).
    TripleTerm,
    /// More values than are kept.
    TooMany,
    /// Anything else.
    Syntax,
}

impl Defect {
    /// The stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::Format => "format",
            Self::Iri => "iri",
            Self::TwoIris => "two-iris",
            Self::Prefix => "prefix",
            Self::LocalName => "local-name",
            Self::Quote => "quote",
            Self::LineBreak => "line-break",
            Self::ControlCharacter => "control-character",
            Self::Escape => "escape",
            Self::LanguageTag => "language-tag",
            Self::Datatype => "datatype",
            Self::Punctuation => "punctuation",
            Self::Markup => "markup",
            Self::Repeated => "repeated",
            Self::Context => "context",
            Self::TripleTerm => "triple-term",
            Self::TooMany => "too-many",
            Self::Syntax => "syntax",
        }
    }

    /// How to mend it at the source, in plain words.
    #[must_use]
    pub const fn fix(self) -> &'static str {
        match self {
            Self::Encoding => "Save and serve the document as UTF-8.",
            Self::Format => "Serve the document with the media type of its format.",
            Self::Iri => {
                "Write the address without spaces, brackets and other forbidden characters, or escape them with %."
            }
            Self::TwoIris => "Write each address as a value of its own.",
            Self::Prefix => "Declare the prefix at the top of the document.",
            Self::LocalName => "Write the full address between < and > instead of the prefixed name.",
            Self::Quote => "Write quotation marks inside a text as \\\", and close every text that was opened.",
            Self::LineBreak => "Write line breaks inside a text as \\n.",
            Self::ControlCharacter => "Take the character out of the text.",
            Self::Escape => "Write a backslash inside a text as \\\\.",
            Self::LanguageTag => "Use a language tag such as en, de or pt-BR.",
            Self::Datatype => "Use a datatype with a full address, such as xsd:date.",
            Self::Punctuation => {
                "Put a semicolon between properties, a comma between values and a full stop at the end."
            }
            Self::Markup => "Write & as &amp; and < as &lt; inside texts, and close every element.",
            Self::Repeated => "Write the name once, with a list of its values.",
            Self::Context => {
                "Write the context into the document, or name one that is known here, such as that of DCAT-AP 3.0.1."
            }
            Self::TripleTerm => "State it about the resource itself.",
            Self::TooMany => "Move long lists out of the metadata and link to them instead.",
            Self::Syntax => "Check the document with a validator of its format.",
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One place of a document that could not be read as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the document, from 1, where known.
    pub line: Option<u64>,
    /// Character in the line, from 1, where known.
    pub column: Option<u64>,
    /// IRI of the resource whose description it was in, where known.
    pub subject: Option<String>,
    /// What became of it.
    pub kind: ProblemKind,
    /// What kind of defect it is.
    pub defect: Defect,
    /// The text as it was written, shortened; empty where it is not one text.
    pub original: String,
    /// What it was read as; empty where it was left out.
    pub read_as: String,
    /// What is wrong, in plain words.
    pub message: String,
}

impl Problem {
    /// A problem whose place is not known yet.
    #[must_use]
    pub fn new(kind: ProblemKind, defect: Defect, message: impl Into<String>) -> Self {
        Self {
            line: None,
            column: None,
            subject: None,
            kind,
            defect,
            original: String::new(),
            read_as: String::new(),
            message: message.into(),
        }
    }
    /// With the resource in whose description it was.
    #[must_use]
    pub fn about(mut self, subject: Option<String>) -> Self {
        self.subject = subject;
        self
    }
    /// With its line and column.
    #[must_use]
    pub fn at(mut self, place: Option<(u64, u64)>) -> Self {
        self.line = place.map(|(line, _)| line);
        self.column = place.map(|(_, column)| column);
        self
    }
    /// With what was written and what it was read as.
    #[must_use]
    pub fn texts(mut self, original: &str, read_as: &str) -> Self {
        self.original = excerpt(original);
        self.read_as = excerpt(read_as);
        self
    }
}

/// Characters of a text that are shown in a report.
const EXCERPT: usize = 200;

/// The beginning of a text.
#[must_use]
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Finds lines and columns of places that are asked for in rising order, in one pass over the text.
pub struct Places<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    line_start: usize,
}

impl<'a> Places<'a> {
    /// Places in the text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, line_start: 0 }
    }
    /// The line and column, from 1, of a byte.
    pub fn of(&mut self, at: usize) -> (u64, u64) {
        if at < self.at {
            *self = Self::new(self.text);
        }
        let bytes = self.text.as_bytes().get(self.at..at.min(self.text.len())).unwrap_or_default();
        for (offset, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            self.line = self.line.saturating_add(1);
            self.line_start = self.at.saturating_add(offset).saturating_add(1);
        }
        self.at = at.min(self.text.len()).max(self.at);
        let before = self.text.as_bytes().get(self.line_start..self.at).unwrap_or_default();
        let column = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        (self.line, u64::try_from(column).unwrap_or(u64::MAX).saturating_add(1))
    }
}
