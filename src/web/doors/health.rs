//! Health of the process and of what it depends on.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use serde_json::json;

use crate::web::page::CachePolicy;
use crate::web::state::Web;

/// `GET /health/livez`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, CachePolicy::Never.header()))
        .json(json!({ "status": "alive" }))
}

/// `GET /health/readyz`: the database and both indexes answer, and the process is not on its way out.
pub async fn ready(web: Data<Web>) -> HttpResponse {
    let mut ailing = web.catalogue.ailing().await;
    if web.app.shutdown.is_cancelled() {
        ailing.push("shutdown");
    }
    let mut answer = if ailing.is_empty() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.insert_header((header::CACHE_CONTROL, CachePolicy::Never.header()));
    if ailing.is_empty() {
        answer.json(json!({ "status": "ready" }))
    } else {
        answer.json(json!({ "status": "not ready", "not_ready": ailing }))
    }
}
