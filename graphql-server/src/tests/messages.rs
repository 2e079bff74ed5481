//! Snapshots of all error messages. Other tests assert statuses, codes and fields.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::support::{EVENTS, GRAPHQL, JSON, Service};

/// Appends the request and the error messages of its response to `text`.
fn add(text: &mut String, request: &str, response: &Value) {
    let mut request: String = request.chars().take(100).collect();
    request = request.replace('\n', " ");
    for error in response["errors"].as_array().unwrap() {
        writeln!(text, "{request}\n  {}", error["message"].as_str().unwrap()).unwrap();
    }
}

#[tokio::test]
async fn resolver_messages_match_the_snapshot() {
    let service = Service::new();
    let mut text = String::new();
    for query in [
        "{book(id:99){id}}",
        r#"{book(id:"x"){id}}"#,
        "{author(id:0){id}}",
        r#"mutation{createBook(input:{title:"",authorId:1,year:1}){id}}"#,
        r#"mutation{createBook(input:{title:"t",authorId:1,year:2101}){id}}"#,
        r#"mutation{createBook(input:{title:"t",authorId:99,year:1}){id}}"#,
        r#"mutation{createBook(input:{title:"t",authorId:"x",year:1}){id}}"#,
        "mutation{updateBook(input:{id:1,revision:1}){id}}",
        "mutation{updateBook(input:{id:1,revision:-1,year:1}){id}}",
        "mutation{updateBook(input:{id:1,revision:7,year:1}){id}}",
        "{books(first:0){nodes{id}}}",
        "{books(first:-1){nodes{id}}}",
        r#"{books(after:"!"){nodes{id}}}"#,
        r#"{books(authorId:1,after:"MDox"){nodes{id}}}"#,
    ] {
        add(&mut text, query, &service.ask(query).await);
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn document_messages_match_the_snapshot() {
    let service = Service::new();
    let mut text = String::new();
    let repeat = |text: &str, n: usize| text.repeat(n);
    for query in [
        "{",
        "{\n  book(id: ) { id }\n}",
        "query A{__typename} query A{__typename}",
        "query A{__typename} query B{__typename}",
        "query($id:ID!){book(id:$id){id}}",
        "{book(id:1){a:title a:year}}",
        "{a:book(id:1){id} ...{a:book(id:2){id}}}",
        "subscription{bookChanged{kind}}",
        "{a(b:\"\"\"x",
        "{...F} fragment F on Query{...F}",
        &format!("{{book(id:{}", repeat("[", 40)),
        &format!("{{{}}}", repeat("a ", 1_500)),
        &format!("{{{}}}", repeat("a ", 5_500)),
        &format!("{{{}}}", repeat("a", 200)),
        &format!("{{__schema{{types{{{}name{}}}}}}}", repeat("fields{type{", 5), repeat("}}", 5)),
    ] {
        add(&mut text, query, &service.ask(query).await);
    }
    let body = json!({ "query": "query A{__typename}", "operationName": "B" });
    add(&mut text, "operationName B", &service.post(JSON, body).await.json());
    let events = service.post(EVENTS, json!({ "query": "subscription{a b}" })).await.body;
    text += &String::from_utf8(events).unwrap();
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn http_messages_match_the_snapshot() {
    let service = Service::new();
    let mut text = String::new();
    for body in [
        "{",
        "",
        "{}",
        r#"{"query":1}"#,
        r#"{"query":"{a}","query":"{b}"}"#,
        r#"{"query":"{a}","operationName":1}"#,
        r#"{"query":"{a}","variables":[]}"#,
        r#"{"query":"{a}","extensions":""}"#,
        "[]",
        "1",
    ] {
        add(&mut text, body, &service.post(GRAPHQL, body).await.json());
    }
    for (method, path) in [
        ("GET", "/graphql?query=%7Ba%7D&variables=%7B"),
        ("GET", "/graphql?query=%7Ba%7D&query=%7Ba%7D"),
        ("GET", "/graphql?query=mutation%7Ba%7D"),
        ("PUT", "/graphql"),
        ("POST", "/schema.graphql"),
        ("GET", "/"),
        ("GET", "/graphql/assets/none.js"),
        ("POST", "/graphql"),
    ] {
        let reply = service.request(method, path, "*/*").await;
        add(&mut text, &format!("{method} {path}"), &reply.json());
    }
    let reply = service.request("GET", "/graphql", "image/png").await;
    add(&mut text, "Accept: image/png", &reply.json());
    insta::assert_snapshot!(text);
}
