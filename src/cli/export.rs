//! `atlas export`: all published records in one RDF format and one profile, on standard output.

use std::io::Write as _;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::{CliError, Global};
use crate::app::App;
use crate::db::records::{self, Record};
use crate::db::{Connection, DbError};
use crate::domain::ids::RecordId;
use crate::domain::lifecycle::RecordKind;
use crate::rdf::Graph;
use crate::rdf::listing::named_apart;
use crate::rdf::media::Format;
use crate::rdf::profile::{Contents, Served};
use crate::rdf::write::serialise;

/// Records read at a time.
const BATCH: i64 = 200;

/// Format of the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// N-Quads, one statement a line.
    Nq,
    /// Turtle.
    Ttl,
    /// JSON-LD.
    Jsonld,
}

/// Flags of `atlas export`.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Format.
    #[arg(long, value_enum, default_value_t = Shape::Nq)]
    format: Shape,
    /// Profile: r8 (HealthDCAT-AP Release 8 with everything that the catalogue knows), eucaim-2, dcat-ap-3, or source
    /// (as the sources published it).
    #[arg(long, default_value_t = Served::R8, value_parser = profiles())]
    profile: Served,
}

pub(super) fn run(global: &Global, flags: &Flags) -> Result<ExitCode, CliError> {
    let (_runtime, app) = global.beside()?;
    let mut whole = Graph::new();
    let mut output = std::io::stdout().lock();
    for kind in [RecordKind::Dataset, RecordKind::Series] {
        let mut after: Option<RecordId> = None;
        loop {
            let last = after.clone();
            let wanted = flags.profile;
            let graphs = app.db.read_blocking(|connection| batch(connection, &app, kind, last.as_ref(), wanted))?;
            let Some((newest, _)) = graphs.last() else { break };
            after = Some(newest.clone());
            for (_, graph) in &graphs {
                if flags.format == Shape::Nq {
                    output.write_all(&serialise(graph, Format::NQuads)).map_err(CliError::Output)?;
                } else {
                    graph.iter().for_each(|triple| {
                        whole.insert(triple);
                    });
                }
            }
        }
    }
    let format = match flags.format {
        Shape::Nq => return Ok(ExitCode::SUCCESS),
        Shape::Ttl => Format::Turtle,
        Shape::Jsonld => Format::JsonLd,
    };
    output.write_all(&serialise(&whole, format)).map_err(CliError::Output)?;
    Ok(ExitCode::SUCCESS)
}

fn batch(
    connection: &mut Connection,
    app: &App,
    kind: RecordKind,
    after: Option<&RecordId>,
    wanted: Served,
) -> Result<Vec<(RecordId, Graph)>, DbError> {
    let mut graphs = Vec::new();
    for record in records::published(connection, kind, after, BATCH)? {
        let graph = graph_of(connection, app, &record, wanted)?;
        graphs.push((record.id, graph));
    }
    Ok(graphs)
}

/// The record's graph; its blank nodes carry the record's id, so that those of two records never meet.
fn graph_of(connection: &mut Connection, app: &App, record: &Record, wanted: Served) -> Result<Graph, DbError> {
    let quads = if wanted.needs_source() { records::source_graph(connection, &record.id)? } else { String::new() };
    let written = match record.kind {
        RecordKind::Dataset => {
            wanted.graph(Contents::Dataset(&record.dataset()?), &app.vocabulary.current(), None, &quads)
        }
        RecordKind::Series => {
            wanted.graph(Contents::Series(&record.series()?), &app.vocabulary.current(), None, &quads)
        }
    };
    let graph = written.map_err(|problem| DbError::Refused(format!("record {}: {problem}", record.id)))?;
    Ok(named_apart(&graph, record.id.as_str()))
}

/// The names of the profiles, so that a wrong one is answered with the right ones.
fn profiles() -> impl TypedValueParser<Value = Served> {
    PossibleValuesParser::new(Served::ALL.map(Served::key)).try_map(|name| name.parse::<Served>())
}
