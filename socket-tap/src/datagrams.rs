//! What is known of one datagram socket while it is open. Several tasks may send and receive at once, so it counts in
//! atomics; it takes no lock and no allocation.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::close::{Close, Totals};
use crate::event::{Datagram, Op};
use crate::recorder::{Cut, Direction, Envelope};
use crate::sensor::Sensor;

#[derive(Debug)]
pub(crate) struct Datagrams {
    /// `None` once the close is recorded.
    sensor: Option<Sensor>,
    received: Count,
    sent: Count,
}

#[derive(Debug, Default)]
struct Count {
    datagrams: AtomicU64,
    bytes: AtomicU64,
}

impl Count {
    fn add(&self, bytes: usize) {
        self.datagrams.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn get(&self) -> (u64, u64) {
        (self.datagrams.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }
}

impl Datagrams {
    pub(crate) fn new(sensor: Sensor) -> Self {
        Self { sensor: Some(sensor), received: Count::default(), sent: Count::default() }
    }

    pub(crate) fn sensor(&self) -> Option<&Sensor> {
        self.sensor.as_ref()
    }

    /// These bytes are what the program got of a datagram.
    pub(crate) fn received(&self, bytes: &[u8], peer: Option<SocketAddr>, cut: Cut) {
        self.received.add(bytes.len());
        if let Some(sensor) = &self.sensor {
            let envelope = Envelope { peer, cut };
            sensor.datagram(Direction::Read, bytes, envelope);
        }
    }

    /// These bytes went out as one datagram, or did not.
    pub(crate) fn sent(&self, bytes: &[u8], peer: Option<SocketAddr>, result: &io::Result<usize>) {
        let Some(sensor) = &self.sensor else { return };
        match result {
            Ok(sent) => {
                self.sent.add(*sent);
                let (bytes, envelope) =
                    (bytes.get(..*sent).unwrap_or(bytes), Envelope { peer, cut: Cut::Whole });
                sensor.datagram(Direction::Write, bytes, envelope);
            }
            Err(error) => {
                let peer = peer.map(Into::into);
                sensor.failed(Op::SendTo(Datagram { peer, ..Datagram::default() }), error);
            }
        }
    }

    /// Nothing was received: an earlier datagram of ours was refused, for example.
    pub(crate) fn receive_failed(&self, error: &io::Error) {
        if let Some(sensor) = &self.sensor {
            sensor.failed(Op::RecvFrom(Datagram::default()), error);
        }
    }
}

impl Drop for Datagrams {
    fn drop(&mut self) {
        if let Some(sensor) = self.sensor.take() {
            let ((reads, rx), (writes, tx)) = (self.received.get(), self.sent.get());
            let totals = Totals { rx, tx, reads, writes };
            sensor.done(Op::Close(Box::new(Close { totals, ..Close::default() })));
        }
    }
}
