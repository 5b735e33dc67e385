//! How a document says that it is one page of several: by hydra (`PagedCollection` with `nextPage`,
//! `PartialCollectionView` or collection with `next`; the value an IRI or, as CKAN writes it, text) or by `Link` headers
//! (RFC 8288).
//!
//! Policy: what a page says about itself counts more than what it says about its collection, and that more than what it
//! says about other pages. Relative addresses refer to the address that answered. Nothing is followed here.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use oxrdf::{NamedOrBlankNodeRef, TermRef, TripleRef};
use url::Url;

use crate::rdf::Graph;

/// Namespaces in which hydra's terms occur.
const HYDRA: [&str; 2] = ["http://www.w3.org/ns/hydra/core#", "https://www.w3.org/ns/hydra/core#"];
const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
/// Classes of pages and of what is paged.
const PAGED_CLASSES: [&str; 4] = ["PagedCollection", "PartialCollectionView", "Collection", "PagedView"];
/// Datatypes of text in which an address may stand.
const TEXT_TYPES: [&str; 3] = [
    "http://www.w3.org/2001/XMLSchema#string",
    "http://www.w3.org/2001/XMLSchema#anyURI",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
];

/// What a page says about its place among the pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// Addresses of the pages that follow this one: none for the last, usually one.
    pub next: Vec<String>,
    /// Records that all pages have together, as announced.
    pub total: Option<u64>,
    last: Option<String>,
    per_page: Option<u64>,
}

