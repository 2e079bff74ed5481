use crate::format::{Clock, Header, Line, LineError, Side, VERSION};

/// One trace line for each kind of event, exactly as the crate writes it.
const LINES: &[&str] = &[
    r#"{"t":1250,"sock":1,"op":"socket","fd":9,"domain":"ipv4","type":"stream"}"#,
    r#"{"t":1300,"sock":1,"op":"option","name":"SO_REUSEADDR","value":1}"#,
    r#"{"t":2400,"sock":1,"op":"bind","local":"127.0.0.1:3000"}"#,
    r#"{"t":2400,"sock":1,"op":"bind","local":"[::1]:3000","error":"address in use","errno":98}"#,
    r#"{"t":3100,"sock":1,"op":"listen","backlog":1024}"#,
    r#"{"t":915000,"sock":2,"op":"accept","on":1,"fd":11,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234"}"#,
    r#"{"t":915000,"sock":2,"op":"accept","on":1,"fd":11,"syn":{"ttl":64,"window":65495,"mss":65495,"window_scale":7,"sack_permitted":true,"tsval":2354387900}}"#,
    r#"{"t":915000,"sock":2,"op":"accept","on":1,"fd":11,"syn":{"ttl":255,"window":0}}"#,
    r#"{"t":915000,"sock":3,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000"}"#,
    r#"{"t":915000,"sock":3,"op":"connect","peer":"/run/shelf.sock","began":912000}"#,
    r#"{"t":921000,"sock":2,"op":"read","bytes":85,"data":"R0VU"}"#,
    r#"{"t":921000,"sock":2,"op":"read","error":"connection reset","errno":104}"#,
    r#"{"t":960000,"sock":2,"op":"write","bytes":175,"slices":2}"#,
    r#"{"t":990000,"sock":2,"op":"read","bytes":0,"eof":true}"#,
    r#"{"t":991000,"sock":2,"op":"shutdown","how":"write"}"#,
    r#"{"t":993000,"sock":2,"op":"close","ended_by":"peer","rx":85,"tx":175,"reads":2,"writes":1,"tcp":{"state":"LAST_ACK","rtt_us":21}}"#,
    r#"{"t":992000,"sock":2,"op":"tcp_info","tcp":{"state":"ESTABLISHED","rtt_us":21,"cwnd":10}}"#,
    r#"{"t":993500,"sock":1,"op":"close"}"#,
    r#"{"t":993000,"sock":2,"op":"close","ended_by":"local","aborted":true,"rx":8,"tx":0,"reads":1,"writes":0,"tcp":{"state":"ESTABLISHED","rtt_us":21,"unread":6}}"#,
    r#"{"t":993000,"sock":2,"op":"close","ended_by":"peer","rx":85,"tx":175,"reads":2,"writes":1,"tcp":{"state":"LAST_ACK","rtt_us":21,"retransmits":1,"rtt_var_us":9,"min_rtt_us":12,"cwnd":10,"mss":32768,"pmtu":65535,"unacked":1,"unsent":1000,"lost":1,"reordered":2,"delivered":3,"segs_out":7,"segs_in":6,"bytes_acked":176,"bytes_received":86,"busy_us":8000,"rwnd_limited_us":4000,"sndbuf_limited_us":1000}}"#,
    r#"{"t":993000,"sock":2,"op":"close","ended_by":"reset","rx":8,"tx":0,"reads":1,"writes":0,"errno":104}"#,
    r#"{"t":1200,"sock":1,"op":"adopt","fd":3,"domain":"ipv4","type":"listener","local":"127.0.0.1:3000"}"#,
    r#"{"t":915500,"sock":3,"op":"adopt","on":2,"domain":"tls","type":"stream","peer":"127.0.0.1:51234"}"#,
    r#"{"t":993400,"sock":3,"op":"release","rx":85,"tx":175,"reads":2,"writes":1}"#,
    r#"{"t":993450,"sock":3,"op":"release","ended_by":"peer","rx":85,"tx":175,"reads":2,"writes":1}"#,
    r#"{"t":960000,"sock":4,"op":"sendto","peer":"[::1]:53","bytes":0}"#,
    r#"{"t":961000,"sock":4,"op":"recvfrom","peer":"127.0.0.1:53","bytes":2,"truncated":true,"length":512,"data":"R0U="}"#,
    r#"{"t":962000,"sock":4,"op":"sendto","peer":"127.0.0.1:53","error":"permission denied","errno":1}"#,
    r#"{"t":963000,"sock":4,"op":"close","rx":2,"tx":0,"reads":1,"writes":1}"#,
    r#"{"t":994000,"op":"mark","label":"get a \"book\""}"#,
    r#"{"t":995000,"op":"gap","reads":3,"writes":1,"payloads":0}"#,
    r#"{"t":995000,"op":"gap","rx":300,"tx":70,"reads":3,"writes":1,"others":12,"connections":2,"payloads":0}"#,
    r#"{"t":996000,"sock":2,"op":"splice"}"#,
    r#"{"t":1250,"op":"packet","from":"10.77.0.1:41000","to":"10.77.0.2:3000","protocol":"tcp","flags":"SYN","seq":7000,"window":64240,"mss":1460,"window_scale":7,"sack_permitted":true,"timestamps":[1,0],"bytes":0,"length":60,"fate":"delivered","arrived":1290000,"retransmission":false}"#,
    r#"{"t":1250,"op":"packet","from":"[fd77::1]:41000","to":"[fd77::2]:3000","protocol":"tcp","flags":"PSH ACK","seq":4294967295,"ack":0,"window":502,"sack":[[10,20],[30,40]],"bytes":3,"length":75,"fate":"dropped","reason":"queue","retransmission":true,"data":"R0VU"}"#,
    r#"{"t":1250,"op":"packet","from":"10.77.0.1:5353","to":"10.77.0.2:3000","protocol":"udp","bytes":9,"length":37,"fate":"duplicated","arrived":2000}"#,
    r#"{"t":1250,"op":"packet","from":"10.77.0.1","to":"10.77.0.2","protocol":"icmp","bytes":56,"length":84}"#,
    r#"{"t":1250,"op":"packet","from":"10.77.0.1","to":"10.77.0.2","protocol":"sctp","bytes":56,"length":84,"fate":"reordered","reason":"mood"}"#,
];

