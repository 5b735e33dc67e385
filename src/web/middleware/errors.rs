//! Errors in the reader's form: whoever prefers HTML gets a page with ways on, everybody else problem+json. Errors of
//! the framework itself (no route, wrong method, too large a body) are given the same two forms.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use askama::Template;

use super::trace::RequestId;
use crate::error::{ErrorKind, UserError, Way};
use crate::web::fault::Fault;
use crate::web::layout::Layout;
use crate::web::negotiate;
use crate::web::state::Web;

/// Headers of the error that its page has too.
const KEPT: [HeaderName; 4] =
    [header::ACCESS_CONTROL_ALLOW_ORIGIN, header::ALLOW, header::CONTENT_RANGE, header::RETRY_AFTER];

/// The error page.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    layout: Layout,
    heading: &'a str,
    detail: &'a str,
    ways: &'a [Way],
    offer_search: bool,
    status: u16,
    request_id: &'a str,
}

/// Gives failed answers their form.
pub async fn render(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let accept = negotiate::accept_of(request.headers());
    let for_programs = request.path().starts_with("/api/") || request.path().starts_with("/health/");
    let wants_page = !for_programs && negotiate::prefers_html(accept.as_deref());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let state = request.app_data::<web::Data<Web>>().cloned();
    let response = next.call(request).await?.map_into_boxed_body();
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return Ok(response);
    }
    let known = response.response().extensions().get::<Fault>().cloned();
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if known.is_none() && is_page {
        return Ok(response);
    }
    let is_own = known.is_some();
    let fault = known.unwrap_or_else(|| Fault(of_framework(response.status().as_u16())));
    let Some(state) = state.filter(|_| wants_page) else {
        return Ok(if is_own { response } else { as_problem(response, &fault) });
    };
    Ok(as_page(response, &fault, &state, &id))
}

fn as_problem(response: ServiceResponse<BoxBody>, fault: &Fault) -> ServiceResponse<BoxBody> {
    response.into_response(fault.error_response())
}

fn as_page(response: ServiceResponse<BoxBody>, fault: &Fault, state: &Web, id: &str) -> ServiceResponse<BoxBody> {
    let error = &fault.0;
    let mut layout = Layout::new(&state.site, error.kind.title()).here(error.kind.title());
    layout.unlisted = true;
    let page = ErrorPage {
        layout,
        heading: error.kind.title(),
        detail: &error.detail,
        ways: &error.ways,
        offer_search: error.kind.status() < 500,
        status: error.kind.status(),
        request_id: id,
    };
    let Ok(html) = page.render() else { return response };
    let kept: Vec<_> = KEPT
        .iter()
        .filter_map(|name| response.headers().get(name).map(|value| (name.clone(), value.clone())))
        .collect();
    let mut answer = HttpResponse::build(fault.status_code());
    answer
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((header::VARY, HeaderValue::from_static("Accept")));
    for header in kept {
        answer.insert_header(header);
    }
    response.into_response(answer.body(html))
}

fn of_framework(status: u16) -> UserError {
    match status {
        404 => Fault::not_found().0,
        405 => UserError::new(
            ErrorKind::MethodNotAllowed,
            "This address can be read but not changed this way. The API reference lists what each address offers.",
        )
        .way("API reference", "/api"),
        406 => UserError::new(ErrorKind::NotAcceptable, "None of the forms asked for in Accept is offered here."),
        413 => UserError::new(ErrorKind::TooLarge, "The request is larger than what is accepted here."),
        415 => {
            UserError::new(ErrorKind::UnsupportedMediaType, "The request's body is in a form that is not read here.")
        }
        408 => UserError::new(ErrorKind::TimedOut, "The request took too long to arrive. Send it again."),
        status if status < 500 => UserError::new(
            ErrorKind::BadRequest,
            "The request could not be understood. Check the address and try again.",
        ),
        503 => UserError::busy(
            "The service is busy or starting. Try again in a few seconds.",
            std::time::Duration::from_secs(5),
        ),
        other => UserError::internal(format!("the framework answered {other}")),
    }
}
