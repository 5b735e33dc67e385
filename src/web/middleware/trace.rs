//! A request's id, its span, its log line and its metric. Addresses are logged by route pattern, without query strings:
//! what somebody searches for is nobody else's business.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::web::state::Web;

/// The request's id, in its extensions and in the answer's `x-request-id`.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Gives the request its id and records how it went.
pub async fn request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = Uuid::now_v7().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().to_string();
    let state = request.app_data::<web::Data<Web>>().cloned();
    let span = tracing::info_span!("request", request.id = %id, http.method = %method);
    let started = Instant::now();
    let mut response = next.call(request).instrument(span.clone()).await?;
    let elapsed = started.elapsed();
    let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    if let Some(state) = state {
        let labels = [route.as_str(), method.as_str(), &status.to_string()];
        state.app.metrics.http_seconds.with_label_values(&labels).observe(elapsed.as_secs_f64());
    }
    span.in_scope(|| {
        tracing::info!(
            http.route = %route,
            http.status = status,
            duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            "request answered"
        );
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
