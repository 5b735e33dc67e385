//! Lists as DCAT catalogues with Hydra paging (W3C Hydra Core Vocabulary): `dcat:Catalog` and `hydra:Collection` are
//! one node, the page of it that is shown is a `hydra:PartialCollectionView`.
//!
//! Policy: paging addresses are IRIs without a suffix, so that every syntax says the same and a harvester that follows
//! them gets the syntax that it accepts; `hydra:totalItems` counts the whole list, whatever the page.

use chrono::{DateTime, SecondsFormat, Utc};
use oxrdf::{
    BlankNode, Graph, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term, TermRef, Triple,
};

use super::namespaces::{dcat, dct, foaf, hydra, rdf, xsd};
use crate::domain::dataset::LangText;

/// A page of a list, with the addresses of its neighbours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Absolute address of this page.
    pub own: String,
    /// The first page.
    pub first: String,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// The last page.
    pub last: String,
}

/// What a list says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Absolute address of the list.
    pub iri: String,
    /// Title in English.
    pub title: String,
    /// What it holds, in English.
    pub description: String,
    /// Name of who publishes it; empty: nothing is said.
    pub publisher: String,
    /// Items on all pages.
    pub total: u64,
    /// The page.
    pub view: View,
}

/// What an item of a list is to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `dcat:dataset`.
    Dataset,
    /// `dcat:catalog`.
    Catalogue,
    /// `dcat:resource`.
    Resource,
}

/// An item of which only the essentials are said; its own address tells the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brief {
    /// Its IRI; `None` where it has none.
    pub iri: Option<String>,
    /// Title.
    pub title: Option<LangText>,
    /// Description.
    pub description: Option<LangText>,
    /// Absolute address of our page about it.
    pub page: String,
    /// When it last changed.
    pub modified: Option<DateTime<Utc>>,
}

/// A list under construction.
pub struct Writing {
    graph: Graph,
    list: Option<NamedNode>,
    items: usize,
}

impl Writing {
    /// Begins with what the list says of itself.
    #[must_use]
    pub fn begin(listing: &Listing) -> Self {
        let list = NamedNode::new(&listing.iri).ok();
        let mut writing = Self { graph: Graph::new(), list, items: 0 };
        writing.own(rdf::TYPE, dcat::CATALOG.into_owned());
        writing.own(rdf::TYPE, hydra::COLLECTION.into_owned());
        writing.own(dct::TITLE, english(&listing.title));
        writing.own(dct::DESCRIPTION, english(&listing.description));
        if !listing.publisher.is_empty() {
            let agent = BlankNode::new_unchecked("publisher");
            writing.own(dct::PUBLISHER, agent.clone());
            writing.graph.insert(&Triple::new(agent.clone(), rdf::TYPE, foaf::AGENT));
            writing.graph.insert(&Triple::new(agent, foaf::NAME, english(&listing.publisher)));
        }
        writing.own(hydra::TOTAL_ITEMS, Literal::new_typed_literal(listing.total.to_string(), xsd::INTEGER));
        writing.view(&listing.view);
        writing
    }

    fn own(&mut self, property: NamedNodeRef<'_>, object: impl Into<Term>) {
        if let Some(list) = &self.list {
            self.graph.insert(&Triple::new(list.clone(), property, object));
        }
    }

    fn view(&mut self, view: &View) {
        let Ok(own) = NamedNode::new(&view.own) else { return };
        self.own(hydra::VIEW, own.clone());
        self.graph.insert(&Triple::new(own.clone(), rdf::TYPE, hydra::PARTIAL_COLLECTION_VIEW));
        let links = [
            (hydra::FIRST, Some(&view.first)),
            (hydra::PREVIOUS, view.previous.as_ref()),
            (hydra::NEXT, view.next.as_ref()),
            (hydra::LAST, Some(&view.last)),
        ];
        for (property, address) in links {
            if let Some(address) = address.and_then(|address| NamedNode::new(address).ok()) {
                self.graph.insert(&Triple::new(own.clone(), property, address));
            }
        }
    }

    /// The thing is in the catalogue; the item of the list is our page about it, of which there may be two for a thing
    /// that two providers publish, so that items and `hydra:totalItems` agree.
    fn member(&mut self, relation: Relation, node: &NamedOrBlankNode, page: &str) {
        let property = match relation {
            Relation::Dataset => dcat::DATASET_PROPERTY,
            Relation::Catalogue => dcat::CATALOG_PROPERTY,
            Relation::Resource => dcat::RESOURCE,
        };
        self.own(property, Term::from(node.clone()));
        if let Ok(page) = NamedNode::new(page) {
            self.own(hydra::MEMBER, page.clone());
            if Term::from(page.clone()) != Term::from(node.clone()) {
                self.own(dcat::RECORD, page);
            }
        }
    }

    /// Adds an item with everything that its own graph says; `node` is the item in that graph.
    pub fn whole(&mut self, relation: Relation, node: &NamedOrBlankNode, graph: &Graph, page: &str) {
        self.items = self.items.saturating_add(1);
        let mark = format!("i{}", self.items);
        let node = match node {
            NamedOrBlankNode::BlankNode(blank) => apart(blank, &prefix_of(&mark)).into(),
            named @ NamedOrBlankNode::NamedNode(_) => named.clone(),
        };
        for triple in &named_apart(graph, &mark) {
            self.graph.insert(triple);
        }
        self.member(relation, &node, page);
    }

