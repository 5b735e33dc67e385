//! What goes over the wire: the bytes of an answer, and how they are let go.

use std::io::Write as _;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A header.
pub type Header = (&'static str, String);

/// A request as far as the provider looks at it.
#[derive(Debug, Clone)]
pub struct Request {
    /// Path and query.
    pub path: String,
    text: String,
}

impl Request {
    /// Reads a request; `None`: the other side has gone.
    pub async fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut buffer = [0_u8; 4096];
        while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
            let read = stream.read(&mut buffer).await.ok()?;
            if read == 0 {
                return None;
            }
            bytes.extend_from_slice(&buffer[..read]);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let path = text.split_whitespace().nth(1).unwrap_or("/").to_owned();
        Some(Self { path, text })
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.text.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// An answer on its way.
#[derive(Debug, Clone, Default)]
pub struct Wire {
    /// Everything that is sent.
    pub bytes: Vec<u8>,
    /// Wait before the first byte.
    pub delay: Duration,
    /// Bytes sent at a time, and the wait between them.
    pub drip: Option<(usize, Duration)>,
    /// Whether the connection is reset at the end instead of closed.
    pub reset: bool,
}

impl Wire {
    pub fn at_once(bytes: Vec<u8>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// Sends it and ends the connection.
    pub async fn send(self, mut stream: TcpStream) {
        tokio::time::sleep(self.delay).await;
        let (size, wait) = self.drip.unwrap_or((self.bytes.len().max(1), Duration::ZERO));
        for piece in self.bytes.chunks(size) {
            if stream.write_all(piece).await.is_err() {
                return;
            }
            tokio::time::sleep(wait).await;
        }
        if self.reset {
            let _ = stream.flush().await;
            // Closing with unsent time of zero sends RST instead of FIN.
            let _ = stream.set_zero_linger();
        } else {
            let _ = stream.shutdown().await;
        }
    }
}

/// An answer without a body.
pub fn head(status: u16, headers: &[Header]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n");
    if status != 304 {
        text.push_str("Content-Length: 0\r\n");
    }
    append(text, headers, &[])
}

/// An answer with a body of its true length.
pub fn whole(headers: &[Header], body: &[u8]) -> Vec<u8> {
    with_length(headers, body, body.len())
}

/// An answer whose body is announced to have this length.
pub fn with_length(headers: &[Header], body: &[u8], announced: usize) -> Vec<u8> {
    append(format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {announced}\r\n"), headers, body)
}

/// An answer in the manner of HTTP/1.0: the body ends where the connection does.
pub fn until_the_end(headers: &[Header], body: &[u8]) -> Vec<u8> {
    append("HTTP/1.0 200 OK\r\n".to_owned(), headers, body)
}

fn append(mut text: String, headers: &[Header], body: &[u8]) -> Vec<u8> {
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A few bytes that unfold into this many.
pub fn bomb(size: usize) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![b' '; size]).unwrap();
    packer.finish().unwrap()
}

/// An entity tag of the body.
pub fn tag_of(body: &[u8]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("\"{:x}\"", hasher.finish())
}
