//! Validators, conditional requests and ranges (RFC 9110 §8.8, §13, §14) for every answer that may be kept and asked
//! about again.
//!
//! Policy: the entity tag is a digest of the very bytes, so it is strong and equal in every process; once compressed it
//! is weak ([`weaken`]). Preconditions are judged in the order of RFC 9110 §13.2.2. One range is served; several ranges,
//! other units and malformed ones are answered whole, as the standard allows. A range is never compressed.

use std::time::SystemTime;

use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue, HttpDate};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::error::{ErrorKind, UserError};
use crate::web::fault::Fault;
use crate::web::negotiate::pieces;
use crate::web::page::CachePolicy;

/// Bytes of the digest that make the tag.
const TAG_BYTES: usize = 12;

/// The conditions of a request.
struct Conditions {
    if_match: Option<String>,
    if_unmodified_since: Option<SystemTime>,
    if_none_match: Option<String>,
    if_modified_since: Option<SystemTime>,
    range: Option<String>,
    if_range: Option<String>,
}

impl Conditions {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| {
            let lines: Vec<&str> = headers.get_all(name).filter_map(|value| value.to_str().ok()).collect();
            (!lines.is_empty()).then(|| lines.join(","))
        };
        let date = |name: HeaderName| text(name)?.parse::<HttpDate>().ok().map(SystemTime::from);
        Self {
            if_match: text(header::IF_MATCH),
            if_unmodified_since: date(header::IF_UNMODIFIED_SINCE),
            if_none_match: text(header::IF_NONE_MATCH),
            if_modified_since: date(header::IF_MODIFIED_SINCE),
            range: text(header::RANGE),
            if_range: text(header::IF_RANGE),
        }
    }
}

/// Adds the validator, and answers what the request's conditions and range ask for.
pub async fn answer(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_read = request.method() == Method::GET;
    let conditions = Conditions::of(request.headers());
    // The framework must not judge what is judged here.
    request.headers_mut().remove(header::RANGE);
    let response = next.call(request).await?.map_into_boxed_body();
    let keeps = response.headers().get(header::CACHE_CONTROL).map(HeaderValue::as_bytes);
    if !is_read || response.status() != StatusCode::OK || keeps != Some(CachePolicy::Revalidate.header().as_bytes()) {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let answered = match body.try_into_bytes() {
        Ok(bytes) => judged(response, bytes, &conditions),
        Err(body) => response.set_body(body),
    };
    Ok(ServiceResponse::new(request, answered))
}

fn judged(mut response: HttpResponse<()>, bytes: Bytes, conditions: &Conditions) -> HttpResponse<BoxBody> {
    let tag = tag_of(&bytes);
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    let modified = response.headers().get(header::LAST_MODIFIED).and_then(|value| value.to_str().ok());
    let modified = modified.and_then(|text| text.parse::<HttpDate>().ok()).map(SystemTime::from);
    let failed = match (&conditions.if_match, conditions.if_unmodified_since) {
        (Some(tags), _) => !lists(tags, &tag, true),
        (None, Some(since)) => modified.is_some_and(|modified| modified > since),
        (None, None) => false,
    };
    if failed {
        let words = "This has changed since the version that the request names. Read it again without the condition.";
        return Fault(UserError::new(ErrorKind::PreconditionFailed, words)).error_response();
    }
    let unchanged = match (&conditions.if_none_match, conditions.if_modified_since) {
        (Some(tags), _) => lists(tags, &tag, false),
        (None, Some(since)) => modified.is_some_and(|modified| modified <= since),
        (None, None) => false,
    };
    if unchanged {
        response.headers_mut().remove(header::CONTENT_TYPE);
        // Who has the compressed answer is told its own tag again.
        let weak = format!("W/{tag}");
        let is_weak = conditions.if_none_match.as_ref().is_some_and(|tags| pieces(tags, ',').contains(&weak.as_str()));
        if let Ok(value) = HeaderValue::from_str(if is_weak { &weak } else { &tag }) {
            response.headers_mut().insert(header::ETAG, value);
        }
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        // No body, and no length either: that of the whole answer is not sent.
        return response.set_body(BoxBody::new(body::None::new()));
    }
    let may_be_cut = response.headers().contains_key(header::ACCEPT_RANGES);
    let is_same = match &conditions.if_range {
        None => true,
        Some(tag_or_date) if tag_or_date.contains('"') => tag_or_date.trim() == tag,
        Some(date) => date.parse::<HttpDate>().ok().map(SystemTime::from).is_some_and(|date| Some(date) == modified),
    };
    match conditions.range.as_deref().filter(|_| may_be_cut && is_same).map(|range| span(range, bytes.len())) {
        Some(Span::Bytes(first, last)) => {
            let content_range = format!("bytes {first}-{last}/{}", bytes.len());
            if let Ok(value) = HeaderValue::from_str(&content_range) {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            response.set_body(BoxBody::new(bytes.slice(first..last.saturating_add(1))))
        }
        Some(Span::Outside) => {
            let words = format!("The range lies outside: there are {} bytes.", bytes.len());
            let mut refused =
                Fault(UserError::new(ErrorKind::RangeNotSatisfiable, words).field("Range")).error_response();
            if let Ok(value) = HeaderValue::from_str(&format!("bytes */{}", bytes.len())) {
                refused.headers_mut().insert(header::CONTENT_RANGE, value);
            }
            refused
        }
        Some(Span::Ignored) | None => response.set_body(BoxBody::new(bytes)),
    }
}

fn tag_of(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let text: String = digest.iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{text}\"")
}

/// Whether a list of entity tags has the tag. Strongly: a weak tag is never equal.
fn lists(tags: &str, tag: &str, strongly: bool) -> bool {
    pieces(tags, ',').into_iter().any(|listed| {
        let bare = if strongly { listed } else { listed.trim_start_matches("W/") };
        listed == "*" || bare == tag
    })
}

/// What a `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Span {
    /// First and last byte.
    Bytes(usize, usize),
    /// Beyond the end.
    Outside,
    /// Nothing that is served in parts.
    Ignored,
}

