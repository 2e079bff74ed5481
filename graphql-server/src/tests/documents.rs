//! Valid documents that async-graphql alone would reject, or would execute more than once.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::{EVENTS, GRAPHQL, Service};

/// Sends a query whose variable `$x` has the value `x`, and returns the response.
async fn with_x(service: &Service, query: &str, x: bool) -> Value {
    let reply = service.post(GRAPHQL, json!({ "query": query, "variables": { "x": x } })).await;
    assert_eq!(reply.status, StatusCode::OK, "{query}: {}", reply.json());
    reply.json()
}

#[tokio::test]
async fn directive_on_typename_may_use_a_variable() {
    let service = Service::new();
    let book = |fields: Value| json!({ "book": fields });
    for (query, included, skipped) in [
        ("query($x:Boolean!){__typename @include(if:$x)}", json!({ "__typename": "Query" }), json!({})),
        ("query A($x:Boolean!){a:__typename @include(if:$x)}", json!({ "a": "Query" }), json!({})),
        ("mutation($x:Boolean!){__typename @include(if:$x)}", json!({ "__typename": "Mutation" }), json!({})),
        (
            "query($x:Boolean!){book(id:1){id __typename @include(if:$x)}}",
            book(json!({ "id": "1", "__typename": "Book" })),
            book(json!({ "id": "1" })),
        ),
        (
            "query($x:Boolean!){book(id:1){__typename @include(if:$x) @skip(if:false)}}",
            book(json!({ "__typename": "Book" })),
            book(json!({})),
        ),
        (
            "query($x:Boolean!){book(id:1){...F}} fragment F on Book{id __typename @include(if:$x)}",
            book(json!({ "id": "1", "__typename": "Book" })),
            book(json!({ "id": "1" })),
        ),
        (
            "query($x:Boolean!){book(id:1){id ...@include(if:true){author{__typename @include(if:$x)}}}}",
            book(json!({ "id": "1", "author": { "__typename": "Author" } })),
            book(json!({ "id": "1", "author": {} })),
        ),
        (
            "query($x:Boolean!){books(first:2){nodes{__typename @include(if:$x)}}}",
            json!({ "books": { "nodes": [{ "__typename": "Book" }, { "__typename": "Book" }] } }),
            json!({ "books": { "nodes": [{}, {}] } }),
        ),
        (
            "query($x:Boolean!){__schema{queryType{__typename @include(if:$x)}}}",
            json!({ "__schema": { "queryType": { "__typename": "__Type" } } }),
            json!({ "__schema": { "queryType": {} } }),
        ),
    ] {
        let inverse = query.replace("@include(if:$x)", "@skip(if:$x)");
        let (included, skipped) = (json!({ "data": included }), json!({ "data": skipped }));
        assert_eq!(with_x(&service, query, true).await, included, "{query}");
        assert_eq!(with_x(&service, query, false).await, skipped, "{query}");
        if !inverse.contains("@skip(if:false)") {
            assert_eq!(with_x(&service, &inverse, false).await, included, "{inverse}");
            assert_eq!(with_x(&service, &inverse, true).await, skipped, "{inverse}");
        }
    }
}

