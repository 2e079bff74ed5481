//! Finds strace, checks that it may trace, and starts it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, PipeWriter};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::super::call_names::TRACED;

/// The program to record.
#[derive(Clone, Debug)]
pub enum Program {
    /// A command with its arguments.
    Command(Vec<OsString>),
    /// A running process.
    Pid(u32),
}

/// Reason why a program cannot be recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum RecordError {
    /// strace is not installed.
    NoStrace,
    /// There is no such command.
    NoCommand(OsString),
    /// There is such a file, and it is not executable.
    NotExecutable(OsString),
    /// Another program traces the process already. The first number is that of the process, the second that of the tracer.
    Traced(u32, u32),
    /// strace may not trace. The text is its message.
    NotPermitted(String),
    /// strace cannot be started.
    Start(io::Error),
    /// The trace cannot be written.
    Write(io::Error),
}

/// A command line of strace.
#[derive(Clone, Debug)]
pub struct Invocation {
    program: Program,
    /// Number of bytes that are kept of each read and write.
    printed: u64,
    version: String,
    flags: &'static [&'static str],
}

/// Signals that are not logged. The end of a process by a signal is logged only if the signal is: so the filter names
/// those that end none.
const SIGNALS: &str = "signal=!SIGURG,SIGCHLD,SIGWINCH,SIGCONT";

/// Minimum of strace's option `-s`. It also limits the elements of an array: messages of a batch, passed descriptors.
const MIN_PRINTED: u64 = 1024;

/// Times in nanoseconds, and no delay for calls that are not traced.
const FLAGS: &[&str] = &["--absolute-timestamps=unix,ns", "--syscall-times=ns", "--seccomp-bpf"];

/// The same for strace before 5.8.
const OLD_FLAGS: &[&str] = &["-ttt", "-T"];

impl Invocation {
    /// Checks that strace can record the program, and returns its command line.
    ///
    /// # Errors
    /// strace or the command is not installed, or strace may not trace here.
    pub fn new(program: Program, printed: u64) -> Result<Self, RecordError> {
        let shown = Command::new("strace").arg("-V").stdin(Stdio::null()).output();
        let shown = shown.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => RecordError::NoStrace,
            _ => RecordError::Start(error),
        })?;
        let version = String::from_utf8_lossy(&shown.stdout);
        let version =
            version.lines().next().and_then(|line| line.rsplit(' ').next()).unwrap_or_default().to_owned();
        if let Program::Command(command) = &program
            && let Some(name) = command.first()
            && !is_executable(name)
        {
            return Err(if Path::new(name).components().count() > 1 && Path::new(name).exists() {
                RecordError::NotExecutable(name.clone())
            } else {
                RecordError::NoCommand(name.clone())
            });
        }
        let flags = match try_flags(FLAGS)? {
            Ok(()) => FLAGS,
            Err(_) => match try_flags(OLD_FLAGS)? {
                Ok(()) => OLD_FLAGS,
                Err(message) => return Err(RecordError::NotPermitted(message)),
            },
        };
        Ok(Self { program, printed, version, flags })
    }

    /// Returns strace's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the running process to which strace attaches.
    pub(super) fn attaches_to(&self) -> Option<u32> {
        match self.program {
            Program::Pid(pid) => Some(pid),
            Program::Command(_) => None,
        }
    }

    /// Starts strace, which writes its log to the pipe.
    pub(super) fn start(&self, log: &PipeWriter) -> io::Result<Child> {
        // strace opens the pipe by itself, so that the program does not inherit it.
        let log = format!("/proc/{}/fd/{}", std::process::id(), log.as_raw_fd());
        let mut strace = Command::new("strace");
        // A filter is installed when a program starts, so not in one that runs.
        let flags =
            self.flags.iter().filter(|flag| self.attaches_to().is_none() || **flag != "--seccomp-bpf");
        strace.args(["-f", "-q", "-yy"]).args(flags).args(["-e", TRACED, "-e", SIGNALS, "-s"]);
        strace.arg(self.printed.max(MIN_PRINTED).to_string()).args(["-o", &log]);
        match &self.program {
            Program::Command(command) => strace.arg("--").args(command),
            Program::Pid(pid) => {
                strace.args(["-p", &pid.to_string()]).stdin(Stdio::null()).stderr(Stdio::piped())
            }
        };
        strace.spawn()
    }
}

/// Traces a program that does nothing. Returns strace's message if that fails.
fn try_flags(flags: &[&str]) -> Result<Result<(), String>, RecordError> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-q", "-yy"]).args(flags).args(["-e", "trace=close", "-o", "/dev/null", "--", "true"]);
    let tried = strace.stdin(Stdio::null()).output().map_err(RecordError::Start)?;
    Ok(if tried.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&tried.stderr).trim().to_owned())
    })
}

/// Returns `true` if there is a command of this name.
fn is_executable(name: &OsStr) -> bool {
    let is_program = |path: PathBuf| {
        path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    if Path::new(name).components().count() > 1 {
        return is_program(PathBuf::from(name));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| is_program(directory.join(name)))
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStrace => f.write_str(
                "strace is not installed; install the package strace (apt install strace, dnf install strace)",
            ),
            Self::NoCommand(name) => write!(f, "command {} not found; check its name and PATH", name.display()),
            Self::NotExecutable(name) => write!(
                f,
                "{} is not an executable file; name a program, or make it executable with chmod +x",
                name.display()
            ),
            Self::Traced(pid, tracer) => write!(
                f,
                "process {tracer} already traces process {pid}, and Linux allows one tracer; end strace or the debugger there"
            ),
            Self::NotPermitted(message) => write!(
                f,
                "strace may not trace here ({message}); in a container, start it with --cap-add SYS_PTRACE, and for a \
                 process of another program use sudo or set /proc/sys/kernel/yama/ptrace_scope to 0"
            ),
            Self::Start(error) => write!(f, "strace cannot be started: {error}"),
            Self::Write(error) => write!(f, "the trace cannot be written: {error}"),
        }
    }
}

impl std::error::Error for RecordError {}
