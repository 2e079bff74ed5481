//! The trace file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::Sink;
use crate::event::Event;
use crate::format::{self, End, Header, Line};

/// Writes the trace to a file that only its owner can read: what goes through a socket is nobody else's business.
#[derive(Debug)]
pub struct TraceFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl TraceFile {
    /// Creates the file, or empties one that is there.
    ///
    /// # Errors
    /// When it cannot be created; the message names it.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref().to_owned();
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot write the trace {}: {error}", path.display()))
        })?;
        Ok(Self { path, file: BufWriter::with_capacity(64 * 1024, file) })
    }
}

impl Sink for TraceFile {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        Line::Header(header.clone()).write(&mut self.file)?;
        self.file.flush()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        for event in batch {
            format::write_event(&mut self.file, event)?;
        }
        // Whoever kills the process loses at most what is on its way here.
        self.file.flush()
    }

    fn end(&mut self, end: &End) -> io::Result<()> {
        Line::End(end.clone()).write(&mut self.file)?;
        self.file.flush()
    }
}
