//! Encrypted data, counted as what it is where a tap above TLS has seen it in plaintext.
//!
//! Below TLS, a step counts encrypted data as payload. A stream above shows the plaintext: its bytes move from payload to
//! the classes of the plaintext. The rest of the payload is what TLS added: authentication tags, padding, the encrypted
//! part of the handshake, alerts. The sum stays what the socket moved.

use std::collections::HashMap;

use socket_tap::event::SockId;

use crate::spent::Bytes;
use crate::step::Steps;
use socket_dissect::{Class, Layer, Part};

/// The open connections over TLS.
#[derive(Debug, Default)]
pub(super) struct Encrypted {
    /// Of each socket of TLS: to the client, and to the server.
    directions: HashMap<SockId, [Direction; 2]>,
    /// The socket below each stream.
    below: HashMap<SockId, SockId>,
}

/// One direction of a connection.
#[derive(Clone, Copy, Debug, Default)]
struct Direction {
    /// The step whose payload has the encrypted bytes.
    step: usize,
    /// The number of those whose plaintext is not known.
    left: u64,
    /// Plaintext whose encrypted bytes have not come yet.
    waiting: Bytes,
    /// A stream above is recorded, too.
    is_seen: bool,
}

impl Encrypted {
    /// A stream begins above another.
    pub(super) fn adopt(&mut self, above: SockId, below: SockId) {
        self.below.insert(above, below);
        for direction in self.directions.entry(below).or_default() {
            direction.is_seen = true;
        }
    }

    /// A read or write of a socket had these parts.
    pub(super) fn moved(&mut self, sock: SockId, to_server: bool, parts: &[Part], steps: &mut Steps) {
        if let Some(below) = self.below.get(&sock) {
            if let Some(direction) =
                self.directions.get_mut(below).and_then(|both| both.get_mut(usize::from(to_server)))
            {
                direction.waiting.add_parts(parts);
                direction.settle(to_server, steps);
            }
        } else if parts.iter().any(|part| part.layer == Layer::Tls) {
            let encrypted =
                parts.iter().filter(|part| part.layer == Layer::Tls && part.class == Class::Payload);
            let bytes = encrypted.map(|part| part.bytes).fold(0, u64::saturating_add);
            let [to_client, to_server_too] = self.directions.entry(sock).or_default();
            let direction = if to_server { to_server_too } else { to_client };
            direction.add(bytes, to_server, steps);
        }
    }

    /// A socket is closed.
    pub(super) fn closed(&mut self, sock: SockId, steps: &mut Steps) {
        self.below.remove(&sock);
        for (to_server, direction) in
            [false, true].into_iter().zip(self.directions.remove(&sock).into_iter().flatten())
        {
            direction.end(to_server, steps);
        }
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self, steps: &mut Steps) {
        let open: Vec<SockId> = self.directions.keys().copied().collect();
        open.into_iter().for_each(|sock| self.closed(sock, steps));
    }
}

impl Direction {
    fn add(&mut self, bytes: u64, to_server: bool, steps: &mut Steps) {
        if self.step != steps.index() {
            self.end(to_server, steps);
            (self.step, self.left) = (steps.index(), 0);
        }
        self.left = self.left.saturating_add(bytes);
        self.settle(to_server, steps);
    }

    /// Counts what is known in plaintext.
    fn settle(&mut self, to_server: bool, steps: &mut Steps) {
        for (class, bytes) in self.waiting.by_class() {
            let known = bytes.min(self.left);
            self.left -= known;
            self.waiting.take(class, known);
            steps.at(self.step).recount(to_server, class, known);
        }
    }

    /// Counts the rest as TLS, when a stream above showed the data.
    fn end(&self, to_server: bool, steps: &mut Steps) {
        if self.is_seen {
            steps.at(self.step).recount(to_server, Class::Tls, self.left);
        }
    }
}
