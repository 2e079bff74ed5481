//! Opens the files of a rotated recording as one trace.

use std::collections::VecDeque;
use std::path::Path;

use socket_tap::format::{Header, part_path};

use super::Trace;
use super::error::Error;

impl Trace {
    /// Opens all existing files of a rotated recording as one trace: see "Several files" in `TRACE.md`.
    /// `path` names the last file. A recording that was not rotated is opened as by [`open`](Self::open).
    ///
    /// The header is that of the first existing file. The counts of the end line are summed over the files.
    ///
    /// # Errors
    /// The last file cannot be read, or does not start with a header.
    pub fn open_recording(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let (mut first, mut later) = (Self::open(path)?, VecDeque::new());
        while let Some(part) = first.header.part.checked_sub(1) {
            match Self::open(part_path(path, part)) {
                Ok(earlier) if earlier.header.part == part && are_parts(&earlier.header, &first.header) => {
                    later.push_front(std::mem::replace(&mut first, earlier));
                }
                _ => break,
            }
        }
        Ok(Self { later, ..first })
    }
}

/// Returns `true` if two traces are different files of one rotated recording: see "Several files" in
/// `TRACE.md`.
pub(crate) fn are_parts(one: &Header, other: &Header) -> bool {
    let identity = |header: &Header| (header.pid, header.monotonic_ns, header.started.clone(), header.side);
    identity(one) == identity(other) && one.name == other.name && one.part != other.part
}
