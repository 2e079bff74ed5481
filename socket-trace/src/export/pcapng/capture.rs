//! Writer of the pcapng file: one section, an interface per recording, packets with comments.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::interface_statistics::{InterfaceStatisticsBlock, InterfaceStatisticsOption};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness, PcapError};
use socket_tap::format::Header;
use socket_tap::format::text::printable;

use super::recording::{Recording, Sender};
use crate::export::exporter::Out;

/// Timestamps are in units of 10^-9 s.
const NANOSECONDS: u8 = 9;

/// Maximum length of a text taken from a header. An option of pcapng is limited to 64 KiB.
const MAX_TEXT: usize = 1_000;

/// Maximum number of packets held back for an earlier one that may still come.
const MAX_HELD: usize = 1_024;

/// Maximum number of bytes in the packets held back.
const MAX_HELD_BYTES: usize = 8 << 20;

/// A pcapng file that is being written.
pub(super) struct Capture {
    writer: PcapNgWriter<Out>,
    /// Number of interfaces. Packets belong to the last one.
    interfaces: u32,
    /// Packets not yet written, in time order. An earlier one may still come: the SYN of a slow connect is known only
    /// when the connect returns.
    held: VecDeque<Packet>,
    held_bytes: usize,
    /// Time of the last packet written to the interface.
    last: Duration,
    /// Comment for the next packet on missing events, with their number.
    missing: Option<(String, u64)>,
}

/// A packet that is held back.
struct Packet {
    at: Duration,
    original_len: u32,
    data: Vec<u8>,
    options: Vec<EnhancedPacketOption<'static>>,
}

impl Capture {
    pub(super) fn new(out: Out) -> io::Result<Self> {
        let application = concat!("socket-trace ", env!("CARGO_PKG_VERSION"));
        let comment = "Synthesised from socket calls, not captured on the network. Bytes, their order and their \
                       times are those of reads and writes; handshakes, acknowledgements, FIN and RST are added. \
                       The comment of each packet names its call.";
        let section = SectionHeaderBlock {
            // With the other byte order, pcap-file 2.0.0 swaps the halves of the time in interface statistics.
            endianness: Endianness::Big,
            options: vec![
                SectionHeaderOption::UserApplication(application.into()),
                SectionHeaderOption::Comment(comment.into()),
            ],
            ..SectionHeaderBlock::default()
        };
        let writer = PcapNgWriter::with_section_header(out, section).map_err(into_io)?;
        Ok(Self {
            writer,
            interfaces: 0,
            held: VecDeque::new(),
            held_bytes: 0,
            last: Duration::ZERO,
            missing: None,
        })
    }

    /// Starts an interface. Later packets belong to it.
    pub(super) fn interface(&mut self, header: &Header) -> io::Result<()> {
        let name = format!("{} {}", header.name, header.side.name());
        let description = format!("socket calls of {} (pid {})", header.program, header.pid);
        self.release_all()?;
        self.interfaces += 1;
        self.missing = None;
        self.last = Duration::ZERO;
        let block = InterfaceDescriptionBlock {
            linktype: DataLink::RAW,
            snaplen: 0,
            options: vec![
                InterfaceDescriptionOption::IfName(short(&name)),
                InterfaceDescriptionOption::IfDescription(short(&description)),
                InterfaceDescriptionOption::IfTsResol(NANOSECONDS),
            ],
        };
        self.writer.write_pcapng_block(block).map(drop).map_err(into_io)
    }

    /// Adds to the next packet that events are missing before it.
    pub(super) fn gap(&mut self, comment: String, events: u64) {
        let earlier = self.missing.take().map_or(0, |(_, events)| events);
        self.missing = Some((comment, events.saturating_add(earlier)));
    }

    /// Adds a packet. `build` appends its bytes and returns its length on the network. A packet earlier than those
    /// already written gets the time of the last of them.
    pub(super) fn packet<'a>(
        &mut self,
        at: Duration,
        sender: Sender,
        comments: impl Iterator<Item = &'a str>,
        build: impl FnOnce(&mut Vec<u8>) -> usize,
    ) -> io::Result<()> {
        let mut data = Vec::new();
        let original_len = u32::try_from(build(&mut data)).unwrap_or(u32::MAX);
        let missing = self.missing.take();
        // In the two lowest bits, 1 is inbound and 2 is outbound.
        let direction = match sender {
            Sender::Remote => 1,
            Sender::Local => 2,
        };
        let mut options = Vec::with_capacity(4);
        options.extend(comments.map(|comment| EnhancedPacketOption::Comment(comment.to_owned().into())));
        options.push(EnhancedPacketOption::Flags(direction));
        if let Some((comment, events)) = missing {
            options.push(EnhancedPacketOption::Comment(comment.into()));
            options.push(EnhancedPacketOption::DropCount(events));
        }
        let at = at.max(self.last);
        self.held_bytes += data.len();
        let index = self.held.partition_point(|packet| packet.at <= at);
        self.held.insert(index, Packet { at, original_len, data, options });
        while self.held.len() > MAX_HELD || self.held_bytes > MAX_HELD_BYTES {
            self.release()?;
        }
        Ok(())
    }

    /// Writes the earliest packet that is held back.
    fn release(&mut self) -> io::Result<()> {
        let Some(Packet { at, original_len, data, options }) = self.held.pop_front() else { return Ok(()) };
        self.held_bytes = self.held_bytes.saturating_sub(data.len());
        self.last = at;
        let block = EnhancedPacketBlock {
            interface_id: self.interfaces.saturating_sub(1),
            timestamp: at,
            original_len,
            data: Cow::Owned(data),
            options,
        };
        self.writer.write_pcapng_block(block).map(drop).map_err(into_io)
    }

    fn release_all(&mut self) -> io::Result<()> {
        while !self.held.is_empty() {
            self.release()?;
        }
        Ok(())
    }

    /// Endpoints an interface with the number of missing events, which Wireshark shows as dropped packets.
    pub(super) fn statistics(&mut self, recording: &Recording) -> io::Result<()> {
        self.release_all()?;
        let block = InterfaceStatisticsBlock {
            interface_id: self.interfaces.saturating_sub(1),
            timestamp: u64::try_from(recording.last.as_nanos()).unwrap_or(u64::MAX),
            options: vec![InterfaceStatisticsOption::IsbIfDrop(recording.lost)],
        };
        self.writer.write_pcapng_block(block).map(drop).map_err(into_io)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.release_all()?;
        io::Write::flush(self.writer.get_mut())
    }
}

/// Truncates and cleans a text taken from a trace, which may contain anything.
fn short(text: &str) -> Cow<'static, str> {
    printable(text).chars().take(MAX_TEXT).collect::<String>().into()
}

fn into_io(error: PcapError) -> io::Error {
    match error {
        PcapError::IoError(error) => error,
        other => io::Error::other(other),
    }
}
