use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};

use super::*;
use crate::event::Gap;
use crate::format::Line;
use crate::tap::Tap;

type Fields = BTreeMap<String, String>;

/// A `tracing` subscriber that keeps the level and the fields of each event.
#[derive(Clone, Default)]
struct RecordingSubscriber(Arc<Mutex<Vec<Fields>>>);

impl Subscriber for RecordingSubscriber {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET
    }

    fn event(&self, event: &tracing::Event<'_>) {
        struct FieldVisitor(Fields);
        impl Visit for FieldVisitor {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
            }
        }
        let mut visitor =
            FieldVisitor(Fields::from([("level".to_owned(), event.metadata().level().to_string())]));
        event.record(&mut visitor);
        self.0.lock().unwrap().push(visitor.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Passes the events of some trace lines to the sink, and returns the fields that it emits.
fn sent(lines: &[&str]) -> Vec<Fields> {
    let subscriber = RecordingSubscriber::default();
    let mut sink = tracing::subscriber::with_default(subscriber.clone(), TracingEvents::new);
    let events: Vec<Event> = (lines.iter())
        .map(|line| match Line::parse(line).unwrap() {
            Line::Event(event) => event,
            other => panic!("{other:?}"),
        })
        .collect();
    sink.events(&events).unwrap();
    assert!(sink.sockets.is_empty(), "closed sockets are forgotten");
    let sent = subscriber.0.lock().unwrap();
    sent.clone()
}

fn fields<const N: usize>(expected: [(&str, &str); N]) -> Fields {
    expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[test]
fn tracing_events_have_opentelemetry_attributes() {
    let sent = sent(&[
        r#"{"t":1,"sock":2,"op":"accept","on":1,"fd":11,"local":"127.0.0.1:3000","peer":"127.0.0.9:51234"}"#,
        r#"{"t":2,"sock":2,"op":"read","bytes":85}"#,
        r#"{"t":3,"sock":2,"op":"write","error":"broken pipe","errno":32}"#,
        r#"{"t":4,"sock":2,"op":"close","ended_by":"reset","rx":85,"tx":0,"reads":1,"writes":0}"#,
    ]);
    let addresses = [
        ("network.transport", "tcp"),
        ("network.type", "ipv4"),
        ("network.local.address", "127.0.0.1"),
        ("network.local.port", "3000"),
        ("network.peer.address", "127.0.0.9"),
        ("network.peer.port", "51234"),
        ("socket_tap.sock", "2"),
    ];
    let with_addresses = |more: Fields| -> Fields { fields(addresses).into_iter().chain(more).collect() };
    let expected = [
        with_addresses(fields([("level", "DEBUG"), ("message", "accept"), ("socket_tap.t", "1")])),
        with_addresses(fields([
            ("level", "TRACE"),
            ("message", "read"),
            ("socket_tap.t", "2"),
            ("network.io.direction", "receive"),
            ("socket_tap.bytes", "85"),
        ])),
        with_addresses(fields([
            ("level", "DEBUG"),
            ("message", "write"),
            ("socket_tap.t", "3"),
            ("network.io.direction", "transmit"),
            ("error.type", "broken pipe"),
            ("socket_tap.errno", "32"),
        ])),
        with_addresses(fields([
            ("level", "DEBUG"),
            ("message", "close"),
            ("socket_tap.t", "4"),
            ("socket_tap.ended_by", "reset"),
            ("socket_tap.rx", "85"),
            ("socket_tap.tx", "0"),
        ])),
    ];
    assert_eq!(sent, expected);
}

#[test]
fn tracing_events_of_datagrams_have_size_and_peer() {
    let sent = sent(&[
        r#"{"t":1,"sock":1,"op":"socket","domain":"ipv4","type":"datagram"}"#,
        r#"{"t":2,"sock":1,"op":"bind","local":"127.0.0.1:3000"}"#,
        r#"{"t":3,"sock":1,"op":"recvfrom","bytes":5,"peer":"127.0.0.9:51234","truncated":true,"length":9}"#,
        r#"{"t":4,"sock":1,"op":"sendto","bytes":0,"peer":"127.0.0.9:1","error":"connection refused"}"#,
        r#"{"t":5,"sock":1,"op":"connect","local":"127.0.0.1:3000","peer":"127.0.0.9:51234"}"#,
        r#"{"t":6,"sock":1,"op":"sendto","bytes":7}"#,
        r#"{"t":7,"sock":1,"op":"close"}"#,
    ]);
    let field = |name: &str| -> Vec<Option<&str>> {
        sent.iter().map(|fields| fields.get(name).map(String::as_str)).collect()
    };
    let levels = ["DEBUG", "DEBUG", "TRACE", "DEBUG", "DEBUG", "TRACE", "DEBUG"];
    assert_eq!(field("level"), levels.map(Some));
    let udp = Some("udp");
    assert_eq!(field("network.transport"), [None, udp, udp, udp, udp, udp, udp]);
    let (peer, first, none) = (Some("51234"), Some("1"), None);
    assert_eq!(field("network.peer.port"), [none, none, peer, first, peer, peer, peer]);
    assert_eq!(field("network.local.port")[1..], [Some("3000"); 6]);
    assert_eq!(field("socket_tap.bytes"), [none, none, Some("5"), none, none, Some("7"), none]);
    assert_eq!(field("socket_tap.length")[2], Some("9"));
    let (receive, transmit) = (Some("receive"), Some("transmit"));
    let directions = [none, none, receive, transmit, none, transmit, none];
    assert_eq!(field("network.io.direction"), directions);
}

#[test]
fn tracing_events_of_existing_stream_have_addresses() {
    // `sent` asserts that the sink forgets closed sockets.
    let sent = sent(&[
        r#"{"t":1,"sock":1,"op":"adopt","domain":"ipv4","type":"stream","local":"127.0.0.1:3000","peer":"127.0.0.9:51234"}"#,
        r#"{"t":2,"sock":1,"op":"release","rx":0,"tx":3,"reads":0,"writes":1}"#,
    ]);
    for fields in &sent {
        assert_eq!(fields.get("network.transport").map(String::as_str), Some("tcp"));
        assert_eq!(fields.get("network.local.port").map(String::as_str), Some("3000"));
        assert_eq!(fields.get("network.peer.port").map(String::as_str), Some("51234"));
    }
    assert_eq!(sent[1].get("socket_tap.tx").map(String::as_str), Some("3"));
}

#[test]
fn gap_is_emitted_as_tracing_warning() {
    let gap = Gap { reads: 3, writes: 1, ..Gap::default() };
    let sent = sent(&[r#"{"t":9,"op":"gap","reads":3,"writes":1,"payloads":0}"#]);
    let lost = gap.events().to_string();
    let expected = [("level", "WARN"), ("message", "gap"), ("socket_tap.t", "9"), ("socket_tap.lost", &lost)];
    assert_eq!(sent, [fields(expected)]);
}

#[test]
fn tracing_events_go_to_the_current_subscriber() {
    let subscriber = RecordingSubscriber::default();
    let tap = tracing::subscriber::with_default(subscriber.clone(), || {
        Tap::server("test").sink(TracingEvents::new()).start().unwrap()
    });
    tap.mark("step");
    tap.finish_blocking().unwrap();
    let sent = subscriber.0.lock().unwrap();
    assert_eq!(sent[0].get("socket_tap.label").map(String::as_str), Some("step"));
}
