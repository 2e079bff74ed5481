//! The GraphQL client. All requests have the same path; a GraphQL document names the operation and the
//! fields.

mod response;
mod watch;

use std::net::SocketAddr;

use bookshelf::{Author, Book, BookPatch, ListBooks, NewBook, Page};
use hyper::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use socket_tap::Tap;

use crate::failure::Failure;
use crate::http::{Http, RequestOptions};
use crate::{Client, Result};

use response::{AuthorWithBooks, BOOK, Connection, Response, SelectedBook};
pub use watch::GraphqlWatch;

const GET: &str = "query($id:ID!){book(id:$id){...b}}";
const LIST: &str = "query($authorId:ID,$first:Int,$after:String)\
    {books(authorId:$authorId,first:$first,after:$after){nodes{...b} pageInfo{hasNextPage endCursor}}}";
const CREATE: &str = "mutation($input:CreateBookInput!){createBook(input:$input){...b}}";
const UPDATE: &str = "mutation($input:UpdateBookInput!){updateBook(input:$input){...b}}";
const DELETE: &str = "mutation($id:ID!){deleteBook(id:$id){...b}}";
const AUTHOR: &str = "query($id:ID!){author(id:$id){id name books{nodes{...b}}}}";

/// A GraphQL client.
#[derive(Debug)]
pub struct Graphql(Http);

impl Graphql {
    /// Runs an operation and returns the value of `field` in the response's `data`.
    async fn run<T: DeserializeOwned>(
        &mut self,
        operation: &str,
        field: &str,
        variables: Value,
    ) -> Result<T> {
        let query = format!("{operation}{BOOK}");
        let options = RequestOptions {
            accept: Some("application/graphql-response+json"),
            ..RequestOptions::json(&json!({ "query": query, "variables": variables }))?
        };
        let response = self.0.call(Method::POST, "/graphql", options).await?;
        let response: Response = serde_json::from_slice(response.body()).map_err(Failure::transport)?;
        response.field(field)
    }
}

impl Client for Graphql {
    const API: &'static str = "graphql";
    type Watch = GraphqlWatch;

    async fn connect(tap: &Tap, address: SocketAddr) -> Result<Self> {
        Ok(Self(Http::connect(tap, address).await?))
    }

    async fn connect_http2(tap: &Tap, address: SocketAddr) -> Result<Self> {
        Ok(Self(Http::connect_http2(tap, address).await?))
    }

    async fn watch(tap: &Tap, address: SocketAddr, changes: u32) -> Result<GraphqlWatch> {
        GraphqlWatch::open(tap, address, changes).await
    }

    async fn book(&mut self, id: u32) -> Result<Book> {
        Ok(self.run::<SelectedBook>(GET, "book", json!({ "id": id.to_string() })).await?.into())
    }

    async fn list(&mut self, query: &ListBooks) -> Result<Page> {
        let variables = json!({
            "authorId": query.author_id.map(|id| id.to_string()),
            "first": query.page_size,
            "after": query.page_token,
        });
        let list: Connection = self.run(LIST, "books", variables).await?;
        let next_page_token =
            list.page_info.filter(|info| info.has_next_page).and_then(|info| info.end_cursor);
        Ok(Page { books: list.nodes.into_iter().map(Book::from).collect(), next_page_token })
    }

    async fn create(&mut self, new: NewBook) -> Result<Book> {
        let NewBook { title, author_id, year } = new;
        let input = json!({ "title": title, "authorId": author_id.to_string(), "year": year });
        Ok(self.run::<SelectedBook>(CREATE, "createBook", json!({ "input": input })).await?.into())
    }

    async fn update(&mut self, id: u32, revision: u32, patch: BookPatch) -> Result<Book> {
        let input = json!({
            "id": id.to_string(),
            "revision": revision,
            "title": patch.title,
            "authorId": patch.author_id.map(|id| id.to_string()),
            "year": patch.year,
        });
        Ok(self.run::<SelectedBook>(UPDATE, "updateBook", json!({ "input": input })).await?.into())
    }

    async fn delete(&mut self, id: u32) -> Result<()> {
        self.run::<SelectedBook>(DELETE, "deleteBook", json!({ "id": id.to_string() })).await.map(drop)
    }

    async fn author_with_books(&mut self, id: u32) -> Result<(Author, Vec<Book>)> {
        let found: AuthorWithBooks = self.run(AUTHOR, "author", json!({ "id": id.to_string() })).await?;
        let author = Author { id: found.author.id, name: found.author.name };
        Ok((author, found.books.nodes.into_iter().map(Book::from).collect()))
    }

    async fn close(self) {
        self.0.close().await;
    }
}
