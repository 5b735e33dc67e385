//! The way through a FAIR Data Point.

use std::collections::{BTreeSet, VecDeque};

use super::links::{self, Step};
use super::pages::{self, Paged};
use crate::harvest::gather::{Document, Gatherer, Miss};
use crate::harvest::manifest::{Bundle, Halt, Manifest, Withheld};
use crate::harvest::protocol::Target;
use crate::harvest::scope::Scope;
use crate::net::ErrorClass;
use crate::rdf::Graph;

/// Depth of catalogues in catalogues.
const MAX_CATALOG_DEPTH: usize = 8;

/// What became of a child.
enum Child {
    /// It was read.
    Read(Box<Document>),
    /// It was not shown, or is on another host; the manifest says so.
    NotShown,
}

/// One walk.
pub(super) struct Walk<'a> {
    pub(super) gatherer: &'a mut Gatherer,
    pub(super) scope: Scope,
    pub(super) manifest: Manifest,
    address: String,
    visited: BTreeSet<String>,
    series: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(target: &Target, gatherer: &'a mut Gatherer) -> Self {
        Self {
            gatherer,
            scope: Scope::new(&target.address, target.options.hosts.clone()),
            manifest: Manifest::default(),
            address: target.address.clone(),
            visited: BTreeSet::new(),
            series: BTreeSet::new(),
        }
    }

    /// Reads everything.
    pub(super) async fn whole(mut self) -> Result<Manifest, Halt> {
        let address = self.address.clone();
        let asked = self.gatherer.document(&address, &address, &self.scope).await;
        let root = asked.map_err(|miss| miss.into_halt(&address))?;
        let Some(subject) = links::root_subject(&root.graph, &address) else {
            return Err(Halt::refused(
                "unreadable",
                format!("{address} does not describe a FAIR Data Point"),
                "Give the address of the FAIR Data Point itself; harvest other RDF as a document.",
            ));
        };
        self.scope.call_itself(&subject);
        let catalogs = links::children(&root.graph, &subject, Step::Catalogs);
        self.manifest.guides.push(root.answer);
        let mut waiting: VecDeque<(String, usize)> = catalogs.iris.into_iter().map(|iri| (iri, 0)).collect();
        while let Some((catalog, depth)) = waiting.pop_front() {
            if !self.visited.insert(catalog.clone()) {
                continue;
            }
            let deeper = self.catalog(&catalog).await?;
            if depth < MAX_CATALOG_DEPTH {
                waiting.extend(deeper.into_iter().map(|iri| (iri, depth + 1)));
            } else if !deeper.is_empty() {
                self.manifest.notes.push(format!("catalogues deeper than {MAX_CATALOG_DEPTH} are not read: {catalog}"));
            }
        }
        self.all_series().await?;
        Ok(self.manifest)
    }

    /// Reads a catalogue and its data sets; returns the catalogues in it.
    async fn catalog(&mut self, iri: &str) -> Result<BTreeSet<String>, Halt> {
        let Some(address) = self.scope.address_of(iri) else {
            self.manifest.notes.push(format!("the catalogue {iri} is on another host and was not read"));
            return Ok(BTreeSet::new());
        };
        let document = match self.gatherer.document(&address, &self.scope.iri_of(&address), &self.scope).await {
            Ok(document) => document,
            Err(Miss::Fetch(error)) if matches!(error.class(), ErrorClass::Forbidden) => {
                // Its data sets cannot be told from removed ones, so nothing may be removed in this run.
                self.withhold(iri, format!("the catalogue is not shown to us ({error})"), true);
                return Ok(BTreeSet::new());
            }
            Err(Miss::Fetch(error)) if matches!(error.class(), ErrorClass::Gone) => {
                self.manifest.notes.push(format!("the catalogue {iri} is gone ({error})"));
                return Ok(BTreeSet::new());
            }
            Err(miss) => return Err(miss.into_halt(&address)),
        };
        let catalog = subject_in(&document.graph, iri, &address);
        let datasets = links::children(&document.graph, &catalog, Step::Datasets);
        self.series.extend(links::children(&document.graph, &catalog, Step::Series).iris);
        let deeper = links::children(&document.graph, &catalog, Step::SubCatalogs).iris;
        let described = links::described(&document.graph);
        let embedded: BTreeSet<String> = datasets.iris.intersection(&described).cloned().collect();
        let mut left: BTreeSet<String> = datasets.iris.difference(&embedded).cloned().collect();
        if embedded.is_empty() {
            self.manifest.guides.push(document.answer);
        } else {
            let graph = document.graph;
            self.bundle(document.answer, &graph, embedded).await?;
        }
        left.retain(|child| self.visited.insert(child.clone()));
        if let Paged::Read(shown) = pages::read(self, &address, &datasets, &left).await? {
            left.retain(|child| !shown.contains(child));
        }
        for child in left {
            if let Child::Read(document) = self.child(&child).await? {
                let Document { answer, graph, .. } = *document;
                self.bundle(answer, &graph, BTreeSet::from([child])).await?;
            }
        }
        Ok(deeper)
    }

    /// Completes a document of data sets with the parts that are described elsewhere, and adds it to the manifest.
    pub(super) async fn bundle(
        &mut self,
        leading: crate::harvest::manifest::Answer,
        graph: &Graph,
        subjects: BTreeSet<String>,
    ) -> Result<(), Halt> {
        let mut bundle = Bundle { answers: vec![leading], subjects };
        let mut asked = BTreeSet::new();
        for dataset in links::described(graph) {
            let is_other = !bundle.subjects.is_empty() && !bundle.subjects.contains(&dataset);
            if is_other && bundle.subjects.iter().any(|subject| links::describes(graph, subject)) {
                continue;
            }
            self.series.extend(
                links::children(graph, &dataset, Step::Series).iris.into_iter().filter(|iri| !has_type(graph, iri)),
            );
            for part in links::children(graph, &dataset, Step::Parts).iris {
                let elsewhere = !links::describes(graph, &part) && asked.insert(part.clone());
                let Some(address) = self.scope.address_of(&part).filter(|_| elsewhere) else { continue };
                match self.gatherer.document(&address, &self.scope.iri_of(&address), &self.scope).await {
                    Ok(document) => bundle.answers.push(document.answer),
                    Err(Miss::Fetch(error)) if matches!(error.class(), ErrorClass::Forbidden | ErrorClass::Gone) => {
                        self.manifest.notes.push(format!("{part}, a part of {dataset}, is not shown ({error})"));
                    }
                    Err(Miss::Fetch(error)) if matches!(error.class(), ErrorClass::ServerError) => {
                        self.withhold(&dataset, format!("its part {part} could not be read ({error})"), true);
                    }
                    Err(miss) => return Err(miss.into_halt(&address)),
                }
            }
        }
        self.manifest.bundles.push(bundle);
        Ok(())
    }

    /// The series that catalogues and data sets name and no document described so far.
    async fn all_series(&mut self) -> Result<(), Halt> {
        for iri in std::mem::take(&mut self.series) {
            if self.visited.insert(iri.clone())
                && self.scope.address_of(&iri).is_some()
                && let Child::Read(document) = self.child(&iri).await?
            {
                self.manifest.bundles.push(Bundle { answers: vec![document.answer], ..Bundle::default() });
            }
        }
        Ok(())
    }

    async fn child(&mut self, iri: &str) -> Result<Child, Halt> {
        let Some(address) = self.scope.address_of(iri) else {
            self.manifest.notes.push(format!("{iri} is on another host and was not read"));
            self.withhold(iri, "it is on another host than its catalogue".to_owned(), false);
            return Ok(Child::NotShown);
        };
        match self.gatherer.document(&address, &self.scope.iri_of(&address), &self.scope).await {
            Ok(document) => Ok(Child::Read(Box::new(document))),
            Err(Miss::Fetch(error)) => match error.class() {
                ErrorClass::Forbidden => {
                    self.withhold(iri, format!("not published by its source ({error})"), false);
                    Ok(Child::NotShown)
                }
                ErrorClass::Gone => {
                    self.manifest.notes.push(format!("{iri} is listed and gone ({error})"));
                    Ok(Child::NotShown)
                }
                ErrorClass::ServerError | ErrorClass::RateLimited | ErrorClass::TooLarge | ErrorClass::NotRdf => {
                    self.withhold(iri, format!("{error}. {}", error.advice()), true);
                    Ok(Child::NotShown)
                }
                _ => Err(Miss::Fetch(error).into_halt(&address)),
            },
            Err(Miss::Unreadable(reason)) => {
                self.withhold(iri, format!("its document could not be read: {reason}"), true);
                Ok(Child::NotShown)
            }
            Err(Miss::Halt(halt)) => Err(halt),
        }
    }

    fn withhold(&mut self, iri: &str, reason: String, unknown: bool) {
        self.manifest.withheld.push(Withheld { iri: iri.to_owned(), reason, unknown });
    }
}

/// The name under which the document describes what was asked for: its IRI, or the address that answered.
fn subject_in(graph: &Graph, iri: &str, address: &str) -> String {
    let named = [iri, address].into_iter().find(|name| links::is_catalog(graph, name));
    named.unwrap_or(iri).to_owned()
}

fn has_type(graph: &Graph, iri: &str) -> bool {
    links::described(graph).contains(iri)
}
