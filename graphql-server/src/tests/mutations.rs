//! Mutations and their effects on the shelf.

use serde_json::json;

use super::support::Service;

#[tokio::test]
async fn book_is_created_updated_and_deleted() {
    let service = Service::new();
    let all = "{id title author{id} year revision}";
    let input = "{title:\"New\",authorId:2,year:-300}";
    let created = service.data(&format!("mutation{{createBook(input:{input}){all}}}")).await;
    let mut book =
        json!({ "id": "15", "title": "New", "author": { "id": "2" }, "year": -300, "revision": 1 });
    assert_eq!(created["createBook"], book);

    let input = "{id:15,revision:1,title:\"Newer\",authorId:\"3\"}";
    let updated = service.data(&format!("mutation{{updateBook(input:{input}){all}}}")).await;
    book["title"] = "Newer".into();
    book["author"]["id"] = "3".into();
    book["revision"] = 2.into();
    assert_eq!(updated["updateBook"], book);

    let deleted = service.data(&format!("mutation{{deleteBook(id:15){all}}}")).await;
    assert_eq!(deleted["deleteBook"], book);
    assert!(service.shelf.book(15).await.is_err());
}

#[tokio::test]
async fn null_in_an_update_keeps_the_field() {
    let service = Service::new();
    let input = "{id:1,revision:1,title:null,authorId:null,year:1991}";
    service.data(&format!("mutation{{updateBook(input:{input}){{id}}}}")).await;
    let book = service.shelf.book(1).await.unwrap();
    assert_eq!((book.title.as_str(), book.author_id, book.year), ("UNIX Network Programming", 1, 1991));
}

#[tokio::test]
async fn mutations_run_serially() {
    let update = |revision| {
        format!("a{revision}:updateBook(input:{{id:1,revision:{revision},year:2000}}){{revision}}")
    };
    let query = format!("mutation{{{} {} {}}}", update(1), update(2), update(3));
    assert_eq!(Service::new().data(&query).await["a3"], json!({ "revision": 4 }));
}
