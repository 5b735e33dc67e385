//! Every route in one place, without logic. Whatever answers GET answers HEAD and OPTIONS; a known address never answers
//! "not found" to a method that it does not have.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, Resource, Route};

use super::api::{openapi, v1};
use super::doors::{formats, health, sparql};
use super::fault::Fault;
use super::middleware::methods;
use super::pages::{about, api_reference, dataset, datasets, help, home, providers, series, terms};
use super::static_files;

/// The suffixes of machine forms, as a path parameter.
macro_rules! with_form {
    ($path:literal) => {
        concat!($path, ".{form:json|jsonld|ttl|rdf|nt|csv|atom}")
    };
}

/// Who an address is for: what programs read is described in the OpenAPI document, and nothing else is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// People only.
    People,
    /// Programs, and people where it has a page.
    Programs,
    /// Operators and browsers: health and static files.
    Machinery,
}

/// One address.
#[cfg_attr(not(test), expect(dead_code, reason = "a test compares path and reader with the description"))]
struct Entry {
    path: &'static str,
    reader: Reader,
    resource: Resource,
}

/// An address that can be read.
fn read(reader: Reader, path: &'static str, get: Route) -> Entry {
    let otherwise = web::to(|http: HttpRequest| async move { methods::otherwise(&http, methods::READ) });
    Entry { path, reader, resource: web::resource(path).route(get).default_service(otherwise) }
}

/// An address that can be read and asked by POST.
fn read_and_ask(reader: Reader, path: &'static str, get: Route, post: Route) -> Entry {
    let otherwise = web::to(|http: HttpRequest| async move { methods::otherwise(&http, methods::READ_AND_ASK) });
    Entry { path, reader, resource: web::resource(path).route(get).route(post).default_service(otherwise) }
}

/// The route table: the first that fits answers.
fn table() -> Vec<Entry> {
    use Reader::{Machinery, People, Programs};
    let get = web::get;
    vec![
        read(People, "/", get().to(home::home)),
        read(Programs, "/datasets", get().to(datasets::list)),
        read(Programs, with_form!("/datasets"), get().to(formats::datasets::by_suffix)),
        read(Programs, with_form!("/datasets/{slug}"), get().to(formats::dataset::by_suffix)),
        read(Programs, "/datasets/{slug}.{citation:bib|ris}", get().to(formats::dataset::citation)),
        read(Programs, "/datasets/{slug}", get().to(dataset::show)),
        read(Programs, "/series", get().to(series::list)),
        read(Programs, with_form!("/series"), get().to(formats::series::list_by_suffix)),
        read(Programs, with_form!("/series/{slug}"), get().to(formats::series::by_suffix)),
        read(Programs, "/series/{slug}", get().to(series::show)),
        read(Programs, "/providers", get().to(providers::list)),
        read(Programs, with_form!("/providers"), get().to(formats::providers::list_by_suffix)),
        read(Programs, with_form!("/providers/{slug}"), get().to(formats::providers::by_suffix)),
        read(Programs, "/providers/{slug}", get().to(providers::show)),
        read(Programs, "/terms", get().to(terms::schemes)),
        read(Programs, with_form!("/terms"), get().to(formats::terms::schemes_by_suffix)),
        read(Programs, with_form!("/terms/{scheme}"), get().to(formats::terms::scheme_by_suffix)),
        read(Programs, "/terms/{scheme}", get().to(terms::scheme)),
        read(Programs, with_form!("/terms/{scheme}/{code}"), get().to(formats::terms::concept_by_suffix)),
        read(Programs, "/terms/{scheme}/{code}", get().to(terms::concept)),
        read(People, "/help", get().to(help::index)),
        read(People, "/help/{topic}", get().to(help::topic)),
        read(People, "/about", get().to(about::about)),
        read(People, "/api", get().to(api_reference::reference)),
        read(Programs, "/openapi.json", get().to(openapi::document)),
        read_and_ask(Programs, "/sparql", get().to(sparql::get), web::post().to(sparql::post)),
        read(Machinery, "/health/livez", get().to(health::live)),
        read(Machinery, "/health/readyz", get().to(health::ready)),
        read(Machinery, "/static/{hash}/{name}", get().to(static_files::file)),
        read(Programs, "/api/v1/overview", get().to(v1::overview::show)),
        read(Programs, "/api/v1/suggest", get().to(v1::suggest::suggest)),
        read(Programs, "/api/v1/datasets", get().to(v1::datasets::list)),
        read(Programs, "/api/v1/datasets/{slug}", get().to(v1::datasets::show)),
        read(Programs, "/api/v1/series", get().to(v1::series::list)),
        read(Programs, "/api/v1/series/{slug}", get().to(v1::series::show)),
        read(Programs, "/api/v1/providers", get().to(v1::providers::list)),
        read(Programs, "/api/v1/providers/{slug}", get().to(v1::providers::show)),
        read(Programs, "/api/v1/terms", get().to(v1::terms::schemes)),
        read(Programs, "/api/v1/terms/{scheme}", get().to(v1::terms::scheme)),
        read(Programs, "/api/v1/terms/{scheme}/{code}", get().to(v1::terms::concept)),
    ]
}

/// Gives the routes to the server.
pub fn configure(config: &mut ServiceConfig) {
    for entry in table() {
        config.service(entry.resource);
    }
    config.default_service(web::to(nothing_here));
}

async fn nothing_here() -> Result<actix_web::HttpResponse, Fault> {
    Err(Fault::not_found())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use utoipa::OpenApi as _;

    use super::*;

    /// `{form:json|ttl}` as `{form}`: a description has no patterns in its paths.
    fn plain(path: &str) -> String {
        let mut plain = String::new();
        let mut is_pattern = false;
        for mark in path.chars() {
            is_pattern = mark != '}' && (is_pattern || mark == ':');
            if !is_pattern {
                plain.push(mark);
            }
        }
        plain
    }

    #[test]
    fn every_route_of_programs_is_described_and_every_description_has_a_route() {
        let routes: BTreeSet<String> = table()
            .into_iter()
            .filter(|entry| entry.reader == Reader::Programs && entry.path != "/openapi.json")
            .map(|entry| plain(entry.path))
            .collect();
        let described: BTreeSet<String> = openapi::Description::openapi().paths.paths.into_keys().collect();
        assert_eq!(routes, described);
    }
}
