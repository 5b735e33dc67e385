//! The first phase: fetching under guard, and archiving what came. Every harvester fetches through this one place, so
//! that conditions, host scope, request budget and the meaning of failures are the same for all.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::archive::{Archive, Earlier};
use super::manifest::{Answer, Halt, sha256};
use super::paging::normal;
use super::scope::Scope;
use crate::db::DbError;
use crate::domain::clock::Clock;
use crate::domain::lifecycle::RunOutcome;
use crate::harvest::report::Stop;
use crate::net::{Client, ErrorClass, Fetch, FetchError, FetchLimits, Fetched};
use crate::rdf::Graph;
use crate::rdf::parse::{self, ParseLimits};

/// What metadata is asked for in: Turtle first, because every FAIR Data Point must speak it.
pub const ACCEPT: &str = "text/turtle, application/ld+json;q=0.9, application/n-triples;q=0.8, \
                          application/rdf+xml;q=0.7, */*;q=0.1";

/// What one run may cost.
#[derive(Debug, Clone)]
pub struct GatherLimits {
    /// Requests in all.
    pub requests: usize,
    /// Time in all.
    pub total: Duration,
    /// One request.
    pub fetch: FetchLimits,
    /// One document.
    pub parse: ParseLimits,
}

/// A fetched and archived document.
pub struct Document {
    /// How it is remembered.
    pub answer: Answer,
    /// Its statements, for finding the way on.
    pub graph: Graph,
    /// The address that answered, after redirects.
    pub address: String,
    /// Address of the following page, as the `Link` header says.
    pub next: Option<String>,
    /// Address of the last page, as the `Link` header says.
    pub last: Option<String>,
}

/// How a document is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// What relative names of records refer to.
    pub base: &'a str,
    /// Media type, where the server's word is wrong; empty: the server's.
    pub media_type: &'a str,
    /// Whether the links of this document refer to the address that answered instead of the base: so do those of pages,
    /// while the names of their records must stay the same whatever the server redirects to.
    pub links_from_answer: bool,
}

impl<'a> Reading<'a> {
    /// Everything refers to the base, and the server's word on the type counts.
    #[must_use]
    pub const fn of(base: &'a str) -> Self {
        Self { base, media_type: "", links_from_answer: false }
    }
}

/// The fetching side of one run.
pub struct Gatherer {
    client: Client,
    archive: Arc<Archive>,
    clock: Arc<dyn Clock>,
    limits: GatherLimits,
    deadline: Instant,
    asked: usize,
    addresses: HashSet<String>,
    /// Hosts that asked for more patience than a run has; they are not asked again in it.
    resting: HashMap<String, FetchError>,
}

/// Why a document could not be had.
#[derive(Debug)]
pub enum Miss {
    /// The network or the server said so.
    Fetch(FetchError),
    /// It came and could not be read to its end.
    Unreadable(String),
    /// The run cannot go on.
    Halt(Halt),
}

impl From<DbError> for Miss {
    fn from(error: DbError) -> Self {
        Self::Halt(Halt::internal(error.to_string()))
    }
}

impl Miss {
    /// What the failure means where the run cannot do without the document.
    #[must_use]
    pub fn into_halt(self, address: &str) -> Halt {
        match self {
            Self::Halt(halt) => halt,
            Self::Fetch(error) => halt_for(&error),
            Self::Unreadable(reason) => Halt::refused(
                "unreadable",
                format!("{address} could not be read to its end: {reason}"),
                "Check the document with a Turtle or JSON-LD validator and serve it whole.",
            ),
        }
    }
}

