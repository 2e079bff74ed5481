//! Records the datagrams of one socket. Several tasks may send and receive at once.

use std::io;
use std::net::SocketAddr;

use crate::event::{Datagram, Op};
use crate::recorder::{DatagramInfo, Direction, EnteredCall, Truncation};
use crate::socket_recorder::SocketRecorder;

impl SocketRecorder {
    /// Records a received datagram. `bytes` are the part that fitted into the program's buffer.
    pub(crate) fn received(&self, bytes: &[u8], peer: Option<SocketAddr>, truncation: Truncation) {
        self.datagram(Direction::Read, bytes, DatagramInfo { peer, truncation }, None);
    }

    /// Records the result of a call that was `entered` to send `bytes` as one datagram.
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

    /// Records a failed receive, for example because an earlier datagram was refused.
    pub(crate) fn receive_failed(&self, error: &io::Error) {
        self.failed(Op::RecvFrom(Datagram::default()), error);
    }
}
