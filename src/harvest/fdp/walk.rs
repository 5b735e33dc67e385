//! The way through a FAIR Data Point.

use std::collections::{BTreeSet, VecDeque};

use super::links::{self, Step};
use super::pages::{self, Paged};
use crate::harvest::gather::{Document, Gatherer, Miss, Reading};
use crate::harvest::manifest::{Answer, Bundle, Halt, Manifest, Withheld};
use crate::harvest::protocol::Target;
use crate::harvest::scope::Scope;
use crate::net::{ErrorClass, FetchError};
use crate::rdf::Graph;

/// Depth of catalogues in catalogues.
const MAX_CATALOG_DEPTH: usize = 8;

/// Parts of one data set that are asked for one by one; the description of the others is left out and noted.
const MAX_PARTS: usize = 500;
/// Documents that may fail by themselves, while the source's root goes on to answer, before the run is given up.
const MAX_TROUBLES: usize = 50;

/// What became of a child.
enum Child {
    /// It was read.
    Read(Box<Document>),
    /// It was not shown, or is on another host; the manifest says so.
    NotShown,
}

/// What a failure means for a document that the source can be read without.
enum Fate {
    /// It is a draft, or not for us.
    NotShown(FetchError),
    /// It is no longer there.
    Gone(FetchError),
    /// Whether it is still there cannot be known.
    Unknown(String, Halt),
    /// The source itself does not answer any more.
    Stop(Halt),
}

