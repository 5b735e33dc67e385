//! The RDF index: oxigraph on disk, a named graph per published record and one hub graph.
//!
//! Policy: the database is the truth, this store is a projection of it. One change set is one transaction that also
//! stores the cursor, so a crash leaves either all of it or nothing. One process writes, and one writer at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use oxigraph::model::{GraphNameRef, LiteralRef, NamedNodeRef, Quad, QuadRef, TermRef};
use oxigraph::store::{StorageError, Store, Transaction};
use oxrdf::{BlankNode, Graph, NamedNode, NamedOrBlankNode, Term, Triple, TripleRef};
use uuid::Uuid;

use super::namespaces::{atlas, dcat, dct, rdf, xsd};

/// The graph that describes the hub itself and holds the projection's cursor.
pub const HUB_GRAPH: &str = "urn:atlas:hub";
/// The resource that carries the cursor.
const HUB: NamedNodeRef<'static> = NamedNodeRef::new_unchecked(HUB_GRAPH);
/// Memory that a rebuild may use, in megabytes: the store's smallest sensible value.
const BULK_MEGABYTES: usize = 256;

/// What happened to one record.
#[derive(Debug, Clone)]
pub struct GraphChange {
    /// The record's id (a UUID); its graph is `urn:uuid:` and this.
    pub record_id: String,
    /// Its graph now; `None`: it is not published any more.
    pub graph: Option<Graph>,
}

/// Why the store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or the engine.
    #[error("the RDF index failed: {0}")]
    Storage(#[from] StorageError),
    /// Bulk loading.
    #[error("the RDF index could not be loaded: {0}")]
    Load(String),
    /// A directory.
    #[error("the RDF index at {path} cannot be used: {reason}")]
    Directory {
        /// Where.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A record id that cannot be part of a graph name.
    #[error("{0:?} is not a record id")]
    RecordId(String),
}

/// The RDF index of one process.
pub struct RdfStore {
    store: Store,
    /// Writers take turns: the engine does not detect every conflict between two.
    writing: Mutex<()>,
    /// Whether it outlives the process.
    on_disk: bool,
    /// Change sets since it was opened.
    changes: AtomicU64,
}

impl std::fmt::Debug for RdfStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RdfStore").finish_non_exhaustive()
    }
}

