//! A socket as a track: its connection and its calls.

use socket_tap::event::{Addr, Op, SocketKind};
use socket_tap::format::Side;

use super::packets::Track;

/// The track of a socket, with what is needed for its next events.
#[derive(Debug)]
pub(super) struct SocketTrack {
    pub(super) track: Track,
    /// `true` while the slice of the connection is open.
    pub(super) is_open: bool,
    /// Number of recorded streams below this one: 1 for the plain text above TLS.
    pub(super) depth: u32,
    /// Time of the last event.
    pub(super) last: u64,
    /// Tracks of API calls, each with the end of the last call on it. Calls that overlap are on different tracks.
    calls: Vec<(Track, u64)>,
}

impl SocketTrack {
    pub(super) fn new(track: Track, depth: u32) -> Self {
        Self { track, is_open: false, depth, last: 0, calls: Vec::new() }
    }

    /// Returns the track for a call with these times, or adds one with `add`.
    pub(super) fn of_call<E>(
        &mut self,
        (began, ended): (u64, u64),
        add: impl FnOnce(Track) -> Result<Track, E>,
    ) -> Result<Track, E> {
        if let Some((track, last)) = self.calls.iter_mut().find(|(_, last)| *last <= began) {
            *last = ended;
            return Ok(*track);
        }
        let track = add(self.track)?;
        self.calls.push((track, ended));
        Ok(track)
    }
}

/// Returns the name of the slice that a call opens: the addresses of a connection. `None` for other calls.
pub(super) fn opened(op: &Op, side: Side) -> Option<String> {
    let text =
        |address: &Option<Addr>| address.as_ref().map_or_else(|| "(unnamed)".to_owned(), Addr::to_string);
    Some(match op {
        Op::Accept { local, peer, .. } => format!("{} → {}", text(peer), text(local)),
        Op::Connect { local, peer, .. } => format!("{} → {}", text(local), text(peer)),
        Op::Adopt { on: Some(_), domain, .. } => domain.as_str().to_owned(),
        Op::Adopt { kind, local, .. } if *kind == SocketKind::Listener => format!("listen {}", text(local)),
        Op::Adopt { local, peer, .. } if side == Side::Server => format!("{} → {}", text(peer), text(local)),
        Op::Adopt { local, peer, .. } => format!("{} → {}", text(local), text(peer)),
        Op::Listen { .. } => "listen".to_owned(),
        _ => return None,
    })
}
