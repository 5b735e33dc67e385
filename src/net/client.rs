//! The client: one request at a time, hop by hop, under guard.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{
    ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, DATE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LINK, LOCATION, RETRY_AFTER,
};
use tokio::time::Instant;
use url::Url;

use super::address::{GuardedResolver, refused_url};
use super::body;
use super::date::read_date;
use super::error::FetchError;
use super::fetch::{Fetch, Fetched, NetSettings};
use super::pace::Pacer;

/// Idle connections kept for each host.
const IDLE_CONNECTIONS: usize = 2;
/// The status that says: your copy is the current one.
const NOT_MODIFIED: u16 = 304;

/// Where one request led.
enum Hop {
    /// To an answer.
    Answer(Box<Fetched>),
    /// To another address.
    Elsewhere(Url),
}

/// The guarded client. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    settings: NetSettings,
    plain: OnceLock<Result<reqwest::Client, String>>,
    secure: OnceLock<Result<reqwest::Client, String>>,
    pacer: Pacer,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with the settings. Nothing is opened or read before the first request.
    #[must_use]
    pub fn new(settings: NetSettings) -> Self {
        let pacer = Pacer::new(settings.pace, settings.concurrency_per_host);
        Self { inner: Arc::new(Inner { settings, plain: OnceLock::new(), secure: OnceLock::new(), pacer }) }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &NetSettings {
        &self.inner.settings
    }

    /// Fetches a document: a success or "not modified". Passing failures are tried again as the settings say.
    ///
    /// # Errors
    /// [`FetchError`], one name for each thing that can go wrong.
    pub async fn get(&self, fetch: &Fetch) -> Result<Fetched, FetchError> {
        let settings = &self.inner.settings;
        let mut attempt = 1;
        let mut backoff = settings.backoff;
        loop {
            let error = match self.attempt(fetch).await {
                Ok(fetched) => return Ok(fetched),
                Err(error) => error,
            };
            let asked = match &error {
                FetchError::Status { url, retry_after, .. } => retry_after.map(|rest| (host_of(url), rest)),
                _ => None,
            };
            let wait = asked.as_ref().map_or(backoff, |(_, rest)| *rest);
            if attempt >= settings.attempts || !error.class().is_passing() || wait > settings.longest_wait {
                return Err(error);
            }
            tracing::debug!(url = %fetch.url, class = error.class().as_str(), attempt, "request failed, trying again");
            if let Some((Some(host), rest)) = asked {
                self.inner.pacer.rest(&host, rest);
            }
            tokio::time::sleep(wait).await;
            attempt += 1;
            backoff = backoff.saturating_mul(2);
        }
    }

    /// Asks once, and follows redirects by hand, so that every hop passes the guard. Waiting for a host's turn is our own
    /// patience and does not count as the source's slowness.
    async fn attempt(&self, fetch: &Fetch) -> Result<Fetched, FetchError> {
        let mut url = Url::parse(&fetch.url)
            .map_err(|error| FetchError::BadAddress { address: fetch.url.clone(), reason: error.to_string() })?;
        url.set_fragment(None);
        let first_host = url.host_str().map(str::to_owned);
        let mut left = fetch.limits.total;
        let mut passed = Vec::new();
        while passed.len() <= fetch.limits.redirects {
            // What another host calls its copies says nothing about ours (RFC 9110 §8.8.3).
            let on_condition = url.host_str() == first_host.as_deref();
            let permit = self.inner.pacer.turn(&host_key(&url)).await;
            let begun = Instant::now();
            let hop = tokio::time::timeout(left, self.hop(&url, fetch, on_condition)).await;
            drop(permit);
            left = left.saturating_sub(begun.elapsed());
            match hop {
                Err(_) => return Err(FetchError::Timeout { url: fetch.url.clone(), after: fetch.limits.total }),
                Ok(Err(error)) => return Err(error),
                Ok(Ok(Hop::Answer(fetched))) => return Ok(*fetched),
                Ok(Ok(Hop::Elsewhere(target))) => {
                    passed.push(std::mem::replace(&mut url, target));
                    if passed.contains(&url) {
                        let reason = format!("it leads in a circle, back to {url}");
                        return Err(FetchError::Redirect { url: fetch.url.clone(), reason });
                    }
                }
            }
        }
        let reason = format!("more than {} redirects", fetch.limits.redirects);
        Err(FetchError::Redirect { url: fetch.url.clone(), reason })
    }

    async fn hop(&self, url: &Url, fetch: &Fetch, on_condition: bool) -> Result<Hop, FetchError> {
        let response = self.ask(url, fetch, on_condition).await?;
        if response.status().is_redirection() && response.status().as_u16() != NOT_MODIFIED {
            return redirect_target(url, &response, fetch).map(Hop::Elsewhere);
        }
        let conditional = on_condition && (fetch.etag.is_some() || fetch.last_modified.is_some());
        read_answer(response, url, fetch, conditional).await.map(|fetched| Hop::Answer(Box::new(fetched)))
    }

    async fn ask(&self, url: &Url, fetch: &Fetch, on_condition: bool) -> Result<reqwest::Response, FetchError> {
        if let Some(reason) = refused_url(url, self.inner.settings.allow_private) {
            return Err(FetchError::RefusedAddress { url: without_credentials(url), reason });
        }
        let client = self.transport(url)?;
        let request = client.get(url.clone()).headers(request_headers(fetch, on_condition)).send();
        match tokio::time::timeout(fetch.limits.idle, request).await {
            Err(_) => Err(FetchError::Silent { url: url.to_string(), after: fetch.limits.idle }),
            Ok(Err(error)) if error.is_timeout() => {
                let after = self.inner.settings.connect_timeout;
                Err(FetchError::Timeout { url: url.to_string(), after })
            }
            Ok(Err(error)) => Err(FetchError::from_transport(url.as_str(), &error)),
            Ok(Ok(response)) => Ok(response),
        }
    }

    /// The transport for the scheme. The encrypted one needs the system's certificates, so it is made at its first
    /// use: a machine without any can still harvest from its own network.
    fn transport(&self, url: &Url) -> Result<&reqwest::Client, FetchError> {
        let secure = url.scheme() == "https";
        let slot = if secure { &self.inner.secure } else { &self.inner.plain };
        let built = slot.get_or_init(|| build(&self.inner.settings, secure));
        built.as_ref().map_err(|reason| FetchError::Tls { url: url.to_string(), reason: reason.clone() })
    }
}

