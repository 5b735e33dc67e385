//! The SPARQL 1.1 protocol over HTTP: `GET` with `query`, `POST` as a form or as `application/sparql-query`.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::error::{ErrorKind, UserError};
use crate::rdf::media::Format;
use crate::rdf::sparql::{self, SparqlAnswer, SparqlError, SparqlLimits, SparqlRequest};
use crate::rdf::write;
use crate::web::fault::Fault;
use crate::web::negotiate;
use crate::web::page::CachePolicy;
use crate::web::pages::sparql as page;
use crate::web::state::Web;

/// When a query that was sent away should come again.
const RETRY_AFTER: Duration = Duration::from_secs(3);

/// `GET /sparql`: the form without a query; its answer as a page or by protocol with one.
pub async fn get(web: Data<Web>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    respond(&web, &http, read(http.query_string().as_bytes())).await
}

/// `POST /sparql`.
pub async fn post(web: Data<Web>, http: HttpRequest, body: Bytes) -> Result<HttpResponse, Fault> {
    let kind = http.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let request = match essence.as_str() {
        "application/x-www-form-urlencoded" => read(&body),
        "application/sparql-query" => {
            let mut request = read(http.query_string().as_bytes());
            request.query = String::from_utf8(body.to_vec()).map_err(|_| not_text())?;
            request
        }
        "application/sparql-update" => return Err(fault(&SparqlError::Update)),
        _ => {
            return Err(UserError::new(
                ErrorKind::UnsupportedMediaType,
                "Send the query as a form field named query, or as application/sparql-query.",
            )
            .into());
        }
    };
    respond(&web, &http, request).await
}

fn not_text() -> Fault {
    UserError::new(ErrorKind::BadRequest, "The query is not UTF-8 text.").field("query").into()
}

fn read(form: &[u8]) -> SparqlRequest {
    let mut request = SparqlRequest::default();
    for (name, value) in url::form_urlencoded::parse(form) {
        match name.as_ref() {
            "query" => request.query = value.into_owned(),
            "default-graph-uri" => request.default_graphs.push(value.into_owned()),
            "named-graph-uri" => request.named_graphs.push(value.into_owned()),
            _ => {}
        }
    }
    request
}

async fn respond(web: &Web, http: &HttpRequest, mut request: SparqlRequest) -> Result<HttpResponse, Fault> {
    let accept = http.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let wants_page = negotiate::prefers_html(accept.as_deref());
    if request.query.trim().is_empty() {
        if wants_page {
            return Ok(page::form(web).respond_to(http));
        }
        let description = sparql::service_description(&web.site.absolute("/sparql"));
        let body = write::serialise(&description, Format::Turtle);
        return Ok(send("text/turtle", body));
    }
    if wants_page {
        request.accept = Some("application/sparql-results+json, text/turtle;q=0.9".to_owned());
        let query = request.query.clone();
        let outcome = answer(web, request).await;
        return Ok(page::answered(web, query, outcome.as_ref()).respond_to(http));
    }
    request.accept = accept;
    match answer(web, request).await {
        Ok(answer) => Ok(send(answer.content_type, answer.body)),
        Err(error) => Err(fault(&error)),
    }
}

fn send(content_type: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CACHE_CONTROL, CachePolicy::Never.header()))
        .insert_header((header::VARY, "Accept"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(body)
}

async fn answer(web: &Web, request: SparqlRequest) -> Result<SparqlAnswer, SparqlError> {
    let settings = &web.app.config.rdf;
    let limits = SparqlLimits {
        deadline: Duration::from_secs(settings.query_seconds),
        max_rows: settings.query_rows,
        max_at_once: settings.parallel_queries,
        ..SparqlLimits::default()
    };
    let store = Arc::clone(&web.app.rdf);
    let outcome = tokio::task::spawn_blocking(move || sparql::answer(&store, &request, &limits)).await;
    let outcome = outcome.unwrap_or_else(|cause| Err(SparqlError::Engine(cause.to_string())));
    let label = match &outcome {
        Ok(_) => "answered",
        Err(SparqlError::Deadline { .. }) => "stopped",
        Err(SparqlError::Busy { .. }) => "busy",
        Err(_) => "refused",
    };
    web.app.metrics.sparql_queries.with_label_values(&[label]).inc();
    outcome
}

/// The error as its sender meets it.
#[must_use]
pub fn fault(error: &SparqlError) -> Fault {
    let kind = match error {
        SparqlError::NotAcceptable { .. } => ErrorKind::NotAcceptable,
        SparqlError::Deadline { .. } => ErrorKind::TimedOut,
        SparqlError::Busy { .. } => {
            return UserError::busy(words(error), RETRY_AFTER).into();
        }
        SparqlError::Engine(cause) => return Fault::internal(cause),
        _ => ErrorKind::BadRequest,
    };
    UserError::new(kind, words(error)).field("query").into()
}

/// The error as a sentence.
#[must_use]
pub fn words(error: &SparqlError) -> String {
    if matches!(error, SparqlError::Engine(_)) {
        return "The query failed on our side. Try a simpler one.".to_owned();
    }
    let text = error.to_string();
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str().trim_end_matches('.')),
        None => text,
    }
}
