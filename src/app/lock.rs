//! One process per data directory: an advisory lock on a file that names the holder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use super::AppError;

/// The file that is locked, in the data directory.
const LOCK_FILE: &str = "atlas.lock";

/// The right to the data directory; given back when dropped, also when the process dies.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// Takes the directory for this process.
    ///
    /// # Errors
    /// [`AppError::InUse`] names the process that has it; [`AppError::Directory`] when the file cannot be written.
    pub fn take(directory: &Path) -> Result<Self, AppError> {
        let unusable = |problem| AppError::Directory { directory: directory.to_owned(), problem };
        std::fs::create_dir_all(directory).map_err(unusable)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(directory.join(LOCK_FILE))
            .map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Without a readable number the refusal names the directory only.
                let _ = file.read_to_string(&mut holder);
                return Err(AppError::InUse { directory: directory.to_owned(), pid: holder.trim().parse().ok() });
            }
            Err(TryLockError::Error(problem)) => return Err(unusable(problem)),
        }
        file.set_len(0).map_err(unusable)?;
        file.rewind().map_err(unusable)?;
        writeln!(file, "{}", std::process::id()).map_err(unusable)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_has_the_directory() {
        let directory = tempfile::tempdir().unwrap();
        let held = DataLock::take(directory.path()).unwrap();
        let refusal = DataLock::take(directory.path()).unwrap_err().to_string();
        assert!(refusal.contains(&format!("process {}", std::process::id())), "{refusal}");
        drop(held);
        DataLock::take(directory.path()).unwrap();
    }
}
