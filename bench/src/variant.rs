//! Variants of a benchmarked server: with and without the tap, strace, tcpdump or another recorder.

use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;
use serde::Serialize;

use crate::api::Api;
use crate::process::{Running, free_address};

/// A way to run a benchmarked server and to record its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Variant {
    /// A minimal server with the same API, built on its framework alone.
    Bare,
    /// The project's server with `--no-tap`, so that it records nothing.
    NoTap,
    /// The project's server with socket-tap and a trace file.
    Tap,
    /// The project's server with socket-tap and a trace file that contains up to 1 KiB of payload per read
    /// and write.
    TapCapture,
    /// The project's server with the crate `logged-stream` in place of socket-tap, and a log file.
    LoggedStream,
    /// The project's server with the crate `logged-stream` in place of socket-tap, discarding the log.
    LoggedStreamDiscard,
    /// The project's server with `--no-tap`, run under strace.
    Strace,
    /// The project's server with `--no-tap`, watched by tcpdump.
    Tcpdump,
}

impl Variant {
    pub(crate) const ALL: [Self; 8] = [
        Self::Bare,
        Self::NoTap,
        Self::Tap,
        Self::TapCapture,
        Self::LoggedStream,
        Self::LoggedStreamDiscard,
        Self::Strace,
        Self::Tcpdump,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::NoTap => "no tap",
            Self::Tap => "socket-tap to a file",
            Self::TapCapture => "socket-tap to a file, 1 KiB of payload",
            Self::LoggedStream => "logged-stream to a file",
            Self::LoggedStreamDiscard => "logged-stream, discarded",
            Self::Strace => "no tap, with strace -f to /dev/null",
            Self::Tcpdump => "no tap, with tcpdump to /dev/null",
        }
    }

    /// Starts the server of `api` in this variant, and waits until it listens.
    pub(crate) fn start(self, api: Api, scratch: &Path) -> io::Result<Running> {
        self.clean(scratch);
        let address = free_address()?;
        let listen = ["--listen".to_owned(), address.to_string()];
        let server = sibling(&format!("{}-server", api.name()))?;
        let trace = self.trace(scratch);
        let mut command = match self {
            Self::Bare => {
                let mut command = Command::new(sibling("bare-server")?);
                command.arg(api.name()).arg(address.to_string());
                return Running::start(command, address, false);
            }
            Self::LoggedStream | Self::LoggedStreamDiscard => {
                let mut command = Command::new(sibling("logged-server")?);
                command.arg(api.name()).arg(address.to_string());
                if self == Self::LoggedStream {
                    command.arg(&trace);
                }
                return Running::start(command, address, false);
            }
            Self::Strace => {
                let mut strace = Command::new("strace");
                strace.args(["-f", "-e", "trace=network,read,write,close", "-o", "/dev/null"]).arg(server);
                strace
            }
            _ => Command::new(server),
        };
        command.args(listen).arg("--quiet");
        match self {
            Self::Tap => command.arg("--trace").arg(&trace),
            Self::TapCapture => command.arg("--trace").arg(&trace).args(["--capture", "1024"]),
            _ => command.arg("--no-tap"),
        };
        let mut running = Running::start(command, address, self == Self::Strace)?;
        if self == Self::Tcpdump {
            let mut tcpdump = Command::new("tcpdump");
            tcpdump.args(["-w", "/dev/null", "-i", "lo", "tcp", "port", &address.port().to_string()]);
            running.watch(tcpdump)?;
        }
        Ok(running)
    }

    /// Returns the number of events that are missing from the trace; `None` if this variant writes no trace.
    /// A recorder that drops events does less work, so the measured request rate is then too high.
    pub(crate) fn lost(self, scratch: &Path) -> io::Result<Option<u64>> {
        if !matches!(self, Self::Tap | Self::TapCapture) {
            return Ok(None);
        }
        let lost = lost_in_end_line(&end_of(&self.trace(scratch))?);
        Ok(Some(lost.ok_or_else(|| {
            io::Error::other("the trace has no end line, because the server did not shut down")
        })?))
    }

    /// Removes the trace or log file that an earlier run of this variant wrote.
    pub(crate) fn clean(self, scratch: &Path) {
        // Most variants write no file.
        let _ = fs::remove_file(self.trace(scratch));
    }

    fn trace(self, scratch: &Path) -> PathBuf {
        scratch.join(format!("{self:?}.jsonl").to_lowercase())
    }
}

/// Returns the last 1,024 bytes of a trace file, which contain its end line.
fn end_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(1024)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(end)
}

/// Returns the field `lost` of a trace's end line; `None` if the trace has no end line.
fn lost_in_end_line(trace: &[u8]) -> Option<u64> {
    let last = trace.trim_ascii_end().rsplit(|byte| *byte == b'\n').next()?;
    let end: serde_json::Value = serde_json::from_slice(last).ok()?;
    end.get("end")?;
    end.get("lost")?.as_u64()
}

/// Returns the path of a program in the same folder as this executable.
fn sibling(name: &str) -> io::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.is_file() {
        return Ok(path);
    }
    Err(io::Error::other(format!(
        "{} is missing; run cargo build --release --workspace --features bench/bare,bench/logged-stream",
        path.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::lost_in_end_line;

    #[test]
    fn lost_event_count_is_parsed_from_trace_end() {
        assert_eq!(lost_in_end_line(b"{\"t\":1}\n{\"end\":true,\"events\":9,\"lost\":3}\n"), Some(3));
        assert_eq!(lost_in_end_line(b"{\"t\":1,\"lost\":3}\n"), None);
        assert_eq!(lost_in_end_line(b""), None);
    }
}
