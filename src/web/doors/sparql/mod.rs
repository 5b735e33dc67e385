//! The SPARQL 1.1 protocol over HTTP, the part that reads: `GET` with `query`, `POST` as a form or as
//! `application/sparql-query`, `HEAD`, and `OPTIONS` for scripts of other sites. Without a query the endpoint describes
//! itself, to people as a page with a form.
//!
//! Policy: an answer is sent when it is complete, so its status tells the truth. Everything here may be read by scripts of
//! every site; it is public and nobody is recognised.

mod request;
mod send;

use std::time::SystemTime;

use actix_web::http::header::{self, HttpDate, IfModifiedSince};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, Responder as _};
use chrono::{DateTime, Utc};

use crate::error::{ErrorKind, UserError};
use crate::rdf::media::Format;
use crate::rdf::sparql::{self, SparqlError};
use crate::rdf::write;
use crate::web::negotiate;
use crate::web::page::CachePolicy;
use crate::web::pages::sparql as page;
use crate::web::state::Web;
pub use request::{Asked, Shortcut};
use send::{answer as send, fault, open, refuse};
pub use send::{status, words};

/// Rows and statements that the page shows.
pub const SHOWN_ROWS: usize = 200;
/// Media types of a `POST`.
const BODIES: &str = "application/sparql-query, application/x-www-form-urlencoded";

/// `GET` and `HEAD /sparql`.
pub async fn get(web: Data<Web>, http: HttpRequest) -> HttpResponse {
    match request::of_address(http.query_string()) {
        Ok(asked) => respond(&web, &http, asked).await,
        Err(fault) => refuse(&fault),
    }
}

/// `POST /sparql`.
pub async fn post(web: Data<Web>, http: HttpRequest, body: Result<Bytes, Error>) -> HttpResponse {
    let asked = match body {
        Ok(body) => request::of_body(&http, &body),
        Err(problem) if problem.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE => {
            let limit = web.app.config.limits.body_bytes;
            let detail = format!("The request has more than {limit} bytes. Send a shorter query.");
            Err(UserError::new(ErrorKind::TooLarge, detail).field("query").into())
        }
        Err(problem) => {
            let detail = format!("The request's body could not be read ({problem}). Send it again.");
            Err(UserError::new(ErrorKind::BadRequest, detail).into())
        }
    };
    match asked {
        Ok(asked) if asked.is_short() && asked.format.is_none() && wants_page(&http, &asked) && is_form(&http) => {
            // People can send the address on and come back to it.
            let mut response = HttpResponse::SeeOther();
            response.insert_header((header::LOCATION, asked.address(None))).insert_header((header::VARY, "Accept"));
            open(response.finish())
        }
        Ok(asked) => respond(&web, &http, asked).await,
        Err(fault) => {
            let mut response = refuse(&fault);
            if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
                response
                    .headers_mut()
                    .insert(header::HeaderName::from_static("accept-post"), header::HeaderValue::from_static(BODIES));
            }
            response
        }
    }
}

fn is_form(http: &HttpRequest) -> bool {
    http.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn accepted(http: &HttpRequest) -> Option<String> {
    http.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn wants_page(http: &HttpRequest, asked: &Asked) -> bool {
    match asked.format {
        Some(format) => format == Shortcut::Html,
        None => negotiate::prefers_html(accepted(http).as_deref()),
    }
}

async fn respond(web: &Web, http: &HttpRequest, asked: Asked) -> HttpResponse {
    let wants_page = wants_page(http, &asked);
    if !asked.has_query || (wants_page && asked.request.query.trim().is_empty()) {
        if wants_page {
            return open(page::form(web).respond_to(http));
        }
        if asked.names_graphs() {
            return refuse(&fault(&SparqlError::Missing));
        }
        return describe(web, http, &asked);
    }
    if wants_page {
        return answer_as_page(web, http, asked).await;
    }
    let mut request = asked.request.clone();
    request.accept = asked.format.map_or_else(|| accepted(http), |format| Some(format.accept().to_owned()));
    if let Some(unchanged) = unchanged(web, http).await {
        return unchanged;
    }
    match web.app.sparql.answer(request).await {
        Ok(answered) => send(web, answered, asked.format),
        Err(error) => refuse(&fault(&error)),
    }
}

async fn answer_as_page(web: &Web, http: &HttpRequest, asked: Asked) -> HttpResponse {
    let mut request = asked.request.clone();
    request.accept = Some("application/sparql-results+json, text/turtle;q=0.9".to_owned());
    request.preview = Some(SHOWN_ROWS);
    let outcome = web.app.sparql.answer(request).await;
    let error = outcome.as_ref().err().cloned();
    let as_of = outcome.as_ref().ok().map(|answered| answered.as_of);
    let page = page::answered(web, &asked, outcome).await;
    let mut response = open(page.respond_to(http));
    if let Some(error) = error {
        let fault = fault(&error);
        *response.status_mut() = status(&fault);
        if let Some(wait) = fault.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(wait.as_secs().max(1)));
        }
    }
    if let Some(as_of) = as_of.and_then(|as_of| modified(as_of).to_string().parse().ok()) {
        response.headers_mut().insert(header::LAST_MODIFIED, as_of);
    }
    response
}

/// The answer that a client has already (RFC 9110 §13.1.3), without asking the store.
async fn unchanged(web: &Web, http: &HttpRequest) -> Option<HttpResponse> {
    let reads = *http.method() == Method::GET || *http.method() == Method::HEAD;
    let IfModifiedSince(known) = http.get_header::<IfModifiedSince>().filter(|_| reads)?;
    let as_of = web.app.sparql.as_of().await.ok()?;
    let modified = modified(as_of);
    (SystemTime::from(modified) <= SystemTime::from(known)).then(|| {
        let mut response = HttpResponse::NotModified();
        response
            .insert_header((header::LAST_MODIFIED, modified))
            .insert_header((header::CACHE_CONTROL, CachePolicy::Revalidate.header()))
            .insert_header((header::VARY, "Accept"));
        open(response.finish())
    })
}

/// A moment as HTTP writes it: whole seconds.
fn modified(moment: DateTime<Utc>) -> HttpDate {
    use chrono::SubsecRound as _;
    SystemTime::from(moment.trunc_subsecs(0)).into()
}

/// The endpoint's description in the form asked for.
fn describe(web: &Web, http: &HttpRequest, asked: &Asked) -> HttpResponse {
    const FORMS: [(&str, Format); 4] = [
        ("text/turtle", Format::Turtle),
        ("application/n-triples", Format::NTriples),
        ("application/rdf+xml", Format::RdfXml),
        ("application/ld+json", Format::JsonLd),
    ];
    let accept = asked.format.map_or_else(|| accepted(http), |format| Some(format.accept().to_owned()));
    let offered = FORMS.map(|(media_type, _)| media_type);
    let best = negotiate::best(accept.as_deref(), &offered);
    let Some((media_type, format)) = FORMS.iter().find(|(media_type, _)| Some(*media_type) == best) else {
        let detail = format!("The description of this endpoint is offered as {}.", offered.join(", "));
        return refuse(&UserError::new(ErrorKind::NotAcceptable, detail).into());
    };
    let description = sparql::service_description(&web.site.absolute("/sparql"), &web.app.sparql.settings().limits);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, *media_type))
        .insert_header((header::CACHE_CONTROL, CachePolicy::Revalidate.header()))
        .insert_header((header::VARY, "Accept"));
    open(response.body(write::serialise(&description, *format)))
}
