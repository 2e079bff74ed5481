//! The bookshelf over gRPC, on tonic.
//!
//! # Layout
//!
//! A call takes this way through the modules, top to bottom:
//!
//! - `web`: gRPC-Web for browsers, with the cargo feature `web`
//! - `call`: what every call passes: is it gRPC, its deadline, panics
//! - `service`: the methods of `bookshelf.v1.BookshelfService`
//! - `convert`, `mask`: between the shelf's types and the contract's; update masks
//! - `health`: `grpc.health.v1.Health`
//! - `status`: every error with its details
//! - `transport`: tonic's settings, after the limits that the three servers share
//! - [`limits`]: the limits of this API, each with its reason

#![forbid(unsafe_code)]

mod call;
mod convert;
mod health;
pub mod limits;
mod mask;
mod service;
mod status;
#[cfg(test)]
mod tests;
mod transport;
#[cfg(feature = "web")]
mod web;

use std::io;
use std::time::Duration;

use axum::middleware::from_fn_with_state;
use bookshelf::Shelf;
use bookshelf_proto::DESCRIPTORS;
use bookshelf_proto::v1::bookshelf_service_server::BookshelfServiceServer;
use hardening_http::shutdown::with_grace_period;
use hardening_http::{Incoming, Limits, Shutdown};
use server_kit::Program;
use socket_tap::TapListener;
use tonic::codec::CompressionEncoding::Gzip;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic_health::pb::FILE_DESCRIPTOR_SET as HEALTH_DESCRIPTORS;
use tonic_health::pb::health_server::HealthServer;
use tonic_reflection::pb::{v1, v1alpha};
use tonic_types::pb::FILE_DESCRIPTOR_SET as ERROR_DESCRIPTORS;

use crate::health::Health;
use crate::limits::MAX_REQUEST_BYTES;
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
    sample_commands: |address| {
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
    let server =
        transport::server(&limits).add_routes(routes(shelf, shutdown.clone(), limits.request_timeout)?);
    let grace = limits.grace;
    let incoming = Incoming::new(listener, limits, shutdown.clone()).into_stream();
    // The shutdown ends the connections' stream, and that is the signal for tonic, too.
    let serving = server.serve_with_incoming_shutdown(incoming, std::future::pending());
    match with_grace_period(serving, grace, &shutdown).await {
        Some(served) => served.map_err(io::Error::other),
        None => Ok(()),
    }
}

/// The services, for a transport of one's own. Streams of changes end at the shutdown.
///
/// # Errors
/// When the descriptors of the contract are broken.
pub fn router(shelf: Shelf, shutdown: Shutdown) -> io::Result<Router> {
    // A browser's gRPC-Web comes over HTTP/1.1.
    Ok(Server::builder().accept_http1(cfg!(feature = "web")).add_routes(routes(
        shelf,
        shutdown,
        Limits::default().request_timeout,
    )?))
}

/// `request_timeout` is how long a client may take to send its request.
fn routes(shelf: Shelf, shutdown: Shutdown, request_timeout: Duration) -> io::Result<Routes> {
    let bookshelf = BookshelfServiceServer::new(Service::new(shelf, shutdown.clone()))
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .accept_compressed(Gzip)
        .send_compressed(Gzip);
    let health = HealthServer::new(Health::new(shutdown.clone()))
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .accept_compressed(Gzip);
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(ERROR_DESCRIPTORS)
            .register_encoded_file_descriptor_set(HEALTH_DESCRIPTORS)
            .register_encoded_file_descriptor_set(v1::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(v1alpha::FILE_DESCRIPTOR_SET)
    };
    let reflection_v1 = (reflection().build_v1().map_err(io::Error::other)?)
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .accept_compressed(Gzip);
    let reflection_v1alpha = (reflection().build_v1alpha().map_err(io::Error::other)?)
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .accept_compressed(Gzip);
    let bounds = call::Bounds { request_timeout, shutdown };
    let services = Routes::new(bookshelf)
        .add_service(health)
        .add_service(reflection_v1)
        .add_service(reflection_v1alpha)
        .into_axum_router();
    let supervised = services.layer(from_fn_with_state(bounds, call::supervise));
    #[cfg(feature = "web")]
    let supervised = web::translated(supervised);
    Ok(supervised.into())
}
