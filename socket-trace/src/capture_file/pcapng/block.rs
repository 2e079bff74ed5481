//! The blocks of a pcapng file: `type, length, body, length`.

use crate::capture_file::byte_order::ByteOrder;
use crate::capture_file::error::{Error, Problem};
use crate::capture_file::file_kind::SECTION_HEADER;
use crate::capture_file::frame::MAX_FRAME;
use crate::capture_file::input::Input;

/// Length of a block without its body.
const FRAMING: u32 = 12;

/// Maximum length of a block that is read as a whole: a frame, and as much again for its options.
const MAX_BLOCK: u32 = 2 * MAX_FRAME as u32;

/// The kinds of blocks that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Section,
    Interface,
    /// Enhanced packet block.
    Packet,
    SimplePacket,
    ObsoletePacket,
    /// Interface statistics block.
    Statistics,
    Other,
}

impl Kind {
    fn of(block_type: u32) -> Self {
        match block_type {
            0x0a0d_0d0a => Self::Section,
            1 => Self::Interface,
            2 => Self::ObsoletePacket,
            3 => Self::SimplePacket,
            5 => Self::Statistics,
            6 => Self::Packet,
            _ => Self::Other,
        }
    }
}

/// A block without its body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// Position of the block in the file.
    pub(super) offset: u64,
    /// Byte order of its section.
    pub(super) order: ByteOrder,
}

/// The blocks of a file.
#[derive(Debug)]
pub(super) struct Blocks {
    input: Input,
    order: ByteOrder,
    /// `true` if the type of the first block was read.
    is_first: bool,
    /// Type and length of the block that is being read.
    head: Vec<u8>,
    /// Body of the current block, without its framing. Empty if the block is skipped.
    body: Vec<u8>,
}

impl Blocks {
    /// Returns the blocks of a file of which the type of the first block, a section header, was read.
    pub(super) fn after_first_type(input: Input) -> Self {
        Self { input, order: ByteOrder::Little, is_first: true, head: Vec::new(), body: Vec::new() }
    }

    pub(super) fn source(&self) -> &str {
        self.input.source()
    }

    pub(super) fn error(&self, offset: u64, problem: Problem) -> Error {
        self.input.error(offset, problem)
    }

    /// Returns the body of the current block.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Reads the next block. Returns `None` at the end of the file.
    pub(super) fn next_block(&mut self) -> Result<Option<Block>, Error> {
        let is_first = std::mem::take(&mut self.is_first);
        if !is_first && self.input.is_at_end()? {
            return Ok(None);
        }
        let offset = if is_first { 0 } else { self.input.offset() };
        let (kind, length) = self.read_head(offset, is_first)?;
        if length < FRAMING || length % 4 != 0 {
            let expected = "a multiple of 4, and 12 or more";
            return Err(self.invalid(offset, "the length of a block", length, expected));
        }
        let body = length - FRAMING;
        match kind {
            Kind::Section => self.read_section(offset, body)?,
            Kind::Other => {
                self.body.clear();
                self.input.skip(offset, body.into())?;
            }
            _ if length > MAX_BLOCK => {
                return Err(self.invalid(offset, "the length of a block", length, "at most 32 MiB"));
            }
            _ => self.input.read(offset, body as usize, &mut self.body)?,
        }
        self.input.read(offset, 4, &mut self.head)?;
        let repeated = self.order.u32(&self.head, 0).unwrap_or_default();
        if repeated != length {
            let expected = "the length at its beginning";
            return Err(self.invalid(offset, "the length at the end of a block", repeated, expected));
        }
        Ok(Some(Block { kind, offset, order: self.order }))
    }

    /// Reads type and length of a block, and the byte order of a section.
    fn read_head(&mut self, offset: u64, is_first: bool) -> Result<(Kind, u32), Error> {
        if is_first {
            self.head.clear();
            self.head.extend(SECTION_HEADER);
        } else {
            self.input.read(offset, SECTION_HEADER.len(), &mut self.head)?;
        }
        let is_section = self.head == SECTION_HEADER;
        let kind = self.order.u32(&self.head, 0).map_or(Kind::Other, Kind::of);
        self.input.read(offset, 4, &mut self.head)?;
        if is_section {
            // The byte order precedes the length in meaning, and follows it in the file.
            self.input.read(offset, 4, &mut self.body)?;
            self.order = match self.body.as_slice() {
                [0x4d, 0x3c, 0x2b, 0x1a] => ByteOrder::Little,
                [0x1a, 0x2b, 0x3c, 0x4d] => ByteOrder::Big,
                other => {
                    let value = ByteOrder::Big.u32(other, 0).unwrap_or_default();
                    let expected = "0x1a2b3c4d in either byte order";
                    return Err(self.invalid(offset, "the byte-order magic of a section", value, expected));
                }
            };
        }
        let length = self.order.u32(&self.head, 0).unwrap_or_default();
        Ok((if is_section { Kind::Section } else { kind }, length))
    }

    /// Reads the rest of a section header, after its byte-order magic.
    fn read_section(&mut self, offset: u64, body: u32) -> Result<(), Error> {
        let rest = body.checked_sub(4).filter(|_| body <= MAX_BLOCK);
        let Some(rest) = rest else {
            return Err(self.invalid(offset, "the length of a section header", body, "16 B to 32 MiB"));
        };
        let mut bytes = Vec::new();
        self.input.read(offset, rest as usize, &mut bytes)?;
        self.body.append(&mut bytes);
        match self.order.u16(&self.body, 4).unwrap_or_default() {
            1 => Ok(()),
            major => Err(self.invalid(offset, "the major version of a section", major.into(), "1")),
        }
    }

    fn invalid(&self, offset: u64, field: &'static str, value: u32, expected: &'static str) -> Error {
        self.input.error(offset, Problem::Invalid { field, value: value.into(), expected })
    }
}
