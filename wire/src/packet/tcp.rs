//! Reads a TCP header.

use etherparse::{TcpOptionElement, TcpSlice};
use socket_tap::event::{Segment, TcpFlags};

/// A TCP header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tcp {
    /// Port of the sender.
    pub from_port: u16,
    /// Port of the destination.
    pub to_port: u16,
    /// Flags, numbers, window and options.
    pub segment: Segment,
    /// Number of payload bytes.
    pub payload: usize,
}

impl Tcp {
    pub(super) fn read(slice: &TcpSlice<'_>) -> Self {
        let bits = slice.header_slice().get(12..14);
        let bits = bits.and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_be_bytes);
        let mut segment = Segment::new(TcpFlags::from_bits(bits), slice.sequence_number());
        if slice.ack() {
            segment = segment.with_ack(slice.acknowledgment_number());
        }
        segment.window = slice.window_size();
        for option in slice.options_iterator() {
            match option {
                Ok(option) => set_option(&mut segment, &option),
                // Kinds that etherparse does not know have an unknown length there, so reading stops.
                Err(_) => break,
            }
        }
        let (from_port, to_port) = (slice.source_port(), slice.destination_port());
        Self { from_port, to_port, segment, payload: slice.payload().len() }
    }

    /// Returns `true` if the flag is set.
    #[must_use]
    pub fn has(&self, flag: TcpFlags) -> bool {
        self.segment.flags.contains(flag)
    }

    /// Returns `true` if the segment only acknowledges: no payload, and no SYN, FIN or RST.
    #[must_use]
    pub fn is_only_ack(&self) -> bool {
        let others = TcpFlags::SYN | TcpFlags::FIN | TcpFlags::RST;
        self.payload == 0 && self.has(TcpFlags::ACK) && self.segment.flags.bits() & others.bits() == 0
    }

    /// Returns the number of sequence numbers that the segment takes: its payload bytes, SYN and FIN.
    #[must_use]
    pub fn sequence_length(&self) -> u32 {
        let flags = u32::from(self.has(TcpFlags::SYN)) + u32::from(self.has(TcpFlags::FIN));
        u32::try_from(self.payload).unwrap_or(u32::MAX).saturating_add(flags)
    }
}

fn set_option(segment: &mut Segment, option: &TcpOptionElement) {
    match *option {
        TcpOptionElement::MaximumSegmentSize(size) => segment.mss = Some(size),
        TcpOptionElement::WindowScale(shift) => segment.window_scale = Some(shift),
        TcpOptionElement::SelectiveAcknowledgementPermitted => segment.sack_permitted = true,
        TcpOptionElement::SelectiveAcknowledgement(first, others) => {
            segment.sack = std::iter::once(first).chain(others.into_iter().flatten()).collect();
        }
        TcpOptionElement::Timestamp(value, echo) => segment.timestamps = Some((value, echo)),
        TcpOptionElement::Noop => {}
    }
}
