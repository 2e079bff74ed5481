//! Queries and their responses.

use serde_json::json;

use super::support::{JSON, Service};

#[tokio::test]
async fn book_links_to_author_and_author_to_books() {
    let query = "{book(id:1){id title year revision author{id name books(first:2){nodes{title}}}}}";
    let book = json!({
        "id": "1",
        "title": "UNIX Network Programming",
        "year": 1990,
        "revision": 1,
        "author": {
            "id": "1",
            "name": "W. Richard Stevens",
            "books": { "nodes": [
                { "title": "UNIX Network Programming" },
                { "title": "Advanced Programming in the UNIX Environment" },
            ]},
        },
    });
    assert_eq!(Service::new().data(query).await, json!({ "book": book }));
}

#[tokio::test]
async fn response_fields_are_in_query_order() {
    let query = "{
        a:book(id:1){author{books(first:1){edges{node{author{id} id} cursor} nodes{author{name id} id} pageInfo{hasNextPage}} id} id}
        b:book(id:4){id author{id name}}
        __typename
    }";
    let body = Service::new().post(JSON, json!({ "query": query })).await.body;
    let nodes = r#"[{"author":{"name":"W. Richard Stevens","id":"1"},"id":"1"}]"#;
    let edges = r#"[{"node":{"author":{"id":"1"},"id":"1"},"cursor":"MTox"}]"#;
    let books = format!(r#"{{"edges":{edges},"nodes":{nodes},"pageInfo":{{"hasNextPage":true}}}}"#);
    let a = format!(r#"{{"author":{{"books":{books},"id":"1"}},"id":"1"}}"#);
    let b = r#"{"id":"4","author":{"id":"2","name":"Andrew S. Tanenbaum"}}"#;
    let data = format!(r#"{{"data":{{"a":{a},"b":{b},"__typename":"Query"}}}}"#);
    assert_eq!(String::from_utf8(body).unwrap(), data);
}

#[tokio::test]
async fn book_type_has_no_author_id_field() {
    let response = Service::new().ask("{book(id:1){authorId}}").await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn cursor_selects_the_next_page() {
    let service = Service::new();
    let page = async |after: &str| {
        let fields = "edges{cursor node{id}} nodes{id} \
                      pageInfo{hasNextPage endCursor hasPreviousPage startCursor}";
        service.data(&format!("{{books(authorId:1,first:2,after:{after}){{{fields}}}}}")).await["books"]
            .take()
    };
    let first = page("null").await;
    assert_eq!(first["nodes"], json!([{ "id": "1" }, { "id": "2" }]));
    let cursors = [&first["edges"][0]["cursor"], &first["edges"][1]["cursor"]];
    assert_eq!(
        first["pageInfo"],
        json!({
            "hasNextPage": true, "endCursor": cursors[1], "hasPreviousPage": false, "startCursor": cursors[0],
        })
    );
    let second = page(&cursors[1].to_string()).await;
    assert_eq!(second["nodes"], json!([{ "id": "3" }]));
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
    assert_eq!(second["pageInfo"]["hasPreviousPage"], true);
    let beyond = page(&second["edges"][0]["cursor"].to_string()).await;
    assert_eq!(beyond["edges"], json!([]));
    assert_eq!(beyond["pageInfo"]["endCursor"], json!(null));
    // Not only the cursor of the last edge, but that of any edge, starts a page.
    assert_eq!(page(&cursors[0].to_string()).await["nodes"], json!([{ "id": "2" }, { "id": "3" }]));
}

#[tokio::test]
async fn cursors_of_author_and_books_are_interchangeable() {
    let service = Service::new();
    let author = service.data("{author(id:1){books(first:1){pageInfo{endCursor}}}}").await;
    let cursor = &author["author"]["books"]["pageInfo"]["endCursor"];
    let list = service.data(&format!("{{books(authorId:1,after:{cursor}){{nodes{{id}}}}}}")).await;
    assert_eq!(list["books"]["nodes"], json!([{ "id": "2" }, { "id": "3" }]));
}

#[tokio::test]
async fn page_has_20_books_by_default() {
    let service = Service::new();
    for n in 0..20 {
        let input = format!("{{title:\"T{n}\",authorId:1,year:2000}}");
        service.data(&format!("mutation{{createBook(input:{input}){{id}}}}")).await;
    }
    let nodes = service.data("{books{nodes{id}}}").await;
    assert_eq!(nodes["books"]["nodes"].as_array().unwrap().len(), 20);
    assert_eq!(service.data("{books(authorId:999){nodes{id}}}").await["books"]["nodes"], json!([]));
}
