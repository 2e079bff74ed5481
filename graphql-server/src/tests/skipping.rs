//! The directives `@skip` and `@include`.

use serde_json::{Value, json};

use super::support::{EVENTS, JSON, Service};

const SKIPPED: &str = "@include(if:false)";

#[tokio::test]
async fn object_with_only_skipped_fields_is_empty() {
    let service = Service::new();
    let update = "updateBook(input:{id:14,revision:1,year:2000})";
    for (query, data) in [
        (format!("{{book(id:1){{title {SKIPPED}}}}}"), json!({ "book": {} })),
        (format!("{{book(id:1){{title @skip(if:true) ...{SKIPPED}{{id}}}}}}"), json!({ "book": {} })),
        (
            format!("{{book(id:1){{year author{{name {SKIPPED}}} id}}}}"),
            json!({ "book": { "year": 1990, "author": {}, "id": "1" } }),
        ),
        (format!("{{books(first:2){{nodes{{id {SKIPPED}}}}}}}"), json!({ "books": { "nodes": [{}, {}] } })),
        (format!("{{book(id:1){{...F}}}} fragment F on Book{{...{{id {SKIPPED}}}}}"), json!({ "book": {} })),
        (format!("query A{{book(id:1){{id {SKIPPED}}}}}"), json!({ "book": {} })),
        (format!("{{book(id:1){{id {SKIPPED}}} book(id:1){{year}}}}"), json!({ "book": { "year": 1990 } })),
        (format!("{{book(id:1){SKIPPED}{{id}}}}"), json!({})),
        (format!("{{__schema{{queryType{{name {SKIPPED}}}}}}}"), json!({ "__schema": { "queryType": {} } })),
        (format!("mutation{{{update}{SKIPPED}{{id}}}}"), json!({})),
        (format!("mutation{{{update}{{id {SKIPPED}}}}}"), json!({ "updateBook": {} })),
    ] {
        assert_eq!(service.data(&query).await, data, "{query}");
    }
    assert_eq!(service.shelf.book(14).await.unwrap().revision, 2);
}

#[tokio::test]
async fn conditional_field_in_a_fragment_keeps_its_position() {
    // The fragment gets a placeholder after its id.
    let query = "{book(id:1){...F year title}} fragment F on Book{id @include(if:true)}";
    let body = Service::new().post(JSON, json!({ "query": query })).await.body;
    let book = r#"{"id":"1","year":1990,"title":"UNIX Network Programming"}"#;
    assert_eq!(String::from_utf8(body).unwrap(), format!(r#"{{"data":{{"book":{book}}}}}"#));
}

#[tokio::test]
async fn missing_object_with_only_skipped_fields_is_null() {
    let response = Service::new().ask(&format!("{{book(id:99){{id {SKIPPED}}}}}")).await;
    assert_eq!(response["data"], json!({ "book": null }));
    assert_eq!(response["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn event_object_with_only_skipped_fields_is_empty() {
    let service = Service::new();
    let mut client = service.ready().await;
    client.subscribe("1", &format!("subscription{{bookChanged{{book{{id {SKIPPED}}}}}}}")).await;
    client.ping().await;
    service.update(2000).await;
    assert_eq!(client.receive().await["payload"], json!({ "data": { "bookChanged": { "book": {} } } }));
    let body = service.post(EVENTS, json!({ "query": format!("{{book(id:1){{id {SKIPPED}}}}}") })).await.body;
    assert!(String::from_utf8(body).unwrap().contains(r#"data: {"data":{"book":{}}}"#));
}

#[tokio::test]
async fn variable_defaults_apply_to_skip_and_include() {
    let service = Service::new();
    let query = "query($yes:Boolean=true $no:Boolean!=false){book(id:1){
        id @include(if:$yes) title @include(if:$no) year @skip(if:$yes) ...@skip(if:$no){revision}}}";
    assert_eq!(service.data(query).await, json!({ "book": { "id": "1", "revision": 1 } }));
    let given = json!({ "query": query, "variables": { "yes": false } });
    let response: Value = service.post(JSON, given).await.json();
    assert_eq!(response, json!({ "data": { "book": { "year": 1990, "revision": 1 } } }));
}
