//! The vocabulary in force, shared by everything of a process that reads with it.
//!
//! Policy: a vocabulary is never changed, only replaced as a whole. Whoever starts a piece of work takes the one in
//! force and keeps it to the end of that piece, so that no answer mixes two of them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use super::{ImportedScheme, Vocabulary, VocabularyError};

/// A handle to the vocabulary in force; clones see the same one.
#[derive(Debug, Clone)]
pub struct SharedVocabulary {
    current: Arc<ArcSwap<Vocabulary>>,
    replacements: Option<PathBuf>,
    /// Held while a vocabulary is made, so that several that notice a change at once make one.
    making: Arc<Mutex<()>>,
}

impl SharedVocabulary {
    /// Opens the embedded vocabulary with an operator's folder in place of what it replaces.
    ///
    /// # Errors
    /// [`VocabularyError`] names the file that cannot be read or understood.
    pub fn open(replacements: Option<&Path>) -> Result<Self, VocabularyError> {
        let vocabulary = Vocabulary::load(replacements)?;
        Ok(Self {
            current: Arc::new(ArcSwap::from_pointee(vocabulary)),
            replacements: replacements.map(Path::to_owned),
            making: Arc::default(),
        })
    }

    /// The vocabulary in force.
    #[must_use]
    pub fn current(&self) -> Arc<Vocabulary> {
        self.current.load_full()
    }

    /// Puts the embedded files with these imported schemes into force, where they are not yet.
    ///
    /// # Errors
    /// [`VocabularyError`]; the vocabulary in force stays.
    pub fn reload(&self, imports: &[ImportedScheme], stamp: &str) -> Result<(), VocabularyError> {
        let _turn = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if self.current.load().stamp() == stamp {
            return Ok(());
        }
        let next = Vocabulary::load_with(self.replacements.as_deref(), imports, stamp)?;
        self.current.store(Arc::new(next));
        Ok(())
    }

    /// What the vocabulary would be with these imported schemes; the one in force stays.
    ///
    /// # Errors
    /// [`VocabularyError`].
    pub fn tried(&self, imports: &[ImportedScheme]) -> Result<Vocabulary, VocabularyError> {
        Vocabulary::load_with(self.replacements.as_deref(), imports, "")
    }
}

impl From<Arc<Vocabulary>> for SharedVocabulary {
    fn from(vocabulary: Arc<Vocabulary>) -> Self {
        Self { current: Arc::new(ArcSwap::new(vocabulary)), replacements: None, making: Arc::default() }
    }
}
