//! The methods of `bookshelf.v1.BookshelfService`.

use std::pin::Pin;

use bookshelf::Shelf;
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

use crate::convert;
use crate::limits::MIN_GZIP_BYTES;
use crate::status::{from_shelf, unknown_change};

/// The service of the bookshelf.
#[derive(Debug)]
pub struct Service {
    shelf: Shelf,
    /// Shutdown signal. It ends the watch streams, which would otherwise never end.
    shutdown: Shutdown,
}

impl Service {
    pub(crate) fn new(shelf: Shelf, shutdown: Shutdown) -> Self {
        Self { shelf, shutdown }
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl BookshelfService for Service {
    async fn list_books(&self, request: Request<ListBooksRequest>) -> Reply<ListBooksResponse> {
        let query = convert::list_query(request.into_inner());
        let page = convert::page(self.shelf.list(&query).await.map_err(from_shelf)?);
        let is_short = page.encoded_len() < MIN_GZIP_BYTES;
        let mut response = Response::new(page);
        if is_short {
            response.disable_compression();
        }
        Ok(response)
    }

    async fn get_book(&self, request: Request<GetBookRequest>) -> Reply<GetBookResponse> {
        let book = self.shelf.book(request.get_ref().id).await.map_err(from_shelf)?;
        Ok(Response::new(GetBookResponse { book: Some(convert::book(book)) }))
    }

    async fn create_book(&self, request: Request<CreateBookRequest>) -> Reply<CreateBookResponse> {
        let new_book = convert::new_book(request.into_inner())?;
        let book = self.shelf.create(new_book).await.map_err(from_shelf)?;
        Ok(Response::new(CreateBookResponse { book: Some(convert::book(book)) }))
    }

    async fn update_book(&self, request: Request<UpdateBookRequest>) -> Reply<UpdateBookResponse> {
        let convert::Update { id, revision, patch } = convert::update(request.into_inner())?;
        let book = self.shelf.update(id, revision, patch).await.map_err(from_shelf)?;
        Ok(Response::new(UpdateBookResponse { book: Some(convert::book(book)) }))
    }

    async fn delete_book(&self, request: Request<DeleteBookRequest>) -> Reply<DeleteBookResponse> {
        self.shelf.delete(request.get_ref().id).await.map_err(from_shelf)?;
        Ok(Response::new(DeleteBookResponse {}))
    }

    async fn get_author(&self, request: Request<GetAuthorRequest>) -> Reply<GetAuthorResponse> {
        let author = self.shelf.author(request.get_ref().id).await.map_err(from_shelf)?;
        Ok(Response::new(GetAuthorResponse { author: Some(convert::author(author)) }))
    }

    type WatchBooksStream = Pin<Box<dyn Stream<Item = Result<WatchBooksResponse, Status>> + Send>>;

    async fn watch_books(&self, request: Request<WatchBooksRequest>) -> Reply<Self::WatchBooksStream> {
        let last = self.shelf.last_change().await.map_err(from_shelf)?;
        let after = request.get_ref().after_sequence.unwrap_or(last);
        if after > last {
            return Err(unknown_change(after, last));
        }
        // The response head confirms to the client that it misses no change from here on.
        let changes = self.shelf.watch_after(after).into_stream();
        let messages = changes.map(|change| change.map(convert::change).map_err(from_shelf));
        Ok(Response::new(Box::pin(messages.take_until(self.shutdown.clone().cancelled_owned()))))
    }
}
