//! Why a query has no answer.

use serde::{Deserialize, Serialize};

/// Why a query has no answer. Travels from a worker to the hub as JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum SparqlError {
    /// There is no query.
    #[error("the query is missing: send it as the parameter named query, or as the body with application/sparql-query")]
    Missing,
    /// The query is longer than allowed.
    #[error("the query has {chars} characters: {limit} are allowed")]
    TooLong {
        /// Its length.
        chars: usize,
        /// The limit.
        limit: usize,
    },
    /// It is not SPARQL.
    #[error("the query cannot be read: {0}")]
    Syntax(String),
    /// It is an update.
    #[error("this endpoint only answers queries: updates are not accepted")]
    Update,
    /// A graph name that is not an IRI, or too many of them.
    #[error("{0}")]
    Graph(String),
    /// It asks another endpoint.
    #[error("SERVICE is not allowed: this endpoint asks no other server ({0})")]
    Service(String),
    /// No format of this kind of answer is acceptable to the client.
    #[error("none of the formats asked for ({asked}) can be given: {offered}")]
    NotAcceptable {
        /// The header.
        asked: String,
        /// What could be given.
        offered: String,
    },
    /// The deadline passed.
    #[error("the query took longer than {seconds} seconds and was stopped: ask for less, or add a LIMIT")]
    Deadline {
        /// The deadline in seconds.
        seconds: u64,
    },
    /// More rows than allowed.
    #[error("the answer has more than {limit} rows or statements: add a LIMIT, or ask for less")]
    TooManyRows {
        /// The cap.
        limit: usize,
    },
    /// More bytes than allowed.
    #[error("the answer is larger than {limit} bytes: add a LIMIT, or ask for fewer columns")]
    TooLarge {
        /// The cap.
        limit: usize,
    },
    /// More memory than allowed.
    #[error(
        "the query needed more than {mebibytes} MiB of memory and was stopped: sort, group or combine fewer rows, or \
         add more conditions"
    )]
    Memory {
        /// The cap.
        mebibytes: u64,
    },
    /// The query is nested so deeply that reading or answering it used up the stack.
    #[error("the query is nested too deeply and was stopped: write it with fewer levels or shorter chains")]
    TooDeep,
    /// It sorts values of kinds that the engine cannot put into one order, and the engine gave up.
    #[error(
        "the values that the query sorts by are of kinds that have no common order: sort by their text, as in \
         ORDER BY STR(?x)"
    )]
    Unsortable,
    /// Too many queries are running and waiting.
    #[error("as many queries as this endpoint takes are running or waiting: try again in a moment")]
    Busy,
    /// The process that answered ended and did not say why.
    #[error("the query was stopped because the process that answered it ended ({0})")]
    Ended(String),
    /// The engine failed.
    #[error("the query failed: {0}")]
    Engine(String),
}

impl SparqlError {
    /// A short name for metrics.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            SparqlError::Missing
            | SparqlError::TooLong { .. }
            | SparqlError::Syntax(_)
            | SparqlError::Update
            | SparqlError::Graph(_)
            | SparqlError::Service(_)
            | SparqlError::Unsortable
            | SparqlError::NotAcceptable { .. } => "refused",
            SparqlError::Deadline { .. } => "deadline",
            SparqlError::TooManyRows { .. } => "rows",
            SparqlError::TooLarge { .. } => "bytes",
            SparqlError::Memory { .. } => "memory",
            SparqlError::TooDeep => "depth",
            SparqlError::Busy => "busy",
            SparqlError::Ended(_) => "ended",
            SparqlError::Engine(_) => "failed",
        }
    }
}
