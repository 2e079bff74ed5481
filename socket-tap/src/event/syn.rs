//! The SYN that began an accepted connection.

/// Fields of the SYN segment with which the peer began a connection, as it arrived. Linux only, and only on a
/// listener with [`ListenOptions::save_syn`](crate::ListenOptions::save_syn).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Syn {
    /// Time to live of the IPv4 packet, or hop limit of the IPv6 packet. Each router on the path has
    /// decremented it by 1; systems start with 64, 128 or 255.
    pub ttl: u8,
    /// Receive window, in bytes. The window of a SYN is never scaled (RFC 7323, 2.2).
    pub window: u16,
    /// Maximum segment size, in bytes (RFC 9293, 3.7.1). `None` if the SYN does not have the option.
    pub mss: Option<u16>,
    /// Window scale: the number of bits by which the peer's later windows are shifted (RFC 7323, 2). `None` if
    /// the SYN does not have the option.
    pub window_scale: Option<u8>,
    /// `true` if the peer permits selective acknowledgements (RFC 2018).
    pub sack_permitted: bool,
    /// Value of the peer's timestamp clock, `TSval` (RFC 7323, 3). `None` if the SYN does not have the option.
    pub tsval: Option<u32>,
}

impl Syn {
    /// Creates a SYN without TCP options.
    ///
    /// ```
    /// use socket_tap::event::{Op, SockId, Syn};
    ///
    /// let mut syn = Syn::new(64, 65_535);
    /// syn.mss = Some(1_460);
    /// let accept = SockId::new(1).map(|listener| Op::accept(listener).with_syn(syn));
    /// # assert!(accept.is_some());
    /// ```
    #[must_use]
    pub fn new(ttl: u8, window: u16) -> Self {
        Self { ttl, window, mss: None, window_scale: None, sack_permitted: false, tsval: None }
    }
}
