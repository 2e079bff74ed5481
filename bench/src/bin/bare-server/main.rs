//! A server for the operation "get a book" that uses only the framework's own server. Usage: `bare-server
//! rest|graphql|grpc ADDRESS`.
//!
//! The handlers are what a user of the framework would write, without the limits and checks of the crates in
//! `hardening`. The benchmark compares the project's own servers with this one.

#![forbid(unsafe_code)]

mod graphql;
mod grpc;
mod rest;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use bookshelf::Shelf;
use tokio::net::TcpListener;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let (Some(api), Some(Ok(address))) = (args.get(1), args.get(2).map(|text| text.parse())) else {
        eprintln!("usage: bare-server rest|graphql|grpc ADDRESS");
        return ExitCode::FAILURE;
    };
    match run(api, address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bare-server: error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(api: &str, address: SocketAddr) -> io::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind(address).await?;
        eprintln!("bare-server listens on {}", listener.local_addr()?);
        match api {
            "rest" => axum::serve(listener, rest::router(Shelf::seeded())).await,
            "graphql" => axum::serve(listener, graphql::router(Shelf::seeded())).await,
            "grpc" => grpc::serve(listener, Shelf::seeded()).await,
            _ => Err(io::Error::other(format!("unknown API {api}; use rest, graphql or grpc"))),
        }
    })
}
