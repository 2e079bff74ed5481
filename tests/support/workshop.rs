//! A `workshop` command that runs as a child process and serves its live page.

use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use rustix::process::{Pid, Signal};
use socket_tap::format::Side;
use tempfile::TempDir;

use super::browser::{Page, Stream};
use super::process::{command, memory, signal_to};
use super::tour::{PORTS, recording};

pub(crate) struct Workshop {
    child: Child,
    directory: TempDir,
    /// Standard output up to the end of the tour (the calls that the workshop makes at its start).
    pub(crate) said: String,
    /// Lines that the workshop prints after its tour (the calls that it makes at its start). `None` if a
    /// thread reads and discards them.
    lines: Option<Lines<BufReader<ChildStdout>>>,
    rest: Option<JoinHandle<()>>,
}

impl Workshop {
    /// Starts the workshop on ports that the kernel chooses. Waits for the end of the tour (the calls that it
    /// makes at its start).
    pub(crate) fn start() -> Self {
        Self::with(&PORTS)
    }

    pub(crate) fn with(arguments: &[&str]) -> Self {
        Self::unread(arguments).discarding_output()
    }

    /// Starts the workshop as a user who may create no user namespaces, so that it cannot run the lossy network. On a
    /// machine without the network, any user is one.
    pub(crate) fn without_network(arguments: &[&str]) -> Self {
        if wire::support().is_err() {
            return Self::with(arguments);
        }
        // Without capabilities, the process cannot use the namespace that it is in.
        let mut program = Command::new("unshare");
        let script = "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all \"$@\"";
        program.args(["--user", "--map-root-user", "sh", "-c", script, "sh"]).arg(command("workshop"));
        Self::spawn(&mut program, arguments).discarding_output()
    }

    pub(crate) fn discarding_output(mut self) -> Self {
        let lines = self.lines.take();
        self.rest = Some(thread::spawn(move || lines.into_iter().flatten().for_each(drop)));
        self
    }

    /// Starts the workshop and waits for the end of the tour (the calls that it makes at its start). Nothing
    /// reads its output after that.
    pub(crate) fn unread(arguments: &[&str]) -> Self {
        Self::spawn(&mut Command::new(command("workshop")), arguments)
    }

    /// Starts the workshop as [`with`](Self::with) does, with additional environment variables.
    pub(crate) fn in_environment(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut workshop = Command::new(command("workshop"));
        Self::spawn(workshop.envs(variables.iter().copied()), arguments).discarding_output()
    }

    /// Starts the command with these arguments, and waits for the end of the tour. Nothing reads its output after that.
    pub(crate) fn spawn(workshop: &mut Command, arguments: &[&str]) -> Self {
        let directory = TempDir::new().unwrap();
        let mut child = workshop
            .args(arguments)
            .arg("--traces")
            .arg(directory.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        for line in lines.by_ref().map(Result::unwrap) {
            said += &line;
            said.push('\n');
            if line.contains("Press Ctrl-C to stop") {
                break;
            }
        }
        Self { child, directory, said, lines: Some(lines), rest: None }
    }

    /// Returns the word after `before` in the output that the workshop prints at its start.
    pub(crate) fn word_after(&self, before: &str) -> &str {
        let (_, rest) =
            self.said.split_once(before).unwrap_or_else(|| panic!("{before:?} in: {}", self.said));
        rest.split(['/', '\'', '\n', ' ']).next().unwrap()
    }

    /// Returns the address and the token of the live page.
    pub(crate) fn page(&self) -> Page<'_> {
        let address = self.word_after("Live page: http://").parse().unwrap();
        Page { address, token: self.word_after("/?token=") }
    }

    /// Returns the address of the REST server.
    pub(crate) fn rest(&self) -> SocketAddr {
        self.word_after("curl -i 'http://").parse().unwrap()
    }

    /// Opens the stream of server-sent events that the live page reads.
    pub(crate) fn stream(&self) -> Stream {
        Stream::open(self.page(), &[])
    }

    /// Returns the directory of the trace files.
    pub(crate) fn traces(&self) -> &Path {
        self.directory.path()
    }

    /// Returns the path of the trace of an API's server or client.
    pub(crate) fn trace(&self, api: &str, side: Side) -> PathBuf {
        recording(self.traces(), api, side)
    }

    /// Returns the workshop's resident memory in KiB.
    pub(crate) fn memory(&self) -> u64 {
        memory(&self.child)
    }

    /// Returns the workshop's number of threads.
    pub(crate) fn threads(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap().count()
    }

    /// Returns the id of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns the ids of the workshop's child processes.
    pub(crate) fn children(&self) -> Vec<Pid> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let lists =
            tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("children")).ok());
        let ids: Vec<i32> = lists
            .flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<_>>())
            .collect();
        ids.into_iter().filter_map(Pid::from_raw).collect()
    }

    /// Returns the next line that the workshop prints after its tour. Only for an [`unread`](Self::unread) workshop.
    pub(crate) fn next_line(&mut self) -> String {
        self.lines.as_mut().unwrap().next().unwrap().unwrap()
    }

    pub(crate) fn interrupt(&self) {
        signal_to(&self.child, Signal::INT);
    }

    /// Waits until the workshop process has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        if let Some(rest) = self.rest.take() {
            rest.join().unwrap();
        }
        self.child.wait().unwrap()
    }
}

/// Kills the workshop if a failed test left it running.
impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
