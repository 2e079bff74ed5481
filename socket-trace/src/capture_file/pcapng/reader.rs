//! Reads the frames of a pcapng file.
//!
//! Blocks of other types, such as names and decryption secrets, are skipped.

use super::block::{Block, Blocks, Kind};
use super::interface::{Interface, interface};
use super::options::{options, text};
use super::packet::PacketFields;
use crate::capture_file::byte_order::ByteOrder;
use crate::capture_file::error::{Error, Problem};
use crate::capture_file::frame::{Frame, FrameInfo};
use crate::capture_file::input::Input;

/// Maximum number of interfaces of a file. Each of them takes memory.
const MAX_INTERFACES: usize = 65_536;

/// A capture file of the newer format.
#[derive(Debug)]
pub(in crate::capture_file) struct Pcapng {
    blocks: Blocks,
    /// The interfaces of the current section.
    interfaces: Vec<Interface>,
    /// Number of interfaces of earlier sections.
    earlier_interfaces: usize,
    /// Number of packets dropped in earlier sections.
    earlier_dropped: u64,
    program: Option<String>,
}

impl Pcapng {
    /// Reads the first block, of which the type was read.
    pub(in crate::capture_file) fn open(input: Input) -> Result<Self, Error> {
        let blocks = Blocks::after_first_type(input);
        let mut pcapng =
            Self { blocks, interfaces: Vec::new(), earlier_interfaces: 0, earlier_dropped: 0, program: None };
        let first = pcapng.blocks.next_block()?;
        pcapng.program = first.and_then(|block| section_program(block.order, pcapng.blocks.body()));
        Ok(pcapng)
    }

    pub(in crate::capture_file) fn source(&self) -> &str {
        self.blocks.source()
    }

    /// Returns the program that wrote the first section.
    pub(in crate::capture_file) fn program(&self) -> Option<&str> {
        self.program.as_deref()
    }

    /// Returns the maximum number of bytes that were captured of a frame of the current section. 0 for no limit.
    pub(in crate::capture_file) fn snap_length(&self) -> usize {
        let lengths = self.interfaces.iter().map(|interface| interface.snap_length);
        lengths.reduce(|one, other| if one == 0 || other == 0 { 0 } else { one.max(other) }).unwrap_or(0)
    }

    pub(in crate::capture_file) fn dropped(&self) -> u64 {
        self.interfaces.iter().fold(self.earlier_dropped, |sum, it| sum.saturating_add(it.dropped()))
    }

    /// Returns the next frame, or `None` at the end of the file.
    pub(in crate::capture_file) fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Error> {
        while let Some(block) = self.blocks.next_block()? {
            match block.kind {
                Kind::Section => self.begin_section(),
                Kind::Interface => self.add_interface(block)?,
                Kind::Statistics => self.add_statistics(block),
                Kind::Packet | Kind::SimplePacket | Kind::ObsoletePacket => {
                    let fields = self.packet_fields(block)?;
                    let info = self.frame_info(block, &fields)?;
                    let bytes = self.blocks.body().get(fields.start..fields.start + fields.captured);
                    return Ok(Some(Frame { info, bytes: bytes.unwrap_or_default() }));
                }
                Kind::Other => {}
            }
        }
        Ok(None)
    }

    fn begin_section(&mut self) {
        self.earlier_dropped = self.dropped();
        self.earlier_interfaces += self.interfaces.len();
        self.interfaces.clear();
    }

    fn add_interface(&mut self, block: Block) -> Result<(), Error> {
        let count = self.earlier_interfaces + self.interfaces.len();
        if count >= MAX_INTERFACES {
            return Err(self.invalid(block, "the number of interfaces", count as u64 + 1, "at most 65536"));
        }
        self.interfaces.push(interface(block.order, self.blocks.body()));
        Ok(())
    }

    /// Reads an interface statistics block: interface, time, and options with the counts.
    fn add_statistics(&mut self, block: Block) {
        const DROPPED_BY_INTERFACE: u16 = 5;
        const DROPPED_BY_SYSTEM: u16 = 7;
        let body = self.blocks.body();
        let number = block.order.u32(body, 0).and_then(|number| usize::try_from(number).ok());
        let Some(interface) = number.and_then(|number| self.interfaces.get_mut(number)) else { return };
        let counts = options(block.order, body.get(12..).unwrap_or_default())
            .filter(|(code, _)| matches!(*code, DROPPED_BY_INTERFACE | DROPPED_BY_SYSTEM))
            .filter_map(|(_, value)| block.order.u64(value, 0));
        interface.dropped_in_statistics = counts.fold(0, u64::saturating_add);
    }

    fn packet_fields(&self, block: Block) -> Result<PacketFields, Error> {
        let body = self.blocks.body();
        let fields = match block.kind {
            Kind::SimplePacket => PacketFields::of_simple(block.order, body, self.interfaces.first()),
            Kind::ObsoletePacket => PacketFields::of_obsolete(block.order, body),
            _ => PacketFields::of_enhanced(block.order, body),
        };
        let fields = fields.ok_or_else(|| {
            let length = body.len() as u64;
            self.invalid(block, "the length of a packet block", length, "the length of its fields, or more")
        })?;
        if fields.captured > body.len().saturating_sub(fields.start) {
            let captured = fields.captured as u64;
            return Err(self.invalid(
                block,
                "the captured length of a packet",
                captured,
                "at most that of its block",
            ));
        }
        Ok(fields)
    }

    fn frame_info(&mut self, block: Block, fields: &PacketFields) -> Result<FrameInfo, Error> {
        let invalid = |blocks: &Blocks, field, value, expected| {
            blocks.error(block.offset, Problem::Invalid { field, value, expected })
        };
        let Some(interface) = self.interfaces.get_mut(fields.interface) else {
            let (value, expected) = (fields.interface as u64, "the number of an interface described before");
            return Err(invalid(&self.blocks, "the interface of a packet", value, expected));
        };
        interface.dropped_before_packets = interface.dropped_before_packets.saturating_add(fields.dropped);
        let time = match fields.time {
            None => None,
            Some(ticks) => match interface.clock.nanoseconds(ticks) {
                Some(time) => Some(time),
                None => {
                    let expected = "a time from 1970 to 2554";
                    return Err(invalid(&self.blocks, "the time of a packet", ticks, expected));
                }
            },
        };
        let number = self.earlier_interfaces + fields.interface;
        Ok(FrameInfo {
            offset: block.offset,
            time,
            link: interface.link,
            interface: u32::try_from(number).unwrap_or(u32::MAX),
            length: fields.length.max(fields.captured),
        })
    }

    fn invalid(&self, block: Block, field: &'static str, value: u64, expected: &'static str) -> Error {
        self.blocks.error(block.offset, Problem::Invalid { field, value, expected })
    }
}

/// Returns the program that wrote a section, from the body of its header.
fn section_program(order: ByteOrder, body: &[u8]) -> Option<String> {
    const PROGRAM: u16 = 4;
    let mut options = options(order, body.get(16..)?);
    options.find(|(code, _)| *code == PROGRAM).map(|(_, value)| text(value))
}
