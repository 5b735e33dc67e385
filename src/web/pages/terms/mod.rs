//! Vocabularies: the concepts that values are read as, with the data sets that have them.

mod concept;
mod scheme;

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::domain::concept::{ConceptId, Scheme};
use crate::domain::search::{Facet, SearchRequest};
use crate::vocab::Concept;
use crate::web::catalogue;
use crate::web::doors::formats;
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::numbers;

pub use concept::concept;
pub use scheme::scheme;

/// The longest text to look for, in characters.
const LONGEST_FILTER: usize = 100;

/// All vocabularies.
#[derive(Template)]
#[template(path = "terms/schemes.html")]
pub struct SchemesPage {
    layout: Layout,
    rows: Vec<SchemeRow>,
    imports: Vec<ImportRow>,
    forms: Vec<(&'static str, String)>,
}

framed!(SchemesPage);

struct SchemeRow {
    href: String,
    title: String,
    about: String,
    concepts: String,
}

struct ImportRow {
    title: String,
    version: String,
    added: String,
    joined: String,
}

/// The facet that filters by a scheme.
fn facet_of(scheme: Scheme) -> Option<Facet> {
    Facet::ALL.into_iter().find(|facet| facet.scheme() == Some(scheme))
}

/// The data sets that have a concept, of every subject kind; `None` where lists cannot be filtered by its vocabulary.
#[must_use]
pub fn datasets_with(id: &ConceptId) -> Option<SearchRequest> {
    let facet = facet_of(id.scheme())?;
    let request = SearchRequest::default().with(facet, id.code());
    Some(if facet == Facet::SubjectKind { request } else { request.with_all_subject_kinds() })
}

/// The vocabulary of a name in an address.
///
/// # Errors
/// 404 where there is none.
pub fn find_scheme(name: &str) -> Result<Scheme, Fault> {
    name.parse().map_err(|_| catalogue::missing("vocabulary", name, "/terms").into())
}

/// The concept of an address.
///
/// # Errors
/// 404 where there is none.
pub fn find_concept(web: &Web, scheme: &str, code: &str) -> Result<ConceptId, Fault> {
    let known =
        ConceptId::new(find_scheme(scheme)?, code).ok().filter(|id| web.catalogue.vocabulary().concept(id).is_some());
    known.ok_or_else(|| match code.rsplit_once('.') {
        // A code may have dots; what follows the last one of an unknown code is taken for an ending.
        Some((before, ending)) => formats::no_such_form(ending, &format!("/terms/{scheme}/{before}")),
        None => catalogue::missing("concept", code, &format!("/terms/{scheme}")).into(),
    })
}

/// What a list of concepts is held to, from `?q=`.
#[must_use]
pub fn filter_of(http: &HttpRequest) -> String {
    url::form_urlencoded::parse(http.query_string().as_bytes())
        .find(|(name, _)| name == "q")
        .map(|(_, value)| filter_text(&value))
        .unwrap_or_default()
}

fn filter_text(typed: &str) -> String {
    typed.trim().chars().take(LONGEST_FILTER).collect()
}

/// Whether a concept is one of those that a filter names by a label, its name or a code.
#[must_use]
pub fn is_wanted(concept: &Concept, filter: &str) -> bool {
    let filter = filter.to_lowercase();
    filter.is_empty()
        || concept.labels().any(|label| label.text.to_lowercase().contains(&filter))
        || concept.id.code().contains(&filter)
        || concept.notations.iter().any(|(_, code)| code.to_lowercase().contains(&filter))
}

/// Data sets for each value of a facet, every subject kind.
async fn counts(web: &Web, facet: Facet) -> Result<HashMap<String, u64>, Fault> {
    let page = web.catalogue.search(&SearchRequest::default().with_all_subject_kinds()).await?;
    let values = page.facets.into_iter().filter(|result| result.facet == facet).flat_map(|result| result.values);
    Ok(values.map(|value| (value.value, value.count)).collect())
}

/// `GET /terms`: the page, or the form that `Accept` asks for.
pub async fn schemes(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    if let Some(form) = formats::accepted(&http, "/terms")? {
        return formats::terms::schemes(&web, &http, form);
    }
    let vocabulary = web.catalogue.vocabulary();
    let mut sizes: HashMap<Scheme, usize> = HashMap::new();
    for scheme in Scheme::ALL {
        sizes.insert(scheme, vocabulary.concepts(scheme).count());
    }
    let rows = vocabulary
        .schemes()
        .iter()
        .map(|info| SchemeRow {
            href: format!("/terms/{}", info.scheme),
            title: info.title.clone(),
            about: info.description.clone().unwrap_or_default(),
            concepts: numbers::group_len(sizes.get(&info.scheme).copied().unwrap_or(0)),
        })
        .collect();
    let imports = vocabulary
        .imports()
        .iter()
        .map(|import| ImportRow {
            title: import.title.clone(),
            version: import.version.clone().unwrap_or_default(),
            added: numbers::group_len(import.report.added()),
            joined: numbers::group_len(import.report.joined),
        })
        .collect();
    let layout = web.layout("Vocabularies").under("terms").here("Vocabularies").at("/terms");
    let (layout, forms) = formats::offer(layout, "/terms");
    Ok(Page::new(SchemesPage { layout, rows, imports, forms }).respond_to(&http))
}
