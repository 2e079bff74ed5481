//! Converts a packet to that of an event in a recording.

use etherparse::IpNumber;
use socket_tap::event::{self, Addr, Protocol};

use super::{Packet, Transport};

impl Packet {
    /// Returns the packet of an event, with its headers and lengths. Its fate is unknown.
    ///
    /// ```
    /// use wire::packet::Packet;
    ///
    /// # let bytes = [69, 0, 0, 41, 0, 0, 0, 0, 64, 6, 0, 0, 10, 77, 0, 1, 10, 77, 0, 2, 156, 64, 11, 184, 0, 0, 0, 1, 0, 0,
    /// #     0, 1, 80, 16, 1, 0, 0, 0, 0, 0, 7];
    /// let event = Packet::parse(&bytes)?.event();
    /// assert_eq!((event.from.to_string().as_str(), event.bytes), ("10.77.0.1:40000", 1));
    /// # Ok::<(), wire::packet::Unparsed>(())
    /// ```
    #[must_use]
    pub fn event(&self) -> event::Packet {
        let [from, to] = match self.sockets() {
            Some((from, to)) => [from, to].map(Addr::Ip),
            None => [self.from, self.to].map(|address| Addr::Other(address.to_string())),
        };
        let event = event::Packet::new(from, to, protocol(&self.transport))
            .with_bytes(self.payload() as u64)
            .with_length(self.length as u64);
        match self.tcp() {
            Some(tcp) => event.with_segment(tcp.segment.clone()),
            None => event,
        }
    }
}

fn protocol(transport: &Transport) -> Protocol {
    match transport {
        Transport::Tcp(_) => Protocol::Tcp,
        Transport::Udp(_) => Protocol::Udp,
        Transport::Icmp(_) => Protocol::Icmp,
        Transport::Fragment { protocol, .. } | Transport::Other { protocol, .. } => {
            let keyword = IpNumber(*protocol).keyword_str().map(str::to_lowercase);
            keyword.unwrap_or_else(|| format!("protocol {protocol}")).into()
        }
    }
}
