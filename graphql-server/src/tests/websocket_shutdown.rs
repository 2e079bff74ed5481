//! Tests of operations that run on a WebSocket when the server shuts down.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Notify;

use super::before_title::BeforeTitle;
use super::support::Service;

#[tokio::test]
async fn shutdown_completes_subscriptions_and_closes_the_websocket() {
    let service = Service::new();
    let mut client = service.ready().await;
    client.subscribe("a", "subscription{bookChanged{sequence}}").await;
    client.subscribe("b", "subscription{bookChanged{sequence}}").await;
    client.ping().await;
    service.shutdown.cancel();
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "a" }));
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "b" }));
    assert_eq!(client.closed().await.0, 1001);
}

#[tokio::test]
async fn running_query_finishes_after_shutdown_begins() {
    let [started, resume] = [(); 2].map(|()| Arc::new(Notify::new()));
    let waiting = (Arc::clone(&started), Arc::clone(&resume));
    let wait = BeforeTitle(move || {
        let (started, resume) = waiting.clone();
        async move {
            started.notify_one();
            resume.notified().await;
        }
    });
    let service = Service::with_schema(|schema| schema.extension(wait));
    let mut client = service.ready().await;
    client.subscribe("1", "{book(id:1){title}}").await;
    started.notified().await;
    service.shutdown.cancel();
    resume.notify_one();
    let data = json!({ "book": { "title": "UNIX Network Programming" } });
    let next = json!({ "type": "next", "id": "1", "payload": { "data": data } });
    assert_eq!(client.receive().await, next);
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "1" }));
    assert_eq!(client.closed().await.0, 1001);
}
