//! Follows the connections of a recording, and reports what limited their sending.

use std::collections::HashMap;

use socket_tap::close::TcpSample;
use socket_tap::event::{Event, Op, SockId};

use super::SendTime;

/// The open connections of a recording, with their last samples.
#[derive(Debug, Default)]
pub struct SendLimits {
    open: HashMap<SockId, Connection>,
}

#[derive(Debug)]
struct Connection {
    /// Time of the event that opened the connection, in nanoseconds. `None` if the recording lacks it.
    opened: Option<u64>,
    last: Option<(u64, TcpSample)>,
}

/// The limits of the sending on a connection, according to a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The time since the connection began.
    pub total: SendTime,
    /// The time since the previous sample of the connection, or since its beginning.
    pub recent: SendTime,
}

impl SendLimits {
    /// Creates a tracker without connections.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Processes an event of the recording. If the event has a sample, returns what limited the sending on its
    /// connection. Returns `None` for any other event, and if the kernel does not report the times.
    pub fn observe(&mut self, event: &Event) -> Option<Sending> {
        let sock = event.sock.filter(|_| event.error.is_none())?;
        match &event.op {
            Op::Accept { .. } | Op::Connect { .. } => {
                self.open.insert(sock, Connection { opened: Some(event.t), last: None });
                None
            }
            Op::TcpInfo(sample) => {
                let connection = self.open.entry(sock).or_insert(Connection { opened: None, last: None });
                let sending = connection.sending(event.t, sample);
                connection.last = Some((event.t, (**sample).clone()));
                sending
            }
            Op::Close(close) | Op::Release(close) => {
                let connection = self.open.remove(&sock).unwrap_or(Connection { opened: None, last: None });
                connection.sending(event.t, close.tcp.as_ref()?)
            }
            _ => None,
        }
    }
}

impl Connection {
    fn sending(&self, t: u64, sample: &TcpSample) -> Option<Sending> {
        let elapsed = |since: Option<u64>| since.map(|since| t.saturating_sub(since) / 1_000);
        let total = SendTime::between(None, sample, elapsed(self.opened))?;
        let recent = match &self.last {
            Some((since, last)) => SendTime::between(Some(last), sample, elapsed(Some(*since)))?,
            None => total,
        };
        Some(Sending { total, recent })
    }
}
