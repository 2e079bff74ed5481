//! The kernel's state of a TCP connection (`TCP_INFO`).

use std::os::fd::{AsRawFd as _, BorrowedFd};

use crate::close::{TcpSample, TcpState};

/// The beginning of `struct tcp_info` in Linux's `linux/tcp.h`. The kernel only ever appends fields. libc's
/// type ends at a different field for each C library.
#[derive(Default)]
#[repr(C)]
#[allow(dead_code, reason = "the unused fields give the others their offsets")]
struct TcpInfo {
    state: u8,
    ca_state: u8,
    retransmits: u8,
    probes: u8,
    backoff: u8,
    options: u8,
    wscales: u8,
    flags: u8,
    rto: u32,
    ato: u32,
    snd_mss: u32,
    rcv_mss: u32,
    unacked: u32,
    sacked: u32,
    lost: u32,
    retrans: u32,
    fackets: u32,
    last_data_sent: u32,
    last_ack_sent: u32,
    last_data_recv: u32,
    last_ack_recv: u32,
    pmtu: u32,
    rcv_ssthresh: u32,
    rtt: u32,
    rttvar: u32,
    snd_ssthresh: u32,
    snd_cwnd: u32,
    advmss: u32,
    reordering: u32,
    rcv_rtt: u32,
    rcv_space: u32,
    total_retrans: u32,
    pacing_rate: u64,
    max_pacing_rate: u64,
    bytes_acked: u64,
    bytes_received: u64,
    segs_out: u32,
    segs_in: u32,
    notsent_bytes: u32,
    min_rtt: u32,
    data_segs_in: u32,
    data_segs_out: u32,
    delivery_rate: u64,
    busy_time: u64,
    rwnd_limited: u64,
    sndbuf_limited: u64,
    delivered: u32,
    delivered_ce: u32,
    bytes_sent: u64,
    bytes_retrans: u64,
    dsack_dups: u32,
    reord_seen: u32,
}

// The offsets in the kernel's type.
const _: () = assert!(std::mem::offset_of!(TcpInfo, total_retrans) == 100);
const _: () = assert!(std::mem::offset_of!(TcpInfo, busy_time) == 168);
const _: () = assert!(std::mem::offset_of!(TcpInfo, reord_seen) == 220);

/// Returns a sample of the kernel's TCP state, with the given number of unread bytes. Returns `None` if
/// `socket` is not a TCP socket.
pub(super) fn sample(socket: BorrowedFd<'_>, unread: impl FnOnce() -> u32) -> Option<TcpSample> {
    let info = query(socket)?;
    Some(TcpSample {
        state: tcp_state(info.state),
        rtt_us: info.rtt,
        retransmits: info.total_retrans,
        unread: unread(),
        rtt_var_us: info.rttvar,
        min_rtt_us: info.min_rtt,
        cwnd: info.snd_cwnd,
        mss: info.snd_mss,
        pmtu: info.pmtu,
        unacked: info.unacked,
        unsent: info.notsent_bytes,
        lost: info.lost,
        reordered: info.reord_seen,
        delivered: info.delivered,
        segs_out: info.segs_out,
        segs_in: info.segs_in,
        bytes_acked: info.bytes_acked,
        bytes_received: info.bytes_received,
        busy_us: info.busy_time,
        rwnd_limited_us: info.rwnd_limited,
        sndbuf_limited_us: info.sndbuf_limited,
    })
}

/// Calls `getsockopt(2)`. Fields that an older kernel does not know are 0.
#[expect(unsafe_code, reason = "no maintained crate has a safe function for TCP_INFO")]
fn query(socket: BorrowedFd<'_>) -> Option<TcpInfo> {
    let mut info = TcpInfo::default();
    let mut length = libc::socklen_t::try_from(size_of::<TcpInfo>()).ok()?;
    // SAFETY: the kernel writes at most `length` bytes to the pointer, which is valid for that many. The type has only
    // integers, so any bytes are valid. If the descriptor has no such option, the call fails and writes nothing.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &raw mut length,
        )
    };
    (result == 0).then_some(info)
}

/// Converts a TCP state of the kernel, a value of the `enum` in Linux's `include/net/tcp_states.h`.
fn tcp_state(state: u8) -> TcpState {
    match state {
        1 => TcpState::Established,
        2 => TcpState::SynSent,
        3 => TcpState::SynRecv,
        4 => TcpState::FinWait1,
        5 => TcpState::FinWait2,
        6 => TcpState::TimeWait,
        7 => TcpState::Close,
        8 => TcpState::CloseWait,
        9 => TcpState::LastAck,
        10 => TcpState::Listen,
        11 => TcpState::Closing,
        _ => TcpState::Other("UNKNOWN".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcp_states_have_the_kernel_numbers() {
        let names: Vec<String> = (0..=12).map(|state| tcp_state(state).to_string()).collect();
        let expected = [
            "UNKNOWN",
            "ESTABLISHED",
            "SYN_SENT",
            "SYN_RECV",
            "FIN_WAIT1",
            "FIN_WAIT2",
            "TIME_WAIT",
            "CLOSE",
            "CLOSE_WAIT",
            "LAST_ACK",
            "LISTEN",
            "CLOSING",
            "UNKNOWN",
        ];
        assert_eq!(names, expected);
    }
}
