//! REST: paths, methods and status codes of HTTP.

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

use crate::failure::{Failure, Kind};
use crate::http::{Http, With};
use crate::{Client, Result, Watch};

/// A REST client.
#[derive(Debug)]
pub struct Rest(Http);

/// The changes as server-sent events.
#[derive(Debug)]
pub struct RestWatch {
    http: Http,
    body: Incoming,
    /// What came after the last whole event.
    rest: String,
    events: VecDeque<Result<Change>>,
    /// Changes that are still to come.
    left: u32,
}

#[derive(Deserialize)]
struct List {
    books: Vec<Book>,
    next_page_token: Option<String>,
}

impl Client for Rest {
    const API: &'static str = "rest";
    type Watch = RestWatch;

    async fn connect(tap: &Tap, address: SocketAddr) -> Result<Self> {
        Ok(Self(Http::connect(tap, address).await?))
    }

    async fn watch(tap: &Tap, address: SocketAddr, changes: u32) -> Result<RestWatch> {
        let mut http = Http::connect(tap, address).await?;
        let with = With { accept: Some("text/event-stream"), ..With::default() };
        let path = format!("/v1/books/changes?limit={changes}");
        let body = http.send(Method::GET, &path, with).await?.into_body();
        Ok(RestWatch { http, body, rest: String::new(), events: VecDeque::new(), left: changes })
    }

    async fn book(&mut self, id: u32) -> Result<Book> {
        read(self.0.call(Method::GET, &format!("/v1/books/{id}"), With::default()).await?)
    }

    async fn list(&mut self, query: &ListBooks) -> Result<Page> {
        let parameters = [
            query.author_id.map(|id| format!("author_id={id}")),
            query.page_size.map(|size| format!("page_size={size}")),
            // A token is URL-safe as it is.
            query.page_token.as_ref().map(|token| format!("page_token={token}")),
        ];
        let parameters = parameters.into_iter().flatten().collect::<Vec<_>>().join("&");
        let path = format!("/v1/books?{parameters}");
        let list: List = read(self.0.call(Method::GET, path.trim_end_matches('?'), With::default()).await?)?;
        Ok(Page { books: list.books, next_page_token: list.next_page_token })
    }

    async fn create(&mut self, new: NewBook) -> Result<Book> {
        let NewBook { title, author_id, year } = new;
        let with = With::json(&json!({ "title": title, "author_id": author_id, "year": year }))?;
        read(self.0.call(Method::POST, "/v1/books", with).await?)
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
        let with = With { header: Some((IF_MATCH, &etag)), ..With::json(&body)? };
        read(self.0.call(Method::PATCH, &format!("/v1/books/{id}"), with).await?)
    }

    async fn delete(&mut self, id: u32) -> Result<()> {
        checked(self.0.call(Method::DELETE, &format!("/v1/books/{id}"), With::default()).await?).map(drop)
    }

    async fn author_with_books(&mut self, id: u32) -> Result<(Author, Vec<Book>)> {
        let author = read(self.0.call(Method::GET, &format!("/v1/authors/{id}"), With::default()).await?)?;
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
                self.left = self.left.saturating_sub(1);
                return event.map(Some);
            }
            let Some(frame) = self.body.frame().await else {
                return Ok(None);
            };
            let Ok(data) = frame.map_err(Failure::transport)?.into_data() else {
                continue;
            };
            self.rest.push_str(std::str::from_utf8(&data).map_err(Failure::transport)?);
            while let Some((event, rest)) = self.rest.split_once("\n\n") {
                self.events.extend(read_event(event));
                self.rest = rest.to_owned();
            }
        }
    }

    async fn close(self) {
        let Self { http, mut body, left, .. } = self;
        if left == 0 {
            while let Some(Ok(_)) = body.frame().await {}
        }
        // An answer that is given up half-way ends the connection.
        drop(body);
        http.close().await;
    }
}

/// `None` for a comment.
fn read_event(event: &str) -> Option<Result<Change>> {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    let data = field("data: ")?;
    Some(match field("event: ") {
        Some("error") => Err(failure(
            Kind::FellBehind,
            "event: error".to_owned(),
            &Bytes::copy_from_slice(data.as_bytes()),
        )),
        _ => serde_json::from_str(data).map_err(Failure::transport),
    })
}

fn read<T: DeserializeOwned>(response: Response<Bytes>) -> Result<T> {
    serde_json::from_slice(&checked(response)?).map_err(Failure::transport)
}

/// The body of a good answer.
fn checked(response: Response<Bytes>) -> Result<Bytes> {
    let status = response.status();
    if status.is_success() {
        return Ok(response.into_body());
    }
    let body = response.body();
    let kind = match problem(body, "type")
        .as_deref()
        .and_then(|kind| kind.strip_prefix("urn:problem-type:bookshelf:"))
    {
        Some("not-found") => Kind::NotFound,
        Some("conflict") => Kind::Conflict,
        Some("full") => Kind::TooMany,
        _ if status.is_server_error() => Kind::Internal,
        _ => Kind::Invalid,
    };
    Err(failure(kind, status.to_string(), body))
}

fn failure(kind: Kind, answer: String, body: &Bytes) -> Failure {
    let message = problem(body, "detail").unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    Failure { kind, answer, message }
}

/// A member of problem details.
fn problem(body: &Bytes, member: &str) -> Option<String> {
    let problem: Value = serde_json::from_slice(body).ok()?;
    problem.get(member)?.as_str().map(str::to_owned)
}
