//! Where a subcommand writes what is nothing for a terminal.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use socket_tap::format::text::printable;

use super::Done;
use super::failed::Failed;

/// A file, or standard output.
#[derive(Clone, Debug, Args)]
pub(super) struct Output {
    /// Where to write; - is standard output. A file that is there is replaced; a new one is its owner's to read only
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
        if let Some(trace) = traces.iter().find(|trace| is_same(trace, &self.output)) {
            let name = printable(&trace.display().to_string());
            return Err(Failed::Usage(format!("{name} is both a trace and the output: it would be lost")));
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // Whoever may not read the trace may not read this.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.output).map_err(|error| self.unwritten(error))?;
        Ok(Box::new(file))
    }

    pub(super) fn unwritten(&self, error: io::Error) -> Failed {
        match error.kind() {
            // For whoever has seen enough.
            io::ErrorKind::BrokenPipe => Failed::Output(error),
            _ => Failed::Write { name: self.name(), error },
        }
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
