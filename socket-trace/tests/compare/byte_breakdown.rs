//! Byte counts by class: those of each step, those of the first call on a connection, and those of the later
//! calls.

use std::collections::BTreeMap;
use std::io::Cursor;

use socket_tap::close::EndedBy;
use socket_tap::event::{Datagram, Op, SockId, SocketKind};
use socket_tap::format::Side;
use socket_trace::reader::Trace;
use socket_trace::summary::BytesByClass;
use socket_trace::summary::CallTotals;
use socket_trace::summary::Step;
use socket_trace::summary::{self, EndedCall, Summary};

use crate::recording::{GET, OK, Recording};

pub(crate) fn summary(recording: Recording) -> Summary {
    let trace = Trace::read("test", Box::new(Cursor::new(recording.text()))).unwrap();
    Summary::of(trace, summary::RecordingState::Finished).unwrap()
}

pub(crate) fn step<'a>(summary: &'a Summary, name: &str) -> &'a Step {
    summary.steps.iter().find(|step| step.name == name).unwrap()
}

const HEAD: u64 = OK.len() as u64 - 2;

#[test]
fn byte_breakdown_counts_all_bytes_of_a_step() {
    let summary = summary(
        Recording::of("rest")
            .step("one")
            .accept(2)
            .call(2, GET, OK)
            .step("two")
            .call(2, GET, OK)
            .call(2, GET, OK)
            .accept(3)
            .read(3, "what is this?")
            .write(3, "nothing known")
            .close(3)
            .close(2),
    );
    let names: Vec<&str> = summary.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    for step in &summary.steps {
        let spent = step.bytes.unwrap();
        assert_eq!((spent.to_server.total(), spent.to_client.total()), (step.to_server, step.to_client));
    }
    let spent = step(&summary, "one").bytes.unwrap();
    assert_eq!(spent.to_server, BytesByClass { headers: GET.len() as u64, ..BytesByClass::default() });
    assert_eq!(spent.to_client, BytesByClass { headers: HEAD, payload: 2, ..BytesByClass::default() });
    let spent = step(&summary, "two").bytes.unwrap();
    assert_eq!(
        spent.to_server,
        BytesByClass { headers: 2 * GET.len() as u64, unknown: 13, ..BytesByClass::default() }
    );
    assert_eq!(
        spent.to_client,
        BytesByClass { headers: 2 * HEAD, payload: 4, unknown: 13, ..BytesByClass::default() }
    );
}

#[test]
fn datagrams_and_layered_streams_are_counted_once() {
    let datagram = Datagram::new(5);
    let layer = Op::adopt("tls".into(), SocketKind::Stream).over(SockId::new(2).unwrap());
    let summary = summary(
        Recording::of("tls")
            .event(9, Op::RecvFrom(datagram.clone()))
            .event(9, Op::SendTo(datagram))
            .accept(2)
            .event(3, layer)
            .read(2, "encrypted bytes of the stream below.")
            .call(3, GET, OK)
            .close(3)
            .close(2),
    );
    let [step] = summary.steps.as_slice() else { panic!("{:?}", summary.steps) };
    let spent = step.bytes.unwrap();
    assert_eq!((spent.to_server.total(), spent.to_client.total()), (step.to_server, step.to_client));
    assert_eq!((spent.to_server.unknown, spent.to_client.unknown), (step.to_server, 5));
    // The call is known from the stream above, so the bytes below hide no further call.
    assert_eq!((step.calls.count(), summary.unknown), (1, 0));
}

#[test]
fn first_and_later_calls_are_counted_separately() {
    let summary = summary(
        Recording::of("rest")
            .step("kept")
            .accept(2)
            .read(2, &GET[..10])
            .read(2, &GET[10..])
            .write(2, OK)
            .call(2, GET, OK)
            .call(2, GET, OK)
            .close(2)
            .step("new")
            .accept(3)
            .call(3, GET, OK)
            .close(3),
    );
    let took = |calls: &CallTotals| (calls.count, calls.reads, calls.writes, calls.bytes.to_server.headers);
    let length = GET.len() as u64;
    let kept = &step(&summary, "kept").calls;
    assert_eq!(took(&kept.first), (1, 2, 1, length));
    assert_eq!(took(&kept.later), (2, 2, 2, 2 * length));
    // The first byte counts from the first read, not from the one that completed the request.
    assert_eq!((kept.first.first_byte_ns, kept.later.first_byte_ns), (Some(2_000_000), Some(1_000_000)));
    let new = &step(&summary, "new").calls;
    assert_eq!((new.first.count, new.later.count), (1, 0));
    let [operation] = summary.operations.as_slice() else { panic!("{:?}", summary.operations) };
    assert_eq!(operation.name, "GET /v1/books/{}");
    assert_eq!((operation.calls.first.count, operation.calls.later.count), (2, 2));
}

