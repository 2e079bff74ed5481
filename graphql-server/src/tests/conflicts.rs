//! Fields with the same response key conflict or are merged.

use serde_json::json;

use super::support::Service;

#[tokio::test]
async fn different_fields_with_one_response_key_conflict() {
    let service = Service::new();
    for query in [
        "{a:book(id:1){id} a:book(id:2){id}}",
        "{book(id:1){id} ...on Query{book(id:2){id}}}",
        "{a:book(id:1){id} ...F} fragment F on Query{a:author(id:1){id}}",
        "{book(id:1){a:title ...on Book{a:year}}}",
        "{book(id:1){a:title} book(id:1){a:year}}",
        "{books{nodes{a:author{id}}} ...{books{nodes{a:author{id} ...F}}}} fragment F on Book{a:id}",
        "{books(first:1){nodes{id}} books(after:null){nodes{id}}}",
        "{books(first:1){nodes{id}} ...{books(first:1 after:null){nodes{id}}}}",
        "mutation{deleteBook(id:1){a:title ...{a:id}}}",
        "{__schema{types{name} ...{types:directives{name}}}}",
    ] {
        let response = service.ask(query).await;
        let error = &response["errors"][0];
        assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{query}: {response}");
    }
    assert!(service.shelf.book(1).await.is_ok());
}

#[tokio::test]
async fn repeated_fields_with_equal_arguments_are_merged() {
    let query = "{books(first:1 authorId:2){nodes{id}} ...F ...F}
        fragment F on Query{books(authorId:2 first:1){nodes{...{id} a:author{id}} nodes{a:author{name}}}}";
    let author = json!({ "id": "2", "name": "Andrew S. Tanenbaum" });
    let data = json!({ "books": { "nodes": [{ "id": "4", "a": author }] } });
    assert_eq!(Service::new().data(query).await, data);
}
