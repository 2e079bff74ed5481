//! What the tap records of one datagram socket. Several tasks may send and receive at once.

use std::io;
use std::net::SocketAddr;

use crate::event::{Datagram, Op};
use crate::recorder::{Cut, Direction, Entered, Envelope};
use crate::sensor::Sensor;

impl Sensor {
    /// These bytes are what the program got of a datagram.
    pub(crate) fn received(&self, bytes: &[u8], peer: Option<SocketAddr>, cut: Cut) {
        self.datagram(Direction::Read, bytes, Envelope { peer, cut }, None);
    }

    /// The call that was `entered` sent these bytes as one datagram, or failed to.
    pub(crate) fn sent(
        &self,
        entered: &Entered,
        bytes: &[u8],
        peer: Option<SocketAddr>,
        result: &io::Result<usize>,
    ) {
        match result {
            Ok(sent) => {
                let (bytes, envelope) =
                    (bytes.get(..*sent).unwrap_or(bytes), Envelope { peer, cut: Cut::Whole });
                self.datagram(Direction::Write, bytes, envelope, Some(entered));
            }
            Err(error) => {
                let peer = peer.map(Into::into);
                self.failed(Op::SendTo(Datagram { peer, ..Datagram::default() }), error);
            }
        }
    }

    /// Nothing was received: an earlier datagram of ours was refused, for example.
    pub(crate) fn receive_failed(&self, error: &io::Error) {
        self.failed(Op::RecvFrom(Datagram::default()), error);
    }
}
