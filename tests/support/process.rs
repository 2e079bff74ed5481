//! The workspace's commands as child processes.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;

use rustix::process::{Pid, Signal, kill_process};

/// The features with which the commands are built.
const FEATURES: &str = "rest-server/postgres,graphql-server/postgres,grpc-server/postgres,plain-server/postgres,workshop/postgres";

/// Returns the path of a command of this workspace. The first call builds all commands with the profile of the tests.
pub(crate) fn command(name: &str) -> PathBuf {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    let directory = DIRECTORY.get_or_init(|| {
        // target/PROFILE/deps/all-HASH
        let test = std::env::current_exe().unwrap();
        let directory = test.parent().and_then(|deps| deps.parent()).unwrap().to_owned();
        let profile = match directory.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(profile) => profile,
        };
        let mut build = Command::new(env!("CARGO"));
        build.args([
            "build",
            "--quiet",
            "--workspace",
            "--bins",
            "--features",
            FEATURES,
            "--profile",
            profile,
        ]);
        let built = build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).status().unwrap();
        assert!(built.success(), "the commands do not build");
        directory
    });
    directory.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Value of strace's option `-e`: the system calls that `socket-trace verify` needs in the log.
pub(crate) const STRACE_CALLS: &str = "trace=%network,read,write,readv,writev,sendfile,splice,close,close_range,fcntl,\
                                       dup,?dup2,dup3,clone,clone3,?fork,?vfork";

/// A server that runs as a child process.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: SocketAddr,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Serving {
    /// Starts a server on a port that the kernel chooses, and waits until it listens.
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        Self::spawn(Command::new(command(name)), name, arguments)
    }

    /// Starts a server under strace, which writes the socket calls to `log`. With `-D`, strace runs in a
    /// grandchild process, so signals reach the server itself, and the exit code is the server's. strace also
    /// holds the server's output open, so [`wait`](Self::wait) returns only after the log is complete.
    pub(crate) fn under_strace(strace: &Path, log: &Path, name: &str, arguments: &[&str]) -> Self {
        let mut traced = Command::new(strace);
        traced.args(["-D", "-f", "-ttt", "-s", "0", "-e", STRACE_CALLS, "-o"]).arg(log).arg(command(name));
        Self::spawn(traced, name, arguments)
    }

    /// Starts a server under `socket-trace record`, which writes `trace`. It passes signals on to the server, and its exit
    /// code is the server's.
    pub(crate) fn recorded(trace: &Path, name: &str, arguments: &[&str]) -> Self {
        let mut recorder = Command::new(command("socket-trace"));
        recorder.args(["record", "--capture", "65536", "-o"]).arg(trace).arg("--").arg(command(name));
        Self::spawn(recorder, name, arguments)
    }

    fn spawn(mut server: Command, name: &str, arguments: &[&str]) -> Self {
        let mut child = server
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let before = said.len();
            assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{name} does not listen: {said}");
            if let Some((_, rest)) = said[before..].split_once(" listens on ") {
                break rest.split(';').next().unwrap().parse().unwrap();
            }
        };
        Self { child, address, stderr }
    }

    /// Returns the server's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns the server's resident memory in KiB.
    pub(crate) fn memory(&self) -> u64 {
        memory(&self.child)
    }

    /// Returns the CPU time that the server has used, in hundredths of a second.
    pub(crate) fn processor_time(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // proc(5): fields 14 and 15. The name may contain anything; it ends at the last bracket.
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        signal_to(&self.child, signal);
    }

    /// Returns the next line of the server's standard error.
    pub(crate) fn error_line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.stderr.read_line(&mut line).unwrap(), 0, "it has ended");
        line.trim_end().to_owned()
    }

    /// Waits until the server has ended. Returns its exit status and the rest of its standard output and standard
    /// error.
    pub(crate) fn wait(mut self) -> (ExitStatus, String, String) {
        let (mut out, mut err) = (String::new(), String::new());
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.stderr.read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap(), out, err)
    }

    /// Sends SIGTERM and waits until the server has ended. Returns the same values as [`wait`](Self::wait).
    pub(crate) fn stop(self) -> (ExitStatus, String, String) {
        self.signal(Signal::TERM);
        self.wait()
    }
}

/// Kills the server if a failed test left it running.
impl Drop for Serving {
    fn drop(&mut self) {
        // A server that has already ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn signal_to(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Returns the resident memory of a process in KiB.
pub(crate) fn memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim_end_matches("kB").trim().parse().unwrap()
}
