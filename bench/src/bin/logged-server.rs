//! The REST, GraphQL and gRPC servers with the crate `logged-stream` in place of socket-tap. Usage:
//! `logged-server rest|graphql|grpc ADDRESS [FILE]`.
//!
//! This program uses the routes and services of the project's three servers, and sets `TCP_NODELAY` as they
//! do.

#![forbid(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Poll};

use axum::Router;
use bookshelf::Shelf;
use hardening_http::{Limits, Shutdown};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use logged_stream::{DefaultFilter, FileLogger, LoggedStream, Logger, LowercaseHexadecimalFormatter, Record};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::server::Connected;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let (Some(api), Some(Ok(address))) = (args.get(1), args.get(2).map(|text| text.parse())) else {
        eprintln!("usage: logged-server rest|graphql|grpc ADDRESS [FILE]");
        return ExitCode::FAILURE;
    };
    match run(api, address, args.get(3).map(String::as_str)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("logged-server: error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(api: &str, address: SocketAddr, path: Option<&str>) -> io::Result<()> {
    let log = path.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind(address).await?;
        let (shelf, shutdown) = (Shelf::seeded(), Shutdown::new());
        match api {
            "rest" => http(listener, rest_server::router(shelf, shutdown), log).await,
            "graphql" => http(listener, graphql_server::router(shelf, shutdown), log).await,
            _ => {
                let incoming =
                    TcpListenerStream::new(listener).map(move |stream| Logged::new(stream?, log.as_ref()));
                let services = grpc_server::services(shelf, shutdown, Limits::default().request_timeout)?;
                let server = tonic::transport::Server::builder();
                server.serve_with_incoming(services, incoming).await.map_err(io::Error::other)
            }
        }
    })
}

/// Accepts connections and serves the router on each. Never shuts down.
async fn http(listener: TcpListener, router: Router, log: Option<File>) -> io::Result<()> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new());
    http.http2().timer(TokioTimer::new());
    loop {
        let (stream, _) = listener.accept().await?;
        let stream = TokioIo::new(Logged::new(stream, log.as_ref())?);
        let service = TowerToHyperService::new(router.clone());
        let http = http.clone();
        tokio::spawn(async move { http.serve_connection_with_upgrades(stream, service).await.map_err(drop) });
    }
}

type Inner = LoggedStream<TcpStream, LowercaseHexadecimalFormatter, DefaultFilter, Box<dyn SendLogger>>;

/// A logger that can move to another thread together with its stream.
trait SendLogger: Logger + Unpin {}

impl SendLogger for FileLogger {}

/// A `logged-stream` logger that discards all records.
struct Discard;

impl Logger for Discard {
    fn log(&mut self, _: Record) {}
}

impl SendLogger for Discard {}

impl Logger for Box<dyn SendLogger> {
    fn log(&mut self, record: Record) {
        (**self).log(record);
    }
}

/// A logged stream that implements tonic's `Connected`. It does not forward vectored writes, because
/// `LoggedStream` does not either.
struct Logged(Inner);

impl Logged {
    fn new(stream: TcpStream, log: Option<&File>) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let logger: Box<dyn SendLogger> = match log {
            Some(file) => Box::new(FileLogger::new(file.try_clone()?)),
            None => Box::new(Discard),
        };
        let formatter = LowercaseHexadecimalFormatter::new_default();
        Ok(Self(LoggedStream::new(stream, formatter, DefaultFilter, logger)))
    }
}

impl Connected for Logged {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Logged {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Logged {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
