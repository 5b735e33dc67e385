//! Every route in one place, without logic.

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};

use super::api::{openapi, v1};
use super::doors::{formats, health, sparql};
use super::fault::Fault;
use super::pages::{about, api_reference, dataset, datasets, help, home, providers, series, terms};
use super::static_files;

/// The route table.
pub fn configure(config: &mut ServiceConfig) {
    config
        .route("/", web::get().to(home::home))
        .route("/datasets", web::get().to(datasets::list))
        .route("/datasets.json", web::get().to(v1::datasets::list))
        .route("/datasets.csv", web::get().to(v1::datasets::list_csv))
        .route("/datasets/{slug}.{suffix:csv|bib|ris}", web::get().to(formats::dataset_extra))
        .route("/datasets/{name}", web::get().to(dataset::show))
        .route("/series", web::get().to(series::list))
        .route("/series/{name}", web::get().to(series::show))
        .route("/providers", web::get().to(providers::list))
        .route("/providers.json", web::get().to(v1::providers::list))
        .route("/providers/{slug}.json", web::get().to(v1::providers::show))
        .route("/providers/{slug}", web::get().to(providers::show))
        .route("/terms", web::get().to(terms::schemes))
        .route("/terms/{scheme}", web::get().to(terms::scheme))
        .route("/terms/{scheme}/{code}", web::get().to(terms::concept))
        .route("/help", web::get().to(help::index))
        .route("/help/{topic}", web::get().to(help::topic))
        .route("/about", web::get().to(about::about))
        .route("/api", web::get().to(api_reference::reference))
        .route("/openapi.json", web::get().to(openapi::document))
        .service(
            web::resource("/sparql")
                .route(web::get().to(sparql::get))
                .route(web::head().to(sparql::get))
                .route(web::post().to(sparql::post))
                .route(web::method(Method::OPTIONS).to(sparql::options))
                .default_service(web::to(sparql::other_method)),
        )
        .route("/health/livez", web::get().to(health::live))
        .route("/health/readyz", web::get().to(health::ready))
        .route("/static/{hash}/{name}", web::get().to(static_files::file))
        .service(
            web::scope("/api/v1")
                .route("/overview", web::get().to(v1::overview::show))
                .route("/suggest", web::get().to(v1::suggest::suggest))
                .route("/datasets", web::get().to(v1::datasets::list))
                .route("/datasets/{slug}", web::get().to(v1::datasets::show))
                .route("/providers", web::get().to(v1::providers::list))
                .route("/providers/{slug}", web::get().to(v1::providers::show))
                .route("/terms", web::get().to(v1::terms::schemes))
                .route("/terms/{scheme}", web::get().to(v1::terms::scheme))
                .route("/terms/{scheme}/{code}", web::get().to(v1::terms::concept)),
        )
        .default_service(web::to(nothing_here));
}

async fn nothing_here() -> Result<actix_web::HttpResponse, Fault> {
    Err(Fault::not_found())
}
