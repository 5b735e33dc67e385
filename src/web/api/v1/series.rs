//! Series for programs.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use crate::web::doors::formats::lists::{address, page_of, slice};
use crate::web::doors::formats::reply::Pages;
use crate::web::doors::formats::series as forms;
use crate::web::fault::Fault;
use crate::web::pages::series as page;
use crate::web::state::Web;

/// Every series, by title, a hundred a page.
#[utoipa::path(
    get, path = "/api/v1/series", tag = "series",
    params(("page" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "From 1.")),
    responses((status = 200, description = "`series`, with `total` and `links` to the other pages", body = Object))
)]
pub async fn list(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let mut all = web.catalogue.all_series().await?;
    all.sort_by_cached_key(|found| (page::title(&web, found).to_lowercase(), found.record.slug.to_string()));
    let (current, last) = page_of(&http, all.len())?;
    let pages = Pages::new(&web, current, last, |number| address("/api/v1/series", "", number));
    super::json(&forms::list_json(&web, slice(&all, current), all.len(), &pages, str::to_owned))
}

/// One series with its data sets.
#[utoipa::path(
    get, path = "/api/v1/series/{slug}", tag = "series",
    params(("slug" = String, Path, description = "The last part of the series' address")),
    responses((status = 200, description = "The canonical series with its data sets", body = Object))
)]
pub async fn show(web: Data<Web>, path: Path<String>) -> Result<HttpResponse, Fault> {
    super::json(&forms::series_json(&web, &page::find(&web, &path).await?))
}
