//! A PostgreSQL server in a temporary directory, on a free port of 127.0.0.1.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_postgres::{Config, NoTls};

use super::process::signal_to;
use super::program;

/// User id of `nobody`, for tests that run as root, because PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;
/// The superuser's password, which the server verifies by SCRAM-SHA-256.
const PASSWORD: &str = "open-sesame";

/// A PostgreSQL server. Dropping it kills the server and deletes its data.
pub(crate) struct Postgres {
    programs: PathBuf,
    directory: TempDir,
    port: u16,
    running: Option<Running>,
}

/// The processes of a running PostgreSQL server.
struct Running {
    postmaster: Child,
    /// Thread that reads the server's log until the last process of the server has ended.
    log: JoinHandle<()>,
}

impl Postgres {
    /// Creates a database cluster and starts its server. Returns `None` if PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let programs = find()?;
        let directory = TempDir::new().unwrap();
        if geteuid().is_root() {
            chown(directory.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let password = directory.path().join("password");
        fs::write(&password, PASSWORD).unwrap();
        let mut create = unprivileged(&programs.join("initdb"), directory.path());
        create.args(["--no-sync", "--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8"]).args([
            "--pwfile=password",
            "--no-locale",
            "--pgdata=data",
        ]);
        program::run_command(&mut create).ok();
        let mut server = Self { programs, directory, port: free_port(), running: None };
        server.start_again();
        Some(server)
    }

    /// Returns a server that the running tests share. It stops when the last of these tests drops it.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// Creates an empty database and returns its URL.
    pub(crate) async fn create_database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name}")).await;
        self.url_of(&name)
    }

    /// Runs statements as the superuser.
    pub(crate) async fn execute(&self, sql: &str) {
        self.execute_in(&self.url(), sql).await;
    }

    /// Runs statements in the database with this URL.
    pub(crate) async fn execute_in(&self, url: &str, sql: &str) {
        let config: Config = url.parse().unwrap();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }

    /// Returns the URL of the database `postgres`, with user and password.
    pub(crate) fn url(&self) -> String {
        self.url_of("postgres")
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// Returns the port, which the server keeps when it is started again.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Shuts the server down: it closes all connections and writes a checkpoint. Returns when all processes have ended.
    pub(crate) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            // A "fast" shutdown.
            signal_to(&running.postmaster, Signal::INT);
            running.wait();
        }
    }

    /// Kills all processes of the server with SIGKILL. Returns when all have ended.
    pub(crate) fn kill(&mut self) {
        if self.running.is_some() {
            self.signal_all(Signal::KILL);
        }
        if let Some(running) = self.running.take() {
            running.wait();
        }
    }

    /// Stops all processes of the server, which then keep their connections and do not respond.
    pub(crate) fn freeze(&self) {
        self.signal_all(Signal::STOP);
    }

    /// Lets a frozen server continue.
    pub(crate) fn unfreeze(&self) {
        self.signal_all(Signal::CONT);
    }

    fn signal_all(&self, signal: Signal) {
        let postmaster = &self.running.as_ref().unwrap().postmaster;
        // A stopped process starts no others.
        signal_to(postmaster, Signal::STOP);
        for child in children(postmaster.id()) {
            // It may have ended already.
            let _ = kill_process(child, signal);
        }
        signal_to(postmaster, signal);
    }

    /// Starts a stopped or killed server on the same port with the same data. Returns when it accepts connections.
    pub(crate) fn start_again(&mut self) {
        assert!(self.running.is_none(), "the server is running");
        let port = self.port.to_string();
        let mut postmaster = unprivileged(&self.programs.join("postgres"), self.directory.path())
            .args(["-D", "data", "-p", &port, "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "log_destination=stderr"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = postmaster.stderr.take().unwrap();
        let (ready, is_ready) = channel();
        let log = std::thread::spawn(move || read_log(stderr, &ready));
        self.running = Some(Running { postmaster, log });
        is_ready.recv().unwrap_or_else(|_| panic!("PostgreSQL does not start; its log is above"));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Running {
    fn wait(mut self) {
        self.postmaster.wait().unwrap();
        self.log.join().unwrap();
    }
}

/// Returns the folder with the programs of the newest installed PostgreSQL. Debian installs each version into its own
/// folder, outside of the `PATH`.
fn find() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let folders = versions.map(|version| version.path().join("bin"));
    let newest = folders.filter(|folder| folder.join("postgres").is_file()).max();
    newest.or_else(|| program::find("postgres")?.canonicalize().unwrap().parent().map(Path::to_owned))
}

/// Returns a command that runs `program` in `directory`, as `nobody` if the tests run as root.
fn unprivileged(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).stdin(Stdio::null()).env("LC_ALL", "C");
    if geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Returns a free port below the range from which Linux chooses the ports of clients. No client can take it while the
/// server is stopped.
fn free_port() -> u16 {
    loop {
        let random = RandomState::new().hash_one(0);
        let port = 16_000 + u16::try_from(random % 16_000).unwrap();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Prints the log until the last process of the server has ended, so that a failed test shows it. Sends to
/// `ready` when the server accepts connections.
fn read_log(stderr: ChildStderr, ready: &Sender<()>) {
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        eprintln!("postgres: {line}");
        if line.ends_with("database system is ready to accept connections") {
            // The receiver waits for the first time only.
            let _ = ready.send(());
        }
    }
}

/// Returns the child processes of the process `parent`. On systems other than Linux, the list is empty. That
/// does no harm, because the children end soon after their parent.
fn children(parent: u32) -> Vec<Pid> {
    let path = format!("/proc/{parent}/task/{parent}/children");
    let numbers = fs::read_to_string(path).unwrap_or_default();
    numbers.split_whitespace().filter_map(|number| Pid::from_raw(number.parse().ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn killed_and_stopped_postgres_servers_start_again() {
        let Some(mut server) = Postgres::start() else { return };
        server.execute("SELECT 1").await;
        server.kill();
        assert!(TcpStream::connect(("127.0.0.1", server.port())).await.is_err());
        server.start_again();
        server.execute("SELECT 1").await;
        server.stop();
        assert!(TcpStream::connect(("127.0.0.1", server.port())).await.is_err());
        server.start_again();
        server.execute("SELECT 1").await;
    }
}
