//! Selects the sockets that belong to a recording.

use std::time::Duration;

use socket_tap::event::{Addr, Event, Op, SocketKind};
use socket_tap::format::Header;

use super::{Filter, age};
use crate::reader::{Error, Trace};

/// A filter for the sockets that belong to a recording.
#[derive(Debug)]
pub struct Traced {
    /// Shows three kinds of sockets:
    ///
    /// - the sockets of the recording process, if this process still runs
    /// - sockets with a local or foreign port that the process bound, or on which it listened
    /// - sockets with the address of a server to which the process connected
    pub filter: Filter,
    /// Id of the recording process, if this process has ended.
    pub gone: Option<u32>,
}

impl Traced {
    /// Reads a trace, which may be incomplete because the program is still recording.
    ///
    /// # Errors
    /// The file is not a trace.
    pub fn of(mut trace: Trace) -> Result<Self, Error> {
        let mut filter = Filter::default();
        while let Some(event) = trace.next_event()? {
            add_to_filter(&event, &mut filter);
        }
        let pid = trace.header().pid;
        let runs = recorder_runs(trace.header());
        if runs {
            filter.pids.insert(pid);
        }
        Ok(Self { filter, gone: (!runs).then_some(pid) })
    }
}

/// Adds the addresses of an event to a filter.
pub(crate) fn add_to_filter(event: &Event, filter: &mut Filter) {
    if event.error.is_some() {
        return;
    }
    match &event.op {
        // The local port of an accepted connection is that of the listener.
        Op::Bind { local: Some(Addr::Ip(local)), .. } | Op::Accept { local: Some(Addr::Ip(local)), .. } => {
            filter.ports.insert(local.port());
        }
        Op::Adopt { kind, local: Some(Addr::Ip(local)), .. } if *kind == SocketKind::Listener => {
            filter.ports.insert(local.port());
        }
        Op::Connect { peer: Some(Addr::Ip(peer)), .. } => {
            filter.addresses.insert(*peer);
        }
        _ => {}
    }
}

/// Returns `true` if the recording process still runs. A later process with the same id does not count.
pub(crate) fn recorder_runs(header: &Header) -> bool {
    // The machine was rebooted since the recording began.
    let Some(since) = socket_tap::monotonic_ns().checked_sub(header.monotonic_ns) else { return false };
    // The process must be older than the recording. The kernel counts in hundredths of a second.
    let recording = Duration::from_nanos(since).saturating_sub(Duration::from_secs(1));
    age(header.pid).ok().flatten().is_some_and(|age| age >= recording)
}
