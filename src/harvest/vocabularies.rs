//! Taking in and removing vocabularies at run time.
//!
//! Policy: a file is read to its end or not at all, tried against the vocabulary before anything is stored, and stored
//! in one transaction with the order to read every record again. Serving processes notice by themselves.

use super::manifest::sha256;
use super::reread;
use crate::app::{App, vocabulary};
use crate::db::DbError;
use crate::db::vocabularies::{self as rows, Import, NewImport};
use crate::rdf::parse::{self, ParseLimits, ParseRefused, ProblemKind};
use crate::vocab::import::{Notes, check_name, read_scheme};
use crate::vocab::{ImportInfo, ImportOptions, ImportRefused, ImportReport, ImportedScheme, SharedVocabulary};
use crate::vocab::{Vocabulary, VocabularyError};

/// The largest file, in bytes.
pub const LARGEST_FILE: usize = 64 * 1024 * 1024;
/// The most statements of a file.
pub const MOST_STATEMENTS: usize = 2_000_000;
/// The most vocabularies that are imported at the same time.
pub const MOST_IMPORTS: usize = 20;

/// Why a vocabulary was not taken in. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is not RDF, or beyond the limits of a document.
    #[error("{file}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        reason: ParseRefused,
    },
    /// A part of it could not be read.
    #[error("{file}: {found}; a vocabulary is taken whole or not at all: mend the file and import it again")]
    Broken {
        /// The file.
        file: String,
        /// What is broken, and where.
        found: String,
    },
    /// It is no vocabulary that can be used.
    #[error("{file}: {reason}")]
    Refused {
        /// The file.
        file: String,
        /// Why.
        reason: ImportRefused,
    },
    /// Too many imports.
    #[error(
        "{MOST_IMPORTS} vocabularies are imported already: remove one first (atlas vocab list, atlas vocab remove NAME)"
    )]
    TooMany,
    /// The embedded files.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// A vocabulary that was tried or taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: Option<String>,
    /// What became of it.
    pub report: ImportReport,
    /// Whether the stored vocabularies differ from before.
    pub changed: bool,
}

/// Reads the file and joins it with what is there. Stores it, in place of an earlier import of the same name, unless it
/// is only tried. Blocks.
///
/// # Errors
/// [`ImportError`]; then nothing was changed.
pub fn import(
    app: &App,
    file: &str,
    bytes: &[u8],
    options: &ImportOptions,
    only_try: bool,
) -> Result<Imported, ImportError> {
    let (scheme, read_notes) = read_file(file, bytes, options)?;
    vocabulary::refresh(&app.db, &app.vocabulary)?;
    let mut schemes = stored(app)?;
    schemes.retain(|other| other.name != scheme.name);
    if schemes.len() >= MOST_IMPORTS {
        return Err(ImportError::TooMany);
    }
    schemes.push(scheme.clone());
    let info = tried(&app.vocabulary, &schemes, &scheme.name)?;
    let refused = |reason| ImportError::Refused { file: file.to_owned(), reason };
    let Some(mut info) = info.filter(|info| info.report.added() + info.report.joined > 0) else {
        return Err(refused(ImportRefused::Unplaced { classes: scheme.concepts.len() }));
    };
    let mut notes = read_notes;
    notes.extend(std::mem::take(&mut info.report.notes));
    info.report.notes = notes;
    let changed = if only_try { false } else { store(app, file, bytes, &scheme, &info)? };
    Ok(Imported { title: info.title, version: info.version, report: info.report, changed })
}

fn read_file(file: &str, bytes: &[u8], options: &ImportOptions) -> Result<(ImportedScheme, Notes), ImportError> {
    let refused = |reason| ImportError::Refused { file: file.to_owned(), reason };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(refused(ImportRefused::Empty));
    }
    check_name(&options.name).map_err(refused)?;
    let limits = ParseLimits { max_bytes: LARGEST_FILE, max_triples: MOST_STATEMENTS, ..ParseLimits::default() };
    let base = format!("urn:atlas:import:{}", options.name);
    let parsed = parse::parse(bytes, media_type(file), &base, &limits)
        .map_err(|reason| ImportError::Unreadable { file: file.to_owned(), reason })?;
    let broken = |found: String| ImportError::Broken { file: file.to_owned(), found };
    if !parsed.complete {
        return Err(broken("it ends in the middle of a statement".to_owned()));
    }
    if let Some(lost) = parsed.problems.iter().find(|problem| problem.kind == ProblemKind::Lost) {
        let line = lost.line.map_or_else(String::new, |line| format!("line {line}: "));
        return Err(broken(format!("{line}{}", lost.message)));
    }
    read_scheme(&parsed.graph, options).map_err(refused)
}

/// The media type that a file name tells; the parser looks at the content where it tells none.
fn media_type(file: &str) -> Option<&'static str> {
    let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
    Some(match extension.as_str() {
        "owl" | "rdf" | "xml" => "application/rdf+xml",
        "ttl" => "text/turtle",
        "nt" => "application/n-triples",
        "nq" => "application/n-quads",
        "trig" => "application/trig",
        "jsonld" | "json" => "application/ld+json",
        _ => return None,
    })
}

fn stored(app: &App) -> Result<Vec<ImportedScheme>, DbError> {
    let contents = app.db.read_blocking(rows::contents)?;
    let schemes = contents.into_iter().filter_map(|(_, content)| serde_json::from_str(&content.ok()?).ok());
    Ok(schemes.collect())
}

/// What would become of the import.
fn tried(
    shared: &SharedVocabulary,
    schemes: &[ImportedScheme],
    name: &str,
) -> Result<Option<ImportInfo>, VocabularyError> {
    let vocabulary: Vocabulary = shared.tried(schemes)?;
    Ok(vocabulary.imports().iter().find(|info| info.name == name).cloned())
}

fn store(app: &App, file: &str, bytes: &[u8], scheme: &ImportedScheme, info: &ImportInfo) -> Result<bool, ImportError> {
    let content = serde_json::to_string(scheme).map_err(|error| DbError::Refused(error.to_string()))?;
    let report = serde_json::to_string(&info.report).map_err(|error| DbError::Refused(error.to_string()))?;
    let file_hash = sha256(bytes);
    let now = app.clock.now();
    let changed = app.db.write_blocking(|connection| {
        let import = NewImport {
            name: &scheme.name,
            title: &scheme.title,
            file_name: file,
            file_hash: &file_hash,
            classes: scheme.concepts.len(),
            report: &report,
            content: &content,
        };
        let changed = rows::put(connection, &import, now)?;
        if changed {
            reread::ask(connection, now)?;
        }
        Ok::<_, DbError>(changed)
    })?;
    Ok(changed)
}

/// The imported vocabularies by name. Blocks.
///
/// # Errors
/// The database's.
pub fn list(app: &App) -> Result<Vec<Import>, DbError> {
    app.db.read_blocking(rows::list)
}

/// Removes an imported vocabulary and has every record read again without it; `false` when there is none of this name.
/// Blocks.
///
/// # Errors
/// The database's.
pub fn remove(app: &App, name: &str) -> Result<bool, DbError> {
    let now = app.clock.now();
    app.db.write_blocking(|connection| {
        let removed = rows::remove(connection, name, now)?;
        if removed {
            reread::ask(connection, now)?;
        }
        Ok(removed)
    })
}
