//! Imports a capture file.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use socket_tap::event::Op;
use socket_tap::format::{End, Line, write_event};

use super::failed::CommandResult;
use super::output::Output;
use super::terminal::print_notice;
use crate::capture_file::{Capture, Error, Packets};

/// Number of bytes that are written at once.
const BUFFER: usize = 1 << 18;

/// Writes the packets of a capture, which was opened from one of `files`, as a trace with this `name`. At most
/// `limit` bytes of each packet are kept.
pub(super) fn import(
    capture: Capture,
    files: &[PathBuf],
    output: &Output,
    name: Option<&str>,
    limit: Option<u64>,
) -> CommandResult {
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    // The output is opened after the capture, so that a wrong name does not overwrite an existing file.
    let mut packets = Packets::of(capture, limit)?;
    let mut out = BufWriter::with_capacity(BUFFER, output.create(files)?);
    let imported = write(&mut packets, name, &mut out).map_err(|error| output.write_error(error))?;
    for note in packets.notes().lines() {
        print_notice("note", &note)?;
    }
    imported?;
    Ok(0)
}

/// Writes the trace. The outer error is that of the output, the inner one that of the capture.
fn write(packets: &mut Packets, name: Option<&str>, out: &mut impl Write) -> io::Result<Result<(), Error>> {
    let mut header = packets.header().clone();
    if let Some(name) = name {
        name.clone_into(&mut header.name);
    }
    Line::Header(header).write(out)?;
    let (mut events, mut lost) = (0, 0_u64);
    loop {
        match packets.next_event() {
            Ok(Some(event)) => {
                events += 1;
                if let Op::Gap(gap) = &event.op {
                    lost = lost.saturating_add(gap.events());
                }
                write_event(out, &event)?;
            }
            Ok(None) => break,
            Err(error) => {
                out.flush()?;
                return Ok(Err(error));
            }
        }
    }
    Line::End(End::new(events, lost)).write(out)?;
    out.flush()?;
    Ok(Ok(()))
}
