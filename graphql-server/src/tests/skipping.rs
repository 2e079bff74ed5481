//! What `@skip` and `@include` leave of an answer.

use serde_json::{Value, json};

use super::support::{EVENTS, JSON, Service};

const NO: &str = "@include(if:false)";

#[tokio::test]
async fn an_object_of_which_nothing_is_left_is_still_there() {
    let service = Service::new();
    let update = "updateBook(input:{id:14,revision:1,year:2000})";
    for (query, data) in [
        (format!("{{book(id:1){{title {NO}}}}}"), json!({ "book": {} })),
        (format!("{{book(id:1){{title @skip(if:true) ...{NO}{{id}}}}}}"), json!({ "book": {} })),
        (
            format!("{{book(id:1){{year author{{name {NO}}} id}}}}"),
            json!({ "book": { "year": 1990, "author": {}, "id": "1" } }),
        ),
        (format!("{{books(first:2){{nodes{{id {NO}}}}}}}"), json!({ "books": { "nodes": [{}, {}] } })),
        (format!("{{book(id:1){{...F}}}} fragment F on Book{{...{{id {NO}}}}}"), json!({ "book": {} })),
        (format!("query A{{book(id:1){{id {NO}}}}}"), json!({ "book": {} })),
        (format!("{{book(id:1){{id {NO}}} book(id:1){{year}}}}"), json!({ "book": { "year": 1990 } })),
        (format!("{{book(id:1){NO}{{id}}}}"), json!({})),
        (format!("{{__schema{{queryType{{name {NO}}}}}}}"), json!({ "__schema": { "queryType": {} } })),
        (format!("mutation{{{update}{NO}{{id}}}}"), json!({})),
        (format!("mutation{{{update}{{id {NO}}}}}"), json!({ "updateBook": {} })),
    ] {
        assert_eq!(service.data(&query).await, data, "{query}");
    }
    assert_eq!(service.shelf.book(14).unwrap().revision, 2);
}

#[tokio::test]
async fn what_is_left_keeps_its_order() {
    // A placeholder stands behind the id.
    let query = "{book(id:1){...F year title}} fragment F on Book{id @include(if:true)}";
    let body = Service::new().post(JSON, json!({ "query": query })).await.body;
    let book = r#"{"id":"1","year":1990,"title":"UNIX Network Programming"}"#;
    assert_eq!(String::from_utf8(body).unwrap(), format!(r#"{{"data":{{"book":{book}}}}}"#));
}

#[tokio::test]
async fn what_is_not_there_is_null_all_the_same() {
    let answer = Service::new().ask(&format!("{{book(id:99){{id {NO}}}}}")).await;
    assert_eq!(answer["data"], json!({ "book": null }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn an_event_of_which_nothing_is_left_is_still_there() {
    let service = Service::new();
    let mut client = service.ready().await;
    client.subscribe("1", &format!("subscription{{bookChanged{{book{{id {NO}}}}}}}")).await;
    client.ping().await;
    service.update(2000);
    assert_eq!(client.receive().await["payload"], json!({ "data": { "bookChanged": { "book": {} } } }));
    let body = service.post(EVENTS, json!({ "query": format!("{{book(id:1){{id {NO}}}}}") })).await.body;
    assert!(String::from_utf8(body).unwrap().contains(r#"data: {"data":{"book":{}}}"#));
}

#[tokio::test]
async fn a_variable_that_is_not_given_has_its_default() {
    let service = Service::new();
    let query = "query($yes:Boolean=true $no:Boolean!=false){book(id:1){
        id @include(if:$yes) title @include(if:$no) year @skip(if:$yes) ...@skip(if:$no){revision}}}";
    assert_eq!(service.data(query).await, json!({ "book": { "id": "1", "revision": 1 } }));
    let given = json!({ "query": query, "variables": { "yes": false } });
    let answer: Value = service.post(JSON, given).await.json();
    assert_eq!(answer, json!({ "data": { "book": { "year": 1990, "revision": 1 } } }));
}
