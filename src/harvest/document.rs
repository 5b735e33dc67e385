//! RDF documents by address or file: Turtle, JSON-LD and the other formats; paged by hydra where they say so (as IRI
//! or as text, as CKAN writes it) or by a `Link` header.

use std::collections::HashSet;
use std::path::Path;

use async_trait::async_trait;
use oxrdf::{NamedNodeRef, TermRef};

use super::gather::{Gatherer, Miss};
use super::manifest::{Answer, Bundle, Halt, Manifest, sha256};
use super::protocol::{Harvester, Target};
use super::scope::Scope;
use crate::rdf::Graph;
use crate::rdf::media::Format;

/// Properties that name the next page.
const NEXT_PAGE: [&str; 4] = [
    "http://www.w3.org/ns/hydra/core#next",
    "http://www.w3.org/ns/hydra/core#nextPage",
    "https://www.w3.org/ns/hydra/core#next",
    "https://www.w3.org/ns/hydra/core#nextPage",
];

/// The harvester of documents.
#[derive(Debug, Clone, Copy)]
pub struct DocumentHarvester {
    /// Bytes of a file.
    pub max_bytes: u64,
}

#[async_trait]
impl Harvester for DocumentHarvester {
    async fn gather(&self, target: &Target, gatherer: &mut Gatherer) -> Result<Manifest, Halt> {
        if target.address.contains("://") { address(target, gatherer).await } else { self.file(target, gatherer).await }
    }
}

async fn address(target: &Target, gatherer: &mut Gatherer) -> Result<Manifest, Halt> {
    let scope = Scope::new(&target.address, target.options.hosts.clone());
    let mut bundle = Bundle::default();
    let mut contents = HashSet::new();
    let mut manifest = Manifest::default();
    let mut next = Some(target.address.clone());
    while let Some(address) = next.take() {
        let base = if target.options.base.is_empty() { address.clone() } else { target.options.base.clone() };
        let mut document = gatherer.document(&address, &base, &scope).await.map_err(|miss| miss.into_halt(&address))?;
        if !target.options.media_type.is_empty() {
            document.answer.media_type = Some(target.options.media_type.clone());
        }
        let is_new = contents.insert(document.answer.hash.clone());
        next = next_page(&document.graph, &address).or(document.next);
        bundle.answers.push(document.answer);
        let following = next.as_deref().and_then(|page| scope.address_of(page));
        match (&next, following) {
            (None, _) => {}
            (Some(page), _) if !is_new || gatherer.has_asked(page) => {
                return Err(Halt::refused(
                    "incomplete",
                    format!("the pages lead in a circle: {address} leads back to {page}"),
                    "Mend the paging: the last page must not name a next one.",
                ));
            }
            (Some(page), None) => {
                return Err(Halt::refused(
                    "incomplete",
                    format!("{address} names {page} as its next page, which is on another host"),
                    "Serve all pages from one host, or ask the operator to allow the other.",
                ));
            }
            (Some(_), Some(page)) => next = Some(page),
        }
    }
    manifest.bundles.push(bundle);
    Ok(manifest)
}

/// The next page that a document names for itself.
fn next_page(graph: &Graph, address: &str) -> Option<String> {
    let here = url::Url::parse(address).ok()?;
    let found = graph.iter().find(|triple| NEXT_PAGE.contains(&triple.predicate.as_str()))?;
    let text = match found.object {
        TermRef::NamedNode(node) => node.as_str(),
        TermRef::Literal(literal) => literal.value(),
        _ => return None,
    };
    let page = here.join(text).ok()?;
    // A link whose target is the page itself ends the chain; it is checked as an address before it is followed.
    NamedNodeRef::new(page.as_str()).ok().map(|node| node.as_str().to_owned())
}

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
    let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if size > max_bytes {
        return Err(Halt::refused(
            "too-large",
            format!("the file {} has {size} bytes; at most {max_bytes} are read", path.display()),
            "Please page it: split it into several files, or offer it as a FAIR Data Point.",
        ));
    }
    tokio::fs::read(path).await.map_err(unreadable)
}
