//! Reflection's streams, by a clock that the tests hold.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::StreamBody;
use hyper::body::Frame;
use server_kit::Limits;
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

/// Sends these parts, so many seconds apart, and then nothing, for ever.
async fn ask(server: &Server, apart: u64, parts: Vec<Bytes>) -> (Reply, Duration) {
    let parts = stream::iter(parts).then(move |part| async move {
        sleep(Duration::from_secs(apart)).await;
        Ok::<_, tonic::Status>(Frame::data(part))
    });
    let body = Body::new(StreamBody::new(Box::pin(parts.chain(stream::pending()))));
    let request = post("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    let started = Instant::now();
    let reply = server.send(request.header("content-type", "application/grpc").body(body).unwrap()).await;
    (reply, started.elapsed())
}

/// How many messages there are.
fn messages(reply: &Reply) -> usize {
    let (mut count, mut rest) = (0, &*reply.body);
    while let [_, a, b, c, d, after @ ..] = rest {
        rest = &after[u32::from_be_bytes([*a, *b, *c, *d]) as usize..];
        count += 1;
    }
    count
}

#[tokio::test(start_paused = true)]
async fn nobody_may_take_for_ever_to_ask() {
    let limit = Limits::default().request;
    for (parts, answers) in
        [(vec![], 0), (vec![question().slice(..4)], 0), (vec![question()], 1), (vec![question(); 5], 5)]
    {
        let apart = limit / 2;
        let taken = apart * u32::try_from(parts.len()).unwrap() + limit;
        let (reply, elapsed) = ask(&Server::new(), apart.as_secs(), parts).await;
        assert_eq!(reply.code("REQUEST_TIMEOUT"), Code::DeadlineExceeded);
        assert_eq!((messages(&reply), elapsed.as_secs()), (answers, taken.as_secs()));
    }
}

#[tokio::test(start_paused = true)]
async fn the_shutdown_ends_what_waits_and_answers_what_is_on_its_way() {
    let server = Server::new();
    server.shutdown.cancel();
    for (parts, answers) in [(vec![], 0), (vec![question(); 3], 3)] {
        let (reply, elapsed) = ask(&server, 0, parts).await;
        assert_eq!((reply.status().code(), messages(&reply)), (Code::Ok, answers));
        assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
    }
}
