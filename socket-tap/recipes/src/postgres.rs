//! A PostgreSQL server in a temporary directory, on a Unix-domain socket.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use crate::program;

/// A running PostgreSQL server. Dropping it stops the server.
#[derive(Debug)]
pub struct Postgres {
    control: PathBuf,
    directory: tempfile::TempDir,
}

impl Postgres {
    /// Starts a server whose user `postgres` needs no password. Returns `None` if PostgreSQL is not
    /// installed.
    ///
    /// # Errors
    /// Returns an error if the server cannot be started.
    ///
    /// # Panics
    /// Panics if PostgreSQL is not installed and the environment variable `CI` is `true`.
    pub fn start() -> io::Result<Option<Self>> {
        // Debian installs the programs outside of the PATH, in one directory per version.
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
        let Some(control) = program::find("pg_ctl", &folders) else { return Ok(None) };
        let server = Self { control, directory: program::directory()? };
        server.control(&["initdb", "--options", "--auth=trust --username=postgres --no-sync"])?;
        let settings =
            format!("-c listen_addresses='' -c fsync=off -k {}", server.directory.path().display());
        // Waits until it accepts connections.
        server.control(&["start", "--wait", "--options", &settings])?;
        Ok(Some(server))
    }

    /// Returns the path of the server's Unix-domain socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join(".s.PGSQL.5432")
    }

    fn control(&self, arguments: &[&str]) -> io::Result<()> {
        let log = self.directory.path().join("log");
        let mut command = program::unprivileged(&self.control);
        command.current_dir(self.directory.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command
            .arg("--pgdata")
            .arg(self.directory.path().join("data"))
            .arg("--log")
            .arg(&log)
            .args(arguments);
        let status = command.status()?;
        if status.success() {
            return Ok(());
        }
        let log = fs::read_to_string(log).unwrap_or_default();
        Err(io::Error::other(format!("pg_ctl {arguments:?} failed with {status}\n{log}")))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = self.control(&["stop", "--mode=immediate"]) {
            eprintln!("{error}");
        }
    }
}
