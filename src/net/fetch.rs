//! A request and its answer.

use std::time::Duration;

use bytes::Bytes;

use super::error::FetchError;
use super::link;

/// Settings of the client, from the configuration.
#[derive(Debug, Clone)]
pub struct NetSettings {
    /// Whether private, loopback and link-local addresses may be asked (`net.allow_private`).
    pub allow_private: bool,
    /// Time between the starts of two requests to one host.
    pub pace: Duration,
    /// Requests that one host answers at the same time.
    pub concurrency_per_host: usize,
    /// How often a request is tried in all when the failure is a passing one.
    pub attempts: u32,
    /// Wait before the second attempt; doubled for each further one.
    pub backoff: Duration,
    /// The longest wait that a `Retry-After` may ask of us before we give up for this run.
    pub longest_wait: Duration,
    /// Time for making a connection.
    pub connect_timeout: Duration,
    /// What we call ourselves.
    pub user_agent: String,
}

impl Default for NetSettings {
    fn default() -> Self {
        Self {
            allow_private: false,
            pace: Duration::from_millis(100),
            concurrency_per_host: 2,
            attempts: 3,
            backoff: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
            connect_timeout: Duration::from_secs(10),
            user_agent: concat!("atlas-of-cancer-imaging/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// What one request may cost.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// Bytes of the answer, after decompression.
    pub bytes: u64,
    /// Time from the first byte asked to the last received, redirects included; waiting for the host's turn is not.
    pub total: Duration,
    /// Time without a byte.
    pub idle: Duration,
    /// Redirects followed.
    pub redirects: usize,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self { bytes: 64 * 1024 * 1024, total: Duration::from_mins(5), idle: Duration::from_secs(30), redirects: 5 }
    }
}

/// A request for a document.
#[derive(Debug, Clone, Default)]
pub struct Fetch {
    /// The address.
    pub url: String,
    /// `Accept` header; empty: none is sent.
    pub accept: String,
    /// Entity tag of the copy that we have.
    pub etag: Option<String>,
    /// `Last-Modified` of the copy that we have.
    pub last_modified: Option<String>,
    /// Hosts (`host` or `host:port`) that redirects may lead to beside the one asked; empty: any that the guard lets
    /// through.
    pub redirect_hosts: Vec<String>,
    /// Limits.
    pub limits: FetchLimits,
}

impl Fetch {
    /// A request for the address with default limits.
    #[must_use]
    pub fn new(url: impl Into<String>, accept: impl Into<String>) -> Self {
        Self { url: url.into(), accept: accept.into(), ..Self::default() }
    }
}

/// The answer to a request: a success, or "not modified".
#[derive(Debug, Clone)]
pub struct Fetched {
    /// HTTP status: 2xx or 304.
    pub status: u16,
    /// The address that answered, after redirects.
    pub final_url: String,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// `ETag` as sent.
    pub etag: Option<String>,
    /// `Last-Modified` as sent.
    pub last_modified: Option<String>,
    /// `Link` headers as sent.
    pub links: Vec<String>,
    /// The body, decompressed; empty for 304.
    pub body: Bytes,
}

impl Fetched {
    /// Whether the copy that we have is still the current one.
    #[must_use]
    pub fn not_modified(&self) -> bool {
        self.status == 304
    }

    /// The media type without parameters, in lower case.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let value = self.content_type.as_deref()?.split(';').next()?.trim().to_ascii_lowercase();
        (!value.is_empty()).then_some(value)
    }

    /// The target of the first link with the relation in the `Link` headers (RFC 8288), resolved against the answering
    /// address.
    #[must_use]
    pub fn link(&self, relation: &str) -> Option<String> {
        let base = url::Url::parse(&self.final_url).ok()?;
        let links = self.links.iter().flat_map(|header| link::parse(header));
        links.into_iter().find_map(|link| link.target(relation, &base))
    }

    /// Refuses a page for people where data was expected, by its type or its first characters.
    ///
    /// # Errors
    /// [`FetchError::WebPage`].
    pub fn require_data(&self) -> Result<(), FetchError> {
        let says_html = matches!(self.media_type().as_deref(), Some("text/html" | "application/xhtml+xml"));
        let start = self.body.get(..self.body.len().min(512)).unwrap_or_default();
        let start = String::from_utf8_lossy(start).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
        let looks_html = start.starts_with("<!doctype html") || start.starts_with("<html");
        if looks_html || (says_html && start.starts_with('<') && !start.starts_with("<http")) {
            Err(FetchError::WebPage { url: self.final_url.clone() })
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content_type: &str, body: &'static str, links: &[&str]) -> Fetched {
        Fetched {
            status: 200,
            final_url: "https://fdp.example.org/catalog/a/page/dataset?page=0".to_owned(),
            content_type: Some(content_type.to_owned()),
            etag: None,
            last_modified: None,
            links: links.iter().map(|&link| link.to_owned()).collect(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    #[test]
    fn the_next_page_is_found_among_several_links() {
        let page = answer("text/turtle", "", &["<?page=0&x=a,b>; rel=\"first\", <?page=1&x=a,b>; rel=\"next\""]);
        assert_eq!(page.link("next").as_deref(), Some("https://fdp.example.org/catalog/a/page/dataset?page=1&x=a,b"));
        assert_eq!(page.link("prev"), None);
    }

    #[test]
    fn a_page_for_people_is_not_data() {
        assert!(answer("text/html", "<html><body>Hello", &[]).require_data().is_err());
        assert!(answer("text/turtle", "\n <!DOCTYPE html><html>", &[]).require_data().is_err());
        assert!(answer("text/turtle", "<https://a.example/> a <https://b.example/> .", &[]).require_data().is_ok());
        assert!(answer("text/html", "<https://a.example/> a <https://b.example/> .", &[]).require_data().is_ok());
        assert!(answer("text/html", "@prefix a: <https://a.example/> .", &[]).require_data().is_ok());
    }
}
