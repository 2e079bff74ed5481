//! Operations as server-sent events: the distinct connections mode of GraphQL over SSE.

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use bookshelf::Limits;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::support::{EVENTS, GRAPHQL, JSON, Service};
use hardening_graphql::limits::EVENT_KEEP_ALIVE;

const CHANGES: &str = "subscription{bookChanged{sequence book{year}}}";
const COMPLETE: &str = "event: complete\ndata: \n\n";

/// The events of a server-sent event stream.
struct Events(BodyDataStream);

impl Events {
    async fn open(service: &Service, query: &str) -> Self {
        let request = Request::post("/graphql").header("accept", EVENTS).header("content-type", JSON);
        let request = request.body(Body::from(json!({ "query": query }).to_string())).unwrap();
        let response = service.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], EVENTS);
        Self(response.into_body().into_data_stream())
    }

    async fn text(&mut self) -> Option<String> {
        let bytes = self.0.next().await?.unwrap();
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// Returns the result in the next event, whose type must be `next`.
    async fn result(&mut self) -> Value {
        let text = self.text().await.unwrap();
        let data = text.strip_prefix("event: next\ndata: ").unwrap_or_else(|| panic!("not next: {text}"));
        serde_json::from_str(data).unwrap()
    }

    async fn completed(&mut self) {
        assert_eq!(self.text().await.as_deref(), Some(COMPLETE));
        assert_eq!(self.text().await, None);
    }
}

#[tokio::test]
async fn queries_and_mutations_stream_one_result() {
    let service = Service::new();
    for (query, data) in [
        ("{book(id:1){id}}", json!({ "book": { "id": "1" } })),
        ("mutation{deleteBook(id:14){id}}", json!({ "deleteBook": { "id": "14" } })),
    ] {
        let mut events = Events::open(&service, query).await;
        assert_eq!(events.result().await, json!({ "data": data }));
        events.completed().await;
    }
}

#[tokio::test]
async fn subscription_is_active_when_the_response_head_arrives() {
    let service = Service::new();
    let mut events = Events::open(&service, CHANGES).await;
    for year in 1..=3 {
        service.update(year).await;
    }
    for year in 1..=3 {
        let change = json!({ "sequence": year.to_string(), "book": { "year": year } });
        assert_eq!(events.result().await, json!({ "data": { "bookChanged": change } }));
    }
    service.shutdown.cancel();
    events.completed().await;
}

#[tokio::test]
async fn request_error_event_has_errors_but_no_data() {
    for query in
        ["{", "{nonsense}", "subscription{nonsense}", "subscription{bookChanged{kind} b:bookChanged{kind}}"]
    {
        let mut events = Events::open(&Service::new(), query).await;
        let result = events.result().await;
        assert!(
            result.get("data").is_none() && result["errors"][0]["extensions"]["code"].is_string(),
            "{result}"
        );
        events.completed().await;
    }
}

#[tokio::test]
async fn malformed_request_gets_a_json_response() {
    let service = Service::new();
    for (body, code) in [("{", "BAD_REQUEST"), ("{}", "BAD_REQUEST"), ("[]", "BAD_REQUEST")] {
        let reply = service.post(EVENTS, body).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (StatusCode::BAD_REQUEST, "application/json; charset=utf-8")
        );
        assert_eq!(reply.code(), code);
    }
}

#[tokio::test]
async fn get_request_for_event_stream_refuses_mutations() {
    let service = Service::new();
    let path = "/graphql?query=%7Bbook(id:1)%7Bid%7D%7D";
    let reply = service.request("GET", path, EVENTS).await;
    let text = String::from_utf8(reply.body).unwrap();
    assert_eq!(text, format!("event: next\ndata: {{\"data\":{{\"book\":{{\"id\":\"1\"}}}}}}\n\n{COMPLETE}"));
    let path = "/graphql?query=mutation%7BdeleteBook(id:1)%7Bid%7D%7D";
    assert_eq!(service.request("GET", path, EVENTS).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(service.shelf.book(1).await.is_ok());
}

#[tokio::test]
async fn subscription_requires_an_event_stream() {
    let reply = Service::new().post(GRAPHQL, json!({ "query": CHANGES })).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn slow_subscriber_receives_error_before_stream_completes() {
    let service = Service::with_limits(Limits { history: 2, ..Limits::default() });
    let mut events = Events::open(&service, CHANGES).await;
    for year in 0..5 {
        service.update(year).await;
    }
    let error = events.result().await["errors"][0]["extensions"].take();
    assert_eq!(error, json!({ "code": "FELL_BEHIND", "missed": 3 }));
    events.completed().await;
}

#[tokio::test(start_paused = true)]
async fn silent_stream_sends_keep_alive_comments() {
    let mut events = Events::open(&Service::new(), CHANGES).await;
    let start = tokio::time::Instant::now();
    for n in 1..=3 {
        assert_eq!(events.text().await.as_deref(), Some(":\n\n"));
        assert_eq!(start.elapsed().as_secs(), n * EVENT_KEEP_ALIVE.as_secs());
    }
}
