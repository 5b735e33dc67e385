//! Data sets for programs: the same search as the page, as JSON or CSV.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;

use crate::domain::search::{Notice, PER_PAGE, SearchRequest};
use crate::error::{ErrorKind, UserError};
use crate::search::{Card, FacetResult, Hit, Labelled, Matched, Totals, Understood};
use crate::web::catalogue::{self, Found};
use crate::web::doors::formats::{self, csv_row};
use crate::web::fault::Fault;
use crate::web::state::Web;
use crate::web::view::{numbers, paging};

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
        ("q" = Option<String>, Query, description = "Words; concepts with their narrower ones and synonyms are searched with them. At most 500 characters."),
        ("condition" = Option<Vec<String>>, Query, description = "Concept codes; repeat for several. Likewise topography, body-part, modality, manufacturer, country, type, method, sex, access, use, tier, provider, licence, linked, annotated, subject-kind, size-order, size, completeness, year."),
        ("modality.match" = Option<String>, Query, description = "`all`: data sets must have every chosen value. Likewise for the other facets with several values."),
        ("subjects" = Option<String>, Query, description = "A range: `100-`, `-50` or `10-20`. Likewise images and age."),
        ("sort" = Option<String>, Query, description = "The order."),
        ("page" = Option<u32>, Query, description = "From 1."),
    ),
    responses((status = 200, description = "The page of results", body = ResultList), (status = 400, description = "A parameter cannot be understood: problem details name it"))
)]
pub async fn list(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let request = strict(http.query_string())?;
    let _turn = web.turn().await?;
    let page = web.catalogue.search(&request).await?;
    understood(&page.notices)?;
    let pages = paging::pages(usize::try_from(page.total).unwrap_or(usize::MAX), PER_PAGE);
    if usize::try_from(request.page()).unwrap_or(usize::MAX) > pages {
        return Err(bad("page", format!("There is no page {}: the list has {pages}.", request.page())));
    }
    let list = ResultList {
        total: page.total,
        page: request.page(),
        pages,
        address: web.site.absolute(&request.address("/api/v1/datasets")),
        hidden_not_human: page.hidden_not_human,
        totals: page.totals,
        understood: page.understood,
        results: page.hits.into_iter().map(|hit| item(&web, hit)).collect(),
        facets: page.facets.iter().map(facet).collect(),
    };
    super::json(&list)
}

/// The list as CSV: every match, one row for each data set.
pub async fn list_csv(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let request = strict(http.query_string())?;
    let _turn = web.turn().await?;
    let page = web.catalogue.search_all(&request).await?;
    understood(&page.notices)?;
    let mut csv = String::from(
        "slug,title,provider,conditions,sites,modalities,subject_kinds,subject_entries,subject_precision,studies,series,images,bytes,derived,page\r\n",
    );
    for hit in &page.hits {
        csv.push_str(&csv_row(&cells(&web, &hit.card)));
    }
    Ok(formats::answer("text/csv; charset=utf-8", csv.into_bytes()))
}

/// One data set.
#[utoipa::path(
    get, path = "/api/v1/datasets/{slug}", tag = "data sets",
    params(("slug" = String, Path, description = "The last part of the data set's address")),
    responses((status = 200, description = "The canonical data set with its provenance", body = Object), (status = 404, description = "Never published here"), (status = 410, description = "No longer published"))
)]
pub async fn show(web: Data<Web>, path: Path<String>) -> Result<HttpResponse, Fault> {
    let slug = path.into_inner();
    match web.catalogue.dataset(&slug).await? {
        Found::Here(found) => super::json(&formats::dataset_json(&web, &found)),
        Found::Gone(since) => Err(catalogue::gone("data set", since, "/datasets").into()),
        Found::Missing => Err(catalogue::missing("data set", &slug, "/datasets").into()),
    }
}

/// Programs get an error where a page would show a notice: a wrong filter must not look like a right one.
fn strict(query_string: &str) -> Result<SearchRequest, Fault> {
    let (request, notices) = SearchRequest::parse(query_string);
    understood(&notices)?;
    Ok(request)
}

fn understood(notices: &[Notice]) -> Result<(), Fault> {
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

fn cells(web: &Web, card: &Card) -> [String; 15] {
    let join = |values: &[Labelled]| values.iter().map(|value| value.label.as_str()).collect::<Vec<_>>().join("; ");
    let number =
        |count: Option<crate::domain::dataset::Count>| count.map(|count| count.value.to_string()).unwrap_or_default();
    let counts = &card.counts;
    [
        card.slug.clone(),
        card.title.text.clone(),
        card.provider.name.clone(),
        join(&card.conditions),
        join(&card.topographies),
        join(&card.modalities),
        join(&card.subject_kinds),
        number(counts.subjects),
        counts.subjects.map_or("not stated", |count| numbers::precision_word(count.precision)).to_owned(),
        number(counts.studies),
        number(counts.series),
        number(counts.images),
        number(counts.bytes),
        card.derived.to_string(),
        web.site.absolute(&format!("/datasets/{}", card.slug)),
    ]
}
