//! Whose recordings they are, by their names: a lane for each.

use page::hello::Lane;
use socket_tap::event::{Addr, Op};
use socket_tap::format::Side;

use crate::timeline::AnnotatedEvent;
use crate::timeline::Recording;

/// Names that are known, in the order of their lanes, and what they stand for.
const KNOWN: [(&str, &str); 3] = [("rest", "REST"), ("graphql", "GraphQL"), ("grpc", "gRPC")];

/// The same without an API on top.
const PLAIN: [(&str, &str); 2] = [("udp", "UDP"), ("tcp", "TCP")];

/// The lanes of a time line.
#[derive(Debug)]
pub(super) struct Lanes {
    /// The name of each recording, and its side.
    recordings: Vec<(String, Side)>,
    lanes: Vec<Found>,
}

/// A lane, and where its server was seen.
#[derive(Debug)]
struct Found {
    name: String,
    /// By the server itself.
    told: Option<Addr>,
    /// By its clients.
    reached: Option<Addr>,
}

impl Lanes {
    pub(super) fn of(recordings: &[Recording]) -> Self {
        let recordings: Vec<_> = recordings
            .iter()
            .map(|recording| (recording.header.name.clone(), recording.header.side))
            .collect();
        let mut lanes: Vec<Found> = Vec::new();
        for (name, _) in &recordings {
            if !lanes.iter().any(|lane| lane.name == *name) {
                lanes.push(Found { name: name.clone(), told: None, reached: None });
            }
        }
        lanes.sort_by_key(|lane| {
            KNOWN.iter().chain(&PLAIN).position(|(name, _)| *name == lane.name).unwrap_or(usize::MAX)
        });
        Self { recordings, lanes }
    }

    /// Takes in an event, which may say where a server listens.
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent) {
        let Some((name, side)) = self.recordings.get(annotated.timed.recording) else { return };
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.name == *name) else { return };
        let (known, address) = match (side, &annotated.timed.event.op) {
            (Side::Server, Op::Bind { local, .. } | Op::Accept { local, .. } | Op::Adopt { local, .. }) => {
                (&mut lane.told, local)
            }
            (Side::Client, Op::Connect { peer, .. }) => (&mut lane.reached, peer),
            (Side::Client, Op::SendTo(datagram)) => (&mut lane.reached, &datagram.peer),
            _ => return,
        };
        if known.is_none() {
            known.clone_from(address);
        }
    }

    /// The lanes of APIs, and those without one.
    pub(super) fn finish(self) -> (Vec<Lane>, Vec<Lane>) {
        let is_plain = |lane: &Lane| PLAIN.iter().any(|(name, _)| *name == lane.api);
        let (plain, lanes) = self.lanes.into_iter().map(Found::lane).partition(is_plain);
        (lanes, plain)
    }
}

impl Found {
    fn lane(self) -> Lane {
        let title = KNOWN.iter().chain(&PLAIN).find(|(name, _)| *name == self.name);
        Lane {
            title: title.map_or_else(|| self.name.clone(), |(_, title)| (*title).to_owned()),
            address: self.told.or(self.reached).map(|address| address.to_string()).unwrap_or_default(),
            api: self.name,
            calls: 0,
        }
    }
}
