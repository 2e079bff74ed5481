//! The bookshelf over gRPC, on tonic.
//!
//! # Layout
//!
//! - `service`: the seven methods of `bookshelf.v1.BookshelfService`
//! - `convert`: conversions between the types of `bookshelf` and the messages of the gRPC contract
//! - `status`: the errors of `bookshelf` as gRPC statuses
//! - [`limits`]: limits of this API, each with its reason
//!
//! [`hardening_grpc`] adds deadlines, protocol checks, health and reflection.

#![forbid(unsafe_code)]

mod convert;
pub mod limits;
mod service;
mod status;
#[cfg(test)]
mod tests;

use std::io;
use std::time::Duration;

use bookshelf::Shelf;
use bookshelf_proto::DESCRIPTORS;
use bookshelf_proto::v1::bookshelf_service_server::BookshelfServiceServer;
use hardening_grpc::{Api, Guarded, Services};
use hardening_http::{Limits, Shutdown};
use server_kit::Program;
use socket_tap::TapListener;
use tonic::codec::CompressionEncoding::Gzip;

use crate::limits::MAX_REQUEST_BYTES;
use crate::service::Service;

/// Name, default address and help texts of the command `grpc-server`.
pub const PROGRAM: Program = Program {
    name: "grpc-server",
    version: env!("CARGO_PKG_VERSION"),
    api: "grpc",
    listen: "127.0.0.1:50051",
    about: "The bookshelf over gRPC. Prints each socket call as it happens.",
    examples: "Examples:\n  \
        grpc-server                                     print each socket call\n  \
        grpc-server --trace grpc.jsonl --capture 1024   record with payload\n  \
        grpc-server --listen [::]:8000 --quiet          listen on every interface, print nothing",
    sample_commands: |address| {
        format!(
            "grpcurl -plaintext {address} list\n\
             grpcurl -plaintext -d '{{\"id\": 1}}' {address} bookshelf.v1.BookshelfService/GetBook\n\
             grpcurl -plaintext {address} bookshelf.v1.BookshelfService/WatchBooks"
        )
    },
};

const API: Api = Api {
    domain: status::DOMAIN,
    descriptors: DESCRIPTORS,
    max_request_bytes: MAX_REQUEST_BYTES,
    compressed_methods: &["/bookshelf.v1.BookshelfService/ListBooks"],
};

/// Serves the API with default limits until the shutdown, then completes the calls in flight.
///
/// # Errors
/// When the contract's descriptors cannot be decoded, or tonic's transport fails.
pub async fn serve(listener: TapListener, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    serve_with(listener, shelf, shutdown, Limits::default()).await
}

/// Serves the API with the given limits until the shutdown, then completes the calls in flight.
///
/// # Errors
/// Returns the same errors as [`serve`].
pub async fn serve_with(
    listener: TapListener,
    shelf: Shelf,
    shutdown: Shutdown,
    limits: Limits,
) -> io::Result<()> {
    let services = services(shelf, shutdown.clone(), limits.request_timeout)?;
    hardening_grpc::serve(listener, services, shutdown, limits).await
}

/// Returns the services of the API without gRPC-Web, for use with another transport. Streams end at the
/// shutdown.
///
/// # Errors
/// When the contract's descriptors cannot be decoded.
pub fn services(
    shelf: Shelf,
    shutdown: Shutdown,
    request_timeout: Duration,
) -> io::Result<Guarded<Services<BookshelfServiceServer<Service>>>> {
    let service = BookshelfServiceServer::new(Service::new(shelf, shutdown.clone()))
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .accept_compressed(Gzip)
        .send_compressed(Gzip);
    hardening_grpc::services(service, API, request_timeout, shutdown)
}