/// The outcome of a run whose source failed in this way.
fn halt_for(error: &FetchError) -> Halt {
    let class = error.class();
    let outcome = match class {
        ErrorClass::Forbidden => RunOutcome::Forbidden,
        ErrorClass::Gone => RunOutcome::Gone,
        ErrorClass::Unreachable
        | ErrorClass::Dns
        | ErrorClass::Tls
        | ErrorClass::Timeout
        | ErrorClass::RateLimited
        | ErrorClass::ServerError => RunOutcome::Unreachable,
        ErrorClass::TooLarge
        | ErrorClass::RefusedAddress
        | ErrorClass::UnexpectedStatus
        | ErrorClass::Redirect
        | ErrorClass::CutOff
        | ErrorClass::NotRdf
        | ErrorClass::NotHttp => RunOutcome::Refused,
    };
    let (message, advice) = (error.to_string(), error.advice().to_owned());
    Halt { outcome, stop: Stop { class: class.as_str().to_owned(), message, advice } }
}

impl Gatherer {
    /// The fetching side of a run that begins now.
    #[must_use]
    pub fn new(client: Client, archive: Arc<Archive>, clock: Arc<dyn Clock>, limits: GatherLimits) -> Self {
        let deadline = Instant::now() + limits.total;
        Self { client, archive, clock, limits, deadline, asked: 0, addresses: HashSet::new(), resting: HashMap::new() }
    }

    /// Whether the address was asked in this run already.
    #[must_use]
    pub fn has_asked(&self, address: &str) -> bool {
        self.addresses.contains(&compared(address))
    }

    /// Fetches, archives and reads a document.
    ///
    /// # Errors
    /// [`Miss`]: what it means is the caller's to say.
    pub async fn document(&mut self, address: &str, reading: Reading<'_>, scope: &Scope) -> Result<Document, Miss> {
        self.addresses.insert(compared(address));
        let now = self.clock.now();
        let earlier = self.archive.earlier(address).await?;
        let trusted = earlier.clone().filter(|earlier| earlier.is_trusted(now));
        let mut fetched = self.fetch(address, scope, trusted.as_ref()).await?;
        if fetched.not_modified() {
            if let Some(earlier) = trusted {
                let body = self.archived(earlier.hash.clone()).await?;
                let mut answer = remembered(address, reading.base, &earlier, body.len());
                reading.correct(&mut answer);
                match self.read(&answer, reading.link_base(&fetched), body).await {
                    Ok(graph) => return Ok(found(answer, graph, &fetched)),
                    Err(Miss::Unreadable(_)) => {}
                    Err(miss) => return Err(miss),
                }
            }
            // What we kept cannot be read: it may have come cut. "Not modified" would keep it so for ever.
            fetched = self.fetch(address, scope, None).await?;
        }
        if reading.media_type.is_empty() {
            fetched.require_data().map_err(Miss::Fetch)?;
        }
        let body = fetched.body.clone();
        let mut answer = Answer {
            address: address.to_owned(),
            base: reading.base.to_owned(),
            status: fetched.status,
            media_type: fetched.content_type.clone(),
            etag: fetched.etag.clone(),
            last_modified: fetched.last_modified.clone(),
            hash: sha256(&body),
            size: u64::try_from(body.len()).unwrap_or(u64::MAX),
        };
        if earlier.is_none_or(|earlier| earlier.hash != answer.hash || !earlier.is_trusted(now)) {
            self.archive.keep(&answer, body.clone(), now).await?;
        }
        reading.correct(&mut answer);
        let graph = self.read(&answer, reading.link_base(&fetched), body).await?;
        Ok(found(answer, graph, &fetched))
    }

    /// Takes in a document that is there already: a file.
    ///
    /// # Errors
    /// [`Miss::Halt`] when it cannot be archived.
    pub async fn take(&mut self, answer: Answer, body: bytes::Bytes) -> Result<Answer, Miss> {
        let earlier = self.archive.earlier(&answer.address).await?;
        if earlier.is_none_or(|earlier| earlier.hash != answer.hash) {
            self.archive.keep(&answer, body, self.clock.now()).await?;
        }
        Ok(answer)
    }

