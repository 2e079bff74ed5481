//! What the tap records of one datagram socket. Several tasks may send and receive at once.

use std::io;
use std::net::SocketAddr;

use crate::event::{Datagram, Op};
use crate::recorder::{DatagramInfo, Direction, EnteredCall, Truncation};
use crate::socket_recorder::SocketRecorder;

impl SocketRecorder {
    /// These bytes are what the program got of a datagram.
    pub(crate) fn received(&self, bytes: &[u8], peer: Option<SocketAddr>, truncation: Truncation) {
        self.datagram(Direction::Read, bytes, DatagramInfo { peer, truncation }, None);
    }

    /// The call that was `entered` sent these bytes as one datagram, or failed to.
    pub(crate) fn sent(
        &self,
        entered: &EnteredCall,
        bytes: &[u8],
        peer: Option<SocketAddr>,
        result: &io::Result<usize>,
    ) {
        match result {
            Ok(sent) => {
                let (bytes, info) = (
                    bytes.get(..*sent).unwrap_or(bytes),
                    DatagramInfo { peer, truncation: Truncation::None },
                );
                self.datagram(Direction::Write, bytes, info, Some(entered));
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
