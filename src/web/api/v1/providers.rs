//! Providers for programs.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use crate::db::organisations::Organisation;
use crate::search::Overview;
use crate::web::catalogue::{self, PublishedProvider};
use crate::web::fault::Fault;
use crate::web::state::Web;

/// Every provider.
#[utoipa::path(
    get, path = "/api/v1/providers", tag = "providers",
    responses((status = 200, description = "`providers`, by name", body = Object))
)]
pub async fn list(web: Data<Web>) -> Result<HttpResponse, Fault> {
    let overview = web.catalogue.overview().await?;
    let providers: Vec<Value> =
        web.catalogue.providers().await?.iter().map(|organisation| with_share(&web, organisation, &overview)).collect();
    super::json(&json!({ "total": providers.len(), "providers": providers }))
}

/// One provider.
#[utoipa::path(
    get, path = "/api/v1/providers/{slug}", tag = "providers",
    params(("slug" = String, Path, description = "The last part of the provider's address")),
    responses((status = 200, description = "The provider with its sources", body = Object))
)]
pub async fn show(web: Data<Web>, path: Path<String>) -> Result<HttpResponse, Fault> {
    let slug = path.into_inner();
    let Some(found) = web.catalogue.provider(&slug).await? else {
        return Err(catalogue::missing("provider", &slug, "/providers").into());
    };
    super::json(&provider_json(&web, &found))
}

/// A provider with what it has here.
#[must_use]
pub fn with_share(web: &Web, organisation: &Organisation, overview: &Overview) -> Value {
    let share = overview.by_provider.iter().find(|share| share.slug == organisation.slug.as_str());
    let mut value = provider(web, organisation);
    if let Some(object) = value.as_object_mut() {
        object.insert("datasets".into(), json!(share.map_or(0, |share| share.datasets)));
        object.insert("subjects".into(), json!(share.map_or(0, |share| share.subjects)));
    }
    value
}

/// A provider with its sources.
#[must_use]
pub fn provider_json(web: &Web, found: &PublishedProvider) -> Value {
    let mut value = provider(web, &found.organisation);
    let sources: Vec<Value> = found
        .sources
        .iter()
        .map(|(source, run)| {
            json!({
                "name": source.name, "protocol": source.protocol,
                "last_harvest": run.as_ref().and_then(|run| run.finished),
            })
        })
        .collect();
    if let Some(object) = value.as_object_mut() {
        object.insert("sources".into(), json!(sources));
    }
    value
}

fn provider(web: &Web, organisation: &Organisation) -> Value {
    json!({
        "slug": organisation.slug.as_str(),
        "name": organisation.name,
        "country": organisation.country,
        "homepage": organisation.homepage,
        "simulated": organisation.simulated,
        "page": web.site.absolute(&format!("/providers/{}", organisation.slug)),
    })
}
