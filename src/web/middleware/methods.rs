//! Methods (RFC 9110 §9): whatever answers GET answers HEAD with the same headers and no body, and OPTIONS with what is
//! allowed; any other method on a known address is 405 with `Allow`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError};

use crate::error::{ErrorKind, UserError};
use crate::web::doors::formats::reply::EXPOSED;
use crate::web::fault::Fault;

/// Methods of what can be read.
pub const READ: &str = "GET, HEAD, OPTIONS";
/// Methods of what can be read and asked by a longer question.
pub const READ_AND_ASK: &str = "GET, HEAD, OPTIONS, POST";
/// Request headers that scripts of other origins may send beyond the simple ones.
const SENDABLE: &str = "Accept, Accept-Profile, Content-Type, If-Modified-Since, If-None-Match, If-Range, Range";
/// How long a browser may remember what is allowed, in seconds.
const REMEMBERED_SECONDS: &str = "86400";

/// Lets handlers of GET answer HEAD: the server writes the headers of the answer and leaves out its body.
pub async fn head(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// What a known address answers to a method that it does not have.
#[must_use]
pub fn otherwise(http: &HttpRequest, allowed: &'static str) -> HttpResponse {
    if http.method() == Method::OPTIONS {
        return HttpResponse::NoContent()
            .insert_header((header::ALLOW, allowed))
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, allowed))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, SENDABLE))
            .insert_header((header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, REMEMBERED_SECONDS))
            .finish();
    }
    let fault = Fault(
        UserError::new(
            ErrorKind::MethodNotAllowed,
            format!(
                "This address answers {allowed} and nothing else. The API reference lists what each address offers."
            ),
        )
        .way("API reference", "/api"),
    );
    let mut response = fault.error_response();
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allowed));
    response
}
