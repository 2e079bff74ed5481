//! A connection whose calls are exported.

use std::collections::BTreeMap;

use socket_tap::close::EndedBy;
use socket_tap::event::{Addr, Event, Op};
use socket_tap::format::Side;

use super::exchange::Exchange;
use crate::timeline::connections::Connection as Known;

/// A connection whose calls are exported, as one end recorded it.
#[derive(Debug, Default)]
pub(super) struct Connection {
    /// Name of the recording, and number of the socket: `rest-client #3`.
    pub(super) name: String,
    pub(super) is_client: bool,
    pub(super) is_tls: bool,
    /// `true` if bytes of the connection could not be read as HTTP.
    pub(super) is_unreadable: bool,
    /// `true` once the recorded end has seen or sent the server's FIN.
    pub(super) server_finished: bool,
    server: Option<Addr>,
    /// Times before and after `connect`, until the first request.
    connect: Option<(u64, u64)>,
    /// Number of the connection on the time line.
    pub(super) number: Option<u64>,
    /// The calls in progress, by their number.
    pub(super) exchanges: BTreeMap<u64, Exchange>,
}

impl Connection {
    /// Returns a connection that one end on `side` has recorded.
    pub(super) fn new(name: String, side: Side, number: Option<u64>) -> Self {
        Self { name, is_client: side == Side::Client, number, ..Self::default() }
    }

    /// Sets the server's address, if its end or that of its client is known.
    pub(super) fn with_server(mut self, known: Option<&Known>) -> Self {
        let address =
            known.and_then(|known| if self.is_client { known.peer.as_ref() } else { known.local.as_ref() });
        self.server = address.cloned();
        self
    }

    /// Processes the event that opens the connection.
    pub(super) fn open(&mut self, event: &Event) {
        let (local, peer) = match &event.op {
            Op::Accept { local, peer, .. } | Op::Adopt { local, peer, .. } => (local, peer),
            Op::Connect { local, peer, began, .. } => {
                self.connect = began.map(|began| (began, event.t));
                (local, peer)
            }
            _ => return,
        };
        self.server.clone_from(if self.is_client { peer } else { local });
    }

    /// Processes an event that may show the server's FIN.
    pub(super) fn note_fin(&mut self, op: &Op) {
        self.server_finished |= match op {
            Op::Read(transfer) => self.is_client && transfer.eof,
            Op::Shutdown => !self.is_client,
            Op::Close(close) if close.aborted => false,
            // A server's close sends its FIN, also after the client's.
            Op::Close(close) => match close.ended_by {
                Some(EndedBy::Peer) => true,
                Some(EndedBy::Local) => !self.is_client,
                _ => false,
            },
            _ => false,
        };
    }

    /// Copies the addresses and times of the connection below a stream, such as the TCP connection under TLS.
    pub(super) fn lie_on(&mut self, below: &Self) {
        self.server = self.server.take().or_else(|| below.server.clone());
        self.connect = below.connect;
    }

    /// Returns the times before and after `connect`, for the first request only.
    pub(super) fn take_connect(&mut self) -> Option<(u64, u64)> {
        self.connect.take()
    }

    pub(super) fn server_ip(&self) -> Option<String> {
        match &self.server {
            Some(Addr::Ip(address)) => Some(address.ip().to_canonical().to_string()),
            _ => None,
        }
    }

    /// Returns the address of the server, for the URL of a request that names no host.
    pub(super) fn server_authority(&self) -> String {
        match &self.server {
            Some(Addr::Ip(address)) => address.to_string(),
            _ => "unknown".to_owned(),
        }
    }
}
