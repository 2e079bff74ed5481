//! Texts that describe a TCP connection: the peer's SYN, and samples of the kernel's state.

use std::fmt::Write as _;

use crate::close::TcpSample;
use crate::event::Syn;

/// Describes a SYN with the abbreviations of `tcpdump(8)`: `SYN ttl 64, win 65495, mss 65495, wscale 7, sackOK, TS`.
pub(super) fn syn_fields(syn: &Syn) -> String {
    let mut text = format!("SYN ttl {}, win {}", syn.ttl, syn.window);
    if let Some(mss) = syn.mss {
        let _ = write!(text, ", mss {mss}");
    }
    if let Some(scale) = syn.window_scale {
        let _ = write!(text, ", wscale {scale}");
    }
    text.push_str(if syn.sack_permitted { ", sackOK" } else { "" });
    text.push_str(if syn.tsval.is_some() { ", TS" } else { "" });
    text
}

/// Describes a sample: `ESTABLISHED, rtt 21 us, cwnd 10, 3 unacked, 1000 B unsent, busy 8 ms (peer's window 4 ms)`.
pub(super) fn sampled(sample: &TcpSample) -> String {
    let mut text = format!("{}, rtt {} us", sample.state, sample.rtt_us);
    for (number, before, after) in [
        (sample.cwnd.into(), "cwnd ", ""),
        (sample.unacked.into(), "", " unacked"),
        (sample.lost.into(), "", " lost"),
        (sample.retransmits.into(), "", " retransmitted"),
        (sample.unsent.into(), "", " B unsent"),
        (sample.unread.into(), "", " B unread"),
        (milliseconds(sample.busy_us), "busy ", " ms"),
    ] {
        if number > 0 {
            let _ = write!(text, ", {before}{number}{after}");
        }
    }
    let limits = [(sample.rwnd_limited_us, "peer's window"), (sample.sndbuf_limited_us, "send buffer")];
    let limits: Vec<String> = limits
        .into_iter()
        .filter(|(us, _)| milliseconds(*us) > 0)
        .map(|(us, what)| format!("{what} {} ms", milliseconds(us)))
        .collect();
    if !limits.is_empty() {
        let _ = write!(text, " ({})", limits.join(", "));
    }
    text
}

fn milliseconds(us: u64) -> u64 {
    us / 1_000
}
