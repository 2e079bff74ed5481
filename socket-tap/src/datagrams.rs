//! Records the datagrams that a UDP socket sends and receives. Several tasks may send and receive at the same
//! time.

use std::io;
use std::net::SocketAddr;

use crate::event::{Datagram, Op};
use crate::recorder::{DatagramInfo, Direction, EnteredCall, Truncation};
use crate::socket_recorder::SocketRecorder;

impl SocketRecorder {
    /// Records a received datagram. `bytes` are the bytes that fitted into the program's buffer.
    pub(crate) fn received(&self, bytes: &[u8], peer: Option<SocketAddr>, truncation: Truncation) {
        self.datagram(Direction::Read, bytes, DatagramInfo { peer, truncation }, None);
    }

    /// Records the `result` of sending `bytes` as one datagram to `peer`. `entered` has the time at which the
    /// program entered the socket call.
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

    /// Records that a receiving call failed, for example because a peer refused an earlier datagram.
    pub(crate) fn receive_failed(&self, error: &io::Error) {
        self.failed(Op::RecvFrom(Datagram::default()), error);
    }
}
