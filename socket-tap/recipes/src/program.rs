//! Helpers that find and start database servers for the recipes.

use std::env;
use std::io;
use std::os::unix::{fs::chown, process::CommandExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// User id of `nobody`. When the recipes run as root, the database servers run as `nobody`, because
/// PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;

/// Returns the path of a program on the `PATH` or in one of `folders`. Returns `None` if it is not installed,
/// so that the recipe is skipped.
///
/// # Panics
/// Panics if the program is not installed and the environment variable `CI` is `true`.
#[must_use]
pub fn find(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = env::split_paths(&path).chain(folders.iter().cloned());
    let found = folders.find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()));
    if found.is_none() {
        assert_ne!(env::var("CI").as_deref(), Ok("true"), "{name} must be installed in CI");
        println!("skipped: {name} is not installed");
    }
    found
}

/// Creates a command that runs as `nobody` if this process runs as root.
pub(crate) fn unprivileged(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY);
    }
    command
}

/// Creates a temporary directory. Its owner is the user that the database server runs as.
pub(crate) fn directory() -> io::Result<tempfile::TempDir> {
    let directory = tempfile::tempdir()?;
    if rustix::process::geteuid().is_root() {
        chown(directory.path(), Some(NOBODY), None)?;
    }
    Ok(directory)
}
