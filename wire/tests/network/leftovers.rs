//! Nothing outlives the process of a wire: no process, no network, no interface and no file.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use wire::Options;

use crate::support::{child, connect, datagram_sockets, send, start};

/// Set in the child process: how it ends.
const ENDING: &str = "WIRE_TEST_ENDING";

/// Returns the names of this process's network interfaces.
fn interfaces() -> BTreeSet<String> {
    let table = fs::read_to_string("/proc/self/net/dev").unwrap();
    table.lines().filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned())).collect()
}

/// Returns the network namespaces of all threads on this machine that this user can see.
fn networks() -> BTreeSet<PathBuf> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let threads = processes.flat_map(|process| fs::read_dir(process.path().join("task")));
    threads
        .flatten()
        .flatten()
        .filter_map(|thread| fs::read_link(thread.path().join("ns/net")).ok())
        .collect()
}

/// An empty folder for the child process, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wire-{name}-{}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A child process with a running wire.
struct Running {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
    networks: BTreeSet<PathBuf>,
    interfaces: BTreeSet<String>,
    folder: Folder,
}

impl Running {
    /// Starts the child process. Returns `None` if this machine cannot run wires.
    fn start(ending: &str) -> Option<Self> {
        let (interfaces, folder) = (interfaces(), Folder::new(ending));
        let mut command = child(concat!(module_path!(), "::child_process"))?;
        command.env(ENDING, ending).current_dir(&folder.0).env("TMPDIR", &folder.0);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("networks ") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the child process has ended");
        }
        let names = line.split_once("networks ").unwrap().1;
        let networks = names.split_whitespace().map(PathBuf::from).collect();
        Some(Self { process, output, networks, interfaces, folder })
    }

    /// Waits until all processes with the output of the child have ended, and asserts that nothing remains.
    fn assert_no_leftovers(mut self) -> std::process::ExitStatus {
        assert_eq!(self.networks.len(), 2);
        assert!(!self.networks.contains(&fs::read_link("/proc/self/ns/net").unwrap()));
        self.output.read_to_end(&mut Vec::new()).unwrap();
        let status = self.process.wait().unwrap();
        assert!(self.networks.is_disjoint(&networks()));
        // Other tests may run at the same time, but in namespaces of their own.
        assert_eq!(self.interfaces, interfaces());
        assert_eq!(fs::read_dir(&self.folder.0).unwrap().count(), 0);
        status
    }
}

/// Runs in a child process only: starts a wire with an open connection and packets in flight.
#[test]
#[ignore = "a part of the other tests"]
fn child_process() {
    let Some(ending) = std::env::var_os(ENDING) else { return };
    let wire = start(Options::new().rtt(Duration::from_millis(20)));
    let _streams = connect(&wire);
    wire.set(wire::Direction::ToServer, wire::Impairments::delay(Duration::from_secs(60))).unwrap();
    let (client, _server) = datagram_sockets(&wire);
    wire.client().run(async move { send(&client, 1..=5, 10).await }).unwrap();
    let network = |side: &wire::Side| {
        let link = side.run(async { fs::read_link("/proc/thread-self/ns/net").unwrap() }).unwrap();
        link.display().to_string()
    };
    let names = [network(wire.client()), network(wire.server())];
    if ending == "grandchild" {
        // Starts a further process, and waits for it.
        let mut command = child(concat!(module_path!(), "::child_process")).unwrap();
        command.env(ENDING, "wait").status().unwrap();
    }
    println!("networks {}", names.join(" "));
    match ending.to_str() {
        Some("panic") => panic!("on purpose"),
        Some("finish") => drop(wire),
        _ => loop {
            std::thread::park();
        },
    }
}

#[test]
fn nothing_remains_when_the_wire_is_dropped() {
    let Some(running) = Running::start("finish") else { return };
    assert!(running.assert_no_leftovers().success());
}

#[test]
fn nothing_remains_after_a_panic() {
    let Some(running) = Running::start("panic") else { return };
    assert_eq!(running.assert_no_leftovers().code(), Some(101));
}

#[test]
fn nothing_remains_after_sigkill() {
    let Some(mut running) = Running::start("wait") else { return };
    assert!(!running.networks.is_disjoint(&networks()));
    running.process.kill().unwrap();
    assert_eq!(running.assert_no_leftovers().signal(), Some(9));
}

#[test]
fn child_process_does_not_outlive_its_parent() {
    let Some(mut running) = Running::start("grandchild") else { return };
    // The line with the networks is that of the grandchild, which holds the same output.
    assert!(!running.networks.is_disjoint(&networks()));
    running.process.kill().unwrap();
    assert_eq!(running.assert_no_leftovers().signal(), Some(9));
}
