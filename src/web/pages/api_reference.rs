//! The API reference for people, drawn from the same description that programs read.

use actix_web::web::Data;
use askama::Template;
use utoipa::OpenApi as _;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, ParameterIn};

use crate::web::api::openapi::Description;
use crate::web::layout::Layout;
use crate::web::page::{Page, framed};
use crate::web::state::Web;

/// The page.
#[derive(Template)]
#[template(path = "doors/api.html")]
pub struct ApiPage {
    layout: Layout,
    base: String,
    operations: Vec<OperationView>,
}

framed!(ApiPage);

struct OperationView {
    id: String,
    path: String,
    summary: String,
    parameters: Vec<(String, &'static str, String)>,
    responses: Vec<(String, String)>,
    example: String,
}

/// `GET /api`.
pub async fn reference(web: Data<Web>) -> Page<ApiPage> {
    let description = Description::openapi();
    let operations = description
        .paths
        .paths
        .iter()
        .filter_map(|(path, item)| item.get.as_ref().map(|operation| view(path, operation)))
        .collect();
    let layout = web.layout("API reference").here("API reference").at("/api").alternate(
        "application/json",
        "OpenAPI",
        "/openapi.json",
    );
    Page::new(ApiPage { layout, base: web.site.public_url.clone(), operations })
}

fn view(path: &str, operation: &Operation) -> OperationView {
    let parameters = operation
        .parameters
        .iter()
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .map(|parameter| {
            let place = if parameter.parameter_in == ParameterIn::Path { "in the path" } else { "in the query" };
            (parameter.name.clone(), place, parameter.description.clone().unwrap_or_default())
        })
        .collect();
    let responses = operation
        .responses
        .responses
        .iter()
        .map(|(status, response)| {
            let text = match response {
                RefOr::T(response) => response.description.clone(),
                RefOr::Ref(_) => String::new(),
            };
            (status.clone(), text)
        })
        .collect();
    OperationView {
        id: path.trim_start_matches('/').replace(['/', '{', '}'], "-"),
        path: path.to_owned(),
        summary: operation.summary.clone().or_else(|| operation.description.clone()).unwrap_or_default(),
        parameters,
        responses,
        example: example(path).to_owned(),
    }
}

/// An address that can be opened as it stands.
fn example(path: &str) -> &'static str {
    match path {
        "/api/v1/datasets" => "/api/v1/datasets?q=breast&modality=mr",
        "/api/v1/overview" => "/api/v1/overview",
        "/api/v1/suggest" => "/api/v1/suggest?q=lun",
        "/api/v1/providers" => "/api/v1/providers",
        "/api/v1/terms" => "/api/v1/terms",
        "/api/v1/terms/{scheme}" => "/api/v1/terms/modality",
        "/api/v1/terms/{scheme}/{code}" => "/api/v1/terms/modality/ct",
        "/api/v1/series" => "/api/v1/series",
        "/datasets.{form}" => "/datasets.atom?q=breast",
        "/terms/{scheme}.{form}" => "/terms/modality.ttl",
        "/terms/{scheme}/{code}.{form}" => "/terms/modality/ct.ttl",
        "/providers.{form}" => "/providers.csv",
        _ => "",
    }
}
