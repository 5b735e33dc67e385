//! User errors as HTTP answers: problem+json (RFC 9457) here, turned into a page by the error middleware for readers
//! who prefer HTML.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use super::page::CachePolicy;
use crate::error::{ErrorKind, UserError};

/// Media type of problem details.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An error on its way out.
#[derive(Debug, Clone)]
pub struct Fault(pub UserError);

impl Fault {
    /// Nothing at this address.
    #[must_use]
    pub fn not_found() -> Self {
        Self(UserError::new(
            ErrorKind::NotFound,
            "There is nothing at this address. It may be mistyped, or the link that led here may be out of date.",
        ))
    }

    /// Our failure, with its cause for the log.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self(UserError::internal(cause))
    }

    /// The problem details of the error.
    #[must_use]
    pub fn problem(&self) -> serde_json::Value {
        let error = &self.0;
        let mut problem = json!({
            "type": format!("/help/errors#{}", error.kind.code()),
            "title": error.kind.title(),
            "status": error.kind.status(),
            "detail": error.detail,
        });
        if let Some(object) = problem.as_object_mut() {
            if let Some(field) = &error.field {
                object.insert("field".into(), json!(field));
            }
            if !error.ways.is_empty() {
                let ways: Vec<_> = error.ways.iter().map(|way| json!({"label": way.label, "href": way.href})).collect();
                object.insert("ways".into(), json!(ways));
            }
        }
        problem
    }
}

impl From<UserError> for Fault {
    fn from(error: UserError) -> Self {
        Self(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Fault {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        if let Some(cause) = &self.0.cause {
            tracing::error!(error.kind = self.0.kind.code(), error.cause = %cause, "a request failed");
        }
        let mut builder = HttpResponse::build(self.status_code());
        builder
            .insert_header((header::CONTENT_TYPE, PROBLEM_JSON))
            .insert_header((header::CACHE_CONTROL, CachePolicy::Never.header()))
            .insert_header((header::VARY, "Accept"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
        if let Some(wait) = self.0.retry_after {
            builder.insert_header((header::RETRY_AFTER, wait.as_secs().max(1).to_string()));
        }
        let mut response = builder.body(self.problem().to_string());
        response.extensions_mut().insert(self.clone());
        response
    }
}
