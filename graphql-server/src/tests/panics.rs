//! A panic in a resolver fails only its own operation.

use std::future::Ready;

use axum::http::StatusCode;
use serde_json::json;

use super::before_title::BeforeTitle;
use super::support::{EVENTS, GRAPHQL, JSON, Service};

fn service() -> Service {
    let panic = || -> Ready<()> { panic!("resolver panicked on purpose") };
    Service::with_schema(|schema| schema.extension(BeforeTitle(panic)))
}

const QUERY: &str = "{book(id:1){id title}}";

#[tokio::test]
async fn panic_over_http_is_an_internal_server_error() {
    let service = service();
    for accept in [JSON, GRAPHQL] {
        let reply = service.post(accept, json!({ "query": QUERY })).await;
        assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(reply.code(), "INTERNAL_SERVER_ERROR");
        assert!(reply.json().get("data").is_none());
    }
    assert_eq!(service.data("{book(id:1){id}}").await, json!({ "book": { "id": "1" } }));
}

#[tokio::test]
async fn event_stream_reports_a_panic_and_completes() {
    let reply = service().post(EVENTS, json!({ "query": QUERY })).await;
    let text = String::from_utf8(reply.body).unwrap();
    assert!(text.starts_with("event: next\ndata: {\"errors\":"), "{text}");
    assert!(
        text.contains("INTERNAL_SERVER_ERROR") && text.ends_with("event: complete\ndata: \n\n"),
        "{text}"
    );
}

#[tokio::test]
async fn panic_ends_only_one_operation_of_a_websocket() {
    let service = service();
    let mut client = service.ready().await;
    client.subscribe("good", "subscription{bookChanged{book{id}}}").await;
    client.subscribe("bad", "subscription{bookChanged{book{title}}}").await;
    client.ping().await;
    service.update(1).await;
    let mut messages = [client.receive().await, client.receive().await];
    messages.sort_by_key(|message| message["id"].to_string());
    assert_eq!((&messages[0]["type"], &messages[0]["id"]), (&json!("error"), &json!("bad")));
    assert_eq!(messages[0]["payload"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    assert_eq!(messages[1]["payload"]["data"]["bookChanged"]["book"]["id"], "1");
    service.update(2).await;
    assert_eq!(client.receive().await["id"], "good");
}
