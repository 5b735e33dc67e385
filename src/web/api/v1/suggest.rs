//! Suggestions while typing.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::domain::search::MAX_QUERY_CHARACTERS;
use crate::web::fault::Fault;
use crate::web::state::Web;

/// Concepts, data sets and providers for the beginning of a search.
#[utoipa::path(
    get, path = "/api/v1/suggest", tag = "catalogue",
    params(("q" = Option<String>, Query, description = "What is typed so far")),
    responses((status = 200, description = "`suggestions`, best first: kind, label, address, number of data sets", body = Object))
)]
pub async fn suggest(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let typed = url::form_urlencoded::parse(http.query_string().as_bytes())
        .find(|(name, _)| name == "q")
        .map(|(_, value)| value.chars().take(MAX_QUERY_CHARACTERS).collect::<String>())
        .unwrap_or_default();
    let suggestions = if typed.trim().is_empty() { Vec::new() } else { web.catalogue.suggest(&typed).await? };
    super::json(&json!({ "suggestions": suggestions }))
}
