//! Sockets from the kernel's tables in `/proc/net`, and their processes from `/proc/PID/fd`.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use procfs::net::{TcpNetEntry, TcpState, UdpNetEntry, UdpState};
use procfs::process::{FDTarget, Process as InProc, all_processes};
use procfs::{Current as _, ProcError, ProcResult, Uptime, ticks_per_second};

use super::backlog::backlogs;
use super::filter::Filter;
use super::row::{Process, Proto, Row, State};

/// Returns all TCP and UDP sockets. If several processes have a socket open, one that the filter selects is named.
pub(super) fn all(filter: &Filter) -> io::Result<Vec<Row>> {
    let processes = by_inode(filter)?;
    let backlogs = backlogs();
    let mut rows = Vec::new();
    for (proto, entries) in [(Proto::Tcp, procfs::net::tcp()), (Proto::Tcp6, procfs::net::tcp6())] {
        for entry in or_empty(entries)? {
            let mut row = tcp(proto, &entry);
            row.process = processes.get(&entry.inode).cloned();
            row.backlog = backlogs.get(&entry.inode).copied();
            rows.push(row);
        }
    }
    for (proto, entries) in [(Proto::Udp, procfs::net::udp()), (Proto::Udp6, procfs::net::udp6())] {
        for entry in or_empty(entries)? {
            let process = processes.get(&entry.inode).cloned();
            rows.push(Row { process, ..udp(proto, &entry) });
        }
    }
    Ok(rows)
}

/// Returns no entries if the file does not exist, as for IPv6 on a kernel without it.
fn or_empty<T>(entries: ProcResult<Vec<T>>) -> io::Result<Vec<T>> {
    match entries {
        Err(ProcError::NotFound(_)) => Ok(Vec::new()),
        other => other.map_err(io::Error::other),
    }
}

fn tcp(proto: Proto, entry: &TcpNetEntry) -> Row {
    Row {
        proto,
        recv_queue: entry.rx_queue,
        send_queue: entry.tx_queue,
        backlog: None,
        local: entry.local_address,
        foreign: entry.remote_address,
        state: Some(state(&entry.state)),
        process: None,
        owned: entry.inode != 0,
    }
}

fn udp(proto: Proto, entry: &UdpNetEntry) -> Row {
    Row {
        proto,
        recv_queue: entry.rx_queue,
        send_queue: entry.tx_queue,
        backlog: None,
        local: entry.local_address,
        foreign: entry.remote_address,
        state: (entry.state == UdpState::Established).then_some(State::Established),
        process: None,
        owned: entry.inode != 0,
    }
}

fn state(state: &TcpState) -> State {
    match state {
        TcpState::Established => State::Established,
        TcpState::SynSent => State::SynSent,
        TcpState::SynRecv | TcpState::NewSynRecv => State::SynRecv,
        TcpState::FinWait1 => State::FinWait1,
        TcpState::FinWait2 => State::FinWait2,
        TcpState::TimeWait => State::TimeWait,
        TcpState::Close => State::Close,
        TcpState::CloseWait => State::CloseWait,
        TcpState::LastAck => State::LastAck,
        TcpState::Listen => State::Listen,
        TcpState::Closing => State::Closing,
    }
}

/// Returns the process of each socket. Skips processes that end meanwhile, and those of other users.
fn by_inode(filter: &Filter) -> io::Result<HashMap<u64, Process>> {
    let mut by_inode: HashMap<u64, Process> = HashMap::new();
    for process in all_processes().map_err(io::Error::other)?.flatten() {
        let (Ok(stat), Ok(fds)) = (process.stat(), process.fd()) else { continue };
        let Ok(pid) = u32::try_from(process.pid) else { continue };
        for fd in fds.flatten() {
            let FDTarget::Socket(inode) = fd.target else { continue };
            if filter.pids.contains(&pid) || !by_inode.contains_key(&inode) {
                by_inode.insert(inode, Process { pid, name: stat.comm.clone() });
            }
        }
    }
    Ok(by_inode)
}

/// Returns the time since a process was started; `None` if no process has this id.
pub(super) fn age(pid: u32) -> io::Result<Option<Duration>> {
    let Some(process) = i32::try_from(pid).ok().and_then(|pid| InProc::new(pid).ok()) else {
        return Ok(None);
    };
    // The process may have ended in the meantime.
    let Ok(stat) = process.stat() else { return Ok(None) };
    let started = stat.starttime.saturating_mul(1_000).checked_div(ticks_per_second()).unwrap_or(0);
    let now = Uptime::current().map_err(io::Error::other)?.uptime_duration();
    Ok(Some(now.saturating_sub(Duration::from_millis(started))))
}
