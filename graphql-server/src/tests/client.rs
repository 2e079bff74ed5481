//! The client in ten lines does what it says.

use serde_json::json;

use super::support::Service;

#[path = "../../examples/client.rs"]
#[allow(dead_code, reason = "its main is for the command line")]
mod example;

#[tokio::test]
async fn the_client_in_ten_lines_gets_what_it_asked_for() {
    let server = format!("http://{}", Service::new().listen().await);
    let answer = tokio::task::spawn_blocking(move || example::first_book(&server)).await.unwrap().unwrap();
    let book = json!({ "title": "UNIX Network Programming", "author": { "name": "W. Richard Stevens" } });
    assert_eq!(answer, json!({ "data": { "book": book } }));
}
