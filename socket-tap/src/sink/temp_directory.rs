//! Temporary directories for tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A temporary directory. Dropping it removes the directory.
pub(crate) struct TempDirectory(PathBuf);

impl TempDirectory {
    /// Creates a directory for the test named `test`. The name must be unique in this crate.
    pub(crate) fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("socket-tap-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Returns the names of the files in the directory, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut files: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        files
    }
}

impl Drop for TempDirectory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
