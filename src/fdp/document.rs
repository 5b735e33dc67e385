//! From a path and a query to the document that a FAIR Data Point answers with.

use oxrdf::Graph;

use super::graphs;
use super::{Catalogue, Entry, FairDataPoint};

/// Children on one page at most, whatever the client asks for.
pub const MAX_PAGE_SIZE: usize = 100;
/// Children on one page when the client does not say (as the reference server).
const USUAL_PAGE_SIZE: usize = 10;

/// Neighbours of a page, as whole addresses for the `Link` header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// `(relation, address)` of first, prev, next and last, where they exist.
    pub relations: Vec<(&'static str, String)>,
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Document {
    /// What it says.
    pub graph: Graph,
    /// Its neighbours, for pages of children.
    pub links: Links,
}

impl From<Graph> for Document {
    fn from(graph: Graph) -> Self {
        Self { graph, links: Links::default() }
    }
}

/// The document at `path` (with or without slashes around it); `page` and `size` count for pages of children only.
/// `None`: there is no such resource.
#[must_use]
pub fn answer(point: &FairDataPoint, path: &str, page: Option<usize>, size: Option<usize>) -> Option<Document> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let page = page.unwrap_or(0);
    let size = size.unwrap_or(USUAL_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE);
    match segments.as_slice() {
        [] => Some(graphs::root(point).into()),
        ["page", "catalog"] => {
            Some(paged(&format!("{}/page/catalog", point.base), &point.catalogues, page, size, |c| {
                graphs::catalogue(point, c)
            }))
        }
        ["catalog", id] => Some(graphs::catalogue(point, catalogue(point, id)?).into()),
        ["catalog", id, "page", "dataset"] => {
            let catalogue = catalogue(point, id)?;
            let address = format!("{}/page/dataset", point.catalogue_iri(id));
            Some(paged(&address, &catalogue.datasets, page, size, |entry| graphs::dataset(point, catalogue, entry)))
        }
        ["dataset", id] => {
            let (catalogue, entry) = dataset(point, id)?;
            Some(graphs::dataset(point, catalogue, entry).into())
        }
        ["dataset", id, "page", "distribution"] => {
            let (_, entry) = dataset(point, id)?;
            let address = format!("{}/page/distribution", point.dataset_iri(id));
            let members = graphs::distributions(point, entry);
            Some(paged(&address, &members, page, size, |iri| graphs::distribution(point, entry, iri)))
        }
        ["distribution", id] => {
            let iri = point.distribution_iri(id);
            let entry = entries(point).find(|(_, entry)| graphs::distributions(point, entry).contains(&iri))?.1;
            Some(graphs::distribution(point, entry, &iri).into())
        }
        _ => None,
    }
}

fn catalogue<'a>(point: &'a FairDataPoint, id: &str) -> Option<&'a Catalogue> {
    point.catalogues.iter().find(|catalogue| catalogue.id == id)
}

fn entries(point: &FairDataPoint) -> impl Iterator<Item = (&Catalogue, &Entry)> {
    point.catalogues.iter().flat_map(|catalogue| catalogue.datasets.iter().map(move |entry| (catalogue, entry)))
}

fn dataset<'a>(point: &'a FairDataPoint, id: &str) -> Option<(&'a Catalogue, &'a Entry)> {
    entries(point).find(|(_, entry)| entry.id == id)
}

fn paged<T>(address: &str, children: &[T], page: usize, size: usize, body: impl Fn(&T) -> Graph) -> Document {
    let last = children.len().saturating_sub(1) / size;
    let mut graph = Graph::new();
    for (number, child) in children.iter().skip(page.saturating_mul(size)).take(size).enumerate() {
        merge(&mut graph, &body(child), number);
    }
    let at = |number: usize| format!("{address}?page={number}&size={size}");
    let mut relations = vec![("first", at(0))];
    if page > 0 {
        relations.push(("prev", at((page - 1).min(last))));
    }
    if page < last {
        relations.push(("next", at(page + 1)));
    }
    relations.push(("last", at(last)));
    Document { graph, links: Links { relations } }
}

