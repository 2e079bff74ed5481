//! Perfetto's native format, `TrackEvent` packets in protobuf, for <https://ui.perfetto.dev>.
//!
//! | track | events |
//! |---|---|
//! | process | |
//! | ↳ recording, such as `rest-server` | marks, gaps, packets |
//! | ↳ ↳ socket, such as `#2` | a slice for the connection, with a slice for `connect`, and an instant for each other call |
//! | ↳ ↳ ↳ `calls` | a slice for each API call. Calls that overlap are on several tracks of this name |
//!
//! A call has the fields of the trace format as arguments, without the payload; `says` describes its data. Calls other than
//! `connect` are instants, because their duration is not recorded: the time of a call that sends is that of its entry, the time
//! of one that receives that of its return.
//!
//! If both ends of a connection were recorded, an arrow leads from each write to the read of its bytes. If several reads take
//! the bytes of one write, it leads from read to read. After a gap, open connections have no further arrows.
//!
//! Times are those of `CLOCK_MONOTONIC`. A clock snapshot at the beginning relates them to the time of day. If all recordings
//! have only the time of day, times are those of `CLOCK_REALTIME`.
//!
//! # Layout
//!
//! - `proto`: the messages of the format; `packets`: writes them
//! - `tracks`: follows a time line, and writes its calls
//! - `socket`: a socket as a track; `arguments`: the arguments of an event
//! - `flows`: the writes and reads of the same bytes

mod arguments;
mod flows;
mod packets;
mod proto;
mod socket;
mod tracks;

use std::io::Write;

use self::tracks::Tracks;
use super::Error;
use crate::timeline::AnnotatedEvents;

/// Exports the events of a time line for Perfetto. Returns notes for the user.
///
/// # Errors
/// A trace cannot be read, or the export cannot be written.
pub fn write(events: &mut AnnotatedEvents, out: Box<dyn Write>) -> Result<Vec<String>, Error> {
    let mut tracks = Tracks::new(events.timeline(), out)?;
    loop {
        match events.next_event() {
            Ok(Some(annotated)) => tracks.observe(&annotated)?,
            Ok(None) => {
                tracks.finish()?;
                return Ok(Vec::new());
            }
            Err(error) => {
                // The file has the events before the invalid line.
                tracks.finish()?;
                return Err(error.into());
            }
        }
    }
}
