//! Queries.

use serde_json::json;

use super::support::{JSON, Service};

#[tokio::test]
async fn a_book_with_its_author_and_the_author_with_the_books() {
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
async fn an_answer_has_its_fields_in_the_order_of_the_query() {
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
async fn the_book_has_an_author_and_not_the_id_of_one() {
    let answer = Service::new().ask("{book(id:1){authorId}}").await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("authorId"), "{answer}");
}

#[tokio::test]
async fn pages_follow_each_other_by_their_cursors() {
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
    // Any edge's cursor starts a page, not only the last one's.
    assert_eq!(page(&cursors[0].to_string()).await["nodes"], json!([{ "id": "2" }, { "id": "3" }]));
}

#[tokio::test]
async fn the_cursors_of_an_author_are_those_of_the_list_with_that_author() {
    let service = Service::new();
    let author = service.data("{author(id:1){books(first:1){pageInfo{endCursor}}}}").await;
    let cursor = &author["author"]["books"]["pageInfo"]["endCursor"];
    let list = service.data(&format!("{{books(authorId:1,after:{cursor}){{nodes{{id}}}}}}")).await;
    assert_eq!(list["books"]["nodes"], json!([{ "id": "2" }, { "id": "3" }]));
}

#[tokio::test]
async fn a_list_has_20_books_unless_told() {
    let service = Service::new();
    for n in 0..20 {
        let input = format!("{{title:\"T{n}\",authorId:1,year:2000}}");
        service.data(&format!("mutation{{createBook(input:{input}){{id}}}}")).await;
    }
    let nodes = service.data("{books{nodes{id}}}").await;
    assert_eq!(nodes["books"]["nodes"].as_array().unwrap().len(), 20);
    assert_eq!(service.data("{books(authorId:999){nodes{id}}}").await["books"]["nodes"], json!([]));
}
