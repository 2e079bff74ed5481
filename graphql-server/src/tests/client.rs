//! Runs the example client against a server.

use serde_json::json;

use super::support::Service;

#[path = "../../examples/client.rs"]
#[allow(dead_code, reason = "its `main` is for the command line")]
mod example;

#[tokio::test]
async fn example_client_gets_a_book() {
    let server = format!("http://{}", Service::new().listen().await);
    let response = tokio::task::spawn_blocking(move || example::first_book(&server)).await.unwrap().unwrap();
    let book = json!({ "title": "UNIX Network Programming", "author": { "name": "W. Richard Stevens" } });
    assert_eq!(response, json!({ "data": { "book": book } }));
}
