//! What the shutdown makes of the operations on a WebSocket.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Notify;

use super::support::Service;
use super::before_title::BeforeTitle;

#[tokio::test]
async fn shutdown_completes_the_subscriptions_and_closes() {
    let service = Service::new();
    let mut client = service.ready().await;
    client.subscribe("a", "subscription{bookChanged{sequence}}").await;
    client.subscribe("b", "subscription{bookChanged{sequence}}").await;
    client.ping().await;
    service.shutdown.cancel();
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "a" }));
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "b" }));
    assert_eq!(client.closed().await, (1001, "Going away".to_owned()));
}

#[tokio::test]
async fn a_query_that_runs_at_the_shutdown_is_finished() {
    let [asked, may_go_on] = [(); 2].map(|()| Arc::new(Notify::new()));
    let waiting = (Arc::clone(&asked), Arc::clone(&may_go_on));
    let wait = BeforeTitle(move || {
        let (asked, may_go_on) = waiting.clone();
        async move {
            asked.notify_one();
            may_go_on.notified().await;
        }
    });
    let service = Service::with_schema(|schema| schema.extension(wait));
    let mut client = service.ready().await;
    client.subscribe("1", "{book(id:1){title}}").await;
    asked.notified().await;
    service.shutdown.cancel();
    may_go_on.notify_one();
    let data = json!({ "book": { "title": "UNIX Network Programming" } });
    let next = json!({ "type": "next", "id": "1", "payload": { "data": data } });
    assert_eq!(client.receive().await, next);
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "1" }));
    assert_eq!(client.closed().await.0, 1001);
}
