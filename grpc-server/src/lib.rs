//! The bookshelf over gRPC, on tonic.
//!
//! # Layout
//!
//! - `service`: the methods of `bookshelf.v1.BookshelfService`
//! - `convert`: between the shelf's types and the contract's
//! - `status`: every error as a gRPC status
//! - `transport`: tonic's settings

#![forbid(unsafe_code)]

mod convert;
mod service;
mod status;
mod transport;

use std::io;

use bookshelf::Shelf;
use bookshelf_proto::DESCRIPTORS;
use bookshelf_proto::v1::bookshelf_service_server::BookshelfServiceServer;
use server_kit::shutdown::within_grace;
use server_kit::{Incoming, Limits, Program, Shutdown};
use socket_tap::TapListener;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic_health::pb::FILE_DESCRIPTOR_SET as HEALTH_DESCRIPTORS;
use tonic_reflection::pb::{v1, v1alpha};

use crate::service::Service;

/// What the command tells of itself.
pub const PROGRAM: Program = Program {
    name: "grpc-server",
    version: env!("CARGO_PKG_VERSION"),
    api: "grpc",
    listen: "127.0.0.1:50051",
    about: "The bookshelf over gRPC. Prints each socket call as it happens.",
    examples: "Examples:\n  \
        grpc-server                                     print each socket call\n  \
        grpc-server --trace grpc.jsonl --capture 1024   record with payload\n  \
        grpc-server --listen [::]:8000 --quiet          every interface, without a word",
    try_it: |address| {
        format!(
            "grpcurl -plaintext {address} list\n\
             grpcurl -plaintext -d '{{\"id\": 1}}' {address} bookshelf.v1.BookshelfService/GetBook\n\
             grpcurl -plaintext {address} bookshelf.v1.BookshelfService/WatchBooks"
        )
    },
};

/// Serves the bookshelf, health and reflection (v1, and v1alpha for older clients) until the shutdown, then finishes
/// the running calls.
///
/// # Errors
/// When the descriptors of the contract are broken, or the transport fails as a whole.
pub async fn serve(listener: TapListener, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    serve_with(listener, shelf, shutdown, Limits::default()).await
}

/// The same with limits of one's own.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    listener: TapListener,
    shelf: Shelf,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    let server = transport::server(&limits).add_routes(routes(shelf, shutdown.clone()).await?);
    let grace = limits.grace;
    let incoming = Incoming::new(listener, limits, shutdown.clone()).into_stream();
    // The shutdown ends the connections' stream, and that is the signal for tonic, too.
    let serving = server.serve_with_incoming_shutdown(incoming, std::future::pending());
    match within_grace(serving, grace, &shutdown).await {
        Some(served) => served.map_err(io::Error::other),
        None => Ok(()),
    }
}

/// The services, for a transport of one's own. Streams of changes end at the shutdown.
///
/// # Errors
/// When the descriptors of the contract are broken.
pub async fn router(shelf: Shelf, shutdown: Shutdown) -> io::Result<Router> {
    Ok(Server::builder().add_routes(routes(shelf, shutdown).await?))
}

async fn routes(shelf: Shelf, shutdown: Shutdown) -> io::Result<Routes> {
    let bookshelf = BookshelfServiceServer::new(Service::new(shelf, shutdown));
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<BookshelfServiceServer<Service>>().await;
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(HEALTH_DESCRIPTORS)
            .register_encoded_file_descriptor_set(v1::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(v1alpha::FILE_DESCRIPTOR_SET)
    };
    Ok(Routes::new(bookshelf)
        .add_service(health_service)
        .add_service(reflection().build_v1().map_err(io::Error::other)?)
        .add_service(reflection().build_v1alpha().map_err(io::Error::other)?))
}