fn written(line: &Line) -> String {
    let mut out = Vec::new();
    line.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_event_is_unchanged_by_parsing_and_writing() {
    for line in LINES {
        let event = Line::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(written(&event), format!("{line}\n"));
    }
}

#[test]
fn unknown_strings_are_unchanged_by_parsing_and_writing() {
    for line in [
        r#"{"t":1,"sock":1,"op":"socket","fd":9,"domain":"vsock","type":"seqpacket"}"#,
        r#"{"t":1,"sock":3,"op":"adopt","domain":"quic","type":"pipe"}"#,
        r#"{"t":1,"sock":2,"op":"close","ended_by":"peer","rx":8,"tx":0,"reads":1,"writes":0,"tcp":{"state":"NEW_SYN_RECV","rtt_us":21}}"#,
    ] {
        assert_eq!(written(&Line::parse(line).unwrap()), format!("{line}\n"));
    }
}

#[test]
fn socket_number_zero_is_rejected() {
    let Ok(Line::Event(event)) = Line::parse(r#"{"t":1,"sock":0,"op":"shutdown"}"#) else { panic!() };
    assert_eq!(event.sock, None);
    let error = Line::parse(r#"{"t":1,"sock":2,"op":"accept","on":0}"#).unwrap_err();
    assert!(matches!(error, LineError::Value { field: "on", .. }), "{error}");
}

#[test]
fn invalid_json_error_has_parser_error_as_source() {
    use std::error::Error;
    let source = |line| Line::parse(line).unwrap_err().source().map(ToString::to_string);
    assert!(source(r#"{"t":1,"op":"re"#).is_some_and(|text| text.contains("EOF")));
    assert_eq!(source(r#"{"t":1,"sock":2}"#), None);
}

#[test]
fn unknown_fields_and_operations_are_accepted() {
    let line = r#"{"t":1,"sock":2,"op":"read","bytes":3,"colour":"red"}"#;
    assert!(matches!(Line::parse(line), Ok(Line::Event(_))));
    let Ok(Line::Event(event)) = Line::parse(r#"{"t":1,"sock":2,"op":"splice","bytes":3}"#) else { panic!() };
    assert_eq!(event.op.name(), "splice");
}

#[test]
fn parse_error_messages_match_snapshot() {
    let lines = [
        r#"{"t":1,"sock":2}"#,
        r#"{"sock":2,"op":"read","bytes":1}"#,
        r#"{"t":1,"sock":2,"op":"read"}"#,
        r#"{"t":1,"sock":2,"op":"read","bytes":-1}"#,
        r#"{"t":1,"sock":2,"op":"read","bytes":1,"data":"%"}"#,
        r#"{"t":1,"sock":2,"op":"accept","on":0}"#,
        r#"{"t":1,"sock":2,"op":"tcp_info"}"#,
        r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"tcp","flags":"SIN","bytes":0,"length":40}"#,
        r#"{"t":1,"op":"packet","from":"a","to":"b","protocol":"tcp","flags":"SYN","bytes":0,"length":40}"#,
        r#"{"t":1,"op":"packet","from":"a","protocol":"udp","bytes":0,"length":40}"#,
        r#"{"t":1,"sock":2,"op":"re"#,
        r#"[1,2,"shutdown"]"#,
    ];
    let mut messages = lines.map(|line| Line::parse(line).unwrap_err().to_string()).to_vec();
    messages.push(Line::parse_header(r#"{"socket_tap":2,"all":"new"}"#).unwrap_err().to_string());
    insta::assert_snapshot!(messages.join("\n"), @r"
    field `op` must be the name of an operation
    field `t` must be a number of nanoseconds
    field `bytes` must be a number of bytes
    invalid value: integer `-1`, expected u64, at column 38
    field `data` must be base64
    field `on` must be the number of the listening socket
    field `tcp` must be a sample of TCP_INFO
    field `flags` must be names of TCP flags, such as SYN ACK
    field `seq` must be a sequence number
    field `to` must be an address
    EOF while parsing a string, at column 24
    not a JSON object
    the trace has format version 2, but this program reads versions up to 1; use a newer program
    ");
}

#[test]
fn json_array_instead_of_object_is_rejected() {
    for line in [r#"[1,2,"shutdown"]"#, r#" [1,2,"mark",null,null,null,null,null]"#, "[]"] {
        assert!(Line::parse(line).is_err(), "{line}");
    }
    let error = Line::parse(r#"[1,2,"shutdown"]"#).unwrap_err();
    assert!(matches!(error, LineError::NotAnObject), "{error}");
    for header in [r#"[1,"rest","server","p",1,"now",1,0]"#, "[1]"] {
        assert!(Line::parse_header(header).is_err(), "{header}");
    }
}

#[test]
fn parse_error_messages_replace_control_characters() {
    let line = r#"{"t":1,"sock":2,"op":"close","ended_by":"\u001b[2J"}"#;
    let error = Line::parse(line).unwrap_err().to_string();
    assert!(error.contains("␛[2J") && !error.contains('\x1b'), "{error:?}");
}

#[test]
fn header_and_end_line_survive_writing_and_parsing() {
    let header = Header {
        version: VERSION,
        name: "rest".to_owned(),
        side: Side::Server,
        program: "rest-server 0.1.0".to_owned(),
        pid: 4242,
        started: "2026-11-22T15:04:05.123456789Z".to_owned(),
        clock: Clock::Monotonic,
        monotonic_ns: 8_123_456_789,
        capture: 1024,
        part: 0,
        since: 0,
        recorder: None,
    };
    let line = written(&Line::Header(header.clone()));
    assert!(line.starts_with(r#"{"socket_tap":1,"name":"rest","side":"server","#), "{line}");
    assert!(line.ends_with("\"capture\":1024}\n"), "{line}");
    assert_eq!(Line::parse_header(&line).unwrap(), header);
    for end in [
        r#"{"end":true,"events":9,"lost":0}"#,
        r#"{"end":true,"events":9,"lost":2,"open":1,"continued":true}"#,
    ] {
        assert_eq!(written(&Line::parse(end).unwrap()), format!("{end}\n"));
    }
    let imported = Header { clock: Clock::Realtime, ..header.clone() };
    let line = written(&Line::Header(imported.clone()));
    assert!(line.contains("\"clock\":\"realtime\""), "{line}");
    assert_eq!(Line::parse_header(&line).unwrap(), imported);
    let part = written(&Line::Header(Header { part: 2, since: 7, ..header }));
    assert!(part.ends_with("\"part\":2,\"since\":7}\n"), "{part}");
}

#[test]
fn newer_format_version_is_rejected() {
    let error = Line::parse_header(r#"{"socket_tap":2,"all":"new"}"#).unwrap_err();
    assert!(matches!(error, LineError::NewerVersion(2)), "{error}");
}
