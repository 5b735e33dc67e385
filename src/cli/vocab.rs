//! `atlas vocab`: whether the vocabularies hold together, and taking in bigger ones at run time.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CliError, Global, say};
use crate::domain::concept::Scheme;
use crate::harvest::vocabularies::{self, ImportError, Imported};
use crate::vocab::import::Notes;
use crate::vocab::{self, ImportOptions, Vocabulary};

/// Notes shown where not all are asked for.
const NOTES_SHOWN: usize = 10;

/// Subcommands of `atlas vocab`.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum Action {
    /// Check the vocabulary files in force; ends with 1 when something is wrong.
    Check,
    /// Take in a vocabulary: OWL classes or SKOS concepts, in any form of RDF. A running server picks it up by itself.
    Import(ImportFlags),
    /// List the imported vocabularies.
    List,
    /// Remove an imported vocabulary; the catalogue reads its records again without it.
    Remove {
        /// Its name, as `atlas vocab list` shows it.
        name: String,
    },
}

/// Flags of `atlas vocab import`.
#[derive(Debug, Clone, Args)]
pub(super) struct ImportFlags {
    /// The file.
    file: PathBuf,
    /// Short name; an import of the same name is replaced. Default: the file's name.
    #[arg(long)]
    name: Option<String>,
    /// Put every class into this vocabulary of the catalogue (condition, topography, body-part, …).
    #[arg(long, value_name = "VOCABULARY")]
    scheme: Option<String>,
    /// Put what stands under the class into this vocabulary; may be given several times.
    #[arg(long = "root", value_name = "IRI=VOCABULARY")]
    roots: Vec<String>,
    /// Say what would become of it and store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Show every note instead of the first ten.
    #[arg(long)]
    notes: bool,
}

pub(super) fn run(global: &Global, action: &Action) -> Result<ExitCode, CliError> {
    match action {
        Action::Check => check(global),
        Action::Import(flags) => import(global, flags),
        Action::List => list(global),
        Action::Remove { name } => remove(global, name),
    }
}

fn check(global: &Global) -> Result<ExitCode, CliError> {
    let directory = global.load()?.config.data.vocabularies;
    let named = !directory.as_os_str().is_empty();
    let vocabulary = Vocabulary::load(named.then_some(directory.as_path()))?;
    let problems = vocab::check(&vocabulary);
    for problem in &problems {
        say(&problem.to_string());
    }
    let concepts: usize = Scheme::ALL.into_iter().map(|scheme| vocabulary.concepts(scheme).count()).sum();
    say(&format!("{concepts} concepts in {} schemes, {} problems.", Scheme::ALL.len(), problems.len()));
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn import(global: &Global, flags: &ImportFlags) -> Result<ExitCode, CliError> {
    let options = options(flags)?;
    let file = flags.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let bytes = read(&flags.file)?;
    let (_runtime, app) = global.beside()?;
    let imported = vocabularies::import(&app, &file, &bytes, &options, flags.dry_run)?;
    tell(&options.name, &imported, flags.notes);
    say(match (flags.dry_run, imported.changed) {
        (true, _) => "Only tried: nothing was stored.",
        (false, false) => "This version is imported already: nothing has changed.",
        (false, true) => {
            "Stored. A running server takes it up within a second and then reads every record again; one that starts later does so at its start."
        }
    });
    Ok(ExitCode::SUCCESS)
}

/// The file's bytes; one beyond the limit is not read.
fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let unusable = |source| CliError::File { path: path.to_owned(), source };
    let size = std::fs::metadata(path).map_err(unusable)?.len();
    let limit = u64::try_from(vocabularies::LARGEST_FILE).unwrap_or(u64::MAX);
    if size > limit {
        let text = format!(
            "the file {} has {size} bytes, more than the {limit} allowed: import the branches that you need",
            path.display()
        );
        return Err(CliError::Usage(text));
    }
    std::fs::read(path).map_err(unusable)
}

