//! A provider's server under the test's control: it can answer rightly, refuse, lie, stall, cut its answers and die.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

pub mod wire;

use wire::{Header, Request, Wire};

/// What is answered at one path.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A document of this media type, with a true entity tag.
    Document(&'static str, Vec<u8>),
    /// A status and nothing else.
    Status(u16),
    /// A status with headers.
    With(u16, Vec<Header>),
    /// A redirect for the time being.
    Redirect(String),
    /// A redirect for good.
    Moved(String),
    /// A document whose connection breaks in its middle.
    Broken(Vec<u8>),
    /// A few bytes that unfold into this many.
    Bomb(usize),
    /// A document with a `Link` header.
    Paged(Vec<u8>, String),
    /// A document with headers of the test's choice and no others.
    Headed(Vec<Header>, Vec<u8>),
    /// A document that claims this entity tag and says "not modified" to whoever knows it, whatever has changed.
    Tagged(&'static str, Vec<u8>),
    /// A document that says "not modified" to whoever has one of its date or a later one, as careless servers do.
    Dated(&'static str, Vec<u8>),
    /// Exactly these bytes, be they HTTP or not.
    Raw(Vec<u8>),
    /// An answer that begins after a while.
    Late(Duration, Box<Answer>),
    /// An answer in small pieces with a wait after each.
    Dripping(usize, Duration, Box<Answer>),
    /// An answer whose connection closes after this many bytes, the head included.
    CutAt(usize, Box<Answer>),
    /// An answer whose connection is reset after this many bytes.
    ResetAt(usize, Box<Answer>),
    /// One answer after the other; the last one stays.
    Turns(Vec<Answer>),
}

impl Answer {
    /// A Turtle document.
    pub fn turtle(text: impl Into<String>) -> Self {
        Self::Document("text/turtle", text.into().into_bytes())
    }

    /// The body of a document.
    pub fn body(self) -> Vec<u8> {
        match self {
            Self::Document(_, body)
            | Self::Broken(body)
            | Self::Paged(body, _)
            | Self::Headed(_, body)
            | Self::Tagged(_, body)
            | Self::Dated(_, body) => body,
            other => panic!("{other:?} has no body"),
        }
    }
}

/// How the server dies: while it answers one request, after some bytes; then it says nothing any more.
#[derive(Debug, Clone, Copy)]
struct Death {
    request: usize,
    /// `None`: after half of the answer.
    byte: Option<usize>,
}

#[derive(Default)]
struct State {
    answers: BTreeMap<String, Answer>,
    requests: Vec<String>,
    asked_on_condition: usize,
    not_modified: usize,
    death: Option<Death>,
    pause: Duration,
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

    /// Serves everything under this path from now on, and nothing where it was.
    pub fn move_under(&self, path: &str) {
        let mut state = self.state.lock().unwrap();
        let answers = std::mem::take(&mut state.answers);
        state.answers = answers.into_iter().map(|(known, answer)| (format!("{path}{known}"), answer)).collect();
    }

    /// Paths that were asked since the last call.
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }

    /// How many requests came since they were taken.
    pub fn requests(&self) -> usize {
        self.state.lock().unwrap().requests.len()
    }

    /// How often "not modified" was answered.
    pub fn not_modified(&self) -> usize {
        self.state.lock().unwrap().not_modified
    }

    /// How many requests came with a condition since the last call.
    pub fn take_conditions(&self) -> usize {
        std::mem::take(&mut self.state.lock().unwrap().asked_on_condition)
    }

    /// Waits this long before each answer.
    pub fn pause(&self, pause: Duration) {
        self.state.lock().unwrap().pause = pause;
    }

    /// Dies while it answers the request of this number from now (0: the next); `None`: lives.
    pub fn die_at(&self, request: Option<usize>) {
        self.die(request.map(|request| Death { request, byte: None }));
    }

    /// Dies while it answers the request of this number from now, after so many bytes of the answer.
    pub fn die_at_byte(&self, request: usize, byte: usize) {
        self.die(Some(Death { request, byte: Some(byte) }));
    }

    fn die(&self, death: Option<Death>) {
        let mut state = self.state.lock().unwrap();
        state.requests.clear();
        state.death = death;
    }
}

impl State {
    /// What is sent for the request; `None`: the server is dead.
    fn answer(&mut self, request: &Request) -> Option<Wire> {
        let number = self.requests.len();
        self.requests.push(request.path.clone());
        let on_condition = ["if-none-match", "if-modified-since"].iter().any(|name| request.header(name).is_some());
        self.asked_on_condition += usize::from(on_condition);
        if self.death.is_some_and(|death| number > death.request) {
            return None;
        }
        let answer = match self.answers.get_mut(&request.path) {
            Some(Answer::Turns(turns)) if turns.len() > 1 => Some(turns.remove(0)),
            Some(Answer::Turns(turns)) => turns.first().cloned(),
            known => known.cloned(),
        };
        let mut wire = answer.map_or_else(|| Wire::at_once(wire::head(404, &[])), |answer| self.wire(answer, request));
        wire.delay += self.pause;
        if let Some(death) = self.death.filter(|death| number == death.request) {
            let byte = death.byte.unwrap_or(wire.bytes.len() / 2);
            wire.bytes.truncate(byte.min(wire.bytes.len().saturating_sub(1)));
        }
        Some(wire)
    }

    fn wire(&mut self, answer: Answer, request: &Request) -> Wire {
        let turtle = ("Content-Type", "text/turtle".to_owned());
        let bytes = match answer {
            Answer::Status(status) => wire::head(status, &[]),
            Answer::With(status, headers) => wire::head(status, &headers),
            Answer::Redirect(target) => wire::head(302, &[("Location", target)]),
            Answer::Moved(target) => wire::head(301, &[("Location", target)]),
            Answer::Document(media_type, body) => {
                let tag = wire::tag_of(&body);
                let known = request.header("if-none-match") == Some(tag.as_str());
                self.document(known, &[("Content-Type", media_type.to_owned()), ("ETag", tag)], &body)
            }
            Answer::Tagged(tag, body) => {
                let known = request.header("if-none-match") == Some(tag);
                self.document(known, &[turtle, ("ETag", tag.to_owned())], &body)
            }
            Answer::Dated(date, body) => {
                let known = request.header("if-modified-since").is_some_and(|known| seconds(known) >= seconds(date));
                self.document(known, &[turtle, ("Last-Modified", date.to_owned())], &body)
            }
            Answer::Paged(body, link) => wire::whole(&[turtle, ("Link", link)], &body),
            Answer::Headed(headers, body) => wire::whole(&headers, &body),
            Answer::Broken(body) => {
                let mut bytes = wire::whole(&[turtle], &body);
                bytes.truncate(bytes.len() - body.len() / 2);
                bytes
            }
            Answer::Bomb(size) => wire::whole(&[turtle, ("Content-Encoding", "gzip".to_owned())], &wire::bomb(size)),
            Answer::Raw(bytes) => bytes,
            Answer::Late(delay, answer) => {
                let wire = self.wire(*answer, request);
                return Wire { delay: wire.delay + delay, ..wire };
            }
            Answer::Dripping(size, wait, answer) => {
                return Wire { drip: Some((size, wait)), ..self.wire(*answer, request) };
            }
            Answer::CutAt(byte, answer) => {
                let mut wire = self.wire(*answer, request);
                wire.bytes.truncate(byte);
                return wire;
            }
            Answer::ResetAt(byte, answer) => {
                let mut wire = self.wire(*answer, request);
                wire.bytes.truncate(byte);
                return Wire { reset: true, ..wire };
            }
            Answer::Turns(turns) => return self.wire(turns.into_iter().next().unwrap(), request),
        };
        Wire::at_once(bytes)
    }

    fn document(&mut self, known: bool, headers: &[Header], body: &[u8]) -> Vec<u8> {
        if known {
            self.not_modified += 1;
            wire::head(304, &headers[headers.len() - 1..])
        } else {
            wire::whole(headers, body)
        }
    }
}

fn seconds(date: &str) -> i64 {
    atlas::net::read_date(date).expect("an HTTP date").timestamp()
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(request) = Request::read(&mut stream).await else { return };
    let wire = state.lock().unwrap().answer(&request);
    if let Some(wire) = wire {
        wire.send(stream).await;
    }
}
