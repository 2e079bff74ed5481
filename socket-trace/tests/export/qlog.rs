//! Export to qlog.

use serde_json::{Value, json};
use socket_tap::format::Side;

use crate::support::{ACCEPT, Place, Text};

/// Returns the records of a qlog export. Each starts with RS and ends with LF (RFC 7464).
fn records(place: &Place, trace: &Text) -> Vec<Value> {
    let (file, notes) = place.export(trace, "a.sqlog");
    assert_eq!(notes, "");
    let text = std::fs::read_to_string(file).unwrap();
    let records = text.strip_prefix('\u{1e}').unwrap().split('\u{1e}');
    records.map(|record| serde_json::from_str(record.strip_suffix('\n').unwrap()).unwrap()).collect()
}

#[test]
fn qlog_header_has_the_fields_of_the_draft() {
    let place = Place::new();
    let header = &records(&place, &Text::server())[0];
    assert_eq!(header["file_schema"], "urn:ietf:params:qlog:file:sequential");
    assert_eq!(header["serialization_format"], "application/qlog+json-seq");
    // From an older draft, since qvis requires them.
    assert_eq!((&header["qlog_version"], &header["qlog_format"]), (&json!("0.3"), &json!("JSON-SEQ")));
    assert_eq!(header["title"], "shop server");
    let expected = json!({
        "common_fields": {
            "time_format": "relative_to_epoch",
            "reference_time": {
                "clock_type": "monotonic",
                "epoch": "unknown",
                "wall_clock_time": "2026-11-22T15:04:05.000000001Z",
            },
            "system_info": {"process_id": 7},
        },
        "vantage_point": {"name": "shop", "type": "server"},
        "event_schemas": ["urn:x-socket-tap:qlog:events:socket_tap"],
    });
    assert_eq!(header["trace"], expected);
    let file = std::fs::read_to_string(place.path("a.sqlog")).unwrap();
    assert!(file[..256].contains("serialization_format"), "{file}");
}

#[test]
fn qlog_event_has_time_name_group_and_data() {
    let place = Place::new();
    let trace = Text::server()
        .event(r#""op":"mark","label":"a \"step\"""#)
        .event(ACCEPT)
        .transfer("read", 9, b"\x00\x7f\xff")
        .event(r#""sock":2,"op":"write","bytes":175,"slices":2"#)
        .event(r#""sock":2,"op":"read","error":"connection reset","errno":104"#)
        .event(r#""sock":2,"op":"close","ended_by":"reset","rx":9,"tx":175,"reads":1,"writes":1,"tcp":{"state":"CLOSE","rtt_us":21}"#);
    let expected = json!([
        {"time": 0.001, "name": "socket_tap:mark", "group_id": "0", "data": {"label": "a \"step\""}},
        {"time": 0.002, "name": "socket_tap:accept", "group_id": "2",
         "data": {"on": 1, "local": "127.0.0.1:3000", "peer": "127.0.0.1:51234"}},
        {"time": 0.003, "name": "socket_tap:read", "group_id": "2",
         "data": {"raw": {"length": 9, "data": "007fff"}}},
        {"time": 0.004, "name": "socket_tap:write", "group_id": "2", "data": {"raw": {"length": 175}, "slices": 2}},
        {"time": 0.005, "name": "socket_tap:read", "group_id": "2",
         "data": {"error": "connection reset", "errno": 104}},
        {"time": 0.006, "name": "socket_tap:close", "group_id": "2",
         "data": {"ended_by": "reset", "rx": 9, "tx": 175, "reads": 1, "writes": 1,
                  "tcp_state": "CLOSE", "tcp_rtt_us": 21, "tcp_retransmits": 0, "tcp_unread": 0}},
    ]);
    assert_eq!(Value::from(records(&place, &trace)[1..].to_vec()), expected);
}

#[test]
fn qlog_time_is_exact_to_the_nanosecond() {
    let place = Place::new();
    for (t, time) in [("1", "1e-6"), ("11363992", "11.363992"), ("8589934591999999", "8589934591.999999")] {
        let lines = Text::server().event(ACCEPT).text().replace("\"t\":1000", &format!("\"t\":{t}"));
        std::fs::write(place.path("trace.jsonl"), lines).unwrap();
        place.run(&["export", "trace.jsonl", "-o", "a.sqlog"]).ok();
        let text = std::fs::read_to_string(place.path("a.sqlog")).unwrap();
        assert!(text.contains(&format!("{{\"time\":{time},")), "{text}");
    }
}

#[test]
fn packet_has_numbers_flags_and_its_bytes() {
    let place = Place::new();
    let trace = Text::of(Side::Wire, 64).event(
        r#""op":"packet","from":"10.77.0.1:41000","to":"10.77.0.2:3000","protocol":"tcp","flags":"PSH ACK","seq":7,"ack":8,"window":502,"mss":1460,"window_scale":7,"sack_permitted":true,"sack":[[10,20],[30,40]],"timestamps":[1,0],"bytes":3,"length":43,"fate":"dropped","reason":"loss","retransmission":false,"data":"RQAA""#,
    );
    let records = records(&place, &trace);
    assert_eq!(records[0]["trace"]["vantage_point"]["type"], "network");
    let expected = json!({
        "from": "10.77.0.1:41000", "to": "10.77.0.2:3000", "protocol": "tcp", "flags": "PSH ACK", "seq": 7, "ack": 8,
        "window": 502, "mss": 1460, "window_scale": 7, "sack_permitted": true, "sack": [[10, 20], [30, 40]],
        "timestamps": [1, 0], "fate": "dropped", "reason": "loss", "retransmission": false, "bytes": 3,
        "raw": {"length": 43, "data": "450000"},
    });
    assert_eq!(records[1]["data"], expected);
}
