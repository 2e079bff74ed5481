//! Operations over a WebSocket.

use bookshelf::Limits;
use futures_util::SinkExt as _;
use serde_json::{Value, json};

use super::support::Service;

const CHANGES: &str = "subscription{bookChanged{sequence kind book{id year}}}";

fn change(id: &str, sequence: u32, year: i32) -> Value {
    let change =
        json!({ "sequence": sequence.to_string(), "kind": "UPDATED", "book": { "id": "1", "year": year } });
    json!({ "type": "next", "id": id, "payload": { "data": { "bookChanged": change } } })
}

#[tokio::test]
async fn queries_and_mutations_complete_after_one_result() {
    let service = Service::new();
    let mut client = service.ready().await;
    client.subscribe("q", "{book(id:1){id}}").await;
    let payload = json!({ "data": { "book": { "id": "1" } } });
    assert_eq!(client.receive().await, json!({ "type": "next", "id": "q", "payload": payload }));
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "q" }));
    // The id can be used again. A field error is part of a result.
    client.subscribe("q", "mutation{deleteBook(id:99){id}}").await;
    let next = client.receive().await;
    assert_eq!((&next["type"], &next["payload"]["data"]), (&json!("next"), &Value::Null));
    assert_eq!(next["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "q" }));
}

#[tokio::test]
async fn subscribe_message_may_have_variables_and_operation_name() {
    let mut client = Service::new().ready().await;
    let query = "query A($id:ID!){book(id:$id){id}} query B{__typename}";
    let payload = json!({ "query": query, "operationName": "A", "variables": { "id": 2 } });
    client.send(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
    assert_eq!(client.receive().await["payload"]["data"]["book"]["id"], "2");
}

#[tokio::test]
async fn invalid_query_gets_a_message_of_type_error() {
    let mut client = Service::new().ready().await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nonsense}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{nonsense}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{a:bookChanged{kind} b:bookChanged{kind}}", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        client.subscribe("1", query).await;
        let error = client.receive().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("1")), "{query}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{query}");
        client.ping().await;
    }
}

#[tokio::test]
async fn pong_confirms_that_the_subscription_is_active() {
    let service = Service::new();
    let mut client = service.ready().await;
    for round in 0..50 {
        // Other subscriptions with pending events must not delay it.
        let id = round.to_string();
        client.subscribe_and_ping(&id, CHANGES).await;
        service.update(round).await;
        let mut seen = Vec::new();
        for _ in 0..=round {
            seen.push(client.receive().await);
        }
        let sequence = u32::try_from(round).unwrap() + 1;
        assert!(seen.contains(&change(&id, sequence, round)), "{round}: {seen:?}");
    }
}

#[tokio::test]
async fn changes_arrive_in_order_until_client_completes() {
    let service = Service::new();
    let mut client = service.ready().await;
    client.subscribe("1", CHANGES).await;
    client.ping().await;
    service.update(1).await;
    service.update(2).await;
    assert_eq!(client.receive().await, change("1", 1, 1));
    assert_eq!(client.receive().await, change("1", 2, 2));
    client.send(json!({ "type": "complete", "id": "1" })).await;
    client.send(json!({ "type": "complete", "id": "unknown" })).await;
    client.ping().await;
    service.update(3).await;
    client.ping().await;
    // The id can be used again.
    client.subscribe("1", CHANGES).await;
    client.ping().await;
    service.update(4).await;
    assert_eq!(client.receive().await, change("1", 4, 4));
}

#[tokio::test]
async fn slow_subscriber_receives_error_before_stream_completes() {
    let service = Service::with_limits(Limits { history: 2, ..Limits::default() });
    let mut client = service.ready().await;
    client.subscribe("1", CHANGES).await;
    client.ping().await;
    // Without an await, so that the server cannot send in between.
    for year in 0..5 {
        service.update(year).await;
    }
    let next = client.receive().await;
    let error = &next["payload"]["errors"][0];
    assert_eq!((&next["type"], &next["payload"]["data"]), (&json!("next"), &Value::Null));
    assert_eq!(error["extensions"], json!({ "code": "FELL_BEHIND", "missed": 3 }));
    assert_eq!(error["path"], json!(["bookChanged"]));
    assert_eq!(client.receive().await, json!({ "type": "complete", "id": "1" }));
}

#[tokio::test]
async fn subscriptions_end_when_the_websocket_is_closed() {
    // A connection and its subscriptions are one task.
    for with_close_frame in [true, false] {
        let service = Service::new();
        let mut client = service.ready().await;
        client.subscribe("1", CHANGES).await;
        client.ping().await;
        let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let before = tasks();
        if with_close_frame {
            client.0.close(None).await.unwrap();
            while futures_util::StreamExt::next(&mut client.0).await.is_some() {}
        }
        client.0.flush().await.ok();
        drop(client);
        while tasks() >= before {
            tokio::task::yield_now().await;
        }
    }
}