    /// Adds an item with the essentials and our page as its `dcat:CatalogRecord`.
    pub fn brief(&mut self, relation: Relation, class: NamedNodeRef<'_>, brief: &Brief) {
        self.items = self.items.saturating_add(1);
        let node: NamedOrBlankNode = match brief.iri.as_ref().and_then(|iri| NamedNode::new(iri).ok()) {
            Some(node) => node.into(),
            None => BlankNode::new_unchecked(format!("i{}", self.items)).into(),
        };
        self.graph.insert(&Triple::new(node.clone(), rdf::TYPE, class));
        for (property, text) in [(dct::TITLE, &brief.title), (dct::DESCRIPTION, &brief.description)] {
            if let Some(text) = text {
                self.graph.insert(&Triple::new(node.clone(), property, literal(text)));
            }
        }
        self.member(relation, &node, &brief.page);
        if let Ok(page) = NamedNode::new(&brief.page)
            && Term::from(page.clone()) != Term::from(node.clone())
        {
            self.graph.insert(&Triple::new(page.clone(), rdf::TYPE, dcat::CATALOG_RECORD));
            self.graph.insert(&Triple::new(page.clone(), foaf::PRIMARY_TOPIC, Term::from(node)));
            if let Some(modified) = brief.modified {
                self.graph.insert(&Triple::new(page, dct::MODIFIED, moment(modified)));
            }
        }
    }

    /// Says of the list itself who publishes it: an organisation with a name, a home page and a country.
    pub fn publisher(&mut self, iri: &str, name: &str, homepage: Option<&str>, country: Option<&str>) {
        let Ok(agent) = NamedNode::new(iri) else { return };
        self.own(dct::PUBLISHER, agent.clone());
        self.graph.insert(&Triple::new(agent.clone(), rdf::TYPE, foaf::ORGANIZATION));
        self.graph.insert(&Triple::new(agent.clone(), foaf::NAME, Literal::new_simple_literal(name)));
        for (property, address) in [(foaf::HOMEPAGE, homepage), (dct::SPATIAL, country)] {
            if let Some(address) = address.and_then(|address| NamedNode::new(address).ok()) {
                self.graph.insert(&Triple::new(agent.clone(), property, address));
            }
        }
    }

    /// The finished graph.
    #[must_use]
    pub fn finish(self) -> Graph {
        self.graph
    }
}

fn english(text: &str) -> Literal {
    Literal::new_language_tagged_literal_unchecked(text, "en")
}

fn moment(moment: DateTime<Utc>) -> Literal {
    Literal::new_typed_literal(moment.to_rfc3339_opts(SecondsFormat::Secs, true), xsd::DATE_TIME)
}

/// A text with its language, where that is one.
pub(super) fn literal(text: &LangText) -> Literal {
    let tagged = text.lang.as_ref().and_then(|lang| Literal::new_language_tagged_literal(&text.text, lang).ok());
    tagged.unwrap_or_else(|| Literal::new_simple_literal(&text.text))
}

/// The beginning of a nameless node's name: a letter and what of the mark may stand in one.
fn prefix_of(mark: &str) -> String {
    std::iter::once('r').chain(mark.chars().filter(char::is_ascii_alphanumeric)).collect()
}

fn apart(blank: &BlankNode, prefix: &str) -> BlankNode {
    BlankNode::new_unchecked(format!("{prefix}x{}", blank.as_str()))
}

/// The graph with its nameless nodes named after `mark`, so that those of two records never meet.
#[must_use]
pub fn named_apart(graph: &Graph, mark: &str) -> Graph {
    let prefix = prefix_of(mark);
    let mut renamed = Graph::new();
    for triple in graph {
        let mut own: Triple = triple.into_owned();
        if let NamedOrBlankNodeRef::BlankNode(blank) = triple.subject {
            own.subject = apart(&blank.into_owned(), &prefix).into();
        }
        if let TermRef::BlankNode(blank) = triple.object {
            own.object = apart(&blank.into_owned(), &prefix).into();
        }
        renamed.insert(&own);
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: usize) -> View {
        let at = |number: usize| format!("https://hub.example/datasets?page={number}");
        View { own: at(number), first: at(1), previous: Some(at(1)), next: Some(at(3)), last: at(3) }
    }

    #[test]
    fn a_list_is_a_catalogue_whose_nameless_items_stay_apart() {
        let listing = Listing {
            iri: "https://hub.example/datasets".into(),
            title: "Data sets".into(),
            total: 30,
            view: page(2),
            ..Listing::default()
        };
        let mut item = Graph::new();
        let node = NamedOrBlankNode::from(BlankNode::new_unchecked("record"));
        item.insert(&Triple::new(node.clone(), rdf::TYPE, dcat::DATASET));
        let mut writing = Writing::begin(&listing);
        writing.whole(Relation::Dataset, &node, &item, "https://hub.example/datasets/a");
        writing.whole(Relation::Dataset, &node, &item, "https://hub.example/datasets/b");
        let graph = writing.finish();
        let things = graph.triples_for_predicate(dcat::DATASET_PROPERTY).map(|triple| triple.object.to_string());
        assert_eq!(things.collect::<std::collections::HashSet<_>>().len(), 2);
        assert_eq!(graph.triples_for_predicate(hydra::MEMBER).count(), 2);
        for triple in graph.triples_for_predicate(dcat::DATASET_PROPERTY) {
            let TermRef::BlankNode(item) = triple.object else { panic!("{triple}") };
            assert!(graph.contains(&Triple::new(item.into_owned(), rdf::TYPE, dcat::DATASET)), "{triple}");
        }
        assert!(
            graph.to_string().contains("hydra/core#totalItems> \"30\"^^<http://www.w3.org/2001/XMLSchema#integer>")
        );
        assert!(graph.to_string().contains("hydra/core#next> <https://hub.example/datasets?page=3>"));
    }
}
