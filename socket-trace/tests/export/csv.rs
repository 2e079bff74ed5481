//! Export to CSV, parsed by the rules of RFC 4180.

use ::csv::ReaderBuilder;

use crate::support::{ACCEPT, Place, Text};

/// Names of all columns. Their positions do not change between versions.
const COLUMNS: &str = "recording,side,time,t,sock,op,on,fd,domain,type,name,value,local,peer,backlog,bytes,slices,eof,\
                       truncated,length,data,how,ended_by,aborted,rx,tx,reads,writes,others,connections,payloads,\
                       tcp_state,tcp_rtt_us,tcp_retransmits,tcp_unread,label,error,errno,began,\
                       tcp_rtt_var_us,tcp_min_rtt_us,tcp_cwnd,tcp_mss,tcp_pmtu,tcp_unacked,tcp_unsent,tcp_lost,\
                       tcp_reordered,tcp_delivered,tcp_segs_out,tcp_segs_in,tcp_bytes_acked,tcp_bytes_received,\
                       tcp_busy_us,tcp_rwnd_limited_us,tcp_sndbuf_limited_us,syn_ttl,syn_window,syn_mss,\
                       syn_window_scale,syn_sack_permitted,syn_tsval,from,to,\
                       protocol,flags,seq,ack,window,mss,window_scale,sack_permitted,sack,timestamps,fate,reason,\
                       arrived,retransmission";

/// Returns the rows of a CSV export, each with its non-empty columns only.
fn rows(place: &Place, trace: &Text) -> Vec<String> {
    let (file, notes) = place.export(trace, "a.csv");
    assert_eq!(notes, "");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.starts_with(&format!("{COLUMNS}\r\n")) && text.ends_with("\r\n"), "{text}");
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        assert_eq!((&row[0], &row[1]), ("shop", "server"));
        let filled = names.iter().zip(row.iter()).skip(3).filter(|(_, value)| !value.is_empty());
        filled.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    });
    rows.collect()
}

