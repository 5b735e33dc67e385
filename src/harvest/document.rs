//! RDF documents by address or file: Turtle, JSON-LD and the other formats; of one page or of many ([`super::paging`]).

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::Path;

use async_trait::async_trait;

use super::fdp::described;
use super::gather::{Document, Gatherer, Miss, Reading};
use super::manifest::{Answer, Bundle, Halt, Manifest, sha256};
use super::paging::{self, Paging};
use super::protocol::{Harvester, Target};
use super::report::Stop;
use super::scope::Scope;
use crate::rdf::Graph;
use crate::rdf::media::Format;

/// The harvester of documents.
#[derive(Debug, Clone, Copy)]
pub struct DocumentHarvester {
    /// Bytes of a file.
    pub max_bytes: u64,
}

#[async_trait]
impl Harvester for DocumentHarvester {
    async fn gather(&self, target: &Target, gatherer: &mut Gatherer) -> Result<Manifest, Halt> {
        if target.address.contains("://") {
            Chain::new(target, gatherer).whole().await
        } else {
            self.file(target, gatherer).await
        }
    }
}

/// Pages of one source.
const MAX_PAGES: u64 = 10_000;
/// Pages in a row without a record that no earlier page had; after them the source is taken to count for ever.
const MAX_IDLE_PAGES: usize = 10;

/// The way from page to page. Policy: a page that cannot be read, leads back, or repeats another ends the way; what the
/// pages before it have is taken, nothing is removed, and the report names the page.
struct Chain<'a> {
    target: &'a Target,
    gatherer: &'a mut Gatherer,
    scope: Scope,
    bundle: Bundle,
    gaps: Vec<Stop>,
    /// Fingerprints of the pages read, with their numbers.
    contents: HashMap<[u64; 2], u64>,
    /// Records seen on pages.
    records: BTreeSet<String>,
    idle: usize,
    totals: BTreeSet<u64>,
    /// How many pages there are, as the source lets know.
    pages: Option<u64>,
}

impl<'a> Chain<'a> {
    fn new(target: &'a Target, gatherer: &'a mut Gatherer) -> Self {
        Self {
            target,
            gatherer,
            scope: Scope::new(&target.address, target.options.hosts.clone()),
            bundle: Bundle::default(),
            gaps: Vec::new(),
            contents: HashMap::new(),
            records: BTreeSet::new(),
            idle: 0,
            totals: BTreeSet::new(),
            pages: None,
        }
    }

    async fn whole(mut self) -> Result<Manifest, Halt> {
        let mut waiting = VecDeque::from([self.target.address.clone()]);
        while let Some(address) = waiting.pop_front() {
            let number = super::engine::count(self.bundle.answers.len()) + 1;
            if number > MAX_PAGES {
                self.gap("limit", format!("the source has more than {MAX_PAGES} pages"), TOO_MANY_PAGES);
                break;
            }
            match self.page(&address, number).await {
                Ok(next) => waiting.extend(next),
                Err(miss) if number == 1 => return Err(miss.into_halt(&address)),
                Err(Miss::Halt(halt)) => return Err(halt),
                Err(miss) => {
                    let stop = miss.into_halt(&address).stop;
                    let message = format!("{} could not be read: {}", self.name_of(number), stop.message);
                    self.gap(&stop.class, message, &stop.advice);
                }
            }
        }
        if self.totals.len() > 1 {
            let totals: Vec<String> = self.totals.iter().map(u64::to_string).collect();
            let message =
                format!("the source changed while it was read: its pages announce {} records", totals.join(" and "));
            self.gap("incomplete", message, "Nothing to do: the next run reads it again.");
        }
        self.bundle.partial = !self.gaps.is_empty();
        let announced = if self.totals.len() == 1 { self.totals.first().copied() } else { None };
        Ok(Manifest { bundles: vec![self.bundle], gaps: self.gaps, announced, ..Manifest::default() })
    }

    /// Reads a page; returns the addresses of those that follow it.
    async fn page(&mut self, address: &str, number: u64) -> Result<Vec<String>, Miss> {
        let target = self.target;
        let options = &target.options;
        let base = if options.base.is_empty() { address } else { &options.base };
        let reading = Reading { base, media_type: &options.media_type, links_from_answer: true };
        let document = self.gatherer.document(address, reading, &self.scope).await?;
        let Document { answer, graph, address: answered, next, last } = document;
        let paging = Paging::of(&graph, &answered, next, last);
        self.totals.extend(paging.total);
        self.pages = paging.pages(number).or(self.pages);
        let name = self.name_of(number);
        let content = paging::fingerprint(&graph);
        if let Some(earlier) = content.and_then(|content| self.contents.insert(content, number)) {
            let message = format!("the pages lead in a circle: {name}, {address}, shows the same as page {earlier}");
            self.gap("incomplete", message, MEND_PAGING);
            return Ok(Vec::new());
        }
        self.bundle.answers.push(answer);
        self.look_for_progress(&graph, content.is_none());
        if self.idle >= MAX_IDLE_PAGES && !paging.next.is_empty() {
            let message = format!("{MAX_IDLE_PAGES} pages in a row up to {address} brought no new record");
            self.gap("incomplete", message, MEND_PAGING);
            return Ok(Vec::new());
        }
        Ok(self.following(&paging.next, address, number))
    }

