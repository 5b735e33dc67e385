//! Reading what is asked from an address or a body (SPARQL 1.1 Protocol §2.1).

use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest};

use crate::error::{ErrorKind, UserError};
use crate::rdf::sparql::{SparqlError, SparqlRequest};
use crate::web::fault::Fault;
use crate::web::view::text;

use super::send::fault;

/// The longest address that a query is put into: every server and proxy on the way takes one of this length.
const ADDRESS_BYTES: usize = 6_000;

/// A form of answer named in the address, for people who cannot set headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// The page.
    Html,
    /// Results as JSON, graphs as JSON-LD.
    Json,
    /// Results as XML, graphs as RDF/XML.
    Xml,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// Turtle.
    Ttl,
    /// N-Triples.
    Nt,
    /// RDF/XML.
    Rdf,
    /// JSON-LD.
    JsonLd,
}

impl Shortcut {
    /// Every one with its name.
    const ALL: [(&'static str, Shortcut); 9] = [
        ("html", Shortcut::Html),
        ("json", Shortcut::Json),
        ("xml", Shortcut::Xml),
        ("csv", Shortcut::Csv),
        ("tsv", Shortcut::Tsv),
        ("ttl", Shortcut::Ttl),
        ("nt", Shortcut::Nt),
        ("rdf", Shortcut::Rdf),
        ("jsonld", Shortcut::JsonLd),
    ];

    fn named(name: &str) -> Result<Self, Fault> {
        let found = Self::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, format)| *format).ok_or_else(|| {
            let known = Self::ALL.map(|(known, _)| known).join(", ");
            let detail = format!("The format “{}” is not known. Choose one of {known}.", text::shorten(name, 40));
            UserError::new(ErrorKind::BadRequest, detail).field("format").into()
        })
    }

    /// Its name in an address.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// The `Accept` header that means the same.
    #[must_use]
    pub const fn accept(self) -> &'static str {
        match self {
            Shortcut::Html => "text/html",
            Shortcut::Json => "application/sparql-results+json, application/ld+json;q=0.9",
            Shortcut::Xml => "application/sparql-results+xml, application/rdf+xml;q=0.9",
            Shortcut::Csv => "text/csv",
            Shortcut::Tsv => "text/tab-separated-values",
            Shortcut::Ttl => "text/turtle",
            Shortcut::Nt => "application/n-triples",
            Shortcut::Rdf => "application/rdf+xml",
            Shortcut::JsonLd => "application/ld+json",
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The request; its `accept` is not set yet.
    pub request: SparqlRequest,
    /// Whether there was a query at all, be it empty.
    pub has_query: bool,
    /// `format`.
    pub format: Option<Shortcut>,
}

impl Asked {
    /// Whether the request names the graphs to ask.
    #[must_use]
    pub fn names_graphs(&self) -> bool {
        !self.request.default_graphs.is_empty() || !self.request.named_graphs.is_empty()
    }

    /// The address of the request.
    #[must_use]
    pub fn address(&self, format: Option<Shortcut>) -> String {
        let mut address = format!("/sparql?query={}", text::query_value(&self.request.query));
        for (name, graphs) in self.graphs() {
            for graph in graphs {
                address.push_str(&format!("&{name}={}", text::query_value(graph)));
            }
        }
        if let Some(format) = format {
            address.push_str(&format!("&format={}", format.name()));
        }
        address
    }

    /// Parameters that name graphs.
    #[must_use]
    pub fn graphs(&self) -> [(&'static str, &[String]); 2] {
        [("default-graph-uri", &self.request.default_graphs), ("named-graph-uri", &self.request.named_graphs)]
    }

    /// Whether the request fits into an address.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.address(None).len() <= ADDRESS_BYTES
    }
}

/// Reads an address.
pub(super) fn of_address(query_string: &str) -> Result<Asked, Fault> {
    of_pairs(query_string.as_bytes())
}

/// Reads the body of a `POST`, and its address where the query is the body itself.
pub(super) fn of_body(http: &HttpRequest, body: &[u8]) -> Result<Asked, Fault> {
    match http.content_type().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => {
            // The form alone counts (§2.1.2), except for the format that a link or button put into the address.
            let mut asked = of_pairs(body)?;
            asked.format = asked.format.or(of_address(http.query_string())?.format);
            Ok(asked)
        }
        "application/sparql-query" => {
            let mut asked = of_address(http.query_string())?;
            if asked.has_query {
                return Err(twice("query"));
            }
            if charset(http).is_some_and(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
                return Err(UserError::new(ErrorKind::UnsupportedMediaType, "Send the query in UTF-8.").into());
            }
            asked.request.query = String::from_utf8(body.to_vec()).map_err(|_| not_text())?;
            asked.has_query = true;
            Ok(asked)
        }
        "application/sparql-update" => {
            let detail = "This endpoint only answers queries: updates are not accepted. What it holds is changed by \
                          the sources that it harvests.";
            Err(UserError::new(ErrorKind::UnsupportedMediaType, detail).into())
        }
        _ => {
            let detail = "Send the query as a form field named query, or as the body with the type \
                          application/sparql-query.";
            Err(UserError::new(ErrorKind::UnsupportedMediaType, detail).into())
        }
    }
}

fn charset(http: &HttpRequest) -> Option<String> {
    let kind = http.headers().get(header::CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let charset = kind.split(';').skip(1).find_map(|part| part.trim().strip_prefix("charset=").map(str::to_owned))?;
    Some(charset.trim_matches('"').to_owned())
}

fn of_pairs(form: &[u8]) -> Result<Asked, Fault> {
    let mut asked = Asked::default();
    if decodes_to_nonsense(form) {
        return Err(not_text());
    }
    for (name, value) in url::form_urlencoded::parse(form) {
        match name.as_ref() {
            "query" if asked.has_query => return Err(twice("query")),
            "query" => {
                asked.request.query = value.into_owned();
                asked.has_query = true;
            }
            "default-graph-uri" => asked.request.default_graphs.push(value.into_owned()),
            "named-graph-uri" => asked.request.named_graphs.push(value.into_owned()),
            "update" => return Err(fault(&SparqlError::Update)),
            "format" if value.is_empty() => {}
            "format" if asked.format.is_some() => return Err(twice("format")),
            "format" => asked.format = Some(Shortcut::named(&value)?),
            _ => {}
        }
    }
    Ok(asked)
}

/// Whether a form holds bytes that are not UTF-8: the decoder would put other characters in their place.
fn decodes_to_nonsense(form: &[u8]) -> bool {
    percent_encoding::percent_decode(form).decode_utf8().is_err()
}

fn twice(field: &str) -> Fault {
    let detail = format!("The parameter “{field}” comes more than once. Send it once.");
    UserError::new(ErrorKind::BadRequest, detail).field(field).into()
}

fn not_text() -> Fault {
    UserError::new(ErrorKind::BadRequest, "The query is not UTF-8 text.").field("query").into()
}
