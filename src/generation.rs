//! Generation directories with an atomic CURRENT pointer, shared by search and RDF.
//!
//! A projection lives in `root/{name}-{n}`; the file `root/CURRENT` names the one in use. A new generation is built
//! beside the old one and becomes current by one rename, so a crash at any point leaves a whole generation in use.
//! Policy: nothing here decides *when* to rebuild, and nothing but an unreferenced generation is ever deleted.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Name of the pointer file.
const POINTER: &str = "CURRENT";
/// Name under which the next pointer is written before it is renamed.
const NEXT_POINTER: &str = "CURRENT.next";

/// A generation could not be made, published or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {path}: {source}")]
pub struct GenerationError {
    action: &'static str,
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// One generation: a directory of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    name: String,
    path: PathBuf,
}

impl Generation {
    /// Its directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Its name, `{label}-{number}`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
    /// What it was made for: the label given to [`Generations::create_next`].
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.rsplit_once('-').map_or(self.name.as_str(), |(label, _)| label)
    }
    fn number(&self) -> u64 {
        self.name.rsplit_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
    }
}

/// The generations of one projection.
#[derive(Debug, Clone)]
pub struct Generations {
    root: PathBuf,
}

impl Generations {
    /// The generations under the directory, which is made when it is not there.
    ///
    /// # Errors
    /// [`GenerationError`] when the directory cannot be made.
    pub fn open(root: &Path) -> Result<Self, GenerationError> {
        fs::create_dir_all(root).map_err(|source| failure("create", root, source))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The generation in use; `None` when there is none, or its directory is gone.
    ///
    /// # Errors
    /// [`GenerationError`] when the pointer is there but cannot be read: never a reason to build anew.
    pub fn current(&self) -> Result<Option<Generation>, GenerationError> {
        let pointer = self.root.join(POINTER);
        let name = match fs::read_to_string(&pointer) {
            Ok(name) => name,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(failure("read", &pointer, source)),
        };
        let generation = self.named(name.trim());
        Ok(generation.filter(|generation| generation.path.is_dir()))
    }

    /// A new, empty generation that is not in use yet. Its number is above every other's.
    ///
    /// # Errors
    /// [`GenerationError`] when the directory cannot be read or made.
    pub fn create_next(&self, label: &str) -> Result<Generation, GenerationError> {
        let number = self.all()?.iter().map(Generation::number).max().unwrap_or(0) + 1;
        let name = format!("{label}-{number}");
        let path = self.root.join(&name);
        fs::create_dir(&path).map_err(|source| failure("create", &path, source))?;
        Ok(Generation { name, path })
    }

    /// Makes the generation the one in use: the pointer is written beside, synced and renamed into place.
    ///
    /// # Errors
    /// [`GenerationError`] when a step fails; the generation in use is then unchanged.
    pub fn publish(&self, generation: &Generation) -> Result<(), GenerationError> {
        sync_directory(&generation.path)?;
        let next = self.root.join(NEXT_POINTER);
        let written = File::create(&next).and_then(|mut file| {
            file.write_all(generation.name.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|source| failure("write", &next, source))?;
        let pointer = self.root.join(POINTER);
        fs::rename(&next, &pointer).map_err(|source| failure("replace", &pointer, source))?;
        sync_directory(&self.root)
    }

    /// Deletes every generation except the one in use; call it when nobody reads an older one.
    ///
    /// # Errors
    /// [`GenerationError`] when the pointer or a directory cannot be read or deleted.
    pub fn delete_old(&self) -> Result<(), GenerationError> {
        let current = self.current()?;
        for generation in self.all()? {
            if current.as_ref() != Some(&generation) {
                fs::remove_dir_all(&generation.path).map_err(|source| failure("delete", &generation.path, source))?;
            }
        }
        Ok(())
    }

    fn named(&self, name: &str) -> Option<Generation> {
        let (label, number) = name.rsplit_once('-')?;
        let plain = !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        (plain && number.parse::<u64>().is_ok())
            .then(|| Generation { name: name.to_owned(), path: self.root.join(name) })
    }

    fn all(&self) -> Result<Vec<Generation>, GenerationError> {
        let entries = fs::read_dir(&self.root).map_err(|source| failure("read", &self.root, source))?;
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| failure("read", &self.root, source))?;
            if entry.path().is_dir()
                && let Some(generation) = entry.file_name().to_str().and_then(|name| self.named(name))
            {
                found.push(generation);
            }
        }
        Ok(found)
    }
}

fn sync_directory(path: &Path) -> Result<(), GenerationError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(|source| failure("sync", path, source))
}

fn failure(action: &'static str, path: &Path, source: io::Error) -> GenerationError {
    GenerationError { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_moves_only_when_published() {
        let root = tempfile::tempdir().unwrap();
        let generations = Generations::open(root.path()).unwrap();
        assert_eq!(generations.current().unwrap(), None);
        let first = generations.create_next("abc").unwrap();
        assert_eq!(generations.current().unwrap(), None);
        generations.publish(&first).unwrap();
        let second = generations.create_next("def").unwrap();
        assert_eq!(generations.current().unwrap().as_ref(), Some(&first));
        assert_eq!((second.label(), second.name()), ("def", "def-2"));
        generations.publish(&second).unwrap();
        assert_eq!(Generations::open(root.path()).unwrap().current().unwrap(), Some(second));
    }

    #[test]
    fn a_crash_before_the_rename_leaves_the_old_generation_in_use() {
        let root = tempfile::tempdir().unwrap();
        let generations = Generations::open(root.path()).unwrap();
        let first = generations.create_next("abc").unwrap();
        generations.publish(&first).unwrap();
        generations.create_next("abc").unwrap();
        fs::write(root.path().join(NEXT_POINTER), "abc-2").unwrap();
        assert_eq!(generations.current().unwrap(), Some(first));
    }

    #[test]
    fn old_generations_go_and_the_current_one_stays() {
        let root = tempfile::tempdir().unwrap();
        let generations = Generations::open(root.path()).unwrap();
        let old = generations.create_next("abc").unwrap();
        let new = generations.create_next("abc").unwrap();
        fs::create_dir(root.path().join("somebody's folder")).unwrap();
        generations.publish(&new).unwrap();
        generations.delete_old().unwrap();
        assert!(!old.path().exists() && new.path().exists() && root.path().join("somebody's folder").exists());
    }

    #[test]
    fn a_pointer_that_leads_outside_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(POINTER), "../../etc-1").unwrap();
        assert_eq!(Generations::open(root.path()).unwrap().current().unwrap(), None);
    }
}
