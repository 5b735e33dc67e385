//! What was wrong with an address, in words for its reader.

use super::facet::Facet;
use super::range::Measure;
use super::request::{MAX_PAGE, MAX_QUERY_CHARACTERS, MAX_VALUES, SearchRequest};

/// Something in the address that could not be used as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The value cannot be one of the facet's; it was left out.
    MalformedValue {
        /// The facet.
        facet: Facet,
        /// What the address said, shortened to 80 characters.
        value: String,
    },
    /// The value has the right form but nothing is known by it; it was kept, so that nothing unasked-for is shown.
    UnknownValue {
        /// The facet.
        facet: Facet,
        /// The value.
        value: String,
    },
    /// More values than a request may have; the rest were left out.
    TooManyValues {
        /// The facet.
        facet: Facet,
    },
    /// The range could not be read; it was left out.
    MalformedRange {
        /// The measure.
        measure: Measure,
        /// What the address said, shortened to 80 characters.
        value: String,
    },
    /// The query is longer than may be run; it was kept in the form.
    QueryTooLong {
        /// Its length in characters.
        characters: usize,
    },
    /// The page number was not one from 1 to [`MAX_PAGE`]; the address should be the canonical one.
    PageCorrected {
        /// What the address said, shortened to 80 characters.
        asked: String,
    },
    /// No such order; the usual one was taken.
    UnknownSort {
        /// What the address said, shortened to 80 characters.
        value: String,
    },
    /// Nothing is known by this parameter; it was left out.
    UnknownParameter {
        /// Its name, shortened to 80 characters.
        name: String,
    },
}

impl Notice {
    /// Whether a page should answer with a redirect to the canonical address instead of a notice.
    #[must_use]
    pub fn asks_redirect(&self) -> bool {
        matches!(self, Notice::PageCorrected { .. })
    }

    /// The parameter at fault.
    #[must_use]
    pub fn parameter(&self) -> &str {
        match self {
            Notice::MalformedValue { facet, .. }
            | Notice::UnknownValue { facet, .. }
            | Notice::TooManyValues { facet } => facet.key(),
            Notice::MalformedRange { measure, .. } => measure.key(),
            Notice::QueryTooLong { .. } => "q",
            Notice::PageCorrected { .. } => "page",
            Notice::UnknownSort { .. } => "sort",
            Notice::UnknownParameter { name } => name,
        }
    }

    /// One or two plain sentences: what happened and what to do next.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Notice::MalformedValue { facet, value } => {
                let form = if facet.takes_spans() { ": write it as 2010-2020, 2010- or -2020" } else { "" };
                format!("“{value}” cannot be a value of “{}”{form}. It was left out.", facet.title())
            }
            Notice::UnknownValue { facet, value } => {
                format!("Nothing is known as “{value}” under “{}”. Remove it to see the other results.", facet.title())
            }
            Notice::TooManyValues { facet } => {
                format!("“{}” has more than {MAX_VALUES} values. The rest were left out.", facet.title())
            }
            Notice::MalformedRange { measure, value } => format!(
                "“{value}” is not a range of “{}”: write it as 10-20, 10- or -20. It was left out.",
                measure.title()
            ),
            Notice::QueryTooLong { characters } => format!(
                "The search text has {characters} characters; at most {MAX_QUERY_CHARACTERS} can be searched. \
                 Shorten it and search again."
            ),
            Notice::PageCorrected { asked } => {
                format!("There is no page “{asked}”: pages are numbered from 1 to {MAX_PAGE}.")
            }
            Notice::UnknownSort { value } => {
                format!("Results cannot be sorted by “{value}”. The usual order is shown.")
            }
            Notice::UnknownParameter { name } => {
                format!("Nothing is known by the parameter “{name}”. It was left out.")
            }
        }
    }

    /// The request without the part at fault: where the link that removes it leads.
    #[must_use]
    pub fn remedy(&self, request: &SearchRequest) -> SearchRequest {
        match self {
            Notice::UnknownValue { facet, value } => request.without(*facet, value),
            Notice::QueryTooLong { .. } => request.with_query(""),
            _ => request.clone(),
        }
    }
}
