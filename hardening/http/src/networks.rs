//! Limits the number of open connections from one network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One of so many connections is reserved for clients on the same machine.
const LOCAL_SHARE: u32 = 8;

/// Returns the network of an address: the address itself in IPv4, and a prefix of 64 bits in IPv6, of which a host may have all
/// addresses.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => IpAddr::V6((ip.to_bits() >> 64 << 64).into()),
        address => address,
    }
}

/// The open connections of each network.
#[derive(Debug)]
pub(crate) struct Networks {
    /// Maximum number of connections from one network; `None` means no limit.
    max: Option<u32>,
    /// Maximum number of connections from other machines.
    max_remote: u32,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    by_network: HashMap<IpAddr, u32>,
    remote: u32,
}

/// A guard that counts as an open connection until it is dropped.
#[derive(Debug)]
pub(crate) struct Admission {
    network: IpAddr,
    open: Arc<Mutex<Open>>,
}

impl Networks {
    /// Returns a value that admits `max` connections of each network, of `max_connections` in all.
    pub(crate) fn new(max: Option<u32>, max_connections: u32) -> Self {
        let max_remote = max_connections - max_connections / LOCAL_SHARE;
        Self { max, max_remote, open: Arc::default() }
    }

    /// Counts a connection from an address. `Err` if its network has too many, or if all other machines together have.
    pub(crate) fn admit(&self, address: IpAddr) -> Result<Option<Admission>, TooMany> {
        let Some(max) = self.max else { return Ok(None) };
        let network = network(address);
        let mut open = lock(&self.open);
        let count = open.by_network.get(&network).copied().unwrap_or_default();
        if count >= max || !network.is_loopback() && open.remote >= self.max_remote {
            return Err(TooMany);
        }
        open.by_network.insert(network, count + 1);
        open.remote += u32::from(!network.is_loopback());
        Ok(Some(Admission { network, open: Arc::clone(&self.open) }))
    }
}

/// The client has too many connections.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

impl Drop for Admission {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.remote -= u32::from(!self.network.is_loopback());
        if let Some(count) = open.by_network.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                open.by_network.remove(&self.network);
            }
        }
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn network_has_at_most_its_share_of_the_connections() {
        let networks = Networks::new(Some(2), 16);
        let mut open: Vec<_> = ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8::2"]
            .map(|address| networks.admit(ip(address)).unwrap())
            .into();
        for address in ["192.0.2.1", "2001:db8::3"] {
            assert_eq!(networks.admit(ip(address)).unwrap_err(), TooMany);
        }
        assert!(networks.admit(ip("192.0.2.2")).is_ok());
        open.clear();
        assert!(networks.admit(ip("192.0.2.1")).is_ok());
        assert!(lock(&networks.open).by_network.is_empty());
    }

    #[test]
    fn other_machines_leave_connections_to_the_own_machine() {
        let networks = Networks::new(Some(2), 16);
        let open: Vec<_> =
            (1..16).map_while(|host| networks.admit(IpAddr::from([192, 0, 2, host])).ok()).collect();
        assert_eq!(open.len(), 14);
        assert!(networks.admit(ip("127.0.0.1")).is_ok() && networks.admit(ip("::1")).is_ok());
    }

    #[test]
    fn connections_are_not_counted_without_a_limit() {
        let networks = Networks::new(None, 1);
        assert!((0..9).all(|_| matches!(networks.admit(ip("192.0.2.1")), Ok(None))));
    }
}