/// Adds a child's graph; its blank nodes are renamed, so that those of two children never meet.
fn merge(whole: &mut Graph, child: &Graph, number: usize) {
    use oxrdf::{BlankNode, NamedOrBlankNode, Term, Triple};
    let renamed = |blank: &BlankNode| BlankNode::new_unchecked(format!("c{number}x{}", blank.as_str()));
    for triple in child {
        let mut own: Triple = triple.into_owned();
        if let NamedOrBlankNode::BlankNode(blank) = &own.subject {
            own.subject = renamed(blank).into();
        }
        if let Term::BlankNode(blank) = &own.object {
            own.object = renamed(blank).into();
        }
        whole.insert(&own);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Catalogue, Entry, FairDataPoint};
    use super::*;
    use chrono::DateTime;
    use oxrdf::{NamedNode, Triple};

    fn point(datasets: usize) -> FairDataPoint {
        let base = "https://node01.example.org".to_owned();
        let issued = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let entry = |number: usize| {
            let id = format!("set{number}");
            let subject = NamedNode::new_unchecked(format!("{base}/dataset/{id}"));
            let distribution = NamedNode::new_unchecked(format!("{base}/distribution/{id}-a"));
            let mut graph = Graph::new();
            let dcat = |name: &str| NamedNode::new_unchecked(format!("http://www.w3.org/ns/dcat#{name}"));
            graph.insert(&Triple::new(subject.clone(), oxrdf::vocab::rdf::TYPE, dcat("Dataset")));
            graph.insert(&Triple::new(subject, dcat("distribution"), distribution.clone()));
            graph.insert(&Triple::new(distribution, oxrdf::vocab::rdf::TYPE, dcat("Distribution")));
            Entry { id, graph, modified: issued }
        };
        let catalogue = Catalogue {
            id: "images".to_owned(),
            title: "Images".to_owned(),
            description: "Images.".to_owned(),
            datasets: (0..datasets).map(entry).collect(),
        };
        FairDataPoint {
            base: base.clone(),
            title: "Node".to_owned(),
            description: "A node.".to_owned(),
            publisher: "A hospital".to_owned(),
            issued,
            catalogues: vec![catalogue],
        }
    }

    #[test]
    fn every_level_links_down_by_relation_and_container() {
        let point = point(2);
        let text = |path: &str| answer(&point, path, None, None).unwrap().graph.to_string();
        assert!(text("/").contains("fdp-o#metadataCatalog> <https://node01.example.org/catalog/images>"));
        assert!(text("/").contains("ldp#contains> <https://node01.example.org/catalog/images>"));
        assert!(text("/catalog/images").contains("ns/dcat#dataset> <https://node01.example.org/dataset/set1>"));
        assert!(text("/catalog/images").contains("ldp#contains> <https://node01.example.org/dataset/set1>"));
        assert!(text("/dataset/set0").contains("terms/isPartOf> <https://node01.example.org/catalog/images>"));
        assert!(text("/dataset/set0").contains("ldp#contains> <https://node01.example.org/distribution/set0-a>"));
        assert!(text("/distribution/set0-a").contains("dcat#Distribution"));
    }

    #[test]
    fn pages_hold_whole_children_once_each_and_name_their_neighbours() {
        let point = point(7);
        let mut found = 0;
        for page in 0..3 {
            let document = answer(&point, "catalog/images/page/dataset", Some(page), Some(3)).unwrap();
            found += document.graph.to_string().matches("ns/dcat#Dataset>").count();
            let names: Vec<&str> = document.links.relations.iter().map(|(name, _)| *name).collect();
            let expected =
                [vec!["first", "next", "last"], vec!["first", "prev", "next", "last"], vec!["first", "prev", "last"]];
            assert_eq!(names, expected[page]);
        }
        assert_eq!(found, 7);
    }

    #[test]
    fn what_does_not_exist_has_no_document() {
        let point = point(1);
        for path in ["dataset/other", "catalog/other", "distribution/x", "elsewhere", "catalog/other/page/dataset"] {
            assert!(answer(&point, path, None, None).is_none(), "{path}");
        }
    }
}