fn build(settings: &NetSettings, secure: bool) -> Result<reqwest::Client, String> {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(&settings.user_agent)
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .dns_resolver(GuardedResolver { allow_private: settings.allow_private });
    let builder = if secure { builder } else { builder.tls_certs_only(std::iter::empty()) };
    builder.build().map_err(|error| {
        let mut cause: &dyn std::error::Error = &error;
        while let Some(next) = cause.source() {
            cause = next;
        }
        cause.to_string()
    })
}

fn request_headers(fetch: &Fetch, on_condition: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: Option<&str>| {
        if let Some(value) = value.filter(|text| !text.is_empty()).and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name, value);
        }
    };
    set(ACCEPT, Some(&fetch.accept));
    if on_condition {
        set(IF_NONE_MATCH, fetch.etag.as_deref());
        set(IF_MODIFIED_SINCE, fetch.last_modified.as_deref());
    }
    headers
}

fn redirect_target(url: &Url, response: &reqwest::Response, fetch: &Fetch) -> Result<Url, FetchError> {
    let wrong = |reason: &str| FetchError::Redirect { url: url.to_string(), reason: reason.to_owned() };
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| wrong("it names no target"))?;
    let mut target = url.join(location).map_err(|_| wrong("its target is not an address"))?;
    target.set_fragment(None);
    if url.scheme() == "https" && target.scheme() == "http" {
        return Err(wrong("it leads from an encrypted connection to an open one"));
    }
    if !may_lead_to(url, &target, &fetch.redirect_hosts) {
        return Err(FetchError::RefusedAddress {
            url: without_credentials(&target),
            reason: format!(
                "{url} redirects there, and it is not a host of this source; if it is right, enter the new address as \
                 the source's, or allow the host in its options"
            ),
        });
    }
    Ok(target)
}

