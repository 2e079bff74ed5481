//! The older format of capture files (draft-ietf-opsawg-pcap): a header, and a record for each frame.

use super::byte_order::ByteOrder;
use super::error::{Error, Problem};
use super::file_kind::MAGIC;
use super::frame::{Frame, FrameInfo, MAX_FRAME};
use super::input::Input;
use super::link::is_supported;

/// Length of the file header after the magic number.
const HEADER: usize = 20;

/// Length of the header of a record.
const RECORD: usize = 16;

const SECOND: u64 = 1_000_000_000;

/// A capture file of the older format.
#[derive(Debug)]
pub(super) struct Pcap {
    input: Input,
    order: ByteOrder,
    /// Number of nanoseconds in a unit of the fractions of a second.
    unit: u32,
    link: u16,
    /// Maximum number of bytes that were captured of a frame. 0 for no limit.
    snap_length: u32,
    buffer: Vec<u8>,
}

impl Pcap {
    /// Reads the rest of the file header, after the magic number.
    pub(super) fn open(mut input: Input, order: ByteOrder, unit: u32) -> Result<Self, Error> {
        let mut header = Vec::new();
        input.read(0, HEADER, &mut header)?;
        let major = order.u16(&header, 0).unwrap_or_default();
        if major != 2 {
            let expected = "2, the version of the format";
            let problem = Problem::Invalid { field: "the major version", value: major.into(), expected };
            return Err(input.error(MAGIC as u64, problem));
        }
        // The upper 16 bits contain the length of the frame check sequence.
        let link = order.u32(&header, 16).unwrap_or_default() as u16;
        if !is_supported(link) {
            return Err(input.error((MAGIC + 16) as u64, Problem::LinkType(link)));
        }
        let snap_length = order.u32(&header, 12).unwrap_or_default();
        Ok(Self { input, order, unit, link, snap_length, buffer: Vec::new() })
    }

    pub(super) fn source(&self) -> &str {
        self.input.source()
    }

    pub(super) fn snap_length(&self) -> usize {
        usize::try_from(self.snap_length).unwrap_or(usize::MAX)
    }

    /// Returns the next frame, or `None` at the end of the file.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Error> {
        if self.input.is_at_end()? {
            return Ok(None);
        }
        let offset = self.input.offset();
        self.input.read(offset, RECORD, &mut self.buffer)?;
        let field = |at| self.order.u32(&self.buffer, at).unwrap_or_default();
        let (seconds, fraction, captured, length) = (field(0), field(4), field(8), field(12));
        let captured = match usize::try_from(captured) {
            Ok(captured) if captured <= MAX_FRAME => captured,
            _ => {
                let problem = Problem::Invalid {
                    field: "the captured length of a packet",
                    value: captured.into(),
                    expected: "at most 16 MiB",
                };
                return Err(self.input.error(offset, problem));
            }
        };
        self.input.read(offset, captured, &mut self.buffer)?;
        let time = u64::from(seconds) * SECOND + u64::from(fraction) * u64::from(self.unit);
        let length = usize::try_from(length).unwrap_or(usize::MAX).max(captured);
        let info = FrameInfo { offset, time: Some(time), link: self.link, interface: 0, length };
        Ok(Some(Frame { info, bytes: &self.buffer }))
    }
}
