//! The TCP header of a packet.

use super::TcpFlags;

/// The TCP header of a packet (RFC 9293, section 3.1), with the options that explain how a connection behaves.
///
/// ```
/// use socket_tap::event::{Segment, TcpFlags};
///
/// let mut syn = Segment::new(TcpFlags::SYN, 7_000);
/// (syn.mss, syn.window_scale, syn.sack_permitted) = (Some(1_460), Some(7), true);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment {
    /// Control bits.
    pub flags: TcpFlags,
    /// Sequence number of the first payload byte, or of the SYN.
    pub seq: u32,
    /// Acknowledgment number: the next sequence number that the sender expects. `None` without the flag ACK.
    pub ack: Option<u32>,
    /// Window field as in the header. Except with the flag SYN, the receive window is this number, shifted left
    /// by the window scale of the sender's SYN.
    pub window: u16,
    /// Maximum segment size (option 2). Only with the flag SYN.
    pub mss: Option<u16>,
    /// Window scale (option 3; RFC 7323, section 2). Only with the flag SYN.
    pub window_scale: Option<u8>,
    /// `true` if the sender can process selective acknowledgments (option 4; RFC 2018, section 2). Only with the
    /// flag SYN.
    pub sack_permitted: bool,
    /// Selective acknowledgments (option 5; RFC 2018, section 3): for each received block, its first sequence
    /// number and the one after its last.
    pub sack: Vec<(u32, u32)>,
    /// Timestamps (option 8; RFC 7323, section 3): the value TSval and the echo TSecr.
    pub timestamps: Option<(u32, u32)>,
}

impl Segment {
    /// Creates a header with a window of 0, without an acknowledgment number and without options.
    #[must_use]
    pub fn new(flags: TcpFlags, seq: u32) -> Self {
        Self { flags, seq, ..Self::default() }
    }

    /// Sets the acknowledgment number and the flag ACK.
    #[must_use]
    pub fn with_ack(mut self, ack: u32) -> Self {
        self.flags |= TcpFlags::ACK;
        self.ack = Some(ack);
        self
    }
}
