//! Request streams of server reflection, under a paused clock.

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

fn reflection_request() -> Bytes {
    let message_request = Some(MessageRequest::ListServices(String::new()));
    frame(&ServerReflectionRequest { host: String::new(), message_request })
}

/// Sends a chunk every `interval`, then keeps the request stream open. Returns the reply and the time until
/// its end.
async fn send_slowly(server: &Server, interval: Duration, chunks: Vec<Bytes>) -> (Reply, Duration) {
    let chunks = stream::iter(chunks).then(move |chunk| async move {
        sleep(interval).await;
        Ok::<_, tonic::Status>(Frame::data(chunk))
    });
    let started = Instant::now();
    let body = StreamBody::new(Box::pin(chunks.chain(stream::pending())));
    (send(server, Body::new(body)).await, started.elapsed())
}

async fn send(server: &Server, body: Body) -> Reply {
    let request = post("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    server.send(request.header("content-type", "application/grpc").body(body).unwrap()).await
}

/// Returns the number of messages in a reply.
fn count_messages(reply: &Reply) -> u32 {
    let (mut count, mut rest) = (0, &*reply.body);
    while let [_, a, b, c, d, after @ ..] = rest {
        rest = &after[u32::from_be_bytes([*a, *b, *c, *d]) as usize..];
        count += 1;
    }
    count
}

#[tokio::test(start_paused = true)]
async fn reflection_stream_times_out_waiting_for_a_request() {
    let limit = Limits::default().request_timeout;
    let bytes = reflection_request().chunks(1).map(Bytes::copy_from_slice).collect();
    for (chunks, replies) in
        [(vec![], 0), (bytes, 0), (vec![reflection_request()], 1), (vec![reflection_request(); 5], 5)]
    {
        let interval = limit / 2;
        let expected = interval * replies + limit;
        let (reply, elapsed) = send_slowly(&Server::new(), interval, chunks).await;
        assert_eq!(reply.code("REQUEST_TIMEOUT"), Code::DeadlineExceeded);
        assert_eq!((count_messages(&reply), elapsed.as_secs()), (replies, expected.as_secs()));
    }
}

#[tokio::test(start_paused = true)]
async fn requests_in_transit_at_shutdown_get_replies() {
    let server = Server::new();
    server.shutdown.cancel();
    let (at_once, repeatedly) = (Duration::ZERO, Duration::from_millis(300));
    for (interval, chunks, replies) in [
        (at_once, vec![], 0),
        (at_once, vec![reflection_request(); 3], 3),
        (repeatedly, vec![reflection_request(); 100], 1),
        (at_once, vec![reflection_request(), reflection_request().slice(..4)], 1),
    ] {
        let (reply, elapsed) = send_slowly(&server, interval, chunks).await;
        assert_eq!((reply.status().code(), count_messages(&reply)), (Code::Ok, replies));
        assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
    }
}

#[tokio::test]
async fn malformed_message_does_not_drop_earlier_replies() {
    let (malformed, too_large) =
        (("PROTOCOL_ERROR", Code::Internal), ("MESSAGE_TOO_LARGE", Code::ResourceExhausted));
    for (case, bytes, (reason, code)) in [
        ("too long", &b"\0\0\x01\x11\x70abc"[..], too_large),
        ("an unknown flag", b"\x07\0\0\0\0", malformed),
        ("compressed without grpc-encoding", b"\x01\0\0\0\0", malformed),
        ("half a prefix", b"\0\0", malformed),
        ("prefix only", b"\0\0\0\0\x05", malformed),
        ("truncated", b"\0\0\0\0\x05abc", malformed),
        ("not protobuf", b"\0\0\0\0\x02\xff\xff", malformed),
    ] {
        for earlier in 0..3 {
            let body = [reflection_request().repeat(earlier), bytes.to_vec()].concat();
            let reply = send(&Server::new(), Body::new(Full::new(Bytes::from(body)))).await;
            assert_eq!(reply.code(reason), code, "{case}");
            assert_eq!(count_messages(&reply) as usize, earlier, "{case}");
        }
    }
}

#[tokio::test]
async fn messages_after_a_handler_error_are_not_read() {
    let message_request = Some(MessageRequest::FileByFilename("none.proto".to_owned()));
    let missing = frame(&ServerReflectionRequest { host: String::new(), message_request });
    let body = [&missing, &b"\x07\0\0\0\0"[..]].concat();
    let reply = send(&Server::new(), Body::new(Full::new(Bytes::from(body)))).await;
    assert_eq!(reply.status().code(), Code::NotFound);
}

#[tokio::test]
async fn end_of_requests_completes_the_stream_with_ok() {
    for count in 0..3 {
        let reply =
            send(&Server::new(), Body::new(Full::new(Bytes::from(reflection_request().repeat(count))))).await;
        assert_eq!((reply.status().code(), count_messages(&reply) as usize), (Code::Ok, count));
    }
}
