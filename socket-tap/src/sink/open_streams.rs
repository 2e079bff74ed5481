//! Counts the open streams from the events of a recording.

use std::collections::HashSet;

use crate::event::{Event, Op, SockId, SocketKind};

/// The number of open streams, counted from the events so far. It is the value that
/// [`Tap::open_streams`](crate::Tap::open_streams) had when the last of these events was recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenStreams {
    open: u64,
    /// Open datagram sockets. They are remembered because their `connect` must not count as an open stream.
    datagrams: HashSet<SockId>,
}

impl OpenStreams {
    pub(super) fn count(&self) -> u64 {
        self.open
    }

    fn is_datagram(&self, event: &Event) -> bool {
        event.sock.is_some_and(|sock| self.datagrams.contains(&sock))
    }

    pub(super) fn observe(&mut self, event: &Event) {
        if event.error.is_some() {
            return;
        }
        match &event.op {
            Op::Socket { kind, .. } | Op::Adopt { kind, .. } if *kind == SocketKind::Datagram => {
                self.datagrams.extend(event.sock);
            }
            Op::Adopt { kind, .. } if *kind == SocketKind::Stream => self.open += 1,
            Op::Accept { .. } => self.open += 1,
            Op::Connect { .. } if !self.is_datagram(event) => self.open += 1,
            // Only streams have an `ended_by`, and only streams are counted when released.
            Op::Close(close) if close.ended_by.is_some() => self.open = self.open.saturating_sub(1),
            Op::Release(_) => self.open = self.open.saturating_sub(1),
            Op::Close(_) => _ = event.sock.map(|sock| self.datagrams.remove(&sock)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Line;

    fn open_after(lines: &[&str]) -> u64 {
        let mut streams = OpenStreams::default();
        for line in lines {
            let Ok(Line::Event(event)) = Line::parse(line) else { panic!("not an event: {line}") };
            streams.observe(&event);
        }
        assert!(streams.datagrams.is_empty(), "closed sockets take no memory");
        streams.count()
    }

    const CLOSE: &str =
        r#"{"t":9,"sock":1,"op":"close","ended_by":"local","rx":0,"tx":0,"reads":0,"writes":0}"#;

    #[test]
    fn accepted_stream_is_open_until_closed() {
        let accept = r#"{"t":1,"sock":1,"op":"accept","on":7}"#;
        assert_eq!([open_after(&[accept]), open_after(&[accept, CLOSE])], [1, 0]);
    }

    #[test]
    fn wrapped_stream_is_open_until_closed() {
        let adopt = r#"{"t":1,"sock":1,"op":"adopt","domain":"tls","type":"stream"}"#;
        assert_eq!([open_after(&[adopt]), open_after(&[adopt, CLOSE])], [1, 0]);
    }

    #[test]
    fn wrapped_stream_counts_in_addition_to_inner_stream() {
        let accept = r#"{"t":1,"sock":1,"op":"accept","on":7}"#;
        let adopt = r#"{"t":2,"sock":2,"op":"adopt","domain":"tls","type":"stream","on":1}"#;
        assert_eq!([open_after(&[accept, adopt]), open_after(&[accept, adopt, CLOSE])], [2, 1]);
    }

    #[test]
    fn stream_with_a_release_event_is_not_open() {
        let accept = r#"{"t":1,"sock":1,"op":"accept","on":7}"#;
        let release = r#"{"t":2,"sock":1,"op":"release","rx":0,"tx":0,"reads":0,"writes":0}"#;
        assert_eq!(open_after(&[accept, release]), 0);
    }

    #[test]
    fn connected_udp_socket_is_not_an_open_stream() {
        let socket = r#"{"t":1,"sock":1,"op":"socket","domain":"ipv4","type":"datagram"}"#;
        let connect = r#"{"t":2,"sock":1,"op":"connect","peer":"127.0.0.1:9"}"#;
        let close = r#"{"t":3,"sock":1,"op":"close"}"#;
        let accept = r#"{"t":4,"sock":2,"op":"accept","on":7}"#;
        assert_eq!(open_after(&[socket, connect, accept, close]), 1);
    }

    #[test]
    fn failed_connect_does_not_count_as_open() {
        let socket = r#"{"t":1,"sock":1,"op":"socket","domain":"ipv4","type":"stream"}"#;
        let connect = r#"{"t":2,"sock":1,"op":"connect","peer":"127.0.0.1:9","error":"connection refused"}"#;
        assert_eq!(open_after(&[socket, connect]), 0);
    }
}
