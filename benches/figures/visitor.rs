//! A client that asks over one kept connection and counts bytes: the least that stands between server and clock.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A kept connection.
pub struct Visitor {
    stream: BufReader<TcpStream>,
    host: String,
}

/// An answer.
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Bytes of head and body as they came over the wire.
    pub transferred: usize,
    /// The body as it came: packed, if it was asked for like that.
    pub body: Vec<u8>,
}

impl Visitor {
    /// A connection to `http://host:port`.
    pub fn new(address: &str) -> std::io::Result<Self> {
        let host = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::with_capacity(1 << 16, stream), host })
    }

    /// Asks for a page; `packed` names the content codings that are understood, or nothing.
    pub fn get(&mut self, path: &str, packed: &str) -> std::io::Result<Answer> {
        let accept = if path.starts_with("/api") { "application/json" } else { "text/html,*/*;q=0.8" };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: {accept}\r\nAccept-Encoding: {}\r\n\r\n",
            self.host,
            if packed.is_empty() { "identity" } else { packed }
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (mut status, mut length, mut chunked, mut transferred) = (0, 0, false, 0);
        loop {
            let line = self.line(&mut transferred)?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0);
            } else if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.contains("chunked");
            }
        }
        let mut body = Vec::new();
        if chunked {
            loop {
                let size = usize::from_str_radix(self.line(&mut transferred)?.trim(), 16).unwrap_or(0);
                self.take(size, &mut body)?;
                transferred += size;
                self.line(&mut transferred)?;
                if size == 0 {
                    break;
                }
            }
        } else {
            self.take(length, &mut body)?;
            transferred += length;
        }
        Ok(Answer { status, transferred, body })
    }

    fn line(&mut self, transferred: &mut usize) -> std::io::Result<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        *transferred += read;
        Ok(line.trim_end().to_owned())
    }

    fn take(&mut self, length: usize, body: &mut Vec<u8>) -> std::io::Result<()> {
        let start = body.len();
        body.resize(start + length, 0);
        self.stream.read_exact(&mut body[start..])
    }
}