/// One walk.
pub(super) struct Walk<'a> {
    pub(super) gatherer: &'a mut Gatherer,
    pub(super) scope: Scope,
    pub(super) manifest: Manifest,
    address: String,
    /// The scope under the address that the root redirects to, where it does.
    moved: Option<Scope>,
    visited: BTreeSet<String>,
    series: BTreeSet<String>,
    troubles: usize,
    catalogs_read: usize,
    /// Why the first catalogue that could not be read was not.
    catalog_missed: Option<Halt>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(target: &Target, gatherer: &'a mut Gatherer) -> Self {
        Self {
            gatherer,
            scope: Scope::new(&target.address, target.options.hosts.clone()),
            manifest: Manifest::default(),
            address: target.address.clone(),
            moved: None,
            visited: BTreeSet::new(),
            series: BTreeSet::new(),
            troubles: 0,
            catalogs_read: 0,
            catalog_missed: None,
        }
    }

    /// Reads everything.
    pub(super) async fn whole(mut self) -> Result<Manifest, Halt> {
        let address = self.address.clone();
        let asked = self.gatherer.document(&address, Reading::of(&address), &self.scope).await;
        let root = asked.map_err(|miss| miss.into_halt(&address))?;
        let Some(subject) = links::root_subject(&root.graph, &address) else {
            return Err(Halt::refused(
                "unreadable",
                format!("{address} does not describe a FAIR Data Point"),
                "Give the address of the FAIR Data Point itself; harvest other RDF as a document.",
            ));
        };
        self.scope.call_itself(&subject);
        self.moved = self.scope.moved_to(&root.address);
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
        if let Some(halt) = self.catalog_missed.take().filter(|_| self.catalogs_read == 0) {
            return Err(halt);
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
        let document = match self.ask(iri, &address).await {
            Ok(document) => document,
            Err(miss) => {
                self.missed_catalog(iri, &address, miss).await?;
                return Ok(BTreeSet::new());
            }
        };
        self.catalogs_read += 1;
        let catalog = subject_in(&document.graph, iri, &address);
        let datasets = links::children(&document.graph, &catalog, Step::Datasets);
        self.series.extend(links::children(&document.graph, &catalog, Step::Series).iris);
        let deeper = links::children(&document.graph, &catalog, Step::SubCatalogs).iris;
        let described = links::described(&document.graph);
        let mut embedded: BTreeSet<String> = datasets.iris.intersection(&described).cloned().collect();
        self.whole_instead_of_stubs(&document.graph, &mut embedded).await?;
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

    /// Some catalogues carry a line or two about each data set, whose own document has the rest: where it is to be had, it
    /// is read instead.
    async fn whole_instead_of_stubs(&mut self, graph: &Graph, embedded: &mut BTreeSet<String>) -> Result<(), Halt> {
        let stubs: Vec<String> = embedded.iter().filter(|iri| links::is_stub(graph, iri)).cloned().collect();
        for stub in stubs {
            let address = self.scope.address_of(&stub).filter(|address| !self.gatherer.has_asked(address));
            let Some(address) = address.filter(|_| !self.visited.contains(&stub)) else { continue };
            let miss = match self.ask(&stub, &address).await {
                Ok(document) if links::described(&document.graph).contains(&stub) => {
                    embedded.remove(&stub);
                    self.visited.insert(stub.clone());
                    self.bundle(document.answer, &document.graph, BTreeSet::from([stub])).await?;
                    continue;
                }
                Ok(_) => continue,
                Err(miss) => miss,
            };
            if matches!(&miss, Miss::Fetch(error) if matches!(error.class(), ErrorClass::NotRdf | ErrorClass::UnexpectedStatus))
            {
                // Its name leads to a page for people: the catalogue's word is all there is.
                continue;
            }
            let (reason, unknown) = match self.fate(miss, &address).await {
                Fate::Stop(halt) => return Err(halt),
                Fate::Gone(_) => continue,
                Fate::NotShown(error) => (format!("not published by its source ({error})"), false),
                Fate::Unknown(reason, _) => (reason, true),
            };
            embedded.remove(&stub);
            self.visited.insert(stub.clone());
            self.withhold(&stub, reason, unknown);
        }
        Ok(())
    }

    /// A catalogue without an answer. Its data sets cannot be told from removed ones, so nothing may be removed in this
    /// run, unless the catalogue itself is gone.
    async fn missed_catalog(&mut self, iri: &str, address: &str, miss: Miss) -> Result<(), Halt> {
        match self.fate(miss, address).await {
            Fate::Stop(halt) => return Err(halt),
            Fate::Gone(error) => self.manifest.notes.push(format!("the catalogue {iri} is gone ({error})")),
            Fate::NotShown(error) => {
                self.withhold(iri, format!("the catalogue is not shown to us ({error})"), true);
                self.catalog_missed.get_or_insert(Miss::Fetch(error).into_halt(address));
            }
            Fate::Unknown(reason, halt) => {
                self.withhold(iri, format!("the catalogue could not be read: {reason}"), true);
                self.catalog_missed.get_or_insert(halt);
            }
        }
        Ok(())
    }

    /// Completes a document of data sets with the parts that are described elsewhere, and adds it to the manifest.
    pub(super) async fn bundle(
        &mut self,
        leading: Answer,
        graph: &Graph,
        subjects: BTreeSet<String>,
    ) -> Result<(), Halt> {
        let mut bundle = Bundle { answers: vec![leading], subjects, ..Bundle::default() };
        let described = links::described(graph);
        let shows_subjects = bundle.subjects.iter().any(|subject| links::describes(graph, subject));
        let mut asked = BTreeSet::new();
        for dataset in &described {
            let is_other = !bundle.subjects.is_empty() && !bundle.subjects.contains(dataset);
            if is_other && shows_subjects {
                continue;
            }
            let series = links::children(graph, dataset, Step::Series).iris;
            self.series.extend(series.difference(&described).cloned());
            let parts = links::children(graph, dataset, Step::Parts).iris;
            let elsewhere = parts.into_iter().filter(|part| !links::describes(graph, part));
            let elsewhere: Vec<(String, String)> =
                elsewhere.filter_map(|part| self.scope.address_of(&part).map(|address| (part, address))).collect();
            if elsewhere.len() > MAX_PARTS {
                self.manifest.notes.push(format!(
                    "{dataset} has {} parts in documents of their own; the first {MAX_PARTS} were read",
                    elsewhere.len()
                ));
            }
            for (part, address) in elsewhere.into_iter().take(MAX_PARTS) {
                if asked.insert(part.clone()) {
                    let answer = self.part(dataset, &part, &address).await?;
                    bundle.answers.extend(answer);
                }
            }
        }
        self.manifest.bundles.push(bundle);
        Ok(())
    }

    /// The document of a part of a data set; `None`: the manifest says why there is none.
    async fn part(&mut self, dataset: &str, part: &str, address: &str) -> Result<Option<Answer>, Halt> {
        let miss = match self.ask(part, address).await {
            Ok(document) => return Ok(Some(document.answer)),
            Err(miss) => miss,
        };
        match self.fate(miss, address).await {
            Fate::Stop(halt) => return Err(halt),
            Fate::NotShown(error) | Fate::Gone(error) => {
                self.manifest.notes.push(format!("{part}, a part of {dataset}, is not shown ({error})"));
            }
            Fate::Unknown(reason, _) => {
                self.withhold(dataset, format!("its part {part} could not be read: {reason}"), true);
            }
        }
        Ok(None)
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
        let miss = match self.ask(iri, &address).await {
            Ok(document) => return Ok(Child::Read(Box::new(document))),
            Err(miss) => miss,
        };
        match self.fate(miss, &address).await {
            Fate::Stop(halt) => return Err(halt),
            Fate::NotShown(error) => self.withhold(iri, format!("not published by its source ({error})"), false),
            Fate::Gone(error) => self.manifest.notes.push(format!("{iri} is listed and gone ({error})")),
            Fate::Unknown(reason, _) => self.withhold(iri, reason, true),
        }
        Ok(Child::NotShown)
    }

    /// Asks for what is known by the IRI: at the address that the source was entered with, and where that has nothing and
    /// the source has moved, at its new place. The name stays the same.
    async fn ask(&mut self, iri: &str, address: &str) -> Result<Document, Miss> {
        let base = self.scope.iri_of(address);
        let asked = self.gatherer.document(address, Reading::of(&base), &self.scope).await;
        let is_gone = matches!(&asked, Err(Miss::Fetch(error)) if error.class() == ErrorClass::Gone);
        let moved = self.moved.as_ref().filter(|_| is_gone).and_then(|scope| scope.address_of(iri));
        match moved.filter(|moved| moved != address) {
            Some(moved) => self.gatherer.document(&moved, Reading::of(&base), &self.scope).await,
            None => asked,
        }
    }

    /// What the failure means. One document may fail by itself for ever and must not cost the others; a source that has
    /// died is told from it by asking for its root once more.
    async fn fate(&mut self, miss: Miss, address: &str) -> Fate {
        let class = match &miss {
            Miss::Fetch(error) => error.class(),
            Miss::Unreadable(reason) => {
                let reason = format!("its document could not be read: {reason}");
                return Fate::Unknown(reason, miss.into_halt(address));
            }
            Miss::Halt(_) => return Fate::Stop(miss.into_halt(address)),
        };
        let Miss::Fetch(error) = miss else { return Fate::Stop(miss.into_halt(address)) };
        match class {
            ErrorClass::Forbidden => return Fate::NotShown(error),
            ErrorClass::Gone => return Fate::Gone(error),
            ErrorClass::Unreachable | ErrorClass::Dns | ErrorClass::Tls | ErrorClass::Timeout | ErrorClass::CutOff => {
                self.troubles += 1;
                let root = self.address.clone();
                let answers = self.gatherer.document(&root, Reading::of(&root), &self.scope).await.is_ok();
                if !answers || self.troubles > MAX_TROUBLES {
                    return Fate::Stop(Miss::Fetch(error).into_halt(address));
                }
            }
            _ => {}
        }
        let reason = format!("{error}. {}", error.advice());
        Fate::Unknown(reason, Miss::Fetch(error).into_halt(address))
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