    async fn fetch(&mut self, address: &str, scope: &Scope, earlier: Option<&Earlier>) -> Result<Fetched, Miss> {
        self.spend()?;
        let host = host_of(address);
        if let Some(error) = self.resting.get(&host) {
            return Err(Miss::Fetch(error.clone()));
        }
        let (etag, last_modified) = earlier.map(Earlier::validators).unwrap_or_default();
        let fetch = Fetch {
            url: address.to_owned(),
            accept: ACCEPT.to_owned(),
            etag,
            last_modified,
            redirect_hosts: scope.redirect_hosts(),
            limits: self.limits.fetch,
        };
        match tokio::time::timeout_at(self.deadline, self.client.get(&fetch)).await {
            Err(_) => Err(Miss::Halt(self.out_of_time())),
            Ok(Err(error)) => {
                if error.class() == ErrorClass::RateLimited {
                    self.resting.insert(host, error.clone());
                }
                Err(Miss::Fetch(error))
            }
            Ok(Ok(fetched)) => Ok(fetched),
        }
    }

    /// Counts the request and checks the budget of the run.
    fn spend(&mut self) -> Result<(), Miss> {
        self.asked += 1;
        if self.asked > self.limits.requests {
            return Err(Miss::Halt(Halt::refused(
                "limit",
                format!("the source needs more than {} requests", self.limits.requests),
                "Offer pages of many records, or ask the operator to raise harvest.max_requests.",
            )));
        }
        if Instant::now() >= self.deadline { Err(Miss::Halt(self.out_of_time())) } else { Ok(()) }
    }

    fn out_of_time(&self) -> Halt {
        Halt::refused(
            "limit",
            format!("the source could not be read in {} s", self.limits.total.as_secs()),
            "Offer pages of many records, or ask the operator to raise harvest.max_seconds.",
        )
    }

    async fn archived(&self, hash: String) -> Result<bytes::Bytes, Miss> {
        let archive = Arc::clone(&self.archive);
        let work = tokio::task::spawn_blocking(move || archive.body_blocking(&hash));
        let body = work.await.map_err(|error| Miss::Halt(Halt::internal(error.to_string())))?;
        Ok(body?.into())
    }

    async fn read(&self, answer: &Answer, base: &str, body: bytes::Bytes) -> Result<Graph, Miss> {
        let (media_type, base, limits) = (answer.media_type.clone(), base.to_owned(), self.limits.parse);
        let work = tokio::task::spawn_blocking(move || parse::parse(&body, media_type.as_deref(), &base, &limits));
        match work.await {
            Err(error) => Err(Miss::Halt(Halt::internal(error.to_string()))),
            Ok(Err(refused)) => Err(Miss::Unreadable(refused.to_string())),
            Ok(Ok(parsed)) if !parsed.complete => {
                Err(Miss::Unreadable("it ends in the middle of a statement".to_owned()))
            }
            Ok(Ok(parsed)) => Ok(parsed.graph),
        }
    }
}

impl Reading<'_> {
    fn correct(&self, answer: &mut Answer) {
        if !self.media_type.is_empty() {
            answer.media_type = Some(self.media_type.to_owned());
        }
    }

    fn link_base<'b>(&'b self, fetched: &'b Fetched) -> &'b str {
        if self.links_from_answer { &fetched.final_url } else { self.base }
    }
}

fn found(answer: Answer, graph: Graph, fetched: &Fetched) -> Document {
    let (next, last) = (fetched.link("next"), fetched.link("last"));
    Document { answer, graph, address: fetched.final_url.clone(), next, last }
}

/// The address as it is compared with others.
fn compared(address: &str) -> String {
    normal(address).map_or_else(|| address.to_owned(), String::from)
}

fn host_of(address: &str) -> String {
    normal(address).map_or_else(String::new, |url| url.origin().ascii_serialization())
}

fn remembered(address: &str, base: &str, earlier: &Earlier, size: usize) -> Answer {
    Answer {
        address: address.to_owned(),
        base: base.to_owned(),
        status: 304,
        media_type: earlier.media_type.clone(),
        etag: earlier.etag.clone(),
        last_modified: earlier.last_modified.clone(),
        hash: earlier.hash.clone(),
        size: u64::try_from(size).unwrap_or(u64::MAX),
    }
}
