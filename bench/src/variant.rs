//! What watches the server.

use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;
use serde::Serialize;

use crate::api::Api;
use crate::process::{Running, free_address};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Variant {
    /// Nothing.
    NoTap,
    /// The tap, to a file.
    Tap,
    /// The same with the first KiB of each read and write.
    TapCapture,
    /// `logged-stream` in place of the tap, to a file.
    LoggedStream,
    /// The same, and what it formats is thrown away.
    LoggedStreamDiscard,
    /// `strace` around it.
    Strace,
    /// `tcpdump` beside it.
    Tcpdump,
}

impl Variant {
    pub(crate) const ALL: [Self; 7] = [
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
            Self::NoTap => "no tap",
            Self::Tap => "socket-tap to a file",
            Self::TapCapture => "socket-tap to a file, 1 KiB of payload",
            Self::LoggedStream => "logged-stream to a file",
            Self::LoggedStreamDiscard => "logged-stream, discarded",
            Self::Strace => "strace -f, to /dev/null",
            Self::Tcpdump => "tcpdump beside it, to /dev/null",
        }
    }

    /// Starts the server of `api`, watched.
    pub(crate) fn start(self, api: Api, scratch: &Path) -> io::Result<Running> {
        self.clean(scratch);
        let address = free_address()?;
        let listen = ["--listen".to_owned(), address.to_string()];
        let server = beside_us(&format!("{}-server", api.name()))?;
        let trace = self.trace(scratch);
        let mut command = match self {
            Self::LoggedStream | Self::LoggedStreamDiscard => {
                let mut command = Command::new(beside_us("logged-server")?);
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

    /// Reads and writes that are missing in the trace: one that leaves things out has less to do.
    pub(crate) fn lost(self, scratch: &Path) -> io::Result<Option<u64>> {
        if !matches!(self, Self::Tap | Self::TapCapture) {
            return Ok(None);
        }
        let lost = socket_tap_end(&end_of(&self.trace(scratch))?);
        Ok(Some(lost.ok_or_else(|| io::Error::other("the trace has no end line"))?))
    }

    /// Removes what a run has written.
    pub(crate) fn clean(self, scratch: &Path) {
        // Most have written nothing.
        let _ = fs::remove_file(self.trace(scratch));
    }

    fn trace(self, scratch: &Path) -> PathBuf {
        scratch.join(format!("{self:?}.jsonl").to_lowercase())
    }
}

/// The last bytes of a file: far more than the end line of a trace has, far less than the trace.
fn end_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(1024)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(end)
}

fn socket_tap_end(trace: &[u8]) -> Option<u64> {
    let last = trace.trim_ascii_end().rsplit(|byte| *byte == b'\n').next()?;
    let end: serde_json::Value = serde_json::from_slice(last).ok()?;
    end.get("end")?;
    end.get("lost")?.as_u64()
}

/// A program that was built with this one.
fn beside_us(name: &str) -> io::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.is_file() {
        return Ok(path);
    }
    Err(io::Error::other(format!(
        "{} is missing: cargo build --release --workspace --features bench/logged-stream",
        path.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::socket_tap_end;

    #[test]
    fn what_a_trace_lost_is_in_its_last_line_only() {
        assert_eq!(socket_tap_end(b"{\"t\":1}\n{\"end\":true,\"events\":9,\"lost\":3}\n"), Some(3));
        assert_eq!(socket_tap_end(b"{\"t\":1,\"lost\":3}\n"), None);
        assert_eq!(socket_tap_end(b""), None);
    }
}
