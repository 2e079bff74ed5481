//! Starting servers for recipes.

use std::env;
use std::io;
use std::os::unix::{fs::chown, process::CommandExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// PostgreSQL refuses to run as root, so root runs the servers as `nobody`.
const NOBODY: u32 = 65534;

/// Finds a program on the `PATH` or in one of `folders`. A recipe without its program is skipped locally, and fails in
/// CI.
///
/// # Panics
/// Panics if it is not installed and `CI` is `true`.
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

/// Creates a command that does not run as root.
pub(crate) fn unprivileged(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY);
    }
    command
}

/// Creates a temporary directory that belongs to the server's user.
pub(crate) fn directory() -> io::Result<tempfile::TempDir> {
    let directory = tempfile::tempdir()?;
    if rustix::process::geteuid().is_root() {
        chown(directory.path(), Some(NOBODY), None)?;
    }
    Ok(directory)
}
