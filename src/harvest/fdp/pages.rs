//! The cheap way of the reference server: `GET {record}/page/{childPrefix}?page=0&size=…` answers with the whole bodies
//! of many children. Probed, never relied on: whatever it does not show is asked for one by one.

use std::collections::BTreeSet;

use super::links::{self, Children};
use super::walk::Walk;
use crate::harvest::gather::{Miss, Reading};
use crate::harvest::manifest::Halt;

/// Children asked for in one page.
const PAGE_SIZE: usize = 100;
/// Fewest children for which a page saves requests.
const WORTH_A_PAGE: usize = 2;

/// What became of the probe.
pub(super) enum Paged {
    /// The server has no pages, or is not worth asking.
    Not,
    /// These children were shown.
    Read(BTreeSet<String>),
}

/// Reads the children of the catalogue at `address` by pages, where the server has them.
pub(super) async fn read(
    walk: &mut Walk<'_>,
    address: &str,
    children: &Children,
    wanted: &BTreeSet<String>,
) -> Result<Paged, Halt> {
    let Some(prefix) = child_prefix(children, wanted).filter(|_| wanted.len() >= WORTH_A_PAGE) else {
        return Ok(Paged::Not);
    };
    let mut next = Some(format!("{}/page/{prefix}?page=0&size={PAGE_SIZE}", address.trim_end_matches('/')));
    let mut shown = BTreeSet::new();
    while let Some(page) = next.take() {
        let base = walk.scope.iri_of(address);
        let document = match walk.gatherer.document(&page, Reading::of(&base), &walk.scope).await {
            Ok(document) => document,
            Err(Miss::Halt(halt)) => return Err(halt),
            // No pages here, or one that cannot be read: what is left is asked for one by one.
            Err(Miss::Fetch(_) | Miss::Unreadable(_)) => break,
        };
        let described: BTreeSet<String> =
            links::described(&document.graph).into_iter().filter(|iri| wanted.contains(iri)).collect();
        if described.is_subset(&shown) {
            break;
        }
        next = document
            .next
            .map(|address| walk.scope.address_of(&address).unwrap_or(address))
            .filter(|address| !walk.gatherer.has_asked(address) && walk.scope.address_of(address).is_some());
        shown.extend(described.iter().cloned());
        let graph = document.graph;
        walk.bundle(document.answer, &graph, described).await?;
    }
    Ok(if shown.is_empty() { Paged::Not } else { Paged::Read(shown) })
}

/// The children's part of the address: the name of their container, else what stands before their own name.
fn child_prefix(children: &Children, wanted: &BTreeSet<String>) -> Option<String> {
    let of_container = children.containers.iter().find_map(|container| last_part(container));
    let of_child = || {
        let parent = wanted.first()?.trim_end_matches('/').rsplit_once('/')?.0;
        last_part(parent)
    };
    of_container.or_else(of_child)
}

fn last_part(iri: &str) -> Option<String> {
    let url = url::Url::parse(iri).ok()?;
    let name = url.path_segments()?.rfind(|segment| !segment.is_empty())?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_').then(|| name.to_owned())
}
