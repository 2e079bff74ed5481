//! An IP packet in a network, and what became of it.

use super::string_enum::string_enum;
use super::{Addr, Segment};

/// An IP packet that a network received from its sender. [`Event::t`](super::Event::t) is the time at which the
/// sender's kernel passed it to the network.
///
/// A recording of packets has the side [`Wire`](crate::format::Side::Wire). Its events have no socket number: a
/// packet belongs to the connections whose addresses are [`from`](Self::from) and [`to`](Self::to).
///
/// ```
/// use socket_tap::event::{Addr, Event, Op, Packet, Protocol, Segment, TcpFlags};
///
/// let [client, server]: [Addr; 2] = ["10.77.0.1:41000".parse()?, "10.77.0.2:3000".parse()?];
/// let mut syn = Segment::new(TcpFlags::SYN, 7_000);
/// (syn.window, syn.mss) = (64_240, Some(1_460));
/// let packet = Packet::new(client, server, Protocol::Tcp).with_segment(syn).with_length(60).delivered(1_290_000);
/// let event = Event::new(1_250_000, None, Op::Packet(Box::new(packet)));
/// assert_eq!(event.op.name(), "packet");
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet {
    /// Address and port of the sender. Only the IP address if the protocol has no ports.
    pub from: Addr,
    /// Address and port of the destination. Only the IP address if the protocol has no ports.
    pub to: Addr,
    /// Protocol of the packet's payload.
    pub protocol: Protocol,
    /// TCP header. `None` for any other protocol, and for an IP fragment other than the first.
    pub segment: Option<Segment>,
    /// Number of payload bytes: those after the TCP or UDP header.
    pub bytes: u64,
    /// Length of the IP packet in bytes, with its headers.
    pub length: u64,
    /// Treatment by the network. `None` if unknown, for example in a capture of a real network.
    pub fate: Option<Fate>,
    /// Reason why the network dropped the packet. `None` if unknown, or if it did not drop it.
    pub reason: Option<DropReason>,
    /// Time at which the network passed the packet to the receiver's kernel, in nanoseconds since the recording
    /// began. `None` if unknown, or if the network dropped the packet.
    pub arrived: Option<u64>,
    /// `true` if the segment repeats sequence numbers that an earlier packet of the sender had (RFC 9293, section
    /// 3.8.1). SYN and FIN have a sequence number, too. `None` if unknown, and for protocols other than TCP.
    pub retransmission: Option<bool>,
    /// First bytes of the IP packet, beginning with its IP header, if the recording captures packets. Shorter than
    /// `length` if it captures only a prefix.
    pub data: Option<Box<[u8]>>,
}

string_enum! {
    /// The protocol of an IP packet's payload.
    Protocol {
        /// TCP (RFC 9293).
        Tcp = "tcp",
        /// UDP (RFC 768).
        Udp = "udp",
        /// ICMP (RFC 792), or ICMPv6 (RFC 4443) in an IPv6 packet.
        Icmp = "icmp",
    }
}

string_enum! {
    /// The treatment of a packet by the network.
    Fate {
        /// It passed the packet to the receiver.
        Delivered = "delivered",
        /// It dropped the packet.
        Dropped = "dropped",
        /// The packet is a further copy of the one that its sender sent at the same time. The network made this
        /// copy, and passed it to the receiver, too.
        Duplicated = "duplicated",
    }
}

string_enum! {
    /// The reason why the network dropped a packet.
    DropReason {
        /// The packet was lost at random or on request, as on a bad line.
        Loss = "loss",
        /// The queue before the link was full.
        Queue = "queue",
    }
}

impl Packet {
    /// Creates a packet without payload and length. Its fate is unknown.
    #[must_use]
    pub fn new(from: impl Into<Addr>, to: impl Into<Addr>, protocol: Protocol) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            protocol,
            segment: None,
            bytes: 0,
            length: 0,
            fate: None,
            reason: None,
            arrived: None,
            retransmission: None,
            data: None,
        }
    }

    /// Sets the TCP header.
    #[must_use]
    pub fn with_segment(mut self, segment: Segment) -> Self {
        self.segment = Some(segment);
        self
    }

    /// Sets the number of payload bytes.
    #[must_use]
    pub fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets the length of the IP packet.
    #[must_use]
    pub fn with_length(mut self, length: u64) -> Self {
        self.length = length;
        self
    }

    /// Sets the captured bytes, which begin with the IP header.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Box<[u8]>>) -> Self {
        self.data = Some(data.into());
        self
    }

    /// Sets whether the segment is a retransmission.
    #[must_use]
    pub fn with_retransmission(mut self, is_retransmission: bool) -> Self {
        self.retransmission = Some(is_retransmission);
        self
    }

    /// Returns a copy without the captured bytes, which are not cloned.
    pub(super) fn without_data(&self) -> Self {
        Self {
            from: self.from.clone(),
            to: self.to.clone(),
            protocol: self.protocol.clone(),
            segment: self.segment.clone(),
            fate: self.fate.clone(),
            reason: self.reason.clone(),
            data: None,
            ..*self
        }
    }

    /// Records that the network delivered the packet at the time `arrived`.
    #[must_use]
    pub fn delivered(mut self, arrived: u64) -> Self {
        (self.fate, self.reason, self.arrived) = (Some(Fate::Delivered), None, Some(arrived));
        self
    }

    /// Records that the packet is a copy that the network made, and delivered at the time `arrived`.
    #[must_use]
    pub fn duplicated(mut self, arrived: u64) -> Self {
        (self.fate, self.reason, self.arrived) = (Some(Fate::Duplicated), None, Some(arrived));
        self
    }

    /// Records that the network dropped the packet.
    #[must_use]
    pub fn dropped(mut self, reason: DropReason) -> Self {
        (self.fate, self.reason, self.arrived) = (Some(Fate::Dropped), Some(reason), None);
        self
    }
}