fn options(flags: &ImportFlags) -> Result<ImportOptions, CliError> {
    let stem = || flags.file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let name = flags.name.clone().unwrap_or_else(|| name_of(&stem()));
    let scheme = flags.scheme.as_deref().map(scheme_named).transpose()?;
    let mut roots = Vec::new();
    for root in &flags.roots {
        let Some((iri, scheme)) = root.rsplit_once('=') else {
            return Err(CliError::Usage(format!("--root {root:?}: expected IRI=VOCABULARY")));
        };
        roots.push((iri.to_owned(), scheme_named(scheme)?));
    }
    Ok(ImportOptions { name, scheme, roots })
}

fn scheme_named(name: &str) -> Result<Scheme, CliError> {
    name.parse().map_err(|_| {
        let known: Vec<&str> = Scheme::ALL.into_iter().map(Scheme::as_str).collect();
        CliError::Usage(format!("there is no vocabulary named {name:?}; there are {}", known.join(", ")))
    })
}

/// A file's name in the alphabet of import names.
fn name_of(stem: &str) -> String {
    const LONGEST: usize = 40;
    let mut name = String::new();
    for character in stem.chars().map(|character| character.to_ascii_lowercase()) {
        if character.is_ascii_lowercase() || character.is_ascii_digit() {
            name.push(character);
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    if name.is_empty() { "imported".to_owned() } else { name.to_owned() }
}

fn tell(name: &str, imported: &Imported, all: bool) {
    let report = &imported.report;
    let version = imported.version.as_ref().map_or_else(String::new, |version| format!(", version {version}"));
    say(&format!("{name}: {}{version}, {} classes", imported.title, report.classes));
    say(&format!("  {} concepts that were there before got its codes and synonyms", report.joined));
    let added: Vec<String> = report.added.iter().map(|(scheme, count)| format!("{scheme} {count}")).collect();
    let by_scheme = if added.is_empty() { String::new() } else { format!(" ({})", added.join(", ")) };
    say(&format!("  {} new concepts{by_scheme}", report.added()));
    if report.unplaced > 0 {
        say(&format!(
            "  {} classes belong to no vocabulary of the catalogue and are not used (--root or --scheme can place them)",
            report.unplaced
        ));
    }
    tell_notes(&report.notes, all);
}

fn tell_notes(notes: &Notes, all: bool) {
    let shown = if all { notes.first.len() } else { NOTES_SHOWN };
    for note in notes.first.iter().take(shown) {
        say(&format!("  {note}"));
    }
    let hidden = notes.first.len().saturating_sub(shown) + notes.more;
    if hidden > 0 {
        let way = if all { "" } else { " (--notes shows the first 500)" };
        say(&format!("  and {hidden} more notes{way}"));
    }
}

fn list(global: &Global) -> Result<ExitCode, CliError> {
    let (_runtime, app) = global.beside()?;
    let stored = vocabularies::list(&app)?;
    if stored.is_empty() {
        say("No vocabulary is imported. The embedded ones are listed at /terms and checked by atlas vocab check.");
    }
    for import in &stored {
        say(&format!(
            "{}\t{}\t{} classes\tfrom {}\t{}",
            import.name,
            import.title,
            import.classes,
            import.file_name,
            import.imported.format("%Y-%m-%d %H:%M UTC")
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn remove(global: &Global, name: &str) -> Result<ExitCode, CliError> {
    let (_runtime, app) = global.beside()?;
    if vocabularies::remove(&app, name).map_err(ImportError::from)? {
        say(&format!("{name} is removed. A running server reads every record again without it."));
        return Ok(ExitCode::SUCCESS);
    }
    let known: Vec<String> = vocabularies::list(&app)?.into_iter().map(|import| import.name).collect();
    let hint = if known.is_empty() { "none is imported".to_owned() } else { format!("there is {}", known.join(", ")) };
    Err(CliError::Usage(format!("no vocabulary named {name:?} is imported: {hint}")))
}
