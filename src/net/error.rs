//! What can go wrong with a request, by name. The classes are what the outcomes of a harvest are decided by.

use std::time::Duration;

use super::address::{AddressRefused, NameUnknown};

/// The class of a failure: stable words for reports, metrics and the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorClass {
    /// No connection, or it broke.
    Unreachable,
    /// The name has no address.
    Dns,
    /// The certificate or the handshake.
    Tls,
    /// Too slow, or silent for too long.
    Timeout,
    /// More bytes than allowed.
    TooLarge,
    /// The address may not be asked.
    RefusedAddress,
    /// 401 or 403.
    Forbidden,
    /// 404 or 410.
    Gone,
    /// 429.
    RateLimited,
    /// 5xx.
    ServerError,
    /// Another status that is no answer.
    UnexpectedStatus,
    /// A redirect that leads nowhere.
    Redirect,
    /// The answer ended before its end.
    CutOff,
    /// A web page where data was expected.
    NotRdf,
    /// An answer that breaks the rules of HTTP.
    NotHttp,
}

impl ErrorClass {
    /// The word in reports and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::TooLarge => "too-large",
            Self::RefusedAddress => "refused-address",
            Self::Forbidden => "forbidden",
            Self::Gone => "gone",
            Self::RateLimited => "rate-limited",
            Self::ServerError => "server-error",
            Self::UnexpectedStatus => "unexpected-status",
            Self::Redirect => "redirect",
            Self::CutOff => "cut-off",
            Self::NotRdf => "not-rdf",
            Self::NotHttp => "not-http",
        }
    }

    /// Whether asking again a little later may help.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Unreachable | Self::Timeout | Self::RateLimited | Self::ServerError | Self::CutOff)
    }
}

