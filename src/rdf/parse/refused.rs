//! Documents that are not read at all, each with what to do next.

use crate::rdf::media::Other;

/// A document that was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseRefused {
    /// There is nothing in it.
    #[error("the answer is empty")]
    Empty,
    /// It is a web page.
    #[error(
        "the answer is a web page (HTML), not metadata: ask for text/turtle, or use the address of the RDF document"
    )]
    Html,
    /// It is an answer of an OAI-PMH service.
    #[error("the answer is OAI-PMH, which is not harvested yet: offer the same records as a FAIR Data Point or as RDF")]
    OaiPmh,
    /// It is a table.
    #[error("the document is a table (CSV), not RDF: offer the records as RDF, for example in Turtle or JSON-LD")]
    Csv,
    /// It is XML, but not RDF/XML.
    #[error("the document is XML but not RDF/XML: use the address of the RDF document")]
    Xml,
    /// It is JSON, but not JSON-LD.
    #[error("the document is JSON without a JSON-LD context, so its words have no meaning: add an @context to it")]
    Json,
    /// It is in UTF-32.
    #[error("the document is not in UTF-8: save it as UTF-8")]
    NotUtf8,
    /// It is packed and cannot be unpacked.
    #[error("the document is packed with gzip and cannot be unpacked ({reason}): offer it whole or unpacked")]
    Packed {
        /// Why.
        reason: String,
    },
    /// Too many bytes.
    #[error("the document has {bytes} bytes, more than the {limit} allowed: please page it, or split it")]
    TooLarge {
        /// Its size, or how much of it was unpacked.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Too many statements.
    #[error("the document has more than {limit} statements: please page it, or split it")]
    TooManyTriples {
        /// The limit.
        limit: usize,
    },
    /// Nested too deeply.
    #[error("the document nests brackets {depth} deep, more than the {limit} allowed")]
    TooDeep {
        /// How deep.
        depth: usize,
        /// The limit.
        limit: usize,
    },
    /// Made to cost more than it says.
    #[error("the document was not opened, because reading it could take forever: {reason}")]
    Dangerous {
        /// Why.
        reason: String,
    },
    /// The address that relative names refer to is not an absolute IRI.
    #[error("{base:?} is not an absolute address to read relative names against: {reason}")]
    BadBase {
        /// The base.
        base: String,
        /// Why.
        reason: String,
    },
    /// A JSON-LD document in which everything needs a context that is not at hand.
    #[error(
        "the document refers to the JSON-LD context {context}, which is not fetched: put the context into the document, or name that of DCAT-AP 3.0.1, which is known here"
    )]
    RemoteContext {
        /// Its address.
        context: String,
    },
    /// Nothing in it could be read.
    #[error("nothing in the document could be read as {format}: {reason}")]
    Unreadable {
        /// The format that was tried.
        format: &'static str,
        /// The first reason.
        reason: String,
    },
}

impl ParseRefused {
    /// A stable word for it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Html => "html",
            Self::OaiPmh => "oai-pmh",
            Self::Csv => "csv",
            Self::Xml => "xml",
            Self::Json => "json",
            Self::NotUtf8 => "not-utf-8",
            Self::Packed { .. } => "packed",
            Self::TooLarge { .. } => "too-large",
            Self::TooManyTriples { .. } => "too-many-statements",
            Self::TooDeep { .. } => "too-deep",
            Self::Dangerous { .. } => "dangerous",
            Self::BadBase { .. } => "bad-base",
            Self::RemoteContext { .. } => "remote-context",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

impl From<Other> for ParseRefused {
    fn from(other: Other) -> Self {
        match other {
            Other::Html => Self::Html,
            Other::OaiPmh => Self::OaiPmh,
            Other::Xml => Self::Xml,
            Other::Json => Self::Json,
            Other::Csv => Self::Csv,
        }
    }
}
