//! The API described in OpenAPI 3.1, from the handlers themselves.

use actix_web::HttpResponse;
use actix_web::web::Data;
use utoipa::OpenApi;

use super::v1;
use crate::web::doors::formats;
use crate::web::fault::Fault;
use crate::web::state::Web;

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Atlas of Cancer Imaging",
        description = "Read the catalogue of cancer imaging data sets. No key is needed. Errors are problem details (RFC 9457).",
        license(name = "Apache-2.0 OR MIT")
    ),
    paths(
        v1::datasets::list,
        v1::datasets::show,
        v1::overview::show,
        v1::suggest::suggest,
        v1::providers::list,
        v1::providers::show,
        v1::terms::schemes,
        v1::terms::scheme,
        v1::terms::concept,
    ),
    components(schemas(v1::datasets::ResultList)),
    tags(
        (name = "catalogue", description = "The whole catalogue"),
        (name = "data sets", description = "Search and read data sets"),
        (name = "providers", description = "Who publishes"),
        (name = "vocabularies", description = "Concepts that values are read as"),
    )
)]
pub struct Description;

/// `GET /openapi.json`.
pub async fn document(web: Data<Web>) -> Result<HttpResponse, Fault> {
    let mut description = Description::openapi();
    description.servers = Some(vec![utoipa::openapi::Server::new(web.site.public_url.clone())]);
    let json = description.to_pretty_json().map_err(Fault::internal)?;
    Ok(formats::answer("application/json", json.into_bytes()))
}