fn span(range: &str, length: usize) -> Span {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|span| span.split_once('-')) else {
        return Span::Ignored;
    };
    let number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse::<usize>().ok());
    let end = length.saturating_sub(1);
    match (first.trim(), last.trim()) {
        ("", "") => Span::Ignored,
        ("", suffix) => match number(suffix) {
            Some(Some(0)) => Span::Outside,
            Some(Some(_)) if length == 0 => Span::Outside,
            Some(wanted) => Span::Bytes(length.saturating_sub(wanted.unwrap_or(usize::MAX)), end),
            None => Span::Ignored,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) => {
                // A number beyond what can be counted is beyond the end.
                let first = first.unwrap_or(usize::MAX);
                let last = last.filter(|last| *last < length).unwrap_or(end);
                match (first < length, first <= last) {
                    (true, true) => Span::Bytes(first, last),
                    (true, false) => Span::Ignored,
                    (false, _) => Span::Outside,
                }
            }
            _ => Span::Ignored,
        },
    }
}

/// Outside compression: a tag of bytes that were compressed afterwards is weak; `Vary` is one list that says so.
pub async fn weaken(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let is_compressed = response.headers().contains_key(header::CONTENT_ENCODING);
    let headers = response.headers_mut();
    let weak = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).filter(|tag| tag.starts_with('"'));
    if let Some(Ok(weak)) = weak.filter(|_| is_compressed).map(|tag| HeaderValue::from_str(&format!("W/{tag}"))) {
        headers.insert(header::ETAG, weak);
        headers.remove(header::ACCEPT_RANGES);
    }
    let mut vary: Vec<String> = Vec::new();
    for value in headers.get_all(header::VARY) {
        for name in value.to_str().unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !vary.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                vary.push(name.to_owned());
            }
        }
    }
    if !vary.iter().any(|known| known.eq_ignore_ascii_case("accept-encoding")) {
        vary.push("Accept-Encoding".to_owned());
    }
    if let Ok(value) = HeaderValue::from_str(&vary.join(", ")) {
        headers.insert(header::VARY, value);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_what_there_is() {
        assert_eq!(span("bytes=0-9", 100), Span::Bytes(0, 9));
        assert_eq!(span("bytes=90-", 100), Span::Bytes(90, 99));
        assert_eq!(span("bytes=90-900", 100), Span::Bytes(90, 99));
        assert_eq!(span("bytes=-10", 100), Span::Bytes(90, 99));
        assert_eq!(span("bytes=-1000", 100), Span::Bytes(0, 99));
        assert_eq!(span("bytes=5-99999999999999999999999", 100), Span::Bytes(5, 99));
    }

    #[test]
    fn what_lies_outside_is_told_from_what_is_not_understood() {
        for outside in ["bytes=100-", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(span(outside, 100), Span::Outside, "{outside}");
        }
        assert_eq!(span("bytes=0-", 0), Span::Outside);
        for ignored in ["bytes=9-1", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=-", "bytes", ""] {
            assert_eq!(span(ignored, 100), Span::Ignored, "{ignored}");
        }
    }

    #[test]
    fn tags_are_compared_weakly_for_reading_and_strongly_for_conditions() {
        assert!(lists("\"a\", W/\"b\"", "\"b\"", false));
        assert!(!lists("\"a\", W/\"b\"", "\"b\"", true));
        assert!(lists("*", "\"b\"", true));
        assert!(lists("\"with, comma\", \"b\"", "\"b\"", true));
    }
}
