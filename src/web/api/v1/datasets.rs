//! Data sets for programs: the same search as the page, as JSON or CSV.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;

use crate::domain::search::{Notice, SearchRequest};
use crate::error::{ErrorKind, UserError};
use crate::search::{Card, FacetResult, Hit, Matched, Totals, Understood};
use crate::web::catalogue::{self, Found};
use crate::web::doors::formats::reply::Pages;
use crate::web::doors::formats::{self, Form, Reply, datasets as forms};
use crate::web::fault::Fault;
use crate::web::state::Web;

/// A page of results.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ResultList {
    /// How many data sets match.
    total: u64,
    /// The page, from 1.
    page: u32,
    /// Number of pages.
    pages: usize,
    /// Canonical address of this answer.
    address: String,
    /// Addresses of the first, previous, next and last page.
    #[schema(value_type = Object)]
    links: serde_json::Value,
    /// Data sets hidden because lists open on human data.
    hidden_not_human: u64,
    /// Sums over all matching data sets, as published, not de-duplicated.
    #[schema(value_type = Object)]
    totals: Totals,
    /// How the words were read.
    #[schema(value_type = Vec<Object>)]
    understood: Vec<Understood>,
    /// The results, best first.
    #[schema(value_type = Vec<Object>)]
    results: Vec<ResultItem>,
    /// Facets with counts.
    #[schema(value_type = Vec<Object>)]
    facets: Vec<serde_json::Value>,
}

/// One result.
#[derive(Serialize)]
pub struct ResultItem {
    #[serde(flatten)]
    card: Card,
    page: String,
    api: String,
    matched: Vec<Matched>,
}

/// A list of data sets.
#[utoipa::path(
    get, path = "/api/v1/datasets", tag = "data sets",
    params(
        ("q" = Option<String>, Query, max_length = 500, description = "Words; concepts with their narrower ones and synonyms are searched with them. At most 500 characters."),
        ("condition" = Option<Vec<String>>, Query, description = "Concept codes; repeat for several. Likewise topography, body-part, modality, manufacturer, country, type, method, sex, access, use, tier, provider, licence, linked, annotated, subject-kind, size-order, size, completeness, year."),
        ("modality.match" = inline(Option<MatchMode>), Query, description = "`all`: data sets must have every chosen value. Likewise for the other facets with several values."),
        ("subjects" = Option<String>, Query, pattern = "^([0-9]{1,9}(-[0-9]{0,9})?|-[0-9]{1,9})?$", description = "A range: `100-`, `-50`, `10-20` or a number alone. Likewise images and age."),
        ("sort" = inline(Option<Order>), Query, description = "The order."),
        ("page" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "From 1."),
    ),
    responses((status = 200, description = "The page of results", body = ResultList))
)]
pub async fn list(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let request = strict(http.query_string())?;
    let _turn = web.turn().await?;
    results(&web, &request, "/api/v1/datasets", str::to_owned).await
}

/// `modality.match` and its like, for the description.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "describes a parameter to readers of the OpenAPI document; the value is read elsewhere")]
enum MatchMode {
    Any,
    All,
}

/// `sort`, for the description; a test keeps it equal to the orders that there are.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "describes a parameter to readers of the OpenAPI document; the value is read elsewhere")]
enum Order {
    Relevance,
    Title,
    Subjects,
    Images,
    Size,
    Updated,
    Newest,
    Completeness,
}

/// A page of results as JSON. `base` is the path of the list, `path` makes the address of its JSON form out of it.
///
/// # Errors
/// 400 naming the parameter that cannot be understood; ours, when the index cannot be read.
pub async fn results(
    web: &Web,
    request: &SearchRequest,
    base: &str,
    path: impl Fn(&str) -> String,
) -> Result<HttpResponse, Fault> {
    let page = web.catalogue.search(request).await?;
    understood(&page.notices)?;
    let last = forms::last_page(page.total);
    let current = usize::try_from(request.page()).unwrap_or(usize::MAX);
    if current > last {
        return Err(formats::lists::no_page(current, last));
    }
    let at = |number: usize| request.with_page(u32::try_from(number).unwrap_or(u32::MAX)).address(base);
    let pages = Pages::new(web, current, last, at);
    let found = ResultList {
        total: page.total,
        page: request.page(),
        pages: last,
        address: web.site.absolute(&path(&request.address(base))),
        links: pages.json(&path),
        hidden_not_human: page.hidden_not_human,
        totals: page.totals,
        understood: page.understood,
        results: page.hits.into_iter().map(|hit| item(web, hit)).collect(),
        facets: page.facets.iter().map(facet).collect(),
    };
    let body = serde_json::to_vec(&found).map_err(Fault::internal)?;
    if base.starts_with("/api/") {
        return Ok(formats::answer(Form::Json.media_type(), body));
    }
    Ok(Reply::new(web, Form::Json, &pages.own(), body).paged(&pages, Form::Json).send())
}

/// One data set.
#[utoipa::path(
    get, path = "/api/v1/datasets/{slug}", tag = "data sets",
    params(("slug" = String, Path, description = "The last part of the data set's address")),
    responses((status = 200, description = "The canonical data set with its provenance", body = Object))
)]
pub async fn show(web: Data<Web>, path: Path<String>) -> Result<HttpResponse, Fault> {
    let slug = path.into_inner();
    match web.catalogue.dataset(&slug).await? {
        Found::Here(found) => super::json(&formats::dataset_json(&web, &found)),
        Found::Gone(since) => Err(catalogue::gone("data set", since, "/datasets").into()),
        Found::Missing => Err(catalogue::missing("data set", &slug, "/datasets").into()),
    }
}

/// The request of a query string. Programs get an error where a page would show a notice: a wrong filter must not look like a right one.
///
/// # Errors
/// 400 naming the parameter that cannot be understood.
pub fn strict(query_string: &str) -> Result<SearchRequest, Fault> {
    let (request, notices) = SearchRequest::parse(query_string);
    understood(&notices)?;
    Ok(request)
}

/// Nothing, when there is nothing to notice.
///
/// # Errors
/// 400 with the first notice.
pub fn understood(notices: &[Notice]) -> Result<(), Fault> {
    match notices.first() {
        None => Ok(()),
        Some(notice) => Err(bad(notice.parameter(), Notice::message(notice))),
    }
}

fn bad(parameter: &str, detail: String) -> Fault {
    UserError::new(ErrorKind::BadRequest, detail).field(parameter).into()
}

fn item(web: &Web, hit: Hit) -> ResultItem {
    ResultItem {
        page: web.site.absolute(&format!("/datasets/{}", hit.card.slug)),
        api: web.site.absolute(&format!("/api/v1/datasets/{}", hit.card.slug)),
        matched: hit.matched,
        card: hit.card,
    }
}

fn facet(result: &FacetResult) -> serde_json::Value {
    let values: Vec<_> = result
        .values
        .iter()
        .map(|value| {
            json!({
                "value": value.value, "label": value.label, "datasets": value.count, "chosen": value.chosen,
                "parent": value.parent,
            })
        })
        .collect();
    json!({
        "facet": result.facet.key(), "title": result.facet.title(), "values": values,
        "hidden_not_stated": result.hidden_not_stated,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::search::Sort;

    #[test]
    fn the_description_names_the_orders_that_there_are() {
        let described = serde_json::to_value(<Order as utoipa::PartialSchema>::schema()).unwrap();
        let known: Vec<&str> = Sort::ALL.into_iter().map(Sort::key).collect();
        assert_eq!(described["enum"], json!(known));
    }
}
