//! Limits the length of texts in a trace.
//!
//! A view keeps the texts of many events, for example as names of steps. Except for payload, which a recorder limits, no text
//! needs to be long.

use std::borrow::Cow;

use socket_tap::event::{Addr, Domain, Event, Op, SocketKind};
use socket_tap::format::Header;

/// Maximum number of bytes in a text.
pub(super) const MAX_TEXT: usize = 4096;

/// Truncates the texts of a header.
pub(super) fn header(header: &mut Header) {
    for text in [&mut header.name, &mut header.program, &mut header.started] {
        string(text);
    }
}

/// Truncates the texts of an event.
pub(super) fn event(event: &mut Event) {
    if let Some(failure) = &mut event.error {
        cow(&mut failure.reason);
    }
    match &mut event.op {
        Op::Mark { label: text, .. } | Op::Option { name: text, .. } | Op::Unknown { name: text, .. } => {
            cow(text);
        }
        Op::Socket { domain, kind, .. } => kinds(domain, kind),
        Op::Adopt { domain, kind, local, peer, .. } => {
            kinds(domain, kind);
            addresses([local, peer]);
        }
        Op::Bind { local, .. } => addresses([local]),
        Op::Accept { local, peer, .. } | Op::Connect { local, peer, .. } => addresses([local, peer]),
        Op::SendTo(datagram) | Op::RecvFrom(datagram) => addresses([&mut datagram.peer]),
        Op::Packet(packet) => [&mut packet.from, &mut packet.to].into_iter().for_each(address),
        _ => {}
    }
}

fn kinds(domain: &mut Domain, kind: &mut SocketKind) {
    if let Domain::Other(text) = domain {
        cow(text);
    }
    if let SocketKind::Other(text) = kind {
        cow(text);
    }
}

fn addresses<const N: usize>(all: [&mut Option<Addr>; N]) {
    all.into_iter().flatten().for_each(address);
}

fn address(address: &mut Addr) {
    if let Addr::Other(text) = address {
        string(text);
    }
}

fn cow(text: &mut Cow<'static, str>) {
    if text.len() > MAX_TEXT {
        string(text.to_mut());
    }
}

fn string(text: &mut String) {
    if text.len() > MAX_TEXT {
        let end = (0..=MAX_TEXT).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or_default());
        text.push('…');
        text.shrink_to_fit();
    }
}
