//! Reads the backlogs of listening sockets through `sock_diag(7)`, since `/proc/net/tcp` lacks them.

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;

/// Message type of a request for the sockets of one address family, and of the responses to it.
const SOCK_DIAG_BY_FAMILY: u16 = 20;

const NLM_F_REQUEST: u16 = 1;
/// Flag that requests all sockets instead of one.
const NLM_F_DUMP: u16 = 0x300;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;

/// Bit for the state `TCP_LISTEN` in a bit set of TCP states.
const LISTENING: u32 = 1 << 10;

/// Number of bytes of `struct nlmsghdr`.
const HEADER: usize = 16;
/// Number of bytes of `struct inet_diag_req_v2`.
const REQUEST: usize = 56;
/// Offset of the send queue in `struct inet_diag_msg`. For a listening socket, this field contains the
/// backlog.
const SEND_QUEUE: usize = 60;
/// Offset of the inode in `struct inet_diag_msg`.
const INODE: usize = 68;

/// Size of the receive buffer in bytes. The kernel sends at most 32 KiB at once.
const MAX_RESPONSE: usize = 64 << 10;

/// Returns the backlog of each listening socket, by inode. Empty if a sandbox forbids the query; the table
/// then shows no backlogs.
pub(super) fn backlogs() -> HashMap<u64, u32> {
    let mut backlogs = HashMap::new();
    for family in [AF_INET, AF_INET6] {
        let _ = query(family, &mut backlogs);
    }
    backlogs
}

fn query(family: u8, backlogs: &mut HashMap<u64, u32>) -> io::Result<()> {
    let socket: OwnedFd = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(netlink::SOCK_DIAG),
    )?;
    send(&socket, &request(family), SendFlags::empty())?;
    let mut buffer = vec![0; MAX_RESPONSE];
    loop {
        let (length, _) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
        if length == 0 || read_messages(buffer.get(..length).unwrap_or_default(), backlogs)? {
            return Ok(());
        }
    }
}

/// Returns a request for all listening TCP sockets of an address family.
fn request(family: u8) -> Vec<u8> {
    let length = HEADER + REQUEST;
    let mut request = Vec::with_capacity(length);
    request.extend((length as u32).to_ne_bytes());
    request.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    request.extend((NLM_F_REQUEST | NLM_F_DUMP).to_ne_bytes());
    // Sequence number and port id, then family, protocol, no extensions, padding.
    request.extend([0; 8]);
    request.extend([family, IPPROTO_TCP, 0, 0]);
    request.extend(LISTENING.to_ne_bytes());
    // The id of a socket, which a dump ignores.
    request.resize(length, 0);
    request
}

/// Adds the backlogs in the messages of a response. Returns `true` after the last message.
///
/// # Errors
/// If the kernel reports an error.
fn read_messages(mut messages: &[u8], backlogs: &mut HashMap<u64, u32>) -> io::Result<bool> {
    while let Some(length) = u32_at(messages, 0) {
        let length = (length as usize).max(HEADER);
        let message = messages.get(..length).unwrap_or(messages);
        match message.get(4..).and_then(<[u8]>::first_chunk).map(|kind| u16::from_ne_bytes(*kind)) {
            Some(NLMSG_DONE) => return Ok(true),
            Some(NLMSG_ERROR) => {
                let errno = u32_at(message, HEADER).map_or(0, u32::cast_signed);
                return Err(io::Error::from_raw_os_error(-errno));
            }
            Some(SOCK_DIAG_BY_FAMILY) => {
                let inode = u32_at(message, HEADER + INODE);
                if let (Some(inode), Some(backlog)) = (inode, u32_at(message, HEADER + SEND_QUEUE)) {
                    backlogs.insert(inode.into(), backlog);
                }
            }
            _ => {}
        }
        // Messages are aligned to 4 bytes (netlink(7)).
        messages = messages.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
}
