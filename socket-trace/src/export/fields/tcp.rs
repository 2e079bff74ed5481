//! The fields of an event that describe TCP: the sample of `TCP_INFO`, and the peer's SYN.

use socket_tap::close::TcpSample;
use socket_tap::event::Syn;

use super::{Field, Fields, Value};

impl<'a> Fields<'a> {
    pub(super) fn set_tcp(&mut self, tcp: &'a TcpSample) {
        self.set(Field::TcpState, Value::Text(tcp.state.as_str()));
        self.set_number(Field::TcpRttUs, tcp.rtt_us);
        self.set_number(Field::TcpRetransmits, tcp.retransmits);
        self.set_number(Field::TcpUnread, tcp.unread);
        for (field, number) in [
            (Field::TcpRttVarUs, u64::from(tcp.rtt_var_us)),
            (Field::TcpMinRttUs, u64::from(tcp.min_rtt_us)),
            (Field::TcpCwnd, u64::from(tcp.cwnd)),
            (Field::TcpMss, u64::from(tcp.mss)),
            (Field::TcpPmtu, u64::from(tcp.pmtu)),
            (Field::TcpUnacked, u64::from(tcp.unacked)),
            (Field::TcpUnsent, u64::from(tcp.unsent)),
            (Field::TcpLost, u64::from(tcp.lost)),
            (Field::TcpReordered, u64::from(tcp.reordered)),
            (Field::TcpDelivered, u64::from(tcp.delivered)),
            (Field::TcpSegsOut, u64::from(tcp.segs_out)),
            (Field::TcpSegsIn, u64::from(tcp.segs_in)),
            (Field::TcpBytesAcked, tcp.bytes_acked),
            (Field::TcpBytesReceived, tcp.bytes_received),
            (Field::TcpBusyUs, tcp.busy_us),
            (Field::TcpRwndLimitedUs, tcp.rwnd_limited_us),
            (Field::TcpSndbufLimitedUs, tcp.sndbuf_limited_us),
        ] {
            // As in the trace: 0, or not reported by the kernel.
            if number > 0 {
                self.set_number(field, number);
            }
        }
    }

    pub(super) fn set_syn(&mut self, syn: &Syn) {
        self.set_number(Field::SynTtl, syn.ttl);
        self.set_number(Field::SynWindow, syn.window);
        self.set_flag(Field::SynSackPermitted, syn.sack_permitted);
        for (field, number) in [
            (Field::SynMss, syn.mss.map(u64::from)),
            (Field::SynWindowScale, syn.window_scale.map(u64::from)),
            (Field::SynTsval, syn.tsval.map(u64::from)),
        ] {
            self.0[field as usize] = number.map(Value::Number);
        }
    }
}
