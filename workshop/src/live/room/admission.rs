//! How many may join the room, and why somebody may not.

use std::net::IpAddr;

use super::name::Name;

/// Maximum number of participants.
pub(super) const MAX_PARTICIPANTS: usize = 500;

/// Maximum number of participants from one network: an IPv4 address, or a prefix of 64 bits in IPv6. A whole class may share
/// an address through NAT. A host with an address of each kind can take less than half of the room.
pub(super) const MAX_FROM_NETWORK: usize = 100;

/// Why a name cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Taken,
    Full,
    /// As many participants as allowed have joined from the network.
    NetworkFull,
}

impl Refused {
    /// Returns what to do instead.
    pub(crate) fn message(&self, name: &Name, address: IpAddr) -> String {
        match self {
            Self::Taken => format!("the name {name} is taken; choose another"),
            Self::Full => format!(
                "{MAX_PARTICIPANTS} participants are in the room, which is the maximum; ask the presenter to remove one"
            ),
            Self::NetworkFull => format!(
                "{MAX_FROM_NETWORK} participants have joined from your address {address}, which is the maximum for one \
                 address; ask the presenter to remove one, or use another network"
            ),
        }
    }
}
