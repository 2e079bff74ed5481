//! The file around the entries.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::entry::Entry;

/// A HAR file that is being written. An entry is written as soon as it is complete, and is then no longer in memory.
pub(super) struct File {
    out: BufWriter<Box<dyn Write>>,
    entries: u64,
}

/// The members of `log` before the entries.
#[derive(Serialize)]
struct Log {
    version: &'static str,
    creator: Creator,
    pages: [(); 0],
    comment: &'static str,
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

const COMMENT: &str = "Calls found in the payload of recorded socket calls. The connection of an entry names the \
                       recording and the socket. The times are those of the reads and writes.";

impl File {
    pub(super) fn begin(out: Box<dyn Write>) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        let creator = Creator { name: "socket-trace", version: env!("CARGO_PKG_VERSION") };
        let log = serde_json::to_string(&Log { version: "1.2", creator, pages: [], comment: COMMENT })?;
        write!(out, "{{\"log\":{},\"entries\":[", log.strip_suffix('}').unwrap_or_default())?;
        Ok(Self { out, entries: 0 })
    }

    pub(super) fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        self.out.write_all(if self.entries > 0 { b",\n" } else { b"\n" })?;
        self.entries += 1;
        serde_json::to_writer(&mut self.out, entry)?;
        Ok(())
    }

    pub(super) fn entries(&self) -> u64 {
        self.entries
    }

    pub(super) fn end(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n]}}\n")?;
        self.out.flush()
    }
}
