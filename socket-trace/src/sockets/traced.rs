//! The sockets that a trace speaks of.

use std::time::Duration;

use socket_tap::event::{Addr, Event, Op, SocketKind};
use socket_tap::format::Header;

use super::{Filter, age};
use crate::reader::{Error, Trace};

/// What to look for, to see the sockets of a recording.
#[derive(Debug)]
pub struct Traced {
    /// The process that records, while it runs; the ports where it listens; the servers that it connected to.
    pub filter: Filter,
    /// Its process id, when it does not run any more.
    pub gone: Option<u32>,
}

impl Traced {
    /// Reads the trace, as far as it is written: its program may still run.
    ///
    /// # Errors
    /// When it is not a trace.
    pub fn of(mut trace: Trace) -> Result<Self, Error> {
        let mut filter = Filter::default();
        while let Some(event) = trace.next_event()? {
            look_at(&event, &mut filter);
        }
        let pid = trace.header().pid;
        let runs = recorder_runs(trace.header());
        if runs {
            filter.pids.insert(pid);
        }
        Ok(Self { filter, gone: (!runs).then_some(pid) })
    }
}

fn look_at(event: &Event, filter: &mut Filter) {
    if event.error.is_some() {
        return;
    }
    match &event.op {
        // Of a connection that was accepted, the port is the listener's.
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

/// Whether the process that recorded still runs, and not another that got its id later.
fn recorder_runs(header: &Header) -> bool {
    // The machine was started again since.
    let Some(since) = socket_tap::monotonic_ns().checked_sub(header.monotonic_ns) else { return false };
    // It was there when the recording began; the kernel counts in hundredths of a second.
    let recording = Duration::from_nanos(since).saturating_sub(Duration::from_secs(1));
    age(header.pid).ok().flatten().is_some_and(|age| age >= recording)
}
