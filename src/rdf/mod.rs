//! RDF: parse and salvage, split into records, canonicalise, map to and from the canonical data set, write, store,
//! query. The only place that knows oxigraph's store.
//!
//! Policy: bytes from outside are never trusted (every limit is named in [`parse::ParseLimits`] and
//! [`sparql::SparqlLimits`]), one bad statement never loses its neighbours, and nothing is fetched: remote JSON-LD
//! contexts and SPARQL `SERVICE` are refused. Graphs held by the product have no triple terms (RDF 1.2): the parser
//! reports and leaves them out, because the canonical form (RDFC-1.0) is not defined over them.

pub mod canonical;
pub mod caps;
pub mod concepts;
pub mod depth;
mod generations;
pub mod listing;
pub mod media;
pub mod namespaces;
pub mod parse;
pub mod profile;
pub mod repair;
mod salvage;
pub mod shapes;
pub mod sparql;
pub mod split;
pub mod store;
pub mod text;
pub mod write;

pub use oxrdf::Graph;