#[test]
fn upstream_connections_are_counted_from_the_client_side() {
    let connect = Op::connect();
    let recording = Recording::of("gateway").step("in").accept(2).read(2, GET).step("out").event(3, connect);
    let recording =
        recording.write(3, &GET[..10]).write(3, &GET[10..]).read(3, OK).close_by(3, EndedBy::Local);
    let summary = summary(recording.step("in").write(2, OK).close(2));
    let upstream = summary.upstream.as_ref().unwrap();
    let [out] = upstream.steps.as_slice() else { panic!("{:?}", upstream.steps) };
    assert_eq!((out.name.as_str(), upstream.operations.len()), ("out", 1));
    assert_eq!((out.to_server, out.to_client), (GET.len() as u64, OK.len() as u64));
    assert_eq!(out.bytes.unwrap().to_server.headers, GET.len() as u64);
    assert_eq!((out.calls.first.reads, out.calls.first.writes), (1, 2));
    let who = |counts: &BTreeMap<&'static str, u64>| counts.keys().copied().collect::<Vec<_>>();
    assert_eq!((who(&out.first_sender), who(&out.ended_by)), (vec!["client"], vec!["client"]));
    let [inward] = summary.steps.as_slice() else { panic!("{:?}", summary.steps) };
    assert_eq!(
        (inward.to_server, inward.calls.first.reads, inward.calls.first.writes),
        (GET.len() as u64, 1, 1)
    );
}

#[test]
fn bytes_of_an_open_call_are_counted() {
    let mut calls = Vec::new();
    let text = Recording::of("rest").step("one").accept(2).read(2, GET).text();
    let trace = Trace::read("test", Box::new(Cursor::new(text))).unwrap();
    let each_call =
        &mut |ended: EndedCall<'_>| calls.push((ended.step.to_owned(), ended.call.operation.clone()));
    let summary = Summary::with_calls(trace, summary::RecordingState::Finished, each_call).unwrap();
    assert_eq!(calls, [("one".to_owned(), "GET /v1/books/1".to_owned())]);
    assert_eq!(step(&summary, "one").calls.first.bytes.to_server.headers, GET.len() as u64);
}

#[test]
fn trace_without_payload_has_no_byte_breakdown() {
    let summary = summary(Recording::of("rest").without_payload().accept(2).call(2, GET, OK).close(2));
    let [step] = summary.steps.as_slice() else { panic!("{:?}", summary.steps) };
    assert_eq!((summary.payload, step.bytes, step.calls.count()), (false, None, 0));
    assert_eq!((step.reads, step.to_server, summary.side), (1, GET.len() as u64, Side::Server));
}

#[test]
fn number_of_named_steps_is_limited() {
    let mut recording = Recording::of("rest").accept(2);
    for number in 0..1_500 {
        let request = GET.replace("books/1", &format!("shelf{number}"));
        recording = recording.step(&format!("step {number}")).call(2, &request, OK);
    }
    let summary = summary(recording.close(2));
    // One of them is the part before the first step.
    assert_eq!((summary.steps.len(), summary.operations.len()), (1_001, 1_001));
    assert_eq!(step(&summary, "other steps").calls.count(), 501);
    assert_eq!(summary.operations.last().unwrap().name, "other operations");
    assert_eq!(summary.operations.iter().map(|operation| operation.calls.count()).sum::<u64>(), 1_500);
}

/// A recording of ten gRPC calls of `GetBook` on one connection to a tonic server.
const GRPC: &str = include_str!("grpc.jsonl");

#[test]
fn grpc_connection_setup_counts_toward_the_first_call() {
    let trace = Trace::read("grpc", Box::new(Cursor::new(GRPC))).unwrap();
    let summary = Summary::of(trace, summary::RecordingState::Finished).unwrap();
    let [step] = summary.steps.as_slice() else { panic!("{:?}", summary.steps) };
    let spent = step.bytes.unwrap();
    assert_eq!((spent.to_server.total(), spent.to_client.total()), (step.to_server, step.to_client));
    let (first, later) = (&step.calls.first, &step.calls.later);
    assert_eq!((first.count, later.count), (1, 9));
    // Reads: the preface, the request with the client's SETTINGS, GOAWAY. Writes: SETTINGS, its acknowledgement, two more
    // frames, the response.
    assert_eq!((first.reads, first.writes, later.reads, later.writes), (3, 4, 10, 9));
    // The first and later calls add up to all bytes of the connection.
    let [out, back] =
        [first, later].map(|calls| (calls.bytes.to_server.total(), calls.bytes.to_client.total()));
    assert_eq!((out.0 + back.0, out.1 + back.1), (step.to_server, step.to_client));
    // The preface, SETTINGS, acknowledgements, WINDOW_UPDATE and GOAWAY count as connection bytes.
    assert_eq!((first.bytes.to_server.connection, later.bytes.to_server.connection), (96, 0));
    // HPACK encodes most header fields of a later request in one byte each.
    assert_eq!((first.bytes.to_server.headers, later.bytes.to_server.headers / 9), (80, 36));
    // Length prefixes and messages of gRPC are not compressed.
    assert_eq!((first.bytes.to_server.payload, later.bytes.to_server.payload), (2, 9 * 2));
}
