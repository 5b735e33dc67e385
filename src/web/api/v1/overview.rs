//! The whole catalogue at a glance.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

use crate::web::fault::Fault;
use crate::web::state::Web;

/// Totals by subject kind, by country and by provider, and the matrix of cancer site and modality.
#[utoipa::path(
    get, path = "/api/v1/overview", tag = "catalogue",
    responses((status = 200, description = "Totals as published, not de-duplicated; derived data sets add no subjects", body = Object))
)]
pub async fn show(web: Data<Web>) -> Result<HttpResponse, Fault> {
    let _turn = web.turn().await?;
    let overview = web.catalogue.overview().await?;
    super::json(&json!({
        "as_of": web.catalogue.now(),
        "providers": overview.providers,
        "totals": overview.totals,
        "matrix": overview.matrix,
        "by_country": overview.by_country,
        "by_provider": overview.by_provider,
    }))
}
