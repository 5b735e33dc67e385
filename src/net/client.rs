//! The client: one request at a time, hop by hop, under guard.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{
    ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
    LINK, LOCATION, RETRY_AFTER,
};
use url::Url;

use super::address::{GuardedResolver, refused_url};
use super::body;
use super::error::FetchError;
use super::fetch::{Fetch, Fetched, NetSettings};
use super::pace::Pacer;

/// Idle connections kept for each host.
const IDLE_CONNECTIONS: usize = 2;

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
                FetchError::Status { retry_after, .. } => *retry_after,
                _ => None,
            };
            let wait = asked.unwrap_or(backoff);
            if attempt >= settings.attempts || !error.class().is_passing() || wait > settings.longest_wait {
                return Err(error);
            }
            tracing::debug!(url = %fetch.url, class = error.class().as_str(), attempt, "request failed, trying again");
            if let (Some(rest), Some(host)) = (asked, host_of(&fetch.url)) {
                self.inner.pacer.rest(&host, rest);
            } else {
                tokio::time::sleep(wait).await;
            }
            attempt += 1;
            backoff = backoff.saturating_mul(2);
        }
    }

    async fn attempt(&self, fetch: &Fetch) -> Result<Fetched, FetchError> {
        let total = fetch.limits.total;
        let work = tokio::time::timeout(total, self.follow(fetch));
        work.await.unwrap_or_else(|_| Err(FetchError::Timeout { url: fetch.url.clone(), after: total }))
    }

    /// Follows redirects by hand, so that every hop passes the guard.
    async fn follow(&self, fetch: &Fetch) -> Result<Fetched, FetchError> {
        let mut url = Url::parse(&fetch.url)
            .map_err(|error| FetchError::BadAddress { address: fetch.url.clone(), reason: error.to_string() })?;
        url.set_fragment(None);
        for _ in 0..=fetch.limits.redirects {
            let host = host_key(&url);
            let permit = self.inner.pacer.turn(&host).await;
            let response = self.ask(&url, fetch).await?;
            if response.status().is_redirection() && response.status().as_u16() != 304 {
                url = redirect_target(&url, &response, fetch)?;
                continue;
            }
            let fetched = read_answer(response, &url, fetch).await;
            drop(permit);
            return fetched;
        }
        let reason = format!("more than {} redirects", fetch.limits.redirects);
        Err(FetchError::Redirect { url: fetch.url.clone(), reason })
    }

    async fn ask(&self, url: &Url, fetch: &Fetch) -> Result<reqwest::Response, FetchError> {
        if let Some(reason) = refused_url(url, self.inner.settings.allow_private) {
            return Err(FetchError::RefusedAddress { url: without_credentials(url), reason });
        }
        let client = self.transport(url)?;
        let request = client.get(url.clone()).headers(request_headers(fetch)).send();
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

fn request_headers(fetch: &Fetch) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: Option<&str>| {
        if let Some(value) = value.filter(|text| !text.is_empty()).and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name, value);
        }
    };
    set(ACCEPT, Some(&fetch.accept));
    set(IF_NONE_MATCH, fetch.etag.as_deref());
    set(IF_MODIFIED_SINCE, fetch.last_modified.as_deref());
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
    let allowed = &fetch.redirect_hosts;
    if !allowed.is_empty() && target.host_str() != url.host_str() && !allowed.contains(&host_key(&target)) {
        return Err(FetchError::RefusedAddress {
            url: without_credentials(&target),
            reason: format!("{url} redirects there, and it is not a host of this source"),
        });
    }
    Ok(target)
}

async fn read_answer(response: reqwest::Response, url: &Url, fetch: &Fetch) -> Result<Fetched, FetchError> {
    let status = response.status();
    if !status.is_success() && status.as_u16() != 304 {
        let retry_after = header(&response, &RETRY_AFTER).and_then(|text| read_retry_after(&text, Utc::now()));
        return Err(FetchError::Status { url: url.to_string(), status: status.as_u16(), retry_after });
    }
    let links = response.headers().get_all(LINK).iter().filter_map(|value| value.to_str().ok()).map(str::to_owned);
    let mut fetched = Fetched {
        status: status.as_u16(),
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

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
fn read_retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    (until.with_timezone(&Utc) - now).to_std().ok()
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
    }
}
