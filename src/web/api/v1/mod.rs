//! Version 1 of the API. Errors are problem details (RFC 9457); parameters are those of the pages.

pub mod datasets;
pub mod overview;
pub mod providers;
pub mod series;
pub mod suggest;
pub mod terms;

use actix_web::HttpResponse;
use serde::Serialize;

use crate::web::doors::formats;
use crate::web::fault::Fault;

/// A JSON answer that any origin may read: everything here is public.
///
/// # Errors
/// Ours, when the value cannot be written as JSON.
pub fn json(value: &impl Serialize) -> Result<HttpResponse, Fault> {
    let body = serde_json::to_vec(value).map_err(Fault::internal)?;
    Ok(formats::answer("application/json", body))
}
