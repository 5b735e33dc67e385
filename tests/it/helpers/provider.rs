//! A provider's server under the test's control: it can answer rightly, refuse, lie, stall, cut its answers and die.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is answered at one path.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A document of this media type.
    Document(&'static str, Vec<u8>),
    /// A status and nothing else.
    Status(u16),
    /// A status with headers.
    With(u16, Vec<(&'static str, String)>),
    /// A redirect.
    Redirect(String),
    /// A document whose connection breaks in its middle.
    Broken(Vec<u8>),
    /// A few bytes that unfold into this many.
    Bomb(usize),
    /// A document with a `Link` header.
    Paged(Vec<u8>, String),
}

impl Answer {
    /// A Turtle document.
    pub fn turtle(text: impl Into<String>) -> Self {
        Self::Document("text/turtle", text.into().into_bytes())
    }
}

#[derive(Default)]
struct State {
    answers: BTreeMap<String, Answer>,
    requests: Vec<String>,
    not_modified: usize,
    dies_at: Option<usize>,
}

/// The server. It ends with the test's runtime.
pub struct FakeProvider {
    /// `http://127.0.0.1:port`.
    pub base: String,
    state: Arc<Mutex<State>>,
}

impl FakeProvider {
    /// Starts a server without any document.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { base, state }
    }

    /// Sets what is answered at the path.
    pub fn set(&self, path: &str, answer: Answer) {
        self.state.lock().unwrap().answers.insert(path.to_owned(), answer);
    }

    /// Forgets every document.
    pub fn clear(&self) {
        self.state.lock().unwrap().answers.clear();
    }

    /// Paths that were asked since the last call.
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }

    /// How often "not modified" was answered.
    pub fn not_modified(&self) -> usize {
        self.state.lock().unwrap().not_modified
    }

    /// Dies while it answers the request of this number from now (0: the next); `None`: lives.
    pub fn die_at(&self, request: Option<usize>) {
        let mut state = self.state.lock().unwrap();
        state.requests.clear();
        state.dies_at = request;
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(request) = read_request(&mut stream).await else { return };
    let path = request.split_whitespace().nth(1).unwrap_or("/").to_owned();
    let known_tag = request
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("if-none-match:").map(|tag| tag.trim().to_owned()));
    let (answer, dying) = {
        let mut state = state.lock().unwrap();
        let number = state.requests.len();
        state.requests.push(path.clone());
        (state.answers.get(&path).cloned(), state.dies_at.map(|at| number.cmp(&at)))
    };
    if dying == Some(std::cmp::Ordering::Greater) {
        return;
    }
    let mut bytes = match answer {
        None => head(404, &[]),
        Some(Answer::Status(status)) => head(status, &[]),
        Some(Answer::With(status, headers)) => head(status, &headers),
        Some(Answer::Redirect(target)) => head(302, &[("Location", target)]),
        Some(Answer::Document(media_type, body)) => {
            let tag = format!("\"{:x}\"", fingerprint(&body));
            if known_tag.as_deref() == Some(tag.as_str()) {
                state.lock().unwrap().not_modified += 1;
                head(304, &[("ETag", tag)])
            } else {
                whole(&[("Content-Type", media_type.to_owned()), ("ETag", tag)], &body)
            }
        }
        Some(Answer::Paged(body, link)) => whole(&[("Content-Type", "text/turtle".to_owned()), ("Link", link)], &body),
        Some(Answer::Broken(body)) => {
            let mut bytes = whole(&[("Content-Type", "text/turtle".to_owned())], &body);
            bytes.truncate(bytes.len() - body.len() / 2);
            bytes
        }
        Some(Answer::Bomb(size)) => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            packer.write_all(&vec![b' '; size]).unwrap();
            let packed = packer.finish().unwrap();
            whole(&[("Content-Type", "text/turtle".to_owned()), ("Content-Encoding", "gzip".to_owned())], &packed)
        }
    };
    if dying == Some(std::cmp::Ordering::Equal) {
        bytes.truncate(bytes.len() / 2);
    }
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0_u8; 4096];
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn head(status: u16, headers: &[(&'static str, String)]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n");
    if status != 304 {
        text.push_str("Content-Length: 0\r\n");
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.into_bytes()
}

fn whole(headers: &[(&'static str, String)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn fingerprint(body: &[u8]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}
