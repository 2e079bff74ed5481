//! The REST client: resources as paths, with HTTP's methods and status codes.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bookshelf::{Author, Book, BookPatch, Change, ListBooks, NewBook, Page};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::IF_MATCH;
use hyper::{Method, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use socket_tap::Tap;

use crate::failure::{Failure, FailureKind};
use crate::http::{Http, RequestOptions};
use crate::{Client, Result, Watch};

/// A REST client.
#[derive(Debug)]
pub struct Rest(Http);

/// A watcher that reads changes as server-sent events.
#[derive(Debug)]
pub struct RestWatch {
    http: Http,
    body: Incoming,
    /// Received text of an event that is still incomplete.
    partial: String,
    events: VecDeque<Result<Change>>,
    /// Number of changes that the server will still send.
    remaining: u32,
}

#[derive(Deserialize)]
struct List {
    books: Vec<Book>,
    next_page_token: Option<String>,
}

impl Rest {
    /// Sends a GET request and deserializes the JSON in the response.
    async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T> {
        parse(self.0.call(Method::GET, path, RequestOptions::default()).await?)
    }
}

impl Client for Rest {
    const API: &'static str = "rest";
    type Watch = RestWatch;

    async fn connect(tap: &Tap, address: SocketAddr) -> Result<Self> {
        Ok(Self(Http::connect(tap, address).await?))
    }

    async fn connect_http2(tap: &Tap, address: SocketAddr) -> Result<Self> {
        Ok(Self(Http::connect_http2(tap, address).await?))
    }

    async fn watch(tap: &Tap, address: SocketAddr, changes: u32) -> Result<RestWatch> {
        let mut http = Http::connect(tap, address).await?;
        let options = RequestOptions { accept: Some("text/event-stream"), ..RequestOptions::default() };
        let path = format!("/v1/books/changes?limit={changes}");
        let body = http.send(Method::GET, &path, options).await?.into_body();
        Ok(RestWatch { http, body, partial: String::new(), events: VecDeque::new(), remaining: changes })
    }

    async fn book(&mut self, id: u32) -> Result<Book> {
        self.get(&format!("/v1/books/{id}")).await
    }

    async fn list(&mut self, query: &ListBooks) -> Result<Page> {
        let parameters = [
            query.author_id.map(|id| format!("author_id={id}")),
            query.page_size.map(|size| format!("page_size={size}")),
            // Page tokens need no escaping in a URL.
            query.page_token.as_ref().map(|token| format!("page_token={token}")),
        ];
        let parameters = parameters.into_iter().flatten().collect::<Vec<_>>().join("&");
        let path = format!("/v1/books?{parameters}");
        let list: List = self.get(path.trim_end_matches('?')).await?;
        Ok(Page { books: list.books, next_page_token: list.next_page_token })
    }

    async fn create(&mut self, new: NewBook) -> Result<Book> {
        let NewBook { title, author_id, year } = new;
        let options = RequestOptions::json(&json!({ "title": title, "author_id": author_id, "year": year }))?;
        parse(self.0.call(Method::POST, "/v1/books", options).await?)
    }

    async fn update(&mut self, id: u32, revision: u32, patch: BookPatch) -> Result<Book> {
        let fields = [
            ("title", patch.title.map(Value::from)),
            ("author_id", patch.author_id.map(Value::from)),
            ("year", patch.year.map(Value::from)),
        ];
        let body: Map<_, _> =
            fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let etag = format!("\"{revision}\"");
        let options = RequestOptions { header: Some((IF_MATCH, &etag)), ..RequestOptions::json(&body)? };
        parse(self.0.call(Method::PATCH, &format!("/v1/books/{id}"), options).await?)
    }

    async fn delete(&mut self, id: u32) -> Result<()> {
        let path = format!("/v1/books/{id}");
        success_body(self.0.call(Method::DELETE, &path, RequestOptions::default()).await?).map(drop)
    }

    async fn author_with_books(&mut self, id: u32) -> Result<(Author, Vec<Book>)> {
        let author = self.get(&format!("/v1/authors/{id}")).await?;
        let books = self.list(&ListBooks { author_id: Some(id), ..ListBooks::default() }).await?.books;
        Ok((author, books))
    }

    async fn close(self) {
        self.0.close().await;
    }
}

impl Watch for RestWatch {
    async fn next(&mut self) -> Result<Option<Change>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                self.remaining = self.remaining.saturating_sub(1);
                return event.map(Some);
            }
            let Some(frame) = self.body.frame().await else {
                return Ok(None);
            };
            let Ok(data) = frame.map_err(Failure::transport)?.into_data() else {
                continue;
            };
            self.partial.push_str(std::str::from_utf8(&data).map_err(Failure::transport)?);
            while let Some((event, rest)) = self.partial.split_once("\n\n") {
                self.events.extend(parse_event(event));
                self.partial = rest.to_owned();
            }
        }
    }

    async fn close(self) {
        let Self { http, mut body, remaining, .. } = self;
        if remaining == 0 {
            while let Some(Ok(_)) = body.frame().await {}
        }
        // Dropping an incomplete response closes the connection.
        drop(body);
        http.close().await;
    }
}

/// Parses a server-sent event. Returns `None` for a comment.
fn parse_event(event: &str) -> Option<Result<Change>> {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    let data = field("data: ")?;
    Some(match field("event: ") {
        Some("error") => Err(failure(
            FailureKind::FellBehind,
            "event: error".to_owned(),
            &Bytes::copy_from_slice(data.as_bytes()),
        )),
        _ => serde_json::from_str(data).map_err(Failure::transport),
    })
}

fn parse<T: DeserializeOwned>(response: Response<Bytes>) -> Result<T> {
    serde_json::from_slice(&success_body(response)?).map_err(Failure::transport)
}

/// Returns the response body, or a [`Failure`] if the status is an error.
fn success_body(response: Response<Bytes>) -> Result<Bytes> {
    let status = response.status();
    if status.is_success() {
        return Ok(response.into_body());
    }
    let body = response.body();
    let kind = match problem_member(body, "type")
        .as_deref()
        .and_then(|kind| kind.strip_prefix("urn:problem-type:bookshelf:"))
    {
        Some("not-found") => FailureKind::NotFound,
        Some("conflict") => FailureKind::Conflict,
        Some("full") => FailureKind::TooMany,
        _ if status.as_u16() == 503 => FailureKind::Unavailable,
        _ if status.is_server_error() => FailureKind::Internal,
        _ => FailureKind::Invalid,
    };
    Err(failure(kind, status.to_string(), body))
}

fn failure(kind: FailureKind, status: String, body: &Bytes) -> Failure {
    let message =
        problem_member(body, "detail").unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    Failure { kind, status, message }
}

/// Returns a string member of a problem details body (RFC 9457).
fn problem_member(body: &Bytes, member: &str) -> Option<String> {
    let problem: Value = serde_json::from_slice(body).ok()?;
    problem.get(member)?.as_str().map(str::to_owned)
}
