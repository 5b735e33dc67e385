//! What any other engine would be given for a data set: the same words, values and numbers, in plain types. The
//! comparisons of `benches/` are fair because of it; the product itself does not need it.

use tantivy::schema::Value as _;

use super::SearchError;
use super::card::Entry;
use super::document;
use super::schema::{self, NUMBERS};
use crate::vocab::Vocabulary;

/// A data set as plain words, values and numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Plain {
    /// The key.
    pub slug: String,
    /// What a result shows, JSON.
    pub card: String,
    /// Titles.
    pub titles: Vec<String>,
    /// Every text that is searched: titles, descriptions, keywords, names, labels of concepts and of broader ones.
    pub texts: Vec<String>,
    /// Facet values as `{facet}/{value}`, broader ones included.
    pub tokens: Vec<String>,
    /// Whole numbers by name; those that are not stated are left out.
    pub numbers: Vec<(&'static str, i64)>,
}

/// The entry in plain types.
///
/// # Errors
/// [`SearchError`] when its card cannot be written.
pub fn plain(entry: &Entry, vocabulary: &Vocabulary) -> Result<Plain, SearchError> {
    let (schema, fields) = schema::schema();
    let document = document::document(entry, vocabulary, &schema, fields)?;
    let texts = |field| document.get_all(field).filter_map(|value| value.as_str()).map(ToOwned::to_owned).collect();
    let mut numbers = Vec::new();
    for name in NUMBERS {
        let value = document.get_first(schema.get_field(name)?).and_then(|value| value.as_i64());
        numbers.extend(value.map(|value| (name, value)));
    }
    Ok(Plain {
        slug: entry.slug.clone(),
        card: document.get_first(fields.card).and_then(|card| card.as_str()).unwrap_or_default().to_owned(),
        titles: texts(fields.title),
        texts: texts(fields.all),
        tokens: texts(fields.facet),
        numbers,
    })
}
