//! `atlas validate FILE|URL`: what a record lacks and what to write, before anybody harvests it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{CliError, Global, say};
use crate::domain::conformance::{AccessLevel, RuleProfile};
use crate::harvest::validate::ValidationRequest;
use crate::harvest::{Engine, Protocol, SourceOptions, Target};
use crate::rdf::shapes::{ShapeSet, ShapesError, Wish};

/// The largest file of shapes that is read, in bytes.
const LARGEST_SHAPES: u64 = 4 * 1024 * 1024;

/// Flags of `atlas validate`.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// A file, or an http address: an RDF document or a FAIR Data Point.
    what: String,
    /// Hold every record against this profile (default: the current release of the one it is written in): dcat-ap-3, r8
    /// or eucaim-2.
    #[arg(long)]
    profile: Option<RuleProfile>,
    /// Access level for the obligations of r8 (default: the one that the record states): public, restricted or
    /// non-public.
    #[arg(long)]
    level: Option<AccessLevel>,
    /// SHACL files of your own in place of the built-in rules; may be given several times.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["profile", "level"])]
    shapes: Vec<PathBuf>,
    /// What relative names in the document refer to.
    #[arg(long, value_name = "IRI", default_value = "")]
    base: String,
    /// How an address is read: fdp or document (default: fdp for an address that does not end like a file).
    #[arg(long)]
    protocol: Option<Protocol>,
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
    /// With --json: the statements that were checked, too, as N-Triples.
    #[arg(long, requires = "json")]
    graphs: bool,
}

pub(super) fn run(global: &Global, flags: &Flags) -> Result<ExitCode, CliError> {
    let is_address = flags.what.starts_with("http://") || flags.what.starts_with("https://");
    if !is_address && !Path::new(&flags.what).is_file() {
        let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no such file");
        return Err(CliError::File { path: PathBuf::from(&flags.what), source: missing });
    }
    let shapes = own_shapes(&flags.shapes)?;
    let (runtime, app) = global.beside()?;
    let options = SourceOptions { base: flags.base.clone(), ..SourceOptions::default() };
    let request = ValidationRequest {
        protocol: flags.protocol.unwrap_or_else(|| Protocol::of_address(&flags.what)),
        target: Target { address: flags.what.clone(), options },
        wish: Wish { profile: flags.profile, level: flags.level, shapes },
        graphs: flags.graphs,
    };
    let report = runtime.block_on(Engine::of(&app).validate(request))?;
    if flags.json {
        let text = serde_json::to_string_pretty(&report).map_err(|problem| CliError::Output(problem.into()))?;
        say(&text);
    } else {
        say(report.to_string().trim_end());
    }
    Ok(ExitCode::from(report.exit_code()))
}

/// The shapes of the named files, as one set.
fn own_shapes(paths: &[PathBuf]) -> Result<Option<Arc<ShapeSet>>, CliError> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut texts = Vec::new();
    for path in paths {
        let unusable = |source| CliError::File { path: path.clone(), source };
        let size = std::fs::metadata(path).map_err(unusable)?.len();
        if size > LARGEST_SHAPES {
            let reason = format!("it has {size} bytes; at most {LARGEST_SHAPES} are read");
            return Err(ShapesError { file: path.display().to_string(), reason }.into());
        }
        texts.push((path.display().to_string(), std::fs::read_to_string(path).map_err(unusable)?));
    }
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let set = ShapeSet::read(&files)?;
    if set.has_no_targets() {
        let reason = "no shape in it says what it applies to (sh:targetClass and the like)".to_owned();
        return Err(
            ShapesError { file: files.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "), reason }.into()
        );
    }
    Ok(Some(Arc::new(set)))
}
