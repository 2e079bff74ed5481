//! A Redis server in a temporary directory, on a Unix-domain socket.

use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::program;

/// A running server. It ends when it is dropped.
#[derive(Debug)]
pub struct Redis {
    server: Child,
    directory: tempfile::TempDir,
}

impl Redis {
    /// Starts a server; `None` when it is not installed.
    ///
    /// # Errors
    /// When it cannot be started.
    ///
    /// # Panics
    /// When it is not installed and `CI` is `true`.
    pub fn start() -> io::Result<Option<Self>> {
        let Some(program) = program::find("redis-server", &[]) else { return Ok(None) };
        let directory = program::directory()?;
        let mut command = program::unprivileged(program);
        command.current_dir(directory.path()).stdin(Stdio::null()).stdout(Stdio::piped());
        command.args(["--port", "0", "--unixsocket", "redis.sock", "--save", ""]);
        let mut server = Self { server: command.spawn()?, directory };
        let log =
            server.server.stdout.take().ok_or_else(|| io::Error::other("redis-server has no output"))?;
        let mut lines = BufReader::new(log).lines();
        let accepts = |line: &io::Result<String>| {
            line.as_ref().is_ok_and(|line| line.to_lowercase().contains("ready to accept connections"))
        };
        if !lines.any(|line| accepts(&line)) {
            return Err(io::Error::other("redis-server ended before it accepted connections"));
        }
        // Takes what it still logs.
        std::thread::spawn(move || lines.count());
        Ok(Some(server))
    }

    /// The socket that it listens on.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("redis.sock")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Err(error) = self.server.kill().and_then(|()| self.server.wait()) {
            eprintln!("redis-server cannot be stopped: {error}");
        }
    }
}
