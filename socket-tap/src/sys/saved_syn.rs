//! The SYN of an accepted connection, which the kernel keeps if the listener has the option `TCP_SAVE_SYN`.

use std::io;
use std::os::fd::{AsFd, AsRawFd as _};

use crate::event::Syn;

/// Maximum length of the headers of a SYN, in bytes. Only IPv6 extension headers can make them longer than
/// 120; the kernel then refuses the query.
const MAX_HEADERS: usize = 512;

/// Next-header values of the IPv6 extension headers that can precede TCP (RFC 8200, 4): hop-by-hop options,
/// routing, and destination options. Their second byte is their length.
const EXTENSIONS: [u8; 3] = [0, 43, 60];

/// Next-header value of the IPv6 fragment header, which has 8 bytes.
const FRAGMENT: u8 = 44;

/// Next-header value of TCP.
const TCP: u8 = 6;

/// Sets `TCP_SAVE_SYN` on a listener: the kernel keeps the IP and TCP headers of the SYN of each connection
/// until they are queried or the connection is closed.
#[expect(unsafe_code, reason = "no maintained crate has a safe function for TCP_SAVE_SYN")]
pub(crate) fn save_syn(listener: impl AsFd) -> io::Result<()> {
    let on: libc::c_int = 1;
    let length = libc::socklen_t::try_from(size_of::<libc::c_int>()).map_err(io::Error::other)?;
    // SAFETY: the kernel reads one int from the pointer, which is valid for the call.
    let result = unsafe {
        libc::setsockopt(
            listener.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_SAVE_SYN,
            (&raw const on).cast(),
            length,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Returns the SYN that began the connection. The kernel then frees its copy. Returns `None` if it has none:
/// the option was set after the SYN arrived, or the kernel answered the SYN with a SYN cookie.
#[expect(unsafe_code, reason = "no maintained crate has a safe function for TCP_SAVED_SYN")]
pub(crate) fn saved_syn(connection: impl AsFd) -> Option<Syn> {
    let mut headers = [0_u8; MAX_HEADERS];
    let mut length = libc::socklen_t::try_from(headers.len()).ok()?;
    // SAFETY: the kernel writes at most `length` bytes to the pointer, which is valid for that many.
    let result = unsafe {
        libc::getsockopt(
            connection.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_SAVED_SYN,
            headers.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    let written = headers.get(..usize::try_from(length).ok()?)?;
    if result == 0 { parse(written) } else { None }
}

/// Parses an IPv4 or IPv6 header and the TCP header after it.
fn parse(headers: &[u8]) -> Option<Syn> {
    let version = headers.first()? >> 4;
    let (ttl, tcp) = match version {
        4 => (*headers.get(8)?, headers.get(usize::from(headers.first()? & 0x0f) * 4..)?),
        6 => (*headers.get(7)?, after_extensions(*headers.get(6)?, headers.get(40..)?)?),
        _ => return None,
    };
    let mut syn = Syn::new(ttl, u16::from_be_bytes(array(tcp.get(14..)?)?));
    let length = usize::from(tcp.get(12)? >> 4) * 4;
    parse_options(tcp.get(20..length)?, &mut syn);
    Some(syn)
}

/// Skips the IPv6 extension headers at the beginning of `rest`. `next` is the type of the first header.
fn after_extensions(mut next: u8, mut rest: &[u8]) -> Option<&[u8]> {
    while next != TCP {
        let length = match next {
            FRAGMENT => 8,
            _ if EXTENSIONS.contains(&next) => (usize::from(*rest.get(1)?) + 1) * 8,
            _ => return None,
        };
        (next, rest) = (*rest.first()?, rest.get(length..)?);
    }
    Some(rest)
}

/// Reads the TCP options into `syn`. Stops at the first malformed one.
fn parse_options(mut options: &[u8], syn: &mut Syn) {
    while let Some((kind, rest)) = options.split_first() {
        match kind {
            0 => return,
            1 => {
                options = rest;
                continue;
            }
            _ => {}
        }
        let length = rest.first().map_or(0, |length| usize::from(*length));
        let Some(value) = options.get(2..length) else { return };
        match (kind, value.len()) {
            (2, 2) => syn.mss = array(value).map(u16::from_be_bytes),
            (3, 1) => syn.window_scale = value.first().copied(),
            (4, 0) => syn.sack_permitted = true,
            (8, 8) => syn.tsval = array(value).map(u32::from_be_bytes),
            _ => {}
        }
        options = options.get(length..).unwrap_or_default();
    }
}

/// Returns the first `N` bytes.
fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.first_chunk().copied()
}

#[cfg(test)]
#[path = "saved_syn_tests.rs"]
mod tests;
