//! Answers and refusals on their way out.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, ResponseError as _};
use futures_util::stream;
use tokio::sync::OwnedSemaphorePermit;

use super::request::Shortcut;
use crate::error::{ErrorKind, UserError};
use crate::rdf::sparql::{Answered, SparqlError};
use crate::web::fault::Fault;
use crate::web::page::CachePolicy;
use crate::web::state::Web;

/// When a query that was sent away should come again.
const RETRY_AFTER: Duration = Duration::from_secs(3);
/// Bytes of an answer that are handed to the connection at a time.
const PIECE: usize = 64 * 1024;
/// How long a client may take to fetch an answer; then the connection is cut, which the client notices because the
/// announced length has not come.
const FETCHING: Duration = Duration::from_mins(2);
/// Headers that scripts of other sites may read beside the usual ones.
const EXPOSED: &str = "Last-Modified, Retry-After, Server-Timing, X-Request-Id";

/// The answer of the protocol.
pub(super) fn answer(web: &Web, answered: Answered, format: Option<Shortcut>) -> HttpResponse {
    let Answered { answer, as_of, took, hold } = answered;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, answer.form.content_type()))
        .insert_header((header::CACHE_CONTROL, CachePolicy::Revalidate.header()))
        .insert_header((header::LAST_MODIFIED, super::modified(as_of)))
        .insert_header((HeaderName::from_static("server-timing"), format!("query;dur={}", took.as_millis())))
        .insert_header((header::VARY, "Accept"));
    if let Some(format) = format {
        let name = format!("inline; filename=\"answer.{}\"", format.name());
        response.insert_header((header::CONTENT_DISPOSITION, name));
    }
    if answer.body.len() <= PIECE {
        return open(response.body(answer.body));
    }
    let length = u64::try_from(answer.body.len()).unwrap_or(u64::MAX);
    let unsent = Arc::new(Unsent(Mutex::new(Some((answer.body, hold)))));
    let weak = Arc::downgrade(&unsent);
    web.app.runtime.spawn(async move {
        tokio::time::sleep(FETCHING).await;
        if let Some(unsent) = weak.upgrade() {
            unsent.let_go();
        }
    });
    let pieces = stream::unfold((unsent, 0_usize), |(unsent, from)| async move {
        let piece = unsent.piece(from).transpose()?;
        let next = from.saturating_add(PIECE);
        Some((piece, (unsent, next)))
    });
    open(response.body(SizedStream::new(length, Box::pin(pieces))))
}

/// An answer that is being fetched, with its share of the memory for such answers.
struct Unsent(Mutex<Option<(Vec<u8>, OwnedSemaphorePermit)>>);

impl Unsent {
    /// A copy of the piece that starts there; `None` at the end.
    fn piece(&self, from: usize) -> std::io::Result<Option<Bytes>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (body, _) = held.as_ref().ok_or_else(|| std::io::Error::from(std::io::ErrorKind::TimedOut))?;
        let rest = body.get(from..).unwrap_or_default();
        let piece = rest.get(..PIECE).unwrap_or(rest);
        Ok((!piece.is_empty()).then(|| Bytes::copy_from_slice(piece)))
    }

    /// Gives the memory back, fetched or not.
    fn let_go(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Lets scripts of other sites read the answer.
pub(super) fn open(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    response
}

/// A refusal, which scripts of other sites may read as well.
pub(super) fn refuse(fault: &Fault) -> HttpResponse {
    let mut response = open(fault.error_response());
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    response
}

/// The status that a fault has.
#[must_use]
pub fn status(fault: &Fault) -> StatusCode {
    fault.status_code()
}

/// The error as its sender meets it.
pub(super) fn fault(error: &SparqlError) -> Fault {
    let kind = match error {
        SparqlError::NotAcceptable { .. } => ErrorKind::NotAcceptable,
        SparqlError::TooLong { .. } => ErrorKind::TooLarge,
        SparqlError::Deadline { .. } => ErrorKind::TimedOut,
        SparqlError::TooManyRows { .. }
        | SparqlError::TooLarge { .. }
        | SparqlError::Memory { .. }
        | SparqlError::TooDeep => ErrorKind::TooMuch,
        SparqlError::Busy => return UserError::busy(words(error), RETRY_AFTER).into(),
        SparqlError::Engine(cause) | SparqlError::Ended(cause) => {
            let mut ours = UserError::new(ErrorKind::Internal, words(error));
            ours.cause = Some(cause.clone());
            return ours.into();
        }
        SparqlError::Missing
        | SparqlError::Syntax(_)
        | SparqlError::Update
        | SparqlError::Graph(_)
        | SparqlError::Service(_)
        | SparqlError::Unsortable => ErrorKind::BadRequest,
    };
    UserError::new(kind, words(error)).field("query").into()
}

/// The error as a sentence.
#[must_use]
pub fn words(error: &SparqlError) -> String {
    if matches!(error, SparqlError::Engine(_) | SparqlError::Ended(_)) {
        return "The query failed on our side. The failure has been recorded; try again, or try a simpler one."
            .to_owned();
    }
    let text = error.to_string();
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str().trim_end_matches('.')),
        None => text,
    }
}
