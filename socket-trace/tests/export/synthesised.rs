//! Packets that the export adds: handshakes, FINs, resets and acknowledgements, and their comments.

use std::path::Path;

use socket_tap::format::Side;

use crate::support::{ACCEPT, Place, Text};
use crate::tshark::Tshark;

/// Formats each packet of an export: ports, flags, sequence and acknowledgement numbers, length, comment.
fn packets(tshark: &Tshark, file: &Path) -> Vec<String> {
    let fields =
        ["tcp.srcport", "tcp.dstport", "tcp.flags.str", "tcp.seq", "tcp.ack", "tcp.len", "frame.comment"];
    let rows = tshark.fields(file, &[], "tcp", &fields);
    rows.into_iter()
        .map(|row| {
            let [from, to, flags, seq, ack, length, comment] = row.try_into().unwrap();
            let flags = flags.replace('·', "");
            format!("{from}→{to} {flags} {seq}/{ack} {length} B: {comment}")
        })
        .collect()
}

#[test]
fn connection_closed_by_client_has_two_fins() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"hello").write(b"goodbye").ended_by_peer(5, 7);
    let (file, _) = place.export(&trace, "a.pcapng");
    let expected = [
        "51234→3000 S 0/0 0 B: synthesised from accept, #2, line 2",
        "3000→51234 AS 0/1 0 B: synthesised from accept, #2, line 2",
        "51234→3000 A 1/1 0 B: synthesised from accept, #2, line 2",
        "51234→3000 AP 1/1 5 B: read 5 B, #2, line 3",
        "3000→51234 AP 1/6 7 B: write 7 B, #2, line 4",
        "51234→3000 AF 6/8 0 B: synthesised from read, #2, line 5",
        "3000→51234 AF 8/7 0 B: synthesised from shutdown, #2, line 6",
        "51234→3000 A 7/9 0 B: synthesised from close, #2, line 7",
    ];
    assert_eq!(packets(&tshark, &file), expected);
    tshark.assert_clean(&file, &[]);
}

#[test]
fn close_before_peer_fin_exports_one_fin() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let connect = r#""sock":2,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000""#;
    let trace = Text::of(Side::Client, 99).event(connect).write(b"hello").close("local", 0, 5);
    let (file, _) = place.export(&trace, "a.pcapng");
    let expected = [
        "51234→3000 S 0/0 0 B: synthesised from connect, #2, line 2",
        "3000→51234 AS 0/1 0 B: synthesised from connect, #2, line 2",
        "51234→3000 A 1/1 0 B: synthesised from connect, #2, line 2",
        "51234→3000 AP 1/1 5 B: write 5 B, #2, line 3",
        "51234→3000 AF 6/1 0 B: synthesised from close, #2, line 4",
        "3000→51234 A 1/7 0 B: synthesised from close, #2, line 4",
    ];
    assert_eq!(packets(&tshark, &file), expected);
    tshark.assert_clean(&file, &[]);
}

#[test]
fn packets_from_server_follow_half_close_by_client() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let eof = r#""sock":2,"op":"read","bytes":0,"eof":true"#;
    let trace = Text::server().event(ACCEPT).read(b"all?").event(eof).write(b"all").write(b" of it");
    let trace = trace.event(r#""sock":2,"op":"shutdown","how":"write""#).close("peer", 4, 9);
    let (file, _) = place.export(&trace, "a.pcapng");
    let expected = [
        "51234→3000 AF 5/1 0 B: synthesised from read, #2, line 4",
        "3000→51234 AP 1/6 3 B: write 3 B, #2, line 5",
        "3000→51234 AP 4/6 6 B: write 6 B, #2, line 6",
        "3000→51234 AF 10/6 0 B: synthesised from shutdown, #2, line 7",
        "51234→3000 A 6/11 0 B: synthesised from close, #2, line 8",
    ];
    assert_eq!(packets(&tshark, &file)[4..], expected);
    tshark.assert_clean(&file, &[]);
}

#[test]
fn reset_by_peer_becomes_an_rst_packet() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let failed = r#""sock":2,"op":"read","error":"connection reset","errno":104"#;
    let trace = Text::server().event(ACCEPT).read(b"hello").event(failed).close("reset", 5, 0);
    let (file, _) = place.export(&trace, "a.pcapng");
    let expected = ["51234→3000 AR 6/1 0 B: synthesised from the failed read, #2, line 4"];
    assert_eq!(packets(&tshark, &file)[4..], expected);
    tshark.assert_none(&file, &[], "_ws.malformed || tcp.analysis.flags");
    // Without the failed call, the reset is at the close.
    let trace = Text::server().event(ACCEPT).read(b"hello").close("reset", 5, 0);
    let (file, _) = place.export(&trace, "b.pcapng");
    assert_eq!(packets(&tshark, &file)[4..], ["51234→3000 AR 6/1 0 B: synthesised from close, #2, line 4"]);
}

#[test]
fn local_abort_becomes_a_reset_packet() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let close =
        r#""sock":2,"op":"close","ended_by":"local","aborted":true,"rx":5,"tx":0,"reads":1,"writes":0"#;
    let trace = Text::server().event(ACCEPT).read(b"hello").event(close);
    let (file, _) = place.export(&trace, "a.pcapng");
    assert_eq!(packets(&tshark, &file)[4..], ["3000→51234 AR 1/6 0 B: synthesised from close, #2, line 4"]);
}

#[test]
fn timed_out_connection_has_no_fin() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let failed = r#""sock":2,"op":"read","error":"timed out","errno":110"#;
    let trace = Text::server().event(ACCEPT).event(failed).close("error", 0, 0);
    let (file, _) = place.export(&trace, "a.pcapng");
    assert_eq!(packets(&tshark, &file).len(), 3);
}

#[test]
fn one_way_stream_gets_periodic_acknowledgements() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let trace = (0..130).fold(Text::server().event(ACCEPT), |trace, _| trace.write(b"tick\n"));
    let (file, _) = place.export(&trace.ended_by_peer(0, 650), "a.pcapng");
    let acknowledged = tshark.fields(&file, &[], "tcp.dstport == 3000 && tcp.len == 0", &["tcp.ack"]);
    let expected = ["0", "1", "321", "641", "651", "652"].map(|ack| vec![ack.to_owned()]);
    assert_eq!(acknowledged, expected);
    tshark.assert_clean(&file, &[]);
}

#[test]
fn exported_connection_has_no_fin_after_into_inner() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let release = r#""sock":2,"op":"release","rx":5,"tx":0,"reads":1,"writes":0"#;
    let trace = Text::server().event(ACCEPT).read(b"hello").event(release);
    let (file, _) = place.export(&trace, "a.pcapng");
    assert_eq!(packets(&tshark, &file).len(), 4);
}

#[test]
fn packets_have_time_and_direction_of_calls() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"hello").write(b"goodbye");
    let (file, _) = place.export(&trace, "a.pcapng");
    let fields = ["frame.time_epoch", "frame.packet_flags_direction", "frame.interface_name"];
    let rows = tshark.fields(&file, &[], "tcp.len > 0", &fields);
    assert_eq!(rows[0], ["1795359845.000002001", "0x00000001", "shop server"]);
    assert_eq!(rows[1], ["1795359845.000003001", "0x00000002", "shop server"]);
}