impl Paging {
    /// What the page at `address` says; `link_next` and `link_last` are those of its `Link` headers.
    #[must_use]
    pub fn of(graph: &Graph, address: &str, link_next: Option<String>, link_last: Option<String>) -> Self {
        let Ok(here) = Url::parse(address) else { return Self::default() };
        let mut statements: BTreeMap<&str, Vec<(Rank, TermRef<'_>)>> = BTreeMap::new();
        for triple in graph {
            if let Some(name) = hydra_name(triple.predicate.as_str()) {
                statements.entry(name).or_default().push((rank(graph, triple.subject, &here), triple.object));
            }
        }
        let of = |names: &[&str]| {
            let all: Vec<&(Rank, TermRef<'_>)> =
                names.iter().filter_map(|name| statements.get(name)).flatten().collect();
            let best = all.iter().map(|(rank, _)| *rank).min();
            all.into_iter().filter(move |(rank, _)| Some(*rank) == best).map(|(_, value)| *value).collect::<Vec<_>>()
        };
        let addresses = |names: &[&str]| -> BTreeSet<String> {
            of(names).into_iter().filter_map(|value| target(value, &here)).collect()
        };
        let number = |name: &str| {
            let numbers: BTreeSet<u64> = of(&[name]).into_iter().filter_map(whole_number).collect();
            if numbers.len() == 1 { numbers.first().copied() } else { None }
        };
        let mut next: Vec<String> = addresses(&["next", "nextPage"]).into_iter().collect();
        if next.is_empty() {
            next.extend(link_next);
        }
        Self {
            next,
            total: number("totalItems"),
            last: addresses(&["last", "lastPage"]).into_iter().next().or(link_last),
            per_page: number("itemsPerPage").filter(|items| *items > 0),
        }
    }

    /// How many pages there are, where this page, the `number`th from 1, lets it be known.
    #[must_use]
    pub fn pages(&self, number: u64) -> Option<u64> {
        let by_items = || Some(self.total?.div_ceil(self.per_page?)).filter(|pages| *pages >= number);
        let by_last = || {
            let (next, last) = (page_number(self.next.first()?)?, page_number(self.last.as_ref()?)?);
            Some(number + 1 + last.checked_sub(next)?)
        };
        by_items().or_else(by_last)
    }
}

/// How near a hydra statement is to the page that it stands on; the nearest count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It is about this page.
    Itself,
    /// It is about a page or a collection.
    Paged,
    /// It is about something else.
    Other,
}

fn rank(graph: &Graph, subject: NamedOrBlankNodeRef<'_>, here: &Url) -> Rank {
    if let NamedOrBlankNodeRef::NamedNode(node) = subject
        && normal(node.as_str()).is_some_and(|subject| Some(subject) == normal(here.as_str()))
    {
        return Rank::Itself;
    }
    let is_paged = graph.triples_for_subject(subject).any(|triple| {
        let class = match triple.object {
            TermRef::NamedNode(class) if triple.predicate.as_str() == RDF_TYPE => hydra_name(class.as_str()),
            _ => None,
        };
        class.is_some_and(|class| PAGED_CLASSES.contains(&class))
            || hydra_name(triple.predicate.as_str()) == Some("view")
    });
    if is_paged { Rank::Paged } else { Rank::Other }
}

/// The address as it is compared: without fragment, in the normal form of the URL standard.
#[must_use]
pub fn normal(address: &str) -> Option<Url> {
    let mut url = Url::parse(address).ok()?;
    url.set_fragment(None);
    Some(url)
}

fn hydra_name(iri: &str) -> Option<&str> {
    HYDRA.iter().find_map(|namespace| iri.strip_prefix(namespace))
}

fn target(value: TermRef<'_>, here: &Url) -> Option<String> {
    let text = match value {
        TermRef::NamedNode(node) if node.as_str() != RDF_NIL => node.as_str(),
        TermRef::Literal(literal) if TEXT_TYPES.contains(&literal.datatype().as_str()) => literal.value().trim(),
        _ => return None,
    };
    if text.is_empty() {
        return None;
    }
    here.join(text).ok().and_then(|url| normal(url.as_str())).map(String::from)
}

fn whole_number(value: TermRef<'_>) -> Option<u64> {
    match value {
        TermRef::Literal(literal) => literal.value().trim().parse().ok(),
        _ => None,
    }
}

/// The number of the page in its address: the value of the parameter that is called so.
fn page_number(address: &str) -> Option<u64> {
    let url = Url::parse(address).ok()?;
    let mut numbers = url.query_pairs().filter(|(name, _)| {
        let name = name.to_ascii_lowercase();
        matches!(name.as_str(), "page" | "p" | "pagenumber" | "page_number" | "pageno")
    });
    numbers.next()?.1.parse().ok()
}

/// A fingerprint of what a page says apart from its paging, so that the same page is known again when only its address
/// and its links differ; `None`: it says nothing else. Names of blank nodes do not count.
#[must_use]
pub fn fingerprint(graph: &Graph) -> Option<[u64; 2]> {
    let mut sums = [0_u64; 2];
    let mut any = false;
    for triple in graph.iter().filter(|triple| !is_paging(*triple)) {
        any = true;
        for (salt, sum) in [1_u8, 2].into_iter().zip(sums.iter_mut()) {
            let mut hasher = DefaultHasher::new();
            salt.hash(&mut hasher);
            hash_statement(triple, &mut hasher);
            *sum = sum.wrapping_add(hasher.finish());
        }
    }
    any.then_some(sums)
}

fn is_paging(triple: TripleRef<'_>) -> bool {
    let class_of_hydra = matches!(triple.object, TermRef::NamedNode(class) if hydra_name(class.as_str()).is_some());
    hydra_name(triple.predicate.as_str()).is_some() || (triple.predicate.as_str() == RDF_TYPE && class_of_hydra)
}

fn hash_statement(triple: TripleRef<'_>, hasher: &mut DefaultHasher) {
    match triple.subject {
        NamedOrBlankNodeRef::NamedNode(node) => node.as_str().hash(hasher),
        NamedOrBlankNodeRef::BlankNode(_) => 0_u8.hash(hasher),
    }
    triple.predicate.as_str().hash(hasher);
    match triple.object {
        TermRef::BlankNode(_) => 0_u8.hash(hasher),
        named => named.hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rdf::parse::{ParseLimits, parse};

    const HERE: &str = "https://data.example.org/catalog?page=2";

    fn read(turtle: &str) -> Graph {
        let text = format!("@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n{turtle}");
        parse(text.as_bytes(), Some("text/turtle"), HERE, &ParseLimits::default()).unwrap().graph
    }

    fn next(turtle: &str) -> Vec<String> {
        Paging::of(&read(turtle), HERE, None, None).next
    }

    #[test]
    fn the_next_page_is_found_in_every_spelling_of_hydra() {
        for turtle in [
            "<> a hydra:PagedCollection ; hydra:nextPage <?page=3> .",
            "<> a hydra:PagedCollection ; hydra:nextPage \"https://data.example.org/catalog?page=3\" .",
            "<> a hydra:PartialCollectionView ; hydra:next \"?page=3\" ; hydra:previous <?page=1> .",
            "<catalog> a hydra:Collection ; hydra:view <?page=2> . <?page=2> hydra:next <?page=3> .",
            "<catalog> a hydra:Collection ; hydra:next </catalog?page=3> .",
            "<catalog> a hydra:Collection ; hydra:view [ a hydra:PartialCollectionView ; hydra:next \" ?page=3 \" ] .",
            "<catalog#all> <https://www.w3.org/ns/hydra/core#next> <?page=3#top> .",
            "<> hydra:next \"?page=3\"^^<http://www.w3.org/2001/XMLSchema#anyURI> . <?page=3> hydra:next <?page=4> .",
        ] {
            assert_eq!(next(turtle), ["https://data.example.org/catalog?page=3"], "{turtle}");
        }
    }

    #[test]
    fn what_names_no_next_page_ends_the_chain() {
        for turtle in [
            "<> a hydra:PagedCollection ; hydra:firstPage <?page=1> ; hydra:lastPage <?page=2> .",
            "<> hydra:next \"\" .",
            "<> hydra:next false .",
            "<> hydra:next <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .",
        ] {
            assert!(next(turtle).is_empty(), "{turtle}");
        }
    }

    #[test]
    fn how_many_pages_there_are_is_read_from_counts_or_from_the_last_one() {
        let pages = |turtle: &str, number| Paging::of(&read(turtle), HERE, None, None).pages(number);
        assert_eq!(pages("<> hydra:totalItems 45 ; hydra:itemsPerPage \"10\" .", 2), Some(5));
        assert_eq!(pages("<> hydra:next <?page=3> ; hydra:last <?page=5> .", 2), Some(5));
        assert_eq!(pages("<> hydra:next <?page=2> ; hydra:last <?page=4> .", 2), Some(5), "counted from zero");
        assert_eq!(pages("<> hydra:next <?cursor=x> ; hydra:last <?cursor=y> .", 2), None);
        let linked = Paging::of(&Graph::new(), HERE, Some(format!("{HERE}0")), Some(format!("{HERE}4")));
        assert_eq!((linked.next.len(), linked.pages(1)), (1, Some(6)));
    }

    #[test]
    fn a_page_is_known_again_whatever_its_links_say() {
        let first =
            read("<https://a.example/x> <https://a.example/p> [ <https://a.example/q> 1 ] . <> hydra:next <?page=3> .");
        let again =
            read("<https://a.example/x> <https://a.example/p> [ <https://a.example/q> 1 ] . <> hydra:next <?page=4> .");
        let other = read("<https://a.example/x> <https://a.example/p> [ <https://a.example/q> 2 ] .");
        assert_eq!(fingerprint(&first), fingerprint(&again));
        assert_ne!(fingerprint(&first), fingerprint(&other));
        assert_eq!(fingerprint(&read("<> a hydra:PagedCollection ; hydra:next <?page=3> .")), None);
    }
}
