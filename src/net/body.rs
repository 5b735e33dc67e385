//! Reading an answer's body under its limits.

use bytes::{Bytes, BytesMut};

use super::error::FetchError;
use super::fetch::FetchLimits;

/// Largest buffer that is set aside on a server's word about its length.
const TRUSTED_LENGTH: u64 = 1024 * 1024;

/// The whole body, decompressed. The library decompresses chunk by chunk, so that a small answer that unfolds into
/// gigabytes is given up at the limit and never held.
///
/// # Errors
/// [`FetchError::TooLarge`], [`FetchError::Silent`] and [`FetchError::CutOff`].
pub(super) async fn read(
    mut response: reqwest::Response,
    url: &str,
    limits: &FetchLimits,
) -> Result<Bytes, FetchError> {
    let too_large = || FetchError::TooLarge { url: url.to_owned(), limit: limits.bytes };
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limits.bytes) {
        return Err(too_large());
    }
    let reserve = usize::try_from(announced.unwrap_or(0).min(TRUSTED_LENGTH)).unwrap_or(0);
    let mut body = BytesMut::with_capacity(reserve);
    let size_of = |body: &BytesMut| u64::try_from(body.len()).unwrap_or(u64::MAX);
    loop {
        let next = tokio::time::timeout(limits.idle, response.chunk()).await;
        match next {
            Err(_) => return Err(FetchError::Silent { url: url.to_owned(), after: limits.idle }),
            Ok(Err(error)) => {
                let reason = innermost(&error);
                return Err(FetchError::CutOff { url: url.to_owned(), received: size_of(&body), reason });
            }
            Ok(Ok(None)) => return Ok(body.freeze()),
            Ok(Ok(Some(chunk))) => {
                body.extend_from_slice(&chunk);
                if size_of(&body) > limits.bytes {
                    return Err(too_large());
                }
            }
        }
    }
}

fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut current = error;
    while let Some(next) = current.source() {
        current = next;
    }
    current.to_string()
}
