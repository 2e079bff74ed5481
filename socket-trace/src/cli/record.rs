//! `socket-trace record`: records any program by running strace.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use clap::Args;
use socket_tap::format::text::printable;
use socket_tap::sink::TraceFile;

use super::failed::{CommandResult, Failed};
use super::import::RecordingFlags;
use super::import::strace::{report, write_error};
use super::terminal::warn;
use crate::strace::record::{Invocation, Program, RecordError, Recorded, record};
use crate::strace::{Destination, ImportOptions, Importer};

const HELP: &str = "Examples:\n  \
    socket-trace record -- node server.js             # writes node.jsonl; Ctrl-C ends both\n  \
    socket-trace record --capture 16384 -o curl.jsonl -- curl http://127.0.0.1:3000/v1/books/1\n  \
    socket-trace record --pid 4242 -o running.jsonl   # Ctrl-C detaches\n  \
    socket-trace show -f node.jsonl                   # in another terminal, while it records\n  \
    socket-trace compare rest.jsonl node.jsonl\n\n\
    Needs strace, and no change of the program, in whatever language it is written. Threads and child processes are \
    recorded, too. The times merge with those of other recordings on this machine.\n\n\
    strace stops the program at each call, so it runs slower; nothing is dropped. Not recorded are calls through io_uring, \
    which strace cannot see, pairs of connected sockets (socketpair), and TCP_INFO.\n\n\
    Exit codes: that of the command, 128 plus the signal if one ended it; 0 after --pid; 2 the recording failed.";

/// The default names only the command as required.
const USAGE: &str =
    "socket-trace record [OPTIONS] -- <COMMAND>...\n       socket-trace record [OPTIONS] --pid <PID>";

/// Record any program, in any language, by running strace (Linux)
#[derive(Debug, Args)]
#[command(after_help = HELP, override_usage = USAGE)]
pub(super) struct Record {
    /// Trace file [default: NAME.jsonl]. Replaces an existing file. Only its owner can read it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    recording: RecordingFlags,
    /// Bytes to capture of each read and write, such as 16384 to see the messages. They may contain secrets
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    capture: u64,
    /// Process to record until it ends, instead of a command
    #[arg(long, conflicts_with = "command", value_parser = clap::value_parser!(u32).range(1..))]
    pid: Option<u32>,
    /// Command to record, with its arguments
    #[arg(last = true, required_unless_present = "pid")]
    command: Vec<OsString>,
}

impl Record {
    pub(super) fn run(&self) -> CommandResult {
        let program = match self.pid {
            Some(pid) => Program::Pid(pid),
            None => Program::Command(self.command.clone()),
        };
        let program_name = self.program_name()?;
        let invocation =
            Invocation::new(program, self.capture).map_err(|error| failed(error, Path::new("")))?;
        let name = self.recording.name.clone().unwrap_or_else(|| program_name.clone());
        let output = self.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.jsonl")));
        let options = ImportOptions {
            name,
            side: self.recording.side.map(Into::into),
            capture: Some(self.capture),
            recorder: format!("strace {}", invocation.version()),
            program: self.pid.map(|_| program_name),
        };
        if output.as_os_str() == "-" {
            return Err(Failed::Usage(
                "the command writes to standard output; name a file with -o".to_owned(),
            ));
        }
        let file = TraceFile::create(&output).map_err(|error| write_error(&output, error))?;
        let importer = Importer::new(Destination::File(Box::new(file)), options);
        let shown = printable(&output.display().to_string());
        writeln!(io::stderr(), "socket-trace: records to {shown}")?;
        let warn_io_uring =
            || warn("the program uses io_uring, and strace does not see the calls that it makes through it");
        let recorded =
            record(&invocation, importer, warn_io_uring).map_err(|error| failed(error, &output))?;
        self.check_attached(&recorded)?;
        report(&recorded.imported)?;
        Ok(if self.pid.is_some() { 0 } else { exit_code(recorded.status) })
    }

    /// Returns the name of the program, without its path.
    fn program_name(&self) -> CommandResult<String> {
        if let Some(pid) = self.pid {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
            let name = name.map_err(|_| Failed::Usage(format!("process {pid} does not exist")))?;
            return Ok(name.trim_end().replace('/', "_"));
        }
        let name = self.command.first().map(Path::new).and_then(Path::file_name);
        Ok(name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| "strace".to_owned()))
    }

    /// Returns an error if strace could not attach to the process.
    fn check_attached(&self, recorded: &Recorded) -> CommandResult<()> {
        if self.pid.is_none() || recorded.status.success() || recorded.imported.lines > 0 {
            return Ok(());
        }
        let message = recorded.messages.lines().last().unwrap_or_default();
        // It was detached by a signal before the process made a call.
        if message.is_empty() {
            return Ok(());
        }
        let error = match self.pid.and_then(|pid| Some((pid, tracer_of(pid)?))) {
            Some((pid, tracer)) => RecordError::Traced(pid, tracer),
            None => RecordError::NotPermitted(printable(message)),
        };
        Err(failed(error, Path::new("")))
    }
}

/// Returns the process that traces this one.
fn tracer_of(pid: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"))?;
    tracer.trim().parse().ok().filter(|tracer| *tracer != 0)
}

fn failed(error: RecordError, output: &Path) -> Failed {
    match error {
        RecordError::Write(error) => write_error(output, error),
        error => Failed::Usage(error.to_string()),
    }
}

fn exit_code(status: ExitStatus) -> u8 {
    let signal = || status.signal().and_then(|signal| signal.checked_add(128));
    status.code().or_else(signal).and_then(|code| code.try_into().ok()).unwrap_or(2)
}
