//! The first phase: fetching under guard, and archiving what came. Every harvester fetches through this one place, so
//! that conditions, host scope, request budget and the meaning of failures are the same for all.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::archive::{Archive, Earlier};
use super::manifest::{Answer, Halt, sha256};
use super::scope::Scope;
use crate::db::DbError;
use crate::domain::clock::Clock;
use crate::domain::lifecycle::RunOutcome;
use crate::harvest::report::Stop;
use crate::net::{Client, ErrorClass, Fetch, FetchError, FetchLimits};
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
    /// Address of the following page, as the `Link` header says.
    pub next: Option<String>,
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
        | ErrorClass::NotRdf => RunOutcome::Refused,
    };
    let (message, advice) = (error.to_string(), error.advice().to_owned());
    Halt { outcome, stop: Stop { class: class.as_str().to_owned(), message, advice } }
}

impl Gatherer {
    /// The fetching side of a run that begins now.
    #[must_use]
    pub fn new(client: Client, archive: Arc<Archive>, clock: Arc<dyn Clock>, limits: GatherLimits) -> Self {
        let deadline = Instant::now() + limits.total;
        Self { client, archive, clock, limits, deadline, asked: 0, addresses: HashSet::new() }
    }

    /// Whether the address was asked in this run already.
    #[must_use]
    pub fn has_asked(&self, address: &str) -> bool {
        self.addresses.contains(address)
    }

    /// Fetches, archives and reads a document whose relative names refer to `base`.
    ///
    /// # Errors
    /// [`Miss`]: what it means is the caller's to say.
    pub async fn document(&mut self, address: &str, base: &str, scope: &Scope) -> Result<Document, Miss> {
        self.spend()?;
        self.addresses.insert(address.to_owned());
        let earlier = self.archive.earlier(address).await?;
        let fetched = self.fetch(address, scope, earlier.as_ref()).await?;
        let (answer, body) = match (fetched.not_modified(), earlier) {
            (true, Some(earlier)) => {
                let body = self.archived(earlier.hash.clone()).await?;
                (remembered(address, base, &earlier, body.len()), body)
            }
            (_, earlier) => {
                fetched.require_data().map_err(Miss::Fetch)?;
                let body = fetched.body.clone();
                let answer = Answer {
                    address: address.to_owned(),
                    base: base.to_owned(),
                    status: fetched.status,
                    media_type: fetched.content_type.clone(),
                    etag: fetched.etag.clone(),
                    last_modified: fetched.last_modified.clone(),
                    hash: sha256(&body),
                    size: u64::try_from(body.len()).unwrap_or(u64::MAX),
                };
                if earlier.is_none_or(|earlier| earlier.hash != answer.hash) {
                    self.archive.keep(&answer, body.clone(), self.clock.now()).await?;
                }
                (answer, body)
            }
        };
        let graph = self.read(&answer, body).await?;
        Ok(Document { answer, graph, next: fetched.link("next") })
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

    async fn fetch(
        &self,
        address: &str,
        scope: &Scope,
        earlier: Option<&Earlier>,
    ) -> Result<crate::net::Fetched, Miss> {
        let fetch = Fetch {
            url: address.to_owned(),
            accept: ACCEPT.to_owned(),
            etag: earlier.and_then(|earlier| earlier.etag.clone()),
            last_modified: earlier.and_then(|earlier| earlier.last_modified.clone()),
            redirect_hosts: scope.redirect_hosts(),
            limits: self.limits.fetch,
        };
        match tokio::time::timeout_at(self.deadline, self.client.get(&fetch)).await {
            Err(_) => Err(Miss::Halt(self.out_of_time())),
            Ok(Err(error)) => Err(Miss::Fetch(error)),
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

    async fn read(&self, answer: &Answer, body: bytes::Bytes) -> Result<Graph, Miss> {
        let (media_type, base, limits) = (answer.media_type.clone(), answer.base.clone(), self.limits.parse);
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
