//! The demonstration federation: thirty simulated provider endpoints over the real facts of the NCI Imaging Data
//! Commons, version 25.
//!
//! Policy: the hub knows nothing of it. Each node is a FAIR Data Point over HTTP on a loopback port of its own, and the
//! hub is told about it as an operator would. What is real (collections, counts, licences, identifiers) comes from
//! `facts.jsonl`; what is simulated (nodes, provider names, countries) says so in its name; descriptions are our own
//! sentences, made from the facts. Nodes publish free text as the source has it: reading it is the hub's work.

mod allocate;
mod describe;
mod facts;
mod nodes;
mod publish;

pub use allocate::{NODES, Node, allocate};
pub use facts::{Collection, CollectionSource, Facts, FactsError};
pub use nodes::{Federation, NodesError, RunningNode};
pub use publish::{data_point, dataset};

/// What every page of a demonstration says.
pub const NOTICE: &str = "Demonstration. Real: the collections, their counts, licences and identifiers (facts from the \
    NCI Imaging Data Commons, version 25; credit to each collection under its DOI). Simulated: the nodes, the provider \
    names and the countries.";
