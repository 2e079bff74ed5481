//! Rules for single packets, such as "drop the third data packet".

use socket_tap::event::TcpFlags;

use crate::packet::{Packet, Transport};

/// A rule for one packet of a direction: the n-th of a kind, counted from the time when the rule was set.
///
/// ```
/// use wire::{Kind, Rule};
///
/// let third_data_packet = Rule::drop(Kind::Data, 3);
/// let next_syn_to_3000 = Rule::drop(Kind::Syn, 1).on_port(3000);
/// # let _ = (third_data_packet, next_syn_to_3000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) kind: Kind,
    pub(crate) port: Option<u16>,
    pub(crate) nth: u64,
    pub(crate) action: Action,
}

/// The packets that a [`Rule`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Every packet.
    Any,
    /// UDP datagrams, and TCP segments with payload that the sender sends for the first time. A retransmission that the
    /// kernel makes because this machine was busy therefore does not change the count.
    Data,
    /// TCP segments with SYN, with or without ACK.
    Syn,
    /// TCP segments with FIN.
    Fin,
    /// TCP segments that only acknowledge: no payload, no SYN, FIN or RST.
    Ack,
    /// Repeated TCP segments.
    Retransmission,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Drop,
    Duplicate,
    HoldBack { packets: u32 },
}

impl Rule {
    /// Drops the `nth` packet of a kind. The first is number 1.
    #[must_use]
    pub fn drop(kind: Kind, nth: u64) -> Self {
        Self { kind, port: None, nth, action: Action::Drop }
    }

    /// Delivers the `nth` packet of a kind twice.
    #[must_use]
    pub fn duplicate(kind: Kind, nth: u64) -> Self {
        Self { kind, port: None, nth, action: Action::Duplicate }
    }

    /// Lets `packets` packets overtake the `nth` packet of a kind. If fewer follow within 20 ms, it is delivered
    /// nevertheless.
    #[must_use]
    pub fn hold_back(kind: Kind, nth: u64, packets: u32) -> Self {
        Self { kind, port: None, nth, action: Action::HoldBack { packets } }
    }

    /// Counts only packets from or to this port.
    #[must_use]
    pub fn on_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Returns `true` if the rule counts the packet.
    pub(crate) fn counts(&self, packet: Option<&Packet>, retransmission: bool) -> bool {
        let Some(packet) = packet else { return self.kind == Kind::Any && self.port.is_none() };
        let ports = packet.ports();
        if self.port.is_some_and(|port| ports.is_none_or(|(from, to)| port != from && port != to)) {
            return false;
        }
        match (self.kind, &packet.transport) {
            (Kind::Any, _) | (Kind::Data, Transport::Udp(_)) => true,
            (Kind::Data, Transport::Tcp(tcp)) => tcp.payload > 0 && !retransmission,
            (Kind::Syn, Transport::Tcp(tcp)) => tcp.has(TcpFlags::SYN),
            (Kind::Fin, Transport::Tcp(tcp)) => tcp.has(TcpFlags::FIN),
            (Kind::Ack, Transport::Tcp(tcp)) => tcp.is_only_ack(),
            (Kind::Retransmission, Transport::Tcp(_)) => retransmission,
            _ => false,
        }
    }
}
