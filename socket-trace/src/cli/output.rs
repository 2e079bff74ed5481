//! The output of a subcommand that writes more than lines for a terminal.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use socket_tap::format::text::printable;

use super::failed::{Done, Failed};
use super::private_file;

/// A file, or standard output.
#[derive(Clone, Debug, Args)]
pub(super) struct Output {
    /// Where to write; - is standard output. An existing file is replaced. Only its owner can read it
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,
}

impl Output {
    pub(super) fn is_standard(&self) -> bool {
        self.output.as_os_str() == "-"
    }

    /// As the user calls it.
    pub(super) fn name(&self) -> String {
        printable(&self.output.display().to_string())
    }

    /// Opens it, unless it is one of the traces.
    pub(super) fn create(&self, traces: &[PathBuf]) -> Done<Box<dyn Write>> {
        if self.is_standard() {
            return Ok(Box::new(io::stdout()));
        }
        if let Some(trace) = traces.iter().find(|trace| private_file::is_same(opened(trace), &self.output)) {
            let name = printable(&trace.display().to_string());
            return Err(Failed::Usage(format!("{name} is both a trace and the output: it would be lost")));
        }
        let file = private_file::create(&self.output).map_err(|error| self.unwritten(error))?;
        Ok(Box::new(file))
    }

    pub(super) fn unwritten(&self, error: io::Error) -> Failed {
        match error.kind() {
            // The reader has seen enough.
            io::ErrorKind::BrokenPipe => Failed::Output(error),
            _ => Failed::Write { name: self.name(), error },
        }
    }
}

/// The file that is read for this argument.
fn opened(trace: &Path) -> &Path {
    if trace.as_os_str() == "-" { Path::new("/dev/stdin") } else { trace }
}