    /// The next pages that may be asked for; the others are gaps.
    fn following(&mut self, next: &[String], address: &str, number: u64) -> Vec<String> {
        let mut following = Vec::new();
        for page in next {
            match self.scope.address_of(page) {
                None => {
                    let message = format!(
                        "{} was not read: {address} names {page}, which is on another host",
                        self.name_of(number + 1)
                    );
                    self.gap(
                        "incomplete",
                        message,
                        "Serve all pages from one host, or ask the operator to allow the other.",
                    );
                }
                Some(asked) if self.gatherer.has_asked(&asked) => {
                    if next.len() == 1 {
                        let message = format!("the pages lead in a circle: {address} leads back to {page}");
                        self.gap("incomplete", message, MEND_PAGING);
                    }
                }
                Some(asked) => following.push(asked),
            }
        }
        following
    }

    /// A page without anything, or with nothing but known records, brings the way no further; one that describes no
    /// record may complete those of other pages.
    fn look_for_progress(&mut self, graph: &Graph, nothing_on_it: bool) {
        let described = described(graph);
        let is_idle = nothing_on_it || (!described.is_empty() && described.is_subset(&self.records));
        self.records.extend(described);
        self.idle = if is_idle { self.idle + 1 } else { 0 };
    }

    fn name_of(&self, number: u64) -> String {
        self.pages.map_or_else(|| format!("page {number}"), |pages| format!("page {number} of {pages}"))
    }

    fn gap(&mut self, class: &str, message: String, advice: &str) {
        self.gaps.push(Stop { class: class.to_owned(), message, advice: advice.to_owned() });
    }
}

const MEND_PAGING: &str = "Mend the paging: each page must name the one after it, and the last one none.";
const TOO_MANY_PAGES: &str = "Put more records on a page, or split the source.";

impl DocumentHarvester {
    async fn file(&self, target: &Target, gatherer: &mut Gatherer) -> Result<Manifest, Halt> {
        let path = target.address.strip_prefix("file:").unwrap_or(&target.address);
        let body = read_file(Path::new(path), self.max_bytes).await?;
        let media_type = if target.options.media_type.is_empty() {
            media_type_of_name(path).map(str::to_owned)
        } else {
            Some(target.options.media_type.clone())
        };
        // A name without a folder: the record's key must not depend on where the file lies.
        let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or("document");
        let own_base = url::Url::parse("file:///").and_then(|root| root.join(name)).map(String::from);
        let base =
            if target.options.base.is_empty() { own_base.unwrap_or_default() } else { target.options.base.clone() };
        let answer = Answer {
            address: target.address.clone(),
            base,
            status: 200,
            media_type,
            etag: None,
            last_modified: None,
            hash: sha256(&body),
            size: u64::try_from(body.len()).unwrap_or(u64::MAX),
        };
        let answer = gatherer.take(answer, body.into()).await.map_err(|miss: Miss| miss.into_halt(path))?;
        Ok(Manifest { bundles: vec![Bundle { answers: vec![answer], ..Bundle::default() }], ..Manifest::default() })
    }
}

/// The media type that a file's name promises, also where it is packed (`all.ttl.gz`).
fn media_type_of_name(path: &str) -> Option<&'static str> {
    let name = path.strip_suffix(".gz").unwrap_or(path);
    let suffix = Path::new(name).extension()?.to_str()?;
    Format::from_suffix(suffix).map(Format::media_type)
}

async fn read_file(path: &Path, max_bytes: u64) -> Result<Vec<u8>, Halt> {
    let unreadable = |error: std::io::Error| {
        let message = format!("the file {} could not be read: {error}", path.display());
        Halt::refused("unreachable", message, "Check the name of the file and that it may be read.")
    };
    let about = tokio::fs::metadata(path).await.map_err(unreadable)?;
    if !about.is_file() {
        return Err(unreadable(std::io::Error::other("it is not a file")));
    }
    let size = about.len();
    if size > max_bytes {
        return Err(Halt::refused(
            "too-large",
            format!("the file {} has {size} bytes; at most {max_bytes} are read", path.display()),
            "Please page it: split it into several files, or offer it as a FAIR Data Point.",
        ));
    }
    tokio::fs::read(path).await.map_err(unreadable)
}
