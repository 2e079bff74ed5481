//! The header of a recording that is imported from a capture file.

use std::path::Path;
use std::time::{Duration, SystemTime};

use socket_tap::format::text::printable;
use socket_tap::format::{Clock, Header, Side};

use super::capture::Capture;

/// Number of bytes that a capture without a limit is said to have of each packet. It is libpcap's largest limit.
const UNLIMITED: usize = 262_144;

/// Returns the header of a recording that starts at `start`, in nanoseconds since 1970, and has at most `limit` bytes of each
/// packet.
pub(super) fn header(capture: &Capture, start: u64, limit: usize) -> Header {
    let started = SystemTime::UNIX_EPOCH + Duration::from_nanos(start);
    let captured = match capture.snap_length() {
        0 => UNLIMITED,
        length => length,
    };
    let mut header = Header::new(name(capture.source()), Side::Wire);
    header.program = capture.program().map_or_else(|| "unknown program".to_owned(), printable);
    header.started = humantime::format_rfc3339_nanos(started).to_string();
    (header.clock, header.monotonic_ns) = (Clock::Realtime, start);
    header.capture = captured.min(limit) as u64;
    header
}

/// Returns the name of a recording, from the name of the file without its folder and extension.
fn name(source: &str) -> String {
    let stem = Path::new(source).file_stem();
    stem.map_or_else(|| "capture".to_owned(), |stem| stem.to_string_lossy().into_owned())
}
