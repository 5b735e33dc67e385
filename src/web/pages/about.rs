//! About the site: what it is, accessibility, sources and licences.

use actix_web::web::Data;
use askama::Template;

use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;

/// The page.
#[derive(Template)]
#[template(path = "about.html")]
pub struct AboutPage {
    layout: Layout,
    vocabularies: Vec<(String, Vec<String>, String)>,
    version: &'static str,
}

framed!(AboutPage);

/// `GET /about`.
pub async fn about(web: Data<Web>) -> Page<AboutPage> {
    let vocabularies = web
        .catalogue
        .vocabulary()
        .schemes()
        .iter()
        .map(|info| (info.title.clone(), info.sources.clone(), info.licence.clone().unwrap_or_default()))
        .collect();
    let layout = web.layout("About the Atlas").here("About").at("/about");
    Page::new(AboutPage { layout, vocabularies, version: env!("CARGO_PKG_VERSION") })
}
