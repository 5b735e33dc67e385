//! `atlas export`: all published records in one RDF format and one profile, on standard output.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{CliError, Global};
use crate::app::App;
use crate::db::records::{self, Record};
use crate::db::{Connection, DbError};
use crate::domain::dataset::Profile;
use crate::domain::ids::RecordId;
use crate::domain::lifecycle::RecordKind;
use crate::rdf::Graph;
use crate::rdf::media::Format;
use crate::rdf::parse::{ParseLimits, parse};
use crate::rdf::profile::{Target, write_dataset, write_series};
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

/// Profile of the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// HealthDCAT-AP Release 8 with everything that the catalogue knows.
    R8,
    /// EUCAIM DCAT-AP 2.0.
    #[value(name = "eucaim-2")]
    Eucaim2,
    /// DCAT-AP 3.
    #[value(name = "dcat-ap-3")]
    DcatAp3,
    /// As the sources published it.
    Source,
}

/// Flags of `atlas export`.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Format.
    #[arg(long, value_enum, default_value_t = Shape::Nq)]
    format: Shape,
    /// Profile.
    #[arg(long, value_enum, default_value_t = Wanted::R8)]
    profile: Wanted,
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
    wanted: Wanted,
) -> Result<Vec<(RecordId, Graph)>, DbError> {
    let mut graphs = Vec::new();
    for record in records::published(connection, kind, after, BATCH)? {
        let graph = graph_of(connection, app, &record, wanted)?;
        graphs.push((record.id, graph));
    }
    Ok(graphs)
}

/// The record's graph; its blank nodes carry the record's id, so that those of two records never meet.
fn graph_of(connection: &mut Connection, app: &App, record: &Record, wanted: Wanted) -> Result<Graph, DbError> {
    let profile = match wanted {
        Wanted::R8 => Profile::HealthDcatApR8,
        Wanted::Eucaim2 => Profile::Eucaim2,
        Wanted::DcatAp3 => Profile::DcatAp,
        Wanted::Source => {
            let quads = records::source_graph(connection, &record.id)?;
            let parsed = parse(quads.as_bytes(), Some("application/n-quads"), "", &ParseLimits::default())
                .map_err(|problem| DbError::Refused(format!("record {}: {problem}", record.id)))?;
            return Ok(named_apart(&parsed.graph, &record.id));
        }
    };
    let target = Target { profile, record_page: None };
    let graph = match record.kind {
        RecordKind::Dataset => write_dataset(&record.dataset()?, &app.vocabulary.current(), &target),
        RecordKind::Series => write_series(&record.series()?, &app.vocabulary.current(), &target),
    };
    Ok(named_apart(&graph, &record.id))
}

fn named_apart(graph: &Graph, record: &RecordId) -> Graph {
    use oxrdf::{BlankNode, NamedOrBlankNode, Term, Triple};
    let prefix: String = record.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    let renamed = |blank: &BlankNode| BlankNode::new_unchecked(format!("r{prefix}x{}", blank.as_str()));
    let mut apart = Graph::new();
    for triple in graph {
        let mut own: Triple = triple.into_owned();
        if let NamedOrBlankNode::BlankNode(blank) = &own.subject {
            own.subject = renamed(blank).into();
        }
        if let Term::BlankNode(blank) = &own.object {
            own.object = renamed(blank).into();
        }
        apart.insert(&own);
    }
    apart
}
