//! Assigns recordings to the lanes of the page: its columns, each for a server and its clients. Recordings
//! with the same name share a lane.

use page::hello::Lane;
use socket_tap::event::{Addr, Op};
use socket_tap::format::Side;
use socket_tap::format::text::printable;

use crate::timeline::AnnotatedEvent;
use crate::timeline::Recording;

/// For each API, the name of its recordings and the title of their lane, in the order on the page.
const KNOWN: [(&str, &str); 3] = [("rest", "REST"), ("graphql", "GraphQL"), ("grpc", "gRPC")];

/// For programs that use UDP or TCP without an API, the name of their recordings and the title of their lane.
const PLAIN: [(&str, &str); 2] = [("udp", "UDP"), ("tcp", "TCP")];

/// Returns the title of the recordings with this name: `REST` for `rest`. Other names are their own titles.
#[must_use]
pub fn title(name: &str) -> String {
    let known = KNOWN.iter().chain(&PLAIN).find(|(known, _)| *known == name);
    known.map_or_else(|| printable(name), |(_, title)| (*title).to_owned())
}

/// Collects the lanes (the columns of the page) while the recordings are read.
#[derive(Debug)]
pub(super) struct Lanes {
    /// Name and side of each recording.
    recordings: Vec<(String, Side)>,
    lanes: Vec<LaneEntry>,
}

/// A lane of the page: the column for a server and its clients. The address of the server may not be known
/// yet.
#[derive(Debug)]
struct LaneEntry {
    name: String,
    /// Address of the server, as recorded by the server.
    server_address: Option<Addr>,
    /// Address of the server, as recorded by its clients.
    client_address: Option<Addr>,
}

impl Lanes {
    pub(super) fn of(recordings: &[Recording]) -> Self {
        let recordings: Vec<_> = recordings
            .iter()
            .map(|recording| (recording.header.name.clone(), recording.header.side))
            .collect();
        let mut lanes: Vec<LaneEntry> = Vec::new();
        // A network has no lane.
        for (name, _) in recordings.iter().filter(|(_, side)| *side != Side::Wire) {
            if !lanes.iter().any(|lane| lane.name == *name) {
                lanes.push(LaneEntry { name: name.clone(), server_address: None, client_address: None });
            }
        }
        lanes.sort_by_key(|lane| {
            KNOWN.iter().chain(&PLAIN).position(|(name, _)| *name == lane.name).unwrap_or(usize::MAX)
        });
        Self { recordings, lanes }
    }

    /// Processes an event. If it contains the address of a server, stores the address in the server's lane.
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent) {
        let Some((name, side)) = self.recordings.get(annotated.timed.recording) else { return };
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.name == *name) else { return };
        let (known, address) = match (side, &annotated.timed.event.op) {
            (Side::Server, Op::Bind { local, .. } | Op::Accept { local, .. } | Op::Adopt { local, .. }) => {
                (&mut lane.server_address, local)
            }
            (Side::Client, Op::Connect { peer, .. }) => (&mut lane.client_address, peer),
            (Side::Client, Op::SendTo(datagram)) => (&mut lane.client_address, &datagram.peer),
            _ => return,
        };
        if known.is_none() {
            known.clone_from(address);
        }
    }

    /// Returns two lists of lanes. The lanes of plain sockets (`udp` and `tcp`) are in the second list, all
    /// others in the first.
    pub(super) fn finish(self) -> (Vec<Lane>, Vec<Lane>) {
        let is_plain = |lane: &Lane| PLAIN.iter().any(|(name, _)| *name == lane.api);
        let (plain, lanes) = self.lanes.into_iter().map(LaneEntry::lane).partition(is_plain);
        (lanes, plain)
    }
}

impl LaneEntry {
    fn lane(self) -> Lane {
        Lane {
            title: title(&self.name),
            address: self
                .server_address
                .or(self.client_address)
                .map(|address| address.to_string())
                .unwrap_or_default(),
            api: self.name,
            calls: 0,
        }
    }
}
