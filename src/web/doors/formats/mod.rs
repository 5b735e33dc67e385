//! Machine forms of every page and list, by suffix or `Accept`; one file for each noun, and one for each syntax that no
//! engine writes.
//!
//! Policy: a suffix beats `Accept`. RDF forms of a record serve the harmonised graph with the provider's IRI as subject
//! and our page as its `dcat:CatalogRecord`, in the profile that is asked for; lists are DCAT catalogues with Hydra
//! paging. Everything here is public: any origin may read it.

pub mod atom;
pub mod cite;
pub mod csv;
pub mod dataset;
pub mod datasets;
pub mod lists;
pub mod profile;
pub mod providers;
pub mod reply;
pub mod series;
pub mod terms;

use actix_web::HttpRequest;

pub use cite::{bibtex, citation};
pub use dataset::dataset_json;
pub use reply::{Reply, answer};

use crate::error::{ErrorKind, UserError};
use crate::rdf::media::Format;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::negotiate;

/// Characters of an outside text that an error repeats.
const QUOTED_CHARACTERS: usize = 80;

/// A machine form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON as the API gives it.
    Json,
    /// RDF as JSON-LD 1.1.
    JsonLd,
    /// RDF as Turtle.
    Turtle,
    /// RDF as RDF/XML.
    RdfXml,
    /// RDF as N-Triples.
    NTriples,
    /// A table.
    Csv,
    /// A feed of what is new and changed.
    Atom,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 7] =
        [Form::Json, Form::JsonLd, Form::Turtle, Form::RdfXml, Form::NTriples, Form::Csv, Form::Atom];

    /// Suffix without its dot.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Form::Json => "json",
            Form::JsonLd => "jsonld",
            Form::Turtle => "ttl",
            Form::RdfXml => "rdf",
            Form::NTriples => "nt",
            Form::Csv => "csv",
            Form::Atom => "atom",
        }
    }

    /// Media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Form::Json => "application/json",
            Form::JsonLd => "application/ld+json",
            Form::Turtle => "text/turtle",
            Form::RdfXml => "application/rdf+xml",
            Form::NTriples => "application/n-triples",
            Form::Csv => csv::MEDIA_TYPE,
            Form::Atom => atom::MEDIA_TYPE,
        }
    }

    /// The media type without parameters, as links and descriptions name it.
    #[must_use]
    pub const fn essence(self) -> &'static str {
        match self {
            Form::Csv => "text/csv",
            Form::Atom => "application/atom+xml",
            other => other.media_type(),
        }
    }

    /// Name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Form::Json => "JSON",
            Form::JsonLd => "JSON-LD",
            Form::Turtle => "Turtle",
            Form::RdfXml => "RDF/XML",
            Form::NTriples => "N-Triples",
            Form::Csv => "CSV",
            Form::Atom => "Atom feed",
        }
    }

    /// The RDF format; none for the others.
    #[must_use]
    pub const fn rdf(self) -> Option<Format> {
        match self {
            Form::Json | Form::Csv | Form::Atom => None,
            Form::JsonLd => Some(Format::JsonLd),
            Form::Turtle => Some(Format::Turtle),
            Form::RdfXml => Some(Format::RdfXml),
            Form::NTriples => Some(Format::NTriples),
        }
    }

    /// The form of a suffix.
    #[must_use]
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.suffix() == suffix)
    }

    /// The address of this form of a page; a query string stays behind the suffix.
    #[must_use]
    pub fn address(self, page: &str) -> String {
        match page.split_once('?') {
            Some((path, query)) => format!("{path}.{}?{query}", self.suffix()),
            None => format!("{page}.{}", self.suffix()),
        }
    }
}

/// The form that a suffix names.
///
/// # Errors
/// 404 for a suffix that is not offered, naming those that are.
pub fn named(suffix: &str, page: &str) -> Result<Form, Fault> {
    Form::of_suffix(suffix).ok_or_else(|| no_such_form(suffix, page))
}

/// The form that `Accept` asks for at a page; `None` is the page itself.
///
/// # Errors
/// 406 when `Accept` allows none, with a link to each form that is offered.
pub fn accepted(http: &HttpRequest, page: &str) -> Result<Option<Form>, Fault> {
    let accept = negotiate::accept_of(http.headers());
    let mut offered = vec!["text/html"];
    offered.extend(Form::ALL.iter().map(|form| form.media_type()));
    match negotiate::best(accept.as_deref(), &offered) {
        Some("text/html") => Ok(None),
        Some(media_type) => Ok(Form::ALL.into_iter().find(|form| form.media_type() == media_type)),
        None => {
            let names: Vec<&str> =
                std::iter::once("text/html").chain(Form::ALL.iter().map(|form| form.essence())).collect();
            let mut error = UserError::new(
                ErrorKind::NotAcceptable,
                format!("None of the forms asked for in Accept is offered here. Offered are {}.", names.join(", ")),
            )
            .way("The page", page);
            for form in Form::ALL {
                error = error.way(format!("{} ({})", form.name(), form.essence()), form.address(page));
            }
            Err(error.into())
        }
    }
}

/// The error for a last part of an address with a dot in it, where no name has one.
pub fn no_such_form(suffix: &str, page: &str) -> Fault {
    let offered: Vec<&str> = Form::ALL.iter().map(|form| form.suffix()).collect();
    let shown: String = suffix.chars().take(QUOTED_CHARACTERS).collect();
    UserError::new(
        ErrorKind::NotFound,
        format!("Nothing is offered with the ending \u{201c}.{shown}\u{201d}. Offered are .{}.", offered.join(", .")),
    )
    .way("The page", page)
    .into()
}

/// Refuses a name with a dot: no slug has one, so it can only be a suffix that is not offered.
///
/// # Errors
/// 404, naming the suffixes that are offered.
pub fn without_suffix<'a>(name: &'a str, list: &str) -> Result<&'a str, Fault> {
    match name.split_once('.') {
        None => Ok(name),
        Some((slug, suffix)) => Err(no_such_form(suffix, &format!("{list}/{slug}"))),
    }
}

/// Offers every form of a page in its head and returns them for its text: name and address.
#[must_use]
pub fn offer(mut layout: Layout, page: &str) -> (Layout, Vec<(&'static str, String)>) {
    let mut downloads = Vec::new();
    for form in Form::ALL {
        let href = form.address(page);
        layout = layout.alternate(form.essence(), form.name(), href.clone());
        downloads.push((form.name(), href));
    }
    (layout, downloads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_goes_before_the_query() {
        assert_eq!(Form::Turtle.address("/datasets?q=lung"), "/datasets.ttl?q=lung");
        assert_eq!(Form::Atom.address("/series/lungs"), "/series/lungs.atom");
    }
}