/// A request without a usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The text is not an address.
    #[error("{address:?} is not a web address: {reason}")]
    BadAddress {
        /// The text.
        address: String,
        /// Why.
        reason: String,
    },
    /// No connection could be made, or it broke.
    #[error("{url} could not be reached: {reason}")]
    Unreachable {
        /// The address.
        url: String,
        /// The innermost cause.
        reason: String,
    },
    /// The host name has no address.
    #[error("{reason}")]
    Dns {
        /// The address.
        url: String,
        /// Which name and why.
        reason: String,
    },
    /// The encrypted connection failed.
    #[error("no trusted connection to {url}: {reason}")]
    Tls {
        /// The address.
        url: String,
        /// The innermost cause.
        reason: String,
    },
    /// The time was over.
    #[error("{url} took longer than {} s", after.as_secs())]
    Timeout {
        /// The address.
        url: String,
        /// The limit.
        after: Duration,
    },
    /// The server was silent for too long while answering.
    #[error("{url} sent nothing for {} s", after.as_secs())]
    Silent {
        /// The address.
        url: String,
        /// The limit.
        after: Duration,
    },
    /// The answer is larger than allowed.
    #[error("{url} answered with more than {limit} bytes")]
    TooLarge {
        /// The address.
        url: String,
        /// Bytes allowed, after decompression.
        limit: u64,
    },
    /// The address may not be asked.
    #[error("{url} is not fetched: {reason}")]
    RefusedAddress {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// A redirect without a usable target, or too many.
    #[error("{url} redirects wrongly: {reason}")]
    Redirect {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// A status that is no answer.
    #[error("{url} answered {status}")]
    Status {
        /// The address.
        url: String,
        /// HTTP status code.
        status: u16,
        /// What the server asked us to wait.
        retry_after: Option<Duration>,
    },
    /// The body ended before its declared end, or its compression is broken.
    #[error("the answer of {url} was cut off after {received} bytes: {reason}")]
    CutOff {
        /// The address.
        url: String,
        /// Bytes that arrived, after decompression.
        received: u64,
        /// The innermost cause.
        reason: String,
    },
    /// A web page where data was expected.
    #[error("{url} answered with a web page instead of metadata")]
    WebPage {
        /// The address.
        url: String,
    },
    /// What came keeps not to the rules of HTTP.
    #[error("what {url} answers is not HTTP that can be read: {reason}")]
    NotHttp {
        /// The address.
        url: String,
        /// Which rule it breaks.
        reason: String,
    },
}

impl FetchError {
    /// The class of the failure.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::BadAddress { .. } | Self::RefusedAddress { .. } => ErrorClass::RefusedAddress,
            Self::Unreachable { .. } => ErrorClass::Unreachable,
            Self::Dns { .. } => ErrorClass::Dns,
            Self::Tls { .. } => ErrorClass::Tls,
            Self::Timeout { .. } | Self::Silent { .. } => ErrorClass::Timeout,
            Self::TooLarge { .. } => ErrorClass::TooLarge,
            Self::Redirect { .. } => ErrorClass::Redirect,
            Self::CutOff { .. } => ErrorClass::CutOff,
            Self::WebPage { .. } => ErrorClass::NotRdf,
            Self::NotHttp { .. } => ErrorClass::NotHttp,
            Self::Status { status, .. } => match status {
                401 | 403 => ErrorClass::Forbidden,
                404 | 410 => ErrorClass::Gone,
                429 => ErrorClass::RateLimited,
                500..=599 => ErrorClass::ServerError,
                _ => ErrorClass::UnexpectedStatus,
            },
        }
    }

    /// What the person responsible for the source can do about it, in plain English.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self.class() {
            ErrorClass::Unreachable => "Check that the server is running and that its firewall lets us in.",
            ErrorClass::Dns => "Check the host name for typing errors and its DNS entry.",
            ErrorClass::Tls => "Renew the certificate, or serve the whole certificate chain.",
            ErrorClass::Timeout => "Check the load of the server; smaller pages also help.",
            ErrorClass::TooLarge => "Please page the answer, or offer it as a FAIR Data Point.",
            ErrorClass::RefusedAddress => {
                "Use a public https address without a user name; private networks are opened only by the operator \
                 (net.allow_private)."
            }
            ErrorClass::Forbidden => "Make the metadata readable without signing in, or ask the operator for a token.",
            ErrorClass::Gone => "Check the address: the server answers, but has nothing there.",
            ErrorClass::RateLimited => "Nothing to do: the next run comes later. Allow us more requests if you can.",
            ErrorClass::ServerError => "Look into the log of the server at this time.",
            ErrorClass::UnexpectedStatus => "Check that the address serves metadata to everyone.",
            ErrorClass::Redirect => "Give the final address, or mend the redirect.",
            ErrorClass::CutOff => "Check the server's log: it stopped in the middle of its answer.",
            ErrorClass::NotRdf => {
                "Give the address of the metadata itself (Turtle or JSON-LD), not of a page for people."
            }
            ErrorClass::NotHttp => "Check what answers at this address and port: it does not keep to HTTP.",
        }
    }

    /// Names the failure that the HTTP library met.
    pub(super) fn from_transport(url: &str, error: &reqwest::Error) -> Self {
        let mut innermost: &(dyn std::error::Error + 'static) = error;
        loop {
            let url = url.to_owned();
            if let Some(refused) = innermost.downcast_ref::<AddressRefused>() {
                return Self::RefusedAddress { url, reason: refused.to_string() };
            }
            if let Some(unknown) = innermost.downcast_ref::<NameUnknown>() {
                return Self::Dns { url, reason: unknown.to_string() };
            }
            match innermost.source() {
                Some(next) => innermost = next,
                None => break,
            }
        }
        let (url, reason) = (url.to_owned(), innermost.to_string());
        let lower = reason.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if error.is_connect() && says(&TLS_WORDS) {
            Self::Tls { url, reason }
        } else if !error.is_connect() && says(&HTTP_WORDS) {
            Self::NotHttp { url, reason }
        } else {
            Self::Unreachable { url, reason }
        }
    }
}

/// Words that the TLS library's errors have in them; it is not named here, so its types cannot be asked for.
const TLS_WORDS: [&str; 8] = [
    "certificate",
    "tls",
    "handshake",
    "fatal alert",
    "corrupt message",
    "peer is incompatible",
    "peer misbehaved",
    "unexpected message",
];

/// Words of the HTTP library's errors about answers that are none.
const HTTP_WORDS: [&str; 4] = ["parsed", "message head is too large", "unexpected message", "invalid chunk"];
