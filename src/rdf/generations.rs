//! Where the RDF index lies: one generation for each version of how records become graphs, so that a new program never
//! mixes its graphs with those of an older one.

use std::path::Path;

use super::store::{RdfStore, StoreError};
use crate::generation::{GenerationError, Generations};

/// Version of how records become graphs; a change of it makes every process build its RDF index anew.
const MAPPING: &str = "r2";

impl RdfStore {
    /// Opens the index under `root`; an index of another mapping is deleted and an empty one begun, which the
    /// projection then fills.
    ///
    /// # Errors
    /// [`StoreError`] when the directory cannot be used or another process holds it.
    pub fn open_current(root: &Path) -> Result<Self, StoreError> {
        let unusable =
            |error: GenerationError| StoreError::Directory { path: root.to_owned(), reason: error.to_string() };
        let generations = Generations::open(root).map_err(unusable)?;
        let current = generations.current().map_err(unusable)?.filter(|generation| generation.label() == MAPPING);
        let generation = if let Some(generation) = current {
            generation
        } else {
            let fresh = generations.create_next(MAPPING).map_err(unusable)?;
            generations.publish(&fresh).map_err(unusable)?;
            fresh
        };
        let store = Self::open(generation.path())?;
        generations.delete_old().map_err(unusable)?;
        Ok(store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_found_again_and_one_of_another_mapping_is_not() {
        let folder = tempfile::tempdir().unwrap();
        RdfStore::open_current(folder.path()).unwrap().apply(&[], 7).unwrap();
        assert_eq!(RdfStore::open_current(folder.path()).unwrap().cursor().unwrap(), 7);
        let generations = Generations::open(folder.path()).unwrap();
        let other = generations.create_next("r0").unwrap();
        generations.publish(&other).unwrap();
        assert_eq!(RdfStore::open_current(folder.path()).unwrap().cursor().unwrap(), 0);
    }
}
