//! What hub and worker say to each other over the worker's standard input and output: frames, a length of four bytes
//! (big-endian) before each. A job is one frame of JSON. A reply is one frame of JSON and, when there is an answer, its
//! body, whose length the reply names.
//!
//! Policy: neither side believes a length. Frames of JSON are small; a body is as long as the hub allowed or shorter.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{AnswerForm, SparqlError, SparqlLimits, SparqlRequest};

/// Bytes of a frame of JSON at most: a query of the greatest length, escaped, with a hundred graph names.
const MAX_FRAME: usize = 4 * 1024 * 1024;

/// One query for a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Job {
    pub request: SparqlRequest,
    pub limits: SparqlLimits,
}

/// What became of a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Reply {
    pub outcome: Result<Head, SparqlError>,
    /// The worker has grown so much that the next query should find a new one.
    pub retire: bool,
}

/// The answer that follows the reply.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Head {
    pub form: AnswerForm,
    pub rows: usize,
    /// Bytes of the body.
    pub bytes: usize,
}

fn unfit(length: usize) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} bytes was announced"))
}

fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(message)?;
    let length = u32::try_from(json.len()).ok().filter(|_| json.len() <= MAX_FRAME).ok_or_else(|| unfit(json.len()))?;
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend_from_slice(&json);
    Ok(bytes)
}

fn length(prefix: [u8; 4]) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(prefix)).unwrap_or(usize::MAX);
    if length > MAX_FRAME { Err(unfit(length)) } else { Ok(length) }
}

/// Reads a frame; `None` at the end of the stream.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut prefix = [0_u8; 4];
    match from.read_exact(&mut prefix) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut json = vec![0_u8; length(prefix)?];
    from.read_exact(&mut json)?;
    Ok(Some(serde_json::from_slice(&json)?))
}

/// Writes a frame and the body that follows it.
pub(super) fn write(to: &mut impl Write, message: &impl Serialize, body: &[u8]) -> io::Result<()> {
    to.write_all(&frame(message)?)?;
    to.write_all(body)?;
    to.flush()
}

/// As [`read`], in the hub; the end of the stream is an error there.
pub(super) async fn receive<T: DeserializeOwned>(from: &mut (impl AsyncRead + Unpin)) -> io::Result<T> {
    let mut prefix = [0_u8; 4];
    from.read_exact(&mut prefix).await?;
    let mut json = vec![0_u8; length(prefix)?];
    from.read_exact(&mut json).await?;
    Ok(serde_json::from_slice(&json)?)
}

/// A body of so many bytes, of which no more than `most` are accepted.
pub(super) async fn receive_body(
    from: &mut (impl AsyncRead + Unpin),
    bytes: usize,
    most: usize,
) -> io::Result<Vec<u8>> {
    if bytes > most {
        return Err(unfit(bytes));
    }
    let mut body = vec![0_u8; bytes];
    from.read_exact(&mut body).await?;
    Ok(body)
}

/// As [`write`], in the hub.
pub(super) async fn send(to: &mut (impl AsyncWrite + Unpin), message: &impl Serialize) -> io::Result<()> {
    to.write_all(&frame(message)?).await?;
    to.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_arrives_as_it_was_sent_and_a_cut_one_is_an_error() {
        let request = SparqlRequest { query: "ASK { \"é\" }".to_owned(), ..SparqlRequest::default() };
        let mut bytes = Vec::new();
        write(&mut bytes, &Job { request: request.clone(), limits: SparqlLimits::default() }, b"").unwrap();
        let job: Job = read(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!(job.request, request);
        assert!(read::<Job>(&mut &bytes[..bytes.len() - 1]).is_err());
        assert!(read::<Job>(&mut [].as_slice()).unwrap().is_none());
        assert!(read::<Job>(&mut [255_u8; 8].as_slice()).is_err());
    }
}
