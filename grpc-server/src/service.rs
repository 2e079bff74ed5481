//! The methods of `bookshelf.v1.BookshelfService`.

use std::pin::Pin;

use bookshelf::{NewBook, Shelf};
use bookshelf_proto::v1::bookshelf_service_server::BookshelfService;
use bookshelf_proto::v1::{
    CreateBookRequest, CreateBookResponse, DeleteBookRequest, DeleteBookResponse, GetAuthorRequest,
    GetAuthorResponse, GetBookRequest, GetBookResponse, ListBooksRequest, ListBooksResponse,
    UpdateBookRequest, UpdateBookResponse, WatchBooksRequest, WatchBooksResponse,
};
use futures_util::{Stream, StreamExt as _};
use hardening_http::Shutdown;
use prost::Message as _;
use tonic::{Request, Response, Status};

use crate::limits::MIN_GZIP_BYTES;
use crate::status::{missing, status, unknown_change};
use crate::{convert, mask};

#[derive(Debug)]
pub(crate) struct Service {
    shelf: Shelf,
    /// Ends the streams of changes, which would never end by themselves.
    shutdown: Shutdown,
}

impl Service {
    pub(crate) fn new(shelf: Shelf, shutdown: Shutdown) -> Self {
        Self { shelf, shutdown }
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn no_book() -> Status {
    missing("book", "give it with the request")
}

#[tonic::async_trait]
impl BookshelfService for Service {
    async fn get_book(&self, request: Request<GetBookRequest>) -> Answer<GetBookResponse> {
        let book = self.shelf.book(request.get_ref().id).map_err(status)?;
        Ok(Response::new(GetBookResponse { book: Some(convert::book(book)) }))
    }

    async fn list_books(&self, request: Request<ListBooksRequest>) -> Answer<ListBooksResponse> {
        let page = self.shelf.list(&convert::list_query(request.into_inner())).map_err(status)?;
        let mut response = Response::new(ListBooksResponse {
            books: page.books.into_iter().map(convert::book).collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        });
        if response.get_ref().encoded_len() < MIN_GZIP_BYTES {
            response.disable_compression();
        }
        Ok(response)
    }

    async fn create_book(&self, request: Request<CreateBookRequest>) -> Answer<CreateBookResponse> {
        let book = request.into_inner().book.ok_or_else(no_book)?;
        let new = NewBook { title: book.title, author_id: book.author_id, year: book.year };
        let book = self.shelf.create(new).map_err(status)?;
        Ok(Response::new(CreateBookResponse { book: Some(convert::book(book)) }))
    }

    async fn update_book(&self, request: Request<UpdateBookRequest>) -> Answer<UpdateBookResponse> {
        let UpdateBookRequest { book, update_mask } = request.into_inner();
        let book = book.ok_or_else(no_book)?;
        let (id, revision) = (book.id, book.revision);
        if revision == 0 {
            return Err(missing("book.revision", "say which revision the book had when you read it"));
        }
        let patch = mask::patch(book, update_mask)?;
        let book = self.shelf.update(id, revision, patch).map_err(status)?;
        Ok(Response::new(UpdateBookResponse { book: Some(convert::book(book)) }))
    }

    async fn delete_book(&self, request: Request<DeleteBookRequest>) -> Answer<DeleteBookResponse> {
        self.shelf.delete(request.get_ref().id).map_err(status)?;
        Ok(Response::new(DeleteBookResponse {}))
    }

    async fn get_author(&self, request: Request<GetAuthorRequest>) -> Answer<GetAuthorResponse> {
        let author = self.shelf.author(request.get_ref().id).map_err(status)?;
        Ok(Response::new(GetAuthorResponse { author: Some(convert::author(author)) }))
    }

    type WatchBooksStream = Pin<Box<dyn Stream<Item = Result<WatchBooksResponse, Status>> + Send>>;

    async fn watch_books(&self, request: Request<WatchBooksRequest>) -> Answer<Self::WatchBooksStream> {
        let last = self.shelf.last_change();
        let seen = request.get_ref().after_sequence.unwrap_or(last);
        if seen > last {
            return Err(unknown_change(seen, last));
        }
        // From here on the watcher misses nothing: the answer's headers tell the client so.
        let changes = self.shelf.watch_after(seen).into_stream();
        let messages = changes.map(|change| change.map(convert::change).map_err(status));
        Ok(Response::new(Box::pin(messages.take_until(self.shutdown.clone().cancelled_owned()))))
    }
}
