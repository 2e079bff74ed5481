//! Reclassification of encrypted bytes once their plaintext is known.
//!
//! Below TLS, a step counts encrypted data as payload. A tapped stream on top of TLS shows the plaintext, so the bytes move
//! from payload to the classes of the plaintext. The rest of the payload is the overhead of TLS: authentication tags,
//! padding, the encrypted part of the handshake, and alerts. The sum stays equal to the bytes that the socket transferred.

use std::collections::HashMap;

use socket_dissect::{Class, Layer, Part};
use socket_tap::event::SockId;

use super::byte_breakdown::BytesByClass;
use super::step::Steps;

/// The open connections over TLS.
#[derive(Debug, Default)]
pub(super) struct Encrypted {
    /// Both directions of each TLS socket: to the client, then to the server.
    directions: HashMap<SockId, [Direction; 2]>,
    /// The lower socket of each stream on top of TLS.
    below: HashMap<SockId, SockId>,
}

/// One direction of a connection.
#[derive(Clone, Copy, Debug, Default)]
struct Direction {
    /// The step that counted the encrypted bytes as payload.
    step: usize,
    /// Number of encrypted bytes whose plaintext is not known yet.
    unresolved: u64,
    /// Plaintext whose encrypted bytes have not been seen yet.
    pending: BytesByClass,
    /// `true` if a stream on top of TLS is recorded.
    has_plaintext: bool,
}

impl Encrypted {
    /// Registers a stream on top of another one.
    pub(super) fn adopt(&mut self, above: SockId, below: SockId) {
        self.below.insert(above, below);
        for direction in self.directions.entry(below).or_default() {
            direction.has_plaintext = true;
        }
    }

    /// Records the parts of a read or write.
    pub(super) fn transfer(&mut self, sock: SockId, to_server: bool, parts: &[Part], steps: &mut Steps) {
        if let Some(below) = self.below.get(&sock) {
            if let Some(direction) =
                self.directions.get_mut(below).and_then(|both| both.get_mut(usize::from(to_server)))
            {
                direction.pending.add_parts(parts);
                direction.reclassify(to_server, steps);
            }
        } else if parts.iter().any(|part| part.layer == Layer::Tls) {
            let encrypted =
                parts.iter().filter(|part| part.layer == Layer::Tls && part.class == Class::Payload);
            let bytes = encrypted.map(|part| part.bytes).fold(0, u64::saturating_add);
            let [client_bound, server_bound] = self.directions.entry(sock).or_default();
            let direction = if to_server { server_bound } else { client_bound };
            direction.add(bytes, to_server, steps);
        }
    }

    /// Counts the rest of a closed socket.
    pub(super) fn close(&mut self, sock: SockId, steps: &mut Steps) {
        self.below.remove(&sock);
        for (to_server, direction) in
            [false, true].into_iter().zip(self.directions.remove(&sock).into_iter().flatten())
        {
            direction.finish(to_server, steps);
        }
    }

    /// Counts the rest of all sockets at the end of the trace.
    pub(super) fn finish(&mut self, steps: &mut Steps) {
        let open: Vec<SockId> = self.directions.keys().copied().collect();
        open.into_iter().for_each(|sock| self.close(sock, steps));
    }
}

impl Direction {
    fn add(&mut self, bytes: u64, to_server: bool, steps: &mut Steps) {
        if self.step != steps.current_index() {
            self.finish(to_server, steps);
            (self.step, self.unresolved) = (steps.current_index(), 0);
        }
        self.unresolved = self.unresolved.saturating_add(bytes);
        self.reclassify(to_server, steps);
    }

    /// Moves encrypted bytes to the classes of the pending plaintext.
    fn reclassify(&mut self, to_server: bool, steps: &mut Steps) {
        for (class, bytes) in self.pending.by_class() {
            let resolved = bytes.min(self.unresolved);
            self.unresolved -= resolved;
            self.pending.subtract(class, resolved);
            steps.at(self.step).reclassify_payload(to_server, class, resolved);
        }
    }

    /// Counts the remaining encrypted bytes as TLS, if a stream on top showed the plaintext.
    fn finish(&self, to_server: bool, steps: &mut Steps) {
        if self.has_plaintext {
            steps.at(self.step).reclassify_payload(to_server, Class::Tls, self.unresolved);
        }
    }
}