impl RdfStore {
    /// Opens the index in a directory, making it if there is none. One process at a time.
    ///
    /// # Errors
    /// [`StoreError`] when the directory cannot be made or another process holds it.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory)
            .map_err(|error| StoreError::Directory { path: directory.to_owned(), reason: error.to_string() })?;
        Ok(Self::over(Store::open(directory)?, true))
    }

    /// An index in memory, for tools and tests that need none on disk.
    ///
    /// # Errors
    /// [`StoreError::Storage`] when the engine cannot start.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self::over(Store::new()?, false))
    }

    fn over(store: Store, on_disk: bool) -> Self {
        Self { store, writing: Mutex::new(()), on_disk, changes: AtomicU64::new(0) }
    }

    /// The outbox position up to which changes are in the index; 0 for an empty one.
    ///
    /// # Errors
    /// [`StoreError::Storage`].
    pub fn cursor(&self) -> Result<i64, StoreError> {
        let quads = self.store.quads_for_pattern(
            Some(HUB.into()),
            Some(atlas::CURSOR),
            None,
            Some(GraphNameRef::NamedNode(HUB)),
        );
        let mut cursor = 0;
        for quad in quads {
            if let TermRef::Literal(literal) = quad?.object.as_ref() {
                cursor = literal.value().parse().unwrap_or(0);
            }
        }
        Ok(cursor)
    }

    /// Applies changes and stores the cursor, in one transaction. A record that comes twice keeps its last change.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is changed then.
    pub fn apply(&self, changes: &[GraphChange], cursor: i64) -> Result<(), StoreError> {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut transaction = self.store.start_transaction()?;
        let latest: BTreeMap<&str, &GraphChange> =
            changes.iter().map(|change| (change.record_id.as_str(), change)).collect();
        for change in latest.into_values() {
            let name = graph_name(&change.record_id)?;
            let graph_ref = GraphNameRef::NamedNode(name.as_ref());
            // Removing looks through everything that the transaction wrote so far: only where there is something.
            if self.store.contains_named_graph(name.as_ref())? {
                transaction.remove_named_graph(name.as_ref())?;
            }
            if let Some(graph) = &change.graph {
                for triple in graph {
                    transaction.insert(own(&change.record_id, triple).as_ref().in_graph(graph_ref));
                }
            }
        }
        set_cursor(&mut transaction, cursor)?;
        transaction.commit()?;
        self.changed();
        Ok(())
    }

    /// Fills an empty index from all published records at once, with the cursor they were read at.
    ///
    /// # Errors
    /// [`StoreError`]; the directory is then to be thrown away.
    pub fn load(&self, records: impl IntoIterator<Item = GraphChange>, cursor: i64) -> Result<usize, StoreError> {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut loader = self.store.bulk_loader().with_num_threads(2).with_max_memory_size_in_megabytes(BULK_MEGABYTES);
        let mut count = 0_usize;
        for record in records {
            let name = graph_name(&record.record_id)?;
            let Some(graph) = record.graph else { continue };
            let owned = graph.iter().map(|triple| own(&record.record_id, triple).in_graph(name.clone()));
            let quads: Vec<Quad> = owned.collect();
            loader.load_quads(quads)?;
            count = count.saturating_add(1);
        }
        loader.commit()?;
        let mut transaction = self.store.start_transaction()?;
        set_cursor(&mut transaction, cursor)?;
        transaction.commit()?;
        self.changed();
        self.store.flush()?;
        Ok(count)
    }

    /// Replaces the description of the hub's catalogue in the hub graph.
    ///
    /// # Errors
    /// [`StoreError::Storage`].
    pub fn describe_hub(&self, public_url: &str, title: &str) -> Result<(), StoreError> {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let cursor = self.cursor()?;
        let mut transaction = self.store.start_transaction()?;
        transaction.clear_graph(HUB)?;
        if let Ok(catalogue) = NamedNode::new(public_url) {
            let graph = GraphNameRef::NamedNode(HUB);
            transaction.insert(QuadRef::new(catalogue.as_ref(), rdf::TYPE, dcat::CATALOG, graph));
            let title = LiteralRef::new_language_tagged_literal_unchecked(title, "en");
            transaction.insert(QuadRef::new(catalogue.as_ref(), dct::TITLE, title, graph));
        }
        set_cursor(&mut transaction, cursor)?;
        transaction.commit()?;
        self.changed();
        Ok(())
    }

    /// The graph of a published record; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn record(&self, record_id: &str) -> Result<Option<Graph>, StoreError> {
        let name = graph_name(record_id)?;
        let mut graph = Graph::new();
        for quad in self.store.quads_for_pattern(None, None, None, Some(GraphNameRef::NamedNode(name.as_ref()))) {
            graph.insert(oxrdf::TripleRef::from(quad?.as_ref()));
        }
        Ok((!graph.is_empty()).then_some(graph))
    }

    /// How many records are in the index. Reads the list of graphs.
    ///
    /// # Errors
    /// [`StoreError::Storage`].
    pub fn records(&self) -> Result<usize, StoreError> {
        let mut count = 0_usize;
        for name in self.store.named_graphs() {
            if name?.to_string() != HUB.to_string() {
                count = count.saturating_add(1);
            }
        }
        Ok(count)
    }

    /// The ids of the records in the index, in no order. Reads the list of graphs.
    ///
    /// # Errors
    /// [`StoreError::Storage`].
    pub fn record_ids(&self) -> Result<Vec<String>, StoreError> {
        let mut ids = Vec::new();
        for name in self.store.named_graphs() {
            if let oxrdf::NamedOrBlankNode::NamedNode(name) = name?
                && let Some(id) = name.as_str().strip_prefix("urn:uuid:")
            {
                ids.push(id.to_owned());
            }
        }
        Ok(ids)
    }

    /// How often it was changed since it was opened; an equal number means equal content.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Whether it lies on disk; this process is its one owner then.
    pub(super) fn is_on_disk(&self) -> bool {
        self.on_disk
    }

    /// Makes a copy that never changes, for reading by other processes. `target` must not exist; on the store's own file
    /// system the copy is made of links and takes no room.
    pub(super) fn checkpoint(&self, target: &Path) -> Result<(), StoreError> {
        Ok(self.store.backup(target)?)
    }

    fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }
}

/// The name of a record's graph.
fn graph_name(record_id: &str) -> Result<NamedNode, StoreError> {
    let well_formed =
        !record_id.is_empty() && record_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let name = NamedNode::new(format!("urn:uuid:{record_id}"));
    match name {
        Ok(name) if well_formed => Ok(name),
        Ok(_) | Err(_) => Err(StoreError::RecordId(record_id.to_owned())),
    }
}

/// The statement with nameless nodes that belong to the record. Records number theirs alike (`n1`, `n2`, …), and a
/// nameless node is the same node in every graph of the store: unchanged, the tallies of all records would be one.
fn own(record_id: &str, triple: TripleRef<'_>) -> Triple {
    let mut triple = triple.into_owned();
    if let NamedOrBlankNode::BlankNode(node) = &triple.subject {
        triple.subject = own_node(record_id, node).into();
    }
    if let Term::BlankNode(node) = &triple.object {
        triple.object = own_node(record_id, node).into();
    }
    triple
}

fn own_node(record_id: &str, node: &BlankNode) -> BlankNode {
    let name = format!("{record_id}/{}", node.as_str());
    BlankNode::new_from_unique_id(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).as_u128())
}

fn set_cursor(transaction: &mut Transaction<'_>, cursor: i64) -> Result<(), StoreError> {
    let graph = GraphNameRef::NamedNode(HUB);
    let old: Vec<Quad> = transaction
        .quads_for_pattern(Some(HUB.into()), Some(atlas::CURSOR), None, Some(graph))
        .collect::<Result<_, _>>()?;
    for quad in &old {
        transaction.remove(quad);
    }
    let text = cursor.to_string();
    let value = LiteralRef::new_typed_literal(&text, xsd::INTEGER);
    transaction.insert(QuadRef::new(HUB, rdf::TYPE, atlas::HUB, graph));
    transaction.insert(QuadRef::new(HUB, atlas::CURSOR, value, graph));
    Ok(())
}
