//! Reflection's streams, by a clock that the tests hold.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use hardening_http::Limits;
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;
use tokio::time::{Instant, sleep};
use tonic::Code;
use tonic::body::Body;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;

use super::support::{Reply, Server, frame, post};

fn question() -> Bytes {
    let message_request = Some(MessageRequest::ListServices(String::new()));
    frame(&ServerReflectionRequest { host: String::new(), message_request })
}

/// Sends these parts, so far apart, and then nothing, for ever.
async fn ask(server: &Server, apart: Duration, parts: Vec<Bytes>) -> (Reply, Duration) {
    let parts = stream::iter(parts).then(move |part| async move {
        sleep(apart).await;
        Ok::<_, tonic::Status>(Frame::data(part))
    });
    let started = Instant::now();
    let body = StreamBody::new(Box::pin(parts.chain(stream::pending())));
    (send(server, Body::new(body)).await, started.elapsed())
}

async fn send(server: &Server, body: Body) -> Reply {
    let request = post("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    server.send(request.header("content-type", "application/grpc").body(body).unwrap()).await
}

/// How many messages there are.
fn messages(reply: &Reply) -> u32 {
    let (mut count, mut rest) = (0, &*reply.body);
    while let [_, a, b, c, d, after @ ..] = rest {
        rest = &after[u32::from_be_bytes([*a, *b, *c, *d]) as usize..];
        count += 1;
    }
    count
}

#[tokio::test(start_paused = true)]
async fn nobody_may_take_for_ever_to_ask() {
    let limit = Limits::default().request_timeout;
    let bytes = question().chunks(1).map(Bytes::copy_from_slice).collect();
    for (parts, answers) in [(vec![], 0), (bytes, 0), (vec![question()], 1), (vec![question(); 5], 5)] {
        let apart = limit / 2;
        let taken = apart * answers + limit;
        let (reply, elapsed) = ask(&Server::new(), apart, parts).await;
        assert_eq!(reply.code("REQUEST_TIMEOUT"), Code::DeadlineExceeded);
        assert_eq!((messages(&reply), elapsed.as_secs()), (answers, taken.as_secs()));
    }
}

#[tokio::test(start_paused = true)]
async fn the_shutdown_ends_what_waits_and_answers_what_is_on_its_way() {
    let server = Server::new();
    server.shutdown.cancel();
    let (at_once, again_and_again) = (Duration::ZERO, Duration::from_millis(300));
    for (apart, parts, answers) in [
        (at_once, vec![], 0),
        (at_once, vec![question(); 3], 3),
        (again_and_again, vec![question(); 100], 1),
        (at_once, vec![question(), question().slice(..4)], 1),
    ] {
        let (reply, elapsed) = ask(&server, apart, parts).await;
        assert_eq!((reply.status().code(), messages(&reply)), (Code::Ok, answers));
        assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
    }
}

#[tokio::test]
async fn questions_that_cannot_be_read_are_errors_and_those_before_them_are_answered() {
    let (broken, too_large) =
        (("PROTOCOL_ERROR", Code::Internal), ("MESSAGE_TOO_LARGE", Code::ResourceExhausted));
    for (what, bytes, (reason, code)) in [
        ("too long", &b"\0\0\x01\x11\x70abc"[..], too_large),
        ("an unknown flag", b"\x07\0\0\0\0", broken),
        ("compressed without saying how", b"\x01\0\0\0\0", broken),
        ("half a head", b"\0\0", broken),
        ("nothing behind the head", b"\0\0\0\0\x05", broken),
        ("less than announced", b"\0\0\0\0\x05abc", broken),
        ("no protobuf", b"\0\0\0\0\x02\xff\xff", broken),
    ] {
        for before in 0..3 {
            let asked = [question().repeat(before), bytes.to_vec()].concat();
            let reply = send(&Server::new(), Body::new(Full::new(Bytes::from(asked)))).await;
            assert_eq!(reply.code(reason), code, "{what}");
            assert_eq!(messages(&reply) as usize, before, "{what}");
        }
    }
}

/// What the handler itself finds wrong comes before what nobody has read.
#[tokio::test]
async fn the_handlers_own_error_stands() {
    let message_request = Some(MessageRequest::FileByFilename("none.proto".to_owned()));
    let missing = frame(&ServerReflectionRequest { host: String::new(), message_request });
    let asked = [&missing, &b"\x07\0\0\0\0"[..]].concat();
    let reply = send(&Server::new(), Body::new(Full::new(Bytes::from(asked)))).await;
    assert_eq!(reply.status().code(), Code::NotFound);
}

#[tokio::test]
async fn whoever_ends_the_questions_has_no_error() {
    for count in 0..3 {
        let reply = send(&Server::new(), Body::new(Full::new(Bytes::from(question().repeat(count))))).await;
        assert_eq!((reply.status().code(), messages(&reply) as usize), (Code::Ok, count));
    }
}
