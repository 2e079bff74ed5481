//! gRPC server for "get a book", with tonic.

use std::io;
use std::pin::Pin;

use bookshelf::Shelf;
use bookshelf_proto::v1::bookshelf_service_server::{BookshelfService, BookshelfServiceServer};
use bookshelf_proto::v1::{
    Book, CreateBookRequest, CreateBookResponse, DeleteBookRequest, DeleteBookResponse, GetAuthorRequest,
    GetAuthorResponse, GetBookRequest, GetBookResponse, ListBooksRequest, ListBooksResponse,
    UpdateBookRequest, UpdateBookResponse, WatchBooksRequest, WatchBooksResponse,
};
use tokio::net::TcpListener;
use tokio_stream::Stream;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

pub(crate) async fn serve(listener: TcpListener, shelf: Shelf) -> io::Result<()> {
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = Server::builder().add_service(BookshelfServiceServer::new(Service { shelf }));
    server.serve_with_incoming(incoming).await.map_err(io::Error::other)
}

struct Service {
    shelf: Shelf,
}

type Reply<T> = Result<Response<T>, Status>;

fn unimplemented<T>() -> Reply<T> {
    Err(Status::unimplemented("bare-server implements only GetBook"))
}

#[tonic::async_trait]
impl BookshelfService for Service {
    async fn get_book(&self, request: Request<GetBookRequest>) -> Reply<GetBookResponse> {
        let book = self.shelf.book(request.get_ref().id).await;
        let book = book.map_err(|error| Status::not_found(error.to_string()))?;
        let bookshelf::Book { id, title, author_id, year, revision } = book;
        Ok(Response::new(GetBookResponse { book: Some(Book { id, title, author_id, year, revision }) }))
    }

    async fn list_books(&self, _: Request<ListBooksRequest>) -> Reply<ListBooksResponse> {
        unimplemented()
    }

    async fn create_book(&self, _: Request<CreateBookRequest>) -> Reply<CreateBookResponse> {
        unimplemented()
    }

    async fn update_book(&self, _: Request<UpdateBookRequest>) -> Reply<UpdateBookResponse> {
        unimplemented()
    }

    async fn delete_book(&self, _: Request<DeleteBookRequest>) -> Reply<DeleteBookResponse> {
        unimplemented()
    }

    async fn get_author(&self, _: Request<GetAuthorRequest>) -> Reply<GetAuthorResponse> {
        unimplemented()
    }

    type WatchBooksStream = Pin<Box<dyn Stream<Item = Result<WatchBooksResponse, Status>> + Send>>;

    async fn watch_books(&self, _: Request<WatchBooksRequest>) -> Reply<Self::WatchBooksStream> {
        unimplemented()
    }
}