#[tokio::test]
async fn directives_on_typename_are_validated() {
    for query in [
        "{__typename @unknown}",
        "{__typename @include}",
        "{__typename @include(if:1)}",
        "{__typename @include(if:true) @include(if:true)}",
        "{__typename @include(if:$x)}",
        "query($x:Int!){__typename @include(if:$x)}",
        "query($x:Boolean!){__typename}",
    ] {
        let reply = Service::new().post(GRAPHQL, json!({ "query": query, "variables": { "x": 1 } })).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn repeated_mutation_field_runs_once() {
    let create = "a:createBook(input:{title:\"New\",authorId:1,year:2000})";
    for query in [
        format!("mutation{{{create}{{id}} {create}{{title}}}}"),
        format!("mutation{{{create}{{id}} ...{{...F}}}} fragment F on Mutation{{{create}{{title}}}}"),
        format!("mutation{{...F ...F}} fragment F on Mutation{{{create}{{id title}}}}"),
        format!("mutation{{...on Mutation{{{create}{{id}}}} __typename __typename {create}{{title id}}}}"),
    ] {
        let service = Service::new();
        let created = service.data(&query).await["a"].take();
        assert_eq!(created, json!({ "id": "15", "title": "New" }), "{query}");
        assert!(service.shelf.book(16).await.is_err(), "{query}");
    }
}

#[tokio::test]
async fn skip_conditions_of_repeated_mutation_field_are_combined() {
    let create = "a:createBook(input:{title:\"New\",authorId:1,year:2000})";
    for (query, included, skipped) in [
        (
            format!("mutation($x:Boolean!){{{create}@include(if:$x){{id}} {create}{{title}}}}"),
            json!({ "a": { "id": "15", "title": "New" } }),
            json!({ "a": { "title": "New" } }),
        ),
        (
            format!("mutation($x:Boolean!){{{create}{{id}} ...@include(if:$x){{{create}{{title}}}}}}"),
            json!({ "a": { "id": "15", "title": "New" } }),
            json!({ "a": { "id": "15" } }),
        ),
        (
            format!(
                "mutation($x:Boolean!){{...F@include(if:$x) {create}@include(if:$x){{year}}}} fragment F on Mutation{{{create}{{id}}}}"
            ),
            json!({ "a": { "id": "15", "year": 2000 } }),
            json!({}),
        ),
    ] {
        for (x, data) in [(true, included), (false, skipped)] {
            let service = Service::new();
            assert_eq!(with_x(&service, &query, x).await, json!({ "data": data }), "{query}");
            assert!(service.shelf.book(16).await.is_err(), "{query}");
            assert_eq!(service.shelf.book(15).await.is_ok(), data.get("a").is_some(), "{query}");
        }
    }
}

#[tokio::test]
async fn subscription_field_may_be_in_a_fragment() {
    let change = json!({ "sequence": "1", "kind": "UPDATED" });
    for query in [
        "subscription{bookChanged{sequence} bookChanged{kind}}",
        "subscription{...{bookChanged{sequence kind}}}",
        "subscription{...on Subscription{...{bookChanged{sequence kind}}}}",
        "subscription{...F} fragment F on Subscription{bookChanged{sequence kind}}",
        "subscription{bookChanged{sequence} ...F} fragment F on Subscription{bookChanged{...G}} fragment G on BookChange{kind}",
    ] {
        let service = Service::new();
        let mut client = service.ready().await;
        client.subscribe("1", query).await;
        client.ping().await;
        service.update(2000).await;
        let payload = json!({ "data": { "bookChanged": change } });
        assert_eq!(
            client.receive().await,
            json!({ "type": "next", "id": "1", "payload": payload }),
            "{query}"
        );
        service.shutdown.cancel();
        assert_eq!(client.receive().await["type"], "complete", "{query}");
    }
}

#[tokio::test]
async fn subscription_must_select_exactly_one_field() {
    for query in [
        "subscription{bookChanged{kind} b:bookChanged{kind}}",
        "subscription{bookChanged{kind} ...{b:bookChanged{kind}}}",
        "subscription{bookChanged{kind} __typename}",
        "subscription{__typename}",
        "subscription{...on Query{bookChanged{kind}}}",
        "subscription{...F}",
        "subscription{bookChanged @include(if:true){kind}}",
        "subscription{...@include(if:true){bookChanged{kind}}}",
    ] {
        let reply = Service::new().post(EVENTS, json!({ "query": query })).await;
        let text = String::from_utf8(reply.body).unwrap();
        assert!(text.contains(r#""code":"GRAPHQL_VALIDATION_FAILED""#), "{query}: {text}");
    }
}
