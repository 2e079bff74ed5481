//! A server for the operation "get a book". Each API is served by its framework alone: axum, async-graphql or
//! tonic. Usage: `bare-server rest|rest-without-etag|graphql|grpc ADDRESS [--store URL]`.
//!
//! The handlers are what a user of the framework would write, without the limits and checks of the crates in
//! `hardening`. The benchmark compares the project's own servers with this server.

#![forbid(unsafe_code)]

mod graphql;
mod grpc;
mod rest;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use server_kit::StoreFlags;
use socket_tap::Tap;
use tokio::net::TcpListener;

fn main() -> ExitCode {
    let Flags { api, address, store } = Flags::parse();
    match run(&api, address, &store) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bare-server: error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves "get a book" over one API with the API's framework alone.
#[derive(Debug, Parser)]
struct Flags {
    /// rest, rest-without-etag, graphql or grpc
    api: String,
    /// Address to listen on
    address: SocketAddr,
    #[command(flatten)]
    store: StoreFlags,
}

fn run(api: &str, address: SocketAddr, store: &StoreFlags) -> io::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let shelf = store.open(&Tap::off(), "bare-server").await.map_err(io::Error::other)?;
        let listener = TcpListener::bind(address).await?;
        eprintln!("bare-server listens on {}", listener.local_addr()?);
        match api {
            "rest" => axum::serve(listener, rest::router(shelf)).await,
            "rest-without-etag" => axum::serve(listener, rest::router_without_etag(shelf)).await,
            "graphql" => axum::serve(listener, graphql::router(shelf)).await,
            "grpc" => grpc::serve(listener, shelf).await,
            _ => Err(io::Error::other(format!(
                "unknown API {api}; use rest, rest-without-etag, graphql or grpc"
            ))),
        }
    })
}
