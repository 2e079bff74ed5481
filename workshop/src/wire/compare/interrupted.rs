//! Finds the recordings of runs that were killed.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use socket_tap::format::Line;

use super::conditions::Network;
use crate::wire::lab::packet_trace;

/// Maximum length of the last line of a complete recording, in bytes.
const MAX_END: u64 = 4_096;

/// Returns the names of the folders of networks whose recordings are incomplete, because the run that made them was
/// killed, in alphabetical order. Those of `networks` are omitted: this run replaces them.
#[must_use]
pub fn interrupted(traces: &Path, networks: &[Network]) -> Vec<String> {
    let replaced: Vec<String> = networks.iter().map(|network| network.directory()).collect();
    let entries = fs::read_dir(traces).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let is_interrupted = |name: &String| !has_end(&packet_trace::path(&traces.join(name))).unwrap_or(true);
    let mut names: Vec<String> =
        names.filter(|name| !replaced.contains(name)).filter(is_interrupted).collect();
    names.sort_unstable();
    names
}

/// Returns `true` if the last line of a trace file ends the recording.
fn has_end(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MAX_END)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let last = bytes.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = std::str::from_utf8(last).ok().and_then(|line| Line::parse(line).ok());
    Ok(matches!(line, Some(Line::End(_))))
}
