//! The flag `--output` of the subcommands that write a file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use socket_tap::format::text::printable;

use super::failed::{CommandResult, Failed};
use super::private_file;

/// An output file, or standard output.
#[derive(Clone, Debug, Args)]
pub(super) struct Output {
    /// Output file; - is standard output. Replaces an existing file. Only its owner can read it
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,
}

impl Output {
    pub(super) fn is_standard(&self) -> bool {
        self.output.as_os_str() == "-"
    }

    /// Returns the name of the output as given by the user.
    pub(super) fn name(&self) -> String {
        printable(&self.output.display().to_string())
    }

    /// Opens the output, unless it is one of the traces.
    pub(super) fn create(&self, traces: &[PathBuf]) -> CommandResult<Box<dyn Write>> {
        if self.is_standard() {
            return Ok(Box::new(io::stdout()));
        }
        if let Some(trace) = traces.iter().find(|trace| private_file::is_same(opened(trace), &self.output)) {
            let name = printable(&trace.display().to_string());
            return Err(Failed::Usage(format!(
                "{name} is both a trace and the output; choose another output"
            )));
        }
        let file = private_file::create(&self.output).map_err(|error| self.write_error(error))?;
        Ok(Box::new(file))
    }

    pub(super) fn write_error(&self, error: io::Error) -> Failed {
        match error.kind() {
            // The reader of the pipe has closed it.
            io::ErrorKind::BrokenPipe => Failed::Output(error),
            _ => Failed::Write { name: self.name(), error },
        }
    }
}

/// Returns the path of the file that is opened for a trace argument: `/dev/stdin` for `-`, else the argument
/// itself.
pub(super) fn opened(trace: &Path) -> &Path {
    if trace.as_os_str() == "-" { Path::new("/dev/stdin") } else { trace }
}
