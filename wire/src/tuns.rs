//! The network interfaces of both sides, as the relay sees them.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::io::Errno;

use crate::Direction;

/// The TUN devices of the client and of the server. Reads and writes do not block.
#[derive(Debug)]
pub(crate) struct Tuns {
    pub(crate) client: OwnedFd,
    pub(crate) server: OwnedFd,
}

impl Tuns {
    /// Reads the next packet of a direction from its sender. Returns `None` if there is none at the moment.
    pub(crate) fn read<'a>(&self, direction: Direction, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
        let (sender, _) = self.of(direction);
        loop {
            match rustix::io::read(sender, &mut *buffer) {
                Ok(length) => return buffer.get(..length),
                Err(Errno::INTR) => {}
                Err(_) => return None,
            }
        }
    }

    /// Passes a packet to its receiver. Returns `false` if the receiver's kernel does not take it.
    pub(crate) fn write(&self, direction: Direction, packet: &[u8]) -> bool {
        let (_, receiver) = self.of(direction);
        loop {
            match rustix::io::write(receiver, packet) {
                Err(Errno::INTR) => {}
                result => return result.is_ok(),
            }
        }
    }

    /// Returns the file descriptors, to wait for packets.
    pub(crate) fn descriptors(&self) -> [BorrowedFd<'_>; 2] {
        [self.client.as_fd(), self.server.as_fd()]
    }

    /// Returns the devices of sender and receiver.
    fn of(&self, direction: Direction) -> (&OwnedFd, &OwnedFd) {
        match direction {
            Direction::ToServer => (&self.client, &self.server),
            Direction::ToClient => (&self.server, &self.client),
        }
    }
}

/// Returns `true` if the destination of an IP packet is a multicast or broadcast address.
pub(crate) fn is_multicast(packet: &[u8]) -> bool {
    match packet.first().map(|byte| byte >> 4) {
        Some(4) => packet.get(16).is_some_and(|first| *first >= 224),
        Some(6) => packet.get(24) == Some(&0xff),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multicast_is_recognized_by_the_destination() {
        let mut ipv4 = [0; 20];
        ipv4[0] = 0x45;
        for (first, expected) in [(10, false), (223, false), (224, true), (255, true)] {
            ipv4[16] = first;
            assert_eq!(is_multicast(&ipv4), expected, "{first}");
        }
        let mut ipv6 = [0; 40];
        ipv6[0] = 0x60;
        assert!(!is_multicast(&ipv6));
        ipv6[24] = 0xff;
        assert!(is_multicast(&ipv6));
        assert!(!is_multicast(&[]) && !is_multicast(&[0x45]));
    }
}