#[test]
fn every_event_has_a_row_with_all_fields() {
    let place = Place::new();
    let trace = Text::server()
        .event(r#""sock":1,"op":"socket","fd":9,"domain":"ipv4","type":"stream""#)
        .event(r#""sock":1,"op":"option","name":"SO_REUSEADDR","value":-1"#)
        .event(r#""sock":1,"op":"listen","backlog":1024"#)
        .event(ACCEPT)
        .read(b"hi?")
        .event(r#""sock":2,"op":"write","bytes":175,"slices":2"#)
        .event(r#""sock":2,"op":"read","error":"connection reset","errno":104"#)
        .event(r#""sock":2,"op":"shutdown","how":"write""#)
        .event(r#""sock":2,"op":"close","ended_by":"reset","aborted":true,"rx":3,"tx":175,"reads":1,"writes":1,"tcp":{"state":"CLOSE","rtt_us":21,"retransmits":1,"unread":2,"cwnd":10,"busy_us":8000},"errno":104"#)
        .event(r#""sock":4,"op":"recvfrom","peer":"127.0.0.1:53","bytes":2,"truncated":true,"length":512"#)
        .event(r#""sock":5,"op":"adopt","on":2,"domain":"tls","type":"stream","peer":"127.0.0.1:51234""#)
        .event(r#""op":"gap","rx":1,"tx":2,"reads":3,"writes":4,"others":5,"connections":6,"payloads":7"#)
        .event(r#""sock":6,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000","began":12500"#)
        .event(r#""sock":7,"op":"accept","on":1,"syn":{"ttl":64,"window":65495,"mss":1460,"sack_permitted":true}"#)
        .event(
            r#""op":"packet","from":"10.77.0.1:41000","to":"10.77.0.2:3000","protocol":"tcp","flags":"PSH ACK","seq":7,"ack":8,"window":502,"mss":1460,"window_scale":7,"sack_permitted":true,"sack":[[10,20],[30,40]],"timestamps":[1,0],"bytes":3,"length":43,"fate":"dropped","reason":"loss","retransmission":false,"data":"RQAA""#,
        )
        .event(r#""op":"packet","from":"10.77.0.1","to":"10.77.0.2","protocol":"icmp","bytes":56,"length":84,"fate":"delivered","arrived":16000"#)
        .event(r#""sock":1,"op":"splice""#);
    let expected = [
        "t=1000 sock=1 op=socket fd=9 domain=ipv4 type=stream",
        "t=2000 sock=1 op=option name=SO_REUSEADDR value=-1",
        "t=3000 sock=1 op=listen backlog=1024",
        "t=4000 sock=2 op=accept on=1 local=127.0.0.1:3000 peer=127.0.0.1:51234",
        "t=5000 sock=2 op=read bytes=3 data=aGk/",
        "t=6000 sock=2 op=write bytes=175 slices=2",
        "t=7000 sock=2 op=read error=connection reset errno=104",
        "t=8000 sock=2 op=shutdown how=write",
        "t=9000 sock=2 op=close ended_by=reset aborted=true rx=3 tx=175 reads=1 writes=1 tcp_state=CLOSE \
         tcp_rtt_us=21 tcp_retransmits=1 tcp_unread=2 errno=104 tcp_cwnd=10 tcp_busy_us=8000",
        "t=10000 sock=4 op=recvfrom peer=127.0.0.1:53 bytes=2 truncated=true length=512",
        "t=11000 sock=5 op=adopt on=2 domain=tls type=stream peer=127.0.0.1:51234",
        "t=12000 op=gap rx=1 tx=2 reads=3 writes=4 others=5 connections=6 payloads=7",
        "t=13000 sock=6 op=connect local=127.0.0.1:51234 peer=127.0.0.1:3000 began=12500",
        "t=14000 sock=7 op=accept on=1 syn_ttl=64 syn_window=65495 syn_mss=1460 syn_sack_permitted=true",
        "t=15000 op=packet bytes=3 length=43 data=RQAA from=10.77.0.1:41000 to=10.77.0.2:3000 protocol=tcp \
         flags=PSH ACK seq=7 ack=8 window=502 mss=1460 window_scale=7 sack_permitted=true sack=10-20 30-40 \
         timestamps=1-0 fate=dropped reason=loss retransmission=false",
        "t=16000 op=packet bytes=56 length=84 from=10.77.0.1 to=10.77.0.2 protocol=icmp fate=delivered arrived=16000",
        "t=17000 sock=1 op=splice",
    ];
    assert_eq!(rows(&place, &trace), expected);
}

#[test]
fn time_column_has_date_and_nanoseconds() {
    let place = Place::new();
    let (file, _) = place.export(&Text::server().event(ACCEPT), "a.csv");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("\nshop,server,2026-11-22T15:04:05.000001001Z,1000,2,accept,1,"), "{text}");
}

#[test]
fn text_with_commas_and_line_breaks_is_quoted() {
    let place = Place::new();
    let label = r#"a, \"quoted\"\r\n\nlabel"#;
    let trace = Text::server().event(&format!(r#""op":"mark","label":"{label}""#));
    assert_eq!(rows(&place, &trace), ["t=1000 op=mark label=a, \"quoted\"\r\n\nlabel"]);
}

#[test]
fn text_that_a_spreadsheet_executes_is_preceded_by_an_apostrophe() {
    let place = Place::new();
    for begin in ["=", "+", "-", "@", r"\t", r"\r"] {
        let trace = Text::server()
            .event(&format!(r#""op":"mark","label":"{begin}cmd|' /C calc'!A0""#))
            .event(&format!(r#""sock":1,"op":"bind","local":"{begin}a""#))
            .event(&format!(r#""sock":1,"op":"{begin}a""#))
            .event(r#""sock":1,"op":"option","name":"SO_LINGER","value":-1"#);
        let begin = begin.replace(r"\t", "\t").replace(r"\r", "\r");
        let expected = [
            format!("t=1000 op=mark label='{begin}cmd|' /C calc'!A0"),
            format!("t=2000 sock=1 op=bind local='{begin}a"),
            format!("t=3000 sock=1 op='{begin}a"),
            "t=4000 sock=1 op=option name=SO_LINGER value=-1".to_owned(),
        ];
        assert_eq!(rows(&place, &trace), expected);
    }
}
