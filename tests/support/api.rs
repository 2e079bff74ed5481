//! The three APIs, each with its server in this process.

use std::io;
use std::net::SocketAddr;

use bookshelf::{Limits, Shelf};
use clients::{Client, Graphql, Grpc, Rest};
use hardening_http::Shutdown;
use socket_tap::{Tap, TapListener};
use tokio::task::JoinHandle;

/// An API: its client, and its server.
pub(crate) trait Api: Client {
    /// The server's command.
    const SERVER: &'static str;

    /// Starts the server as its own command does.
    fn serve(
        listener: TapListener,
        shelf: Shelf,
        shutdown: Shutdown,
        limits: hardening_http::Limits,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static;
}

impl Api for Rest {
    const SERVER: &'static str = "rest-server";

    fn serve(
        listener: TapListener,
        shelf: Shelf,
        shutdown: Shutdown,
        limits: hardening_http::Limits,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        rest_server::serve_with(listener, shelf, shutdown, limits)
    }
}

impl Api for Graphql {
    const SERVER: &'static str = "graphql-server";

    fn serve(
        listener: TapListener,
        shelf: Shelf,
        shutdown: Shutdown,
        limits: hardening_http::Limits,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        graphql_server::serve_with(listener, shelf, shutdown, limits)
    }
}

impl Api for Grpc {
    const SERVER: &'static str = "grpc-server";

    fn serve(
        listener: TapListener,
        shelf: Shelf,
        shutdown: Shutdown,
        limits: hardening_http::Limits,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        grpc_server::serve_with(listener, shelf, shutdown, limits)
    }
}

/// A server in this process, on a port of the kernel's choice.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// The very shelf that it serves.
    pub(crate) shelf: Shelf,
    pub(crate) shutdown: Shutdown,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    pub(crate) async fn start<A: Api>() -> Self {
        Self::with::<A>(&Tap::off(), Limits::default()).await
    }

    pub(crate) async fn with<A: Api>(tap: &Tap, limits: Limits) -> Self {
        Self::serving::<A>(tap, Shelf::with_limits(limits), hardening_http::Limits::default()).await
    }

    /// With limits for its connections.
    pub(crate) async fn limited<A: Api>(tap: &Tap, limits: hardening_http::Limits) -> Self {
        Self::serving::<A>(tap, Shelf::seeded(), limits).await
    }

    async fn serving<A: Api>(tap: &Tap, shelf: Shelf, limits: hardening_http::Limits) -> Self {
        let listener = TapListener::bind(tap, "127.0.0.1:0").await.unwrap().nodelay(true);
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::new();
        let task = tokio::spawn(A::serve(listener, shelf.clone(), shutdown.clone(), limits));
        Self { address, shelf, shutdown, task }
    }

    /// A client without a tap.
    pub(crate) async fn client<A: Api>(&self) -> A {
        A::connect(&Tap::off(), self.address).await.unwrap()
    }

    /// Begins the shutdown and waits for its end.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
    }
}
