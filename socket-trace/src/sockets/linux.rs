//! Reads the sockets from the kernel's tables in `/proc/thread-self/net`, and their processes from `/proc/PID/fd`.
//!
//! The tables are parsed here, because the crates for `/proc` and netlink would add six dependencies.

use std::collections::HashMap;
use std::io;

use super::filter::Filter;
use super::proc_net::{Entry, entries};
use super::proc_pid::{name, pids, socket_inodes};
use super::row::{Process, Proto, Row, State};
use super::sock_diag::backlogs;

pub(super) use super::proc_pid::age;

/// Returns all TCP and UDP sockets. If several processes have a socket open, its row names one of them,
/// preferably one whose id is in the filter.
pub(super) fn all(filter: &Filter) -> io::Result<Vec<Row>> {
    rows(&by_inode(filter)?)
}

/// Returns all TCP and UDP sockets, without their processes.
pub(super) fn without_processes() -> io::Result<Vec<Row>> {
    rows(&HashMap::new())
}

/// Returns the TCP sockets with IPv4 addresses, without their processes and backlogs.
pub(super) fn tcp_v4() -> io::Result<Vec<Row>> {
    Ok(entries(Proto::Tcp)?.iter().map(|entry| row(Proto::Tcp, entry, None, None)).collect())
}

fn rows(processes: &HashMap<u64, Process>) -> io::Result<Vec<Row>> {
    let backlogs = backlogs();
    let mut rows = Vec::new();
    for proto in [Proto::Tcp, Proto::Tcp6, Proto::Udp, Proto::Udp6] {
        for entry in entries(proto)? {
            let process = processes.get(&entry.inode).cloned();
            let backlog = backlogs.get(&entry.inode).copied();
            rows.push(row(proto, &entry, process, backlog));
        }
    }
    Ok(rows)
}

fn row(proto: Proto, entry: &Entry, process: Option<Process>, backlog: Option<u32>) -> Row {
    let is_tcp = matches!(proto, Proto::Tcp | Proto::Tcp6);
    Row {
        proto,
        recv_queue: entry.recv_queue,
        send_queue: entry.send_queue,
        backlog: backlog.filter(|_| is_tcp),
        local: entry.local,
        foreign: entry.foreign,
        // A UDP socket has a state only if it is connected.
        state: Some(entry.state).filter(|state| is_tcp || *state == State::Established),
        process,
        owned: entry.inode != 0,
    }
}

/// Returns, for the inode of each socket, one of the processes that have the socket open. Omits processes
/// that have just ended, and processes of other users.
fn by_inode(filter: &Filter) -> io::Result<HashMap<u64, Process>> {
    let mut by_inode: HashMap<u64, Process> = HashMap::new();
    for pid in pids()? {
        let mut process = None;
        for inode in socket_inodes(pid) {
            if filter.pids.contains(&pid) || !by_inode.contains_key(&inode) {
                if process.is_none() {
                    process = name(pid).map(|name| Process { pid, name });
                }
                by_inode.extend(process.clone().map(|process| (inode, process)));
            }
        }
    }
    Ok(by_inode)
}
