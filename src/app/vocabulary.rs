//! Keeping the vocabulary in force in step with the imports that the database has.

use std::sync::Arc;

use crate::db::{Db, DbError, vocabularies};
use crate::vocab::{ImportedScheme, SharedVocabulary, Vocabulary};

/// Puts the stored imports into force where they are not; answers whether anything changed. Costs the reading of one
/// short value when nothing did. Blocks.
///
/// An import that cannot be read any more is left out and said so in the log: it must not keep the hub from working.
///
/// # Errors
/// The database's, and [`DbError::Corrupt`] when the files in force cannot be read any more.
pub fn refresh(db: &Db, shared: &SharedVocabulary) -> Result<bool, DbError> {
    let in_force = shared.current();
    let stored = db.read_blocking(|connection| {
        let stamp = vocabularies::stamp(connection)?;
        if stamp == in_force.stamp() {
            return Ok(None);
        }
        Ok::<_, DbError>(Some((stamp, vocabularies::contents(connection)?)))
    })?;
    let Some((stamp, contents)) = stored else { return Ok(false) };
    let mut schemes: Vec<ImportedScheme> = Vec::new();
    for (name, content) in contents {
        let scheme = content.and_then(|text| {
            serde_json::from_str(&text).map_err(|error| DbError::corrupt("imported vocabulary", error))
        });
        match scheme {
            Ok(scheme) => schemes.push(scheme),
            Err(error) => {
                tracing::error!(import = name, %error, "an imported vocabulary cannot be read and is left out");
            }
        }
    }
    // The files in force were readable at the start and are not now: what is in memory stays in force.
    shared.reload(&schemes, &stamp).map_err(|error| DbError::corrupt("vocabulary", error))?;
    tracing::info!(imports = schemes.len(), "the imported vocabularies are in force");
    Ok(true)
}

/// The vocabulary in force, after a look whether it still is the stored one. Blocks.
///
/// # Errors
/// The database's.
pub fn current(db: &Db, shared: &SharedVocabulary) -> Result<Arc<Vocabulary>, DbError> {
    refresh(db, shared)?;
    Ok(shared.current())
}
