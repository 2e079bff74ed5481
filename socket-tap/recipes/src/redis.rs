//! A Redis server in a temporary directory, on a Unix-domain socket.

use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::program;

/// A running Redis server. Dropping it stops the server.
#[derive(Debug)]
pub struct Redis {
    server: Child,
    directory: tempfile::TempDir,
}

impl Redis {
    /// Starts a server. Returns `None` if Redis is not installed.
    ///
    /// # Errors
    /// Returns an error if the server cannot be started.
    ///
    /// # Panics
    /// Panics if Redis is not installed and the environment variable `CI` is `true`.
    pub fn start() -> io::Result<Option<Self>> {
        let Some(program) = program::find("redis-server", &[]) else { return Ok(None) };
        let directory = program::directory()?;
        let mut command = program::unprivileged(program);
        command.current_dir(directory.path()).stdin(Stdio::null()).stdout(Stdio::piped());
        command.args(["--port", "0", "--unixsocket", "redis.sock", "--save", ""]);
        let mut server = Self { server: command.spawn()?, directory };
        let log = server
            .server
            .stdout
            .take()
            .ok_or_else(|| io::Error::other("the standard output of redis-server is not piped"))?;
        let mut lines = BufReader::new(log).lines();
        let accepts = |line: &io::Result<String>| {
            line.as_ref().is_ok_and(|line| line.to_lowercase().contains("ready to accept connections"))
        };
        if !lines.any(|line| accepts(&line)) {
            return Err(io::Error::other("redis-server exited before it accepted connections"));
        }
        // Reads the rest of the log, so that the server never blocks on it.
        std::thread::spawn(move || lines.count());
        Ok(Some(server))
    }

    /// Returns the path of the server's Unix-domain socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("redis.sock")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Err(error) = self.server.kill().and_then(|()| self.server.wait()) {
            eprintln!("cannot stop redis-server: {error}");
        }
    }
}
