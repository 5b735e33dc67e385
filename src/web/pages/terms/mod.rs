//! Vocabularies: the concepts that values are read as, with the data sets that have them.

mod concept;
mod scheme;

use std::collections::HashMap;

use actix_web::web::Data;
use askama::Template;

use crate::domain::concept::Scheme;
use crate::domain::search::{Facet, SearchRequest};
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;
use crate::web::view::numbers;

pub use concept::concept;
pub use scheme::scheme;

/// All vocabularies.
#[derive(Template)]
#[template(path = "terms/schemes.html")]
pub struct SchemesPage {
    layout: Layout,
    rows: Vec<SchemeRow>,
    imports: Vec<ImportRow>,
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

/// The address of the data sets that have a concept, of every subject kind.
fn datasets_with(facet: Facet, code: &str) -> SearchRequest {
    let request = SearchRequest::default().with(facet, code);
    if facet == Facet::SubjectKind { request } else { request.with_all_subject_kinds() }
}

/// Data sets for each value of a facet, every subject kind.
async fn counts(web: &Web, facet: Facet) -> Result<HashMap<String, u64>, Fault> {
    let page = web.catalogue.search(&SearchRequest::default().with_all_subject_kinds()).await?;
    let values = page.facets.into_iter().filter(|result| result.facet == facet).flat_map(|result| result.values);
    Ok(values.map(|value| (value.value, value.count)).collect())
}

/// `GET /terms`.
pub async fn schemes(web: Data<Web>) -> Page<SchemesPage> {
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
    let layout = web.layout("Vocabularies").under("terms").here("Vocabularies").at("/terms").alternate(
        "application/json",
        "JSON",
        "/api/v1/terms",
    );
    Page::new(SchemesPage { layout, rows, imports })
}