/// Whether a redirect may lead there: to the same host at the same port or at the usual one of its scheme, so that
/// nobody is led to another service of that host; else where the operator said so.
fn may_lead_to(url: &Url, target: &Url, allowed: &[String]) -> bool {
    let same_port = target.port_or_known_default() == url.port_or_known_default() || target.port().is_none();
    let same_host = target.host_str() == url.host_str() && same_port;
    let host = target.host_str().unwrap_or_default();
    let named = |one: &String| one.eq_ignore_ascii_case(host) || one.eq_ignore_ascii_case(&host_key(target));
    allowed.is_empty() || same_host || allowed.iter().any(named)
}

async fn read_answer(
    response: reqwest::Response,
    url: &Url,
    fetch: &Fetch,
    conditional: bool,
) -> Result<Fetched, FetchError> {
    let status = response.status().as_u16();
    // "Accepted", "no content" and "partial content" are successes, but not the document.
    let is_answer = matches!(status, 200 | 203) || (status == NOT_MODIFIED && conditional);
    if !is_answer {
        let their_now = header(&response, &DATE).and_then(|text| read_date(&text)).unwrap_or_else(Utc::now);
        let retry_after = header(&response, &RETRY_AFTER).and_then(|text| read_retry_after(&text, their_now));
        return Err(FetchError::Status { url: url.to_string(), status, retry_after });
    }
    if let Some(encoding) = header(&response, &CONTENT_ENCODING).filter(|name| !name.eq_ignore_ascii_case("identity")) {
        let reason = format!("it is encoded as {encoding:?}, which we did not ask for");
        return Err(FetchError::NotHttp { url: url.to_string(), reason });
    }
    let links = response.headers().get_all(LINK).iter().filter_map(|value| value.to_str().ok()).map(str::to_owned);
    let mut fetched = Fetched {
        status,
        final_url: url.to_string(),
        content_type: header(&response, &CONTENT_TYPE),
        etag: header(&response, &ETAG),
        last_modified: header(&response, &LAST_MODIFIED),
        links: links.collect(),
        body: bytes::Bytes::new(),
    };
    if !fetched.not_modified() {
        fetched.body = body::read(response, url.as_str(), &fetch.limits).await?;
    }
    Ok(fetched)
}

fn header(response: &reqwest::Response, name: &HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date. A date is counted from the server's own `Date`, so that a
/// clock that is off, theirs or ours, does not make a minute into a day.
fn read_retry_after(text: &str, their_now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    (read_date(text)? - their_now).to_std().ok()
}

fn host_of(address: &str) -> Option<String> {
    Url::parse(address).ok().map(|url| host_key(&url))
}

/// `host:port`, the unit of courtesy.
fn host_key(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0))
}

/// The address as it may be written into logs and reports.
fn without_credentials(url: &Url) -> String {
    let mut shown = url.clone();
    let cleared = shown.set_username("").is_ok() && shown.set_password(None).is_ok();
    if cleared { shown.to_string() } else { shown.scheme().to_owned() + ":" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z").unwrap().with_timezone(&Utc);
        assert_eq!(read_retry_after("120", now), Some(Duration::from_mins(2)));
        assert_eq!(read_retry_after("Thu, 01 Jan 2026 00:00:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(read_retry_after("soon", now), None);
        assert_eq!(read_retry_after("Wed, 31 Dec 2025 23:59:59 GMT", now), None, "a time that is over");
        assert_eq!(read_retry_after("18446744073709551615", now), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn redirects_stay_with_the_source_and_away_from_its_other_services() {
        let from = Url::parse("http://fdp.example.org:8080/fdp").unwrap();
        let may = |target: &str, allowed: &[&str]| {
            let allowed: Vec<String> = allowed.iter().map(|&host| host.to_owned()).collect();
            may_lead_to(&from, &Url::parse(target).unwrap(), &allowed)
        };
        let own = ["fdp.example.org:8080"];
        assert!(may("http://fdp.example.org:8080/new", &own));
        assert!(may("https://fdp.example.org/new", &own));
        assert!(!may("http://fdp.example.org:6379/", &own));
        assert!(!may("http://fdp.example.org.evil.example/", &own));
        assert!(!may("https://w3id.org/fdp", &own));
        assert!(may("https://w3id.org/fdp", &["fdp.example.org:8080", "W3ID.org"]));
        assert!(may("https://w3id.org/fdp", &["w3id.org:443"]));
        assert!(!may("https://w3id.org:8443/fdp", &["w3id.org:443"]));
    }
}
