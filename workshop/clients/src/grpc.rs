//! The gRPC client: methods and messages of a protobuf contract over HTTP/2.

use std::net::SocketAddr;

use bookshelf::{Author, Book, BookPatch, Change, ChangeKind, ListBooks, NewBook, Page};
use bookshelf_proto::v1::bookshelf_service_client::BookshelfServiceClient;
use bookshelf_proto::v1::{
    self, CreateBookRequest, DeleteBookRequest, GetAuthorRequest, GetBookRequest, ListBooksRequest,
    UpdateBookRequest, WatchBooksRequest, WatchBooksResponse,
};
use prost_types::FieldMask;
use socket_tap::{Tap, TapConnector};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status, Streaming};

use crate::failure::{Failure, FailureKind};
use crate::{Client, OPTIONS, Result, Watch};

/// A gRPC client. Clones share its connection.
#[derive(Clone, Debug)]
pub struct Grpc(BookshelfServiceClient<Channel>);

/// A watcher that reads changes from a gRPC server stream.
#[derive(Debug)]
pub struct GrpcWatch {
    /// Client of the stream, which keeps the connection open while the stream is read.
    _client: Grpc,
    stream: Streaming<WatchBooksResponse>,
    /// Number of changes that the server will still send.
    remaining: u32,
}

impl Client for Grpc {
    const API: &'static str = "grpc";
    type Watch = GrpcWatch;

    async fn connect(tap: &Tap, address: SocketAddr) -> Result<Self> {
        let endpoint = Endpoint::try_from(format!("http://{address}")).map_err(Failure::transport)?;
        let connector = TapConnector::new(tap).options(OPTIONS);
        let channel = endpoint.connect_with_connector(connector).await.map_err(Failure::transport)?;
        Ok(Self(BookshelfServiceClient::new(channel)))
    }

    async fn connect_http2(tap: &Tap, address: SocketAddr) -> Result<Self> {
        Self::connect(tap, address).await
    }

    async fn watch(tap: &Tap, address: SocketAddr, changes: u32) -> Result<GrpcWatch> {
        let mut client = Self::connect(tap, address).await?;
        let stream = client.0.watch_books(WatchBooksRequest::default()).await?.into_inner();
        Ok(GrpcWatch { _client: client, stream, remaining: changes })
    }

    async fn book(&mut self, id: u32) -> Result<Book> {
        book(self.0.get_book(GetBookRequest { id }).await?.into_inner().book)
    }

    async fn list(&mut self, query: &ListBooks) -> Result<Page> {
        let request = ListBooksRequest {
            author_id: query.author_id.unwrap_or(0),
            page_size: query.page_size.unwrap_or(0),
            page_token: query.page_token.clone().unwrap_or_default(),
        };
        let list = self.0.list_books(request).await?.into_inner();
        let books = list.books.into_iter().map(|found| book(Some(found))).collect::<Result<_>>()?;
        let next_page_token = Some(list.next_page_token).filter(|token| !token.is_empty());
        Ok(Page { books, next_page_token })
    }

    async fn create(&mut self, new: NewBook) -> Result<Book> {
        let NewBook { title, author_id, year } = new;
        let new = v1::Book { title, author_id, year, ..v1::Book::default() };
        book(self.0.create_book(CreateBookRequest { book: Some(new) }).await?.into_inner().book)
    }

    async fn update(&mut self, id: u32, revision: u32, patch: BookPatch) -> Result<Book> {
        let paths = [
            patch.title.is_some().then_some("title"),
            patch.author_id.is_some().then_some("author_id"),
            patch.year.is_some().then_some("year"),
        ];
        let update_mask = Some(FieldMask { paths: paths.into_iter().flatten().map(str::to_owned).collect() });
        let changed = v1::Book {
            id,
            revision,
            title: patch.title.unwrap_or_default(),
            author_id: patch.author_id.unwrap_or_default(),
            year: patch.year.unwrap_or_default(),
        };
        let request = UpdateBookRequest { book: Some(changed), update_mask };
        book(self.0.update_book(request).await?.into_inner().book)
    }

    async fn delete(&mut self, id: u32) -> Result<()> {
        self.0.delete_book(DeleteBookRequest { id }).await?;
        Ok(())
    }

    async fn author_with_books(&mut self, id: u32) -> Result<(Author, Vec<Book>)> {
        let author = self.0.get_author(GetAuthorRequest { id }).await?.into_inner().author;
        let v1::Author { id, name } = author.ok_or_else(|| missing("author"))?;
        let books = self.list(&ListBooks { author_id: Some(id), ..ListBooks::default() }).await?.books;
        Ok((Author { id, name }, books))
    }

    async fn close(self) {
        // Dropping the last handle of a channel closes its connection with a GOAWAY, from a background task.
    }
}

impl Watch for GrpcWatch {
    async fn next(&mut self) -> Result<Option<Change>> {
        if self.remaining == 0 {
            return Ok(None);
        }
        let Some(change) = self.stream.message().await? else {
            return Ok(None);
        };
        self.remaining -= 1;
        let kind = match change.kind() {
            v1::ChangeKind::Created => ChangeKind::Created,
            v1::ChangeKind::Updated => ChangeKind::Updated,
            v1::ChangeKind::Deleted => ChangeKind::Deleted,
            v1::ChangeKind::Unspecified => return Err(missing("kind")),
        };
        Ok(Some(Change { sequence: change.sequence, kind, book: book(change.book)? }))
    }

    async fn close(self) {}
}

fn book(book: Option<v1::Book>) -> Result<Book> {
    let v1::Book { id, title, author_id, year, revision } = book.ok_or_else(|| missing("book"))?;
    Ok(Book { id, title, author_id, year, revision })
}

fn missing(field: &str) -> Failure {
    Failure::transport(format!("the gRPC response has no field {field}"))
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let kind = match status.code() {
            Code::NotFound => FailureKind::NotFound,
            Code::InvalidArgument => FailureKind::Invalid,
            Code::Aborted => FailureKind::Conflict,
            Code::ResourceExhausted => FailureKind::TooMany,
            Code::DataLoss => FailureKind::FellBehind,
            // A failed connection has this code, too, but no details.
            Code::Unavailable if !status.details().is_empty() => FailureKind::Unavailable,
            Code::Internal => FailureKind::Internal,
            _ => FailureKind::Transport,
        };
        // Converts the code to the specification's spelling: NotFound to NOT_FOUND.
        let status_name = format!("{:?}", status.code())
            .chars()
            .enumerate()
            .flat_map(|(i, c)| {
                (i > 0 && c.is_uppercase()).then_some('_').into_iter().chain([c.to_ascii_uppercase()])
            })
            .collect();
        Self { kind, status: status_name, message: status.message().to_owned() }
    }
}
