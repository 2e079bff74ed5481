use socket_tap::event::{Segment, TcpFlags, Transfer};

use super::*;
use crate::wire::lab::api::Api;

/// One-way delay.
const DELAY: u64 = 20;

fn client() -> SocketAddr {
    ([10, 77, 0, 1], 41_000).into()
}

fn packet(sent: u64, to_server: bool, flags: TcpFlags, (seq, payload): (u32, u64)) -> SeenPacket {
    SeenPacket {
        to_server,
        client: client(),
        sent,
        arrived: Some(sent + DELAY),
        dropped: None,
        is_copy: false,
        payload,
        length: payload + 52,
        segment: Some(Segment::new(flags, seq)),
        is_retransmission: false,
        number: None,
        repeats: None,
    }
}

/// Records a connection with one request of 10 bytes, whose SYN is sent again.
fn record(recording: &mut StepRecording, opened: u64, seq: u32) {
    recording.packets.extend([
        packet(opened, true, TcpFlags::SYN, (seq, 0)),
        packet(opened + 1, true, TcpFlags::SYN, (seq, 0)),
        packet(opened + 20, false, TcpFlags::SYN, (seq + 7, 0)),
        packet(opened + 50, true, TcpFlags::PSH, (seq + 1, 10)),
    ]);
    let at = opened + 50;
    let op = Op::Write(Transfer::new(10));
    recording.calls.push(SocketCall {
        side: Side::Client,
        client: Some(client()),
        at,
        returned: at,
        op,
        is_error: false,
    });
    recording.exchanges.push(Exchange {
        client: Some(client()),
        number: 0,
        began: at,
        writes: 1,
        ended: at + 100,
    });
    recording.served.push(Exchange {
        client: Some(client()),
        number: 0,
        began: at + DELAY,
        writes: 1,
        ended: at + 60,
    });
}

#[test]
fn syn_with_another_number_opens_another_connection() {
    let (packets, calls, exchanges, served) = Default::default();
    let (api, step, origin_ns) = (Api::Rest, String::new(), 0);
    let mut recording = StepRecording { api, step, origin_ns, packets, calls, exchanges, served };
    record(&mut recording, 1_000, 500);
    record(&mut recording, 5_000, 90_000);
    let connections = connections(&recording);
    for (exchange, opened) in recording.exchanges.iter().zip([1_000, 5_000]) {
        let connection = connections.of(exchange).unwrap();
        assert_eq!((connection.opened, connection.established), (opened, Some(opened + 40)));
        let request = connection.request(exchange).unwrap();
        assert_eq!((request.start, request.sent, request.readable.at), (0, opened + 50, opened + 70));
        assert_eq!(connection.served(exchange).unwrap().began, opened + 70);
    }
    assert_eq!(connections.0[&client()].len(), 2);
}
