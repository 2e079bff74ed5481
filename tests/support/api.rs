//! An in-process server for each of the three APIs, and a trait for tests that run over each API.

use std::io;
use std::net::SocketAddr;

use bookshelf::{Limits, Shelf};
use clients::{Client, Graphql, Grpc, Rest};
use hardening_http::Shutdown;
use socket_tap::{Tap, TapListener};
use tokio::task::JoinHandle;

/// An API with its client and its server.
pub(crate) trait Api: Client {
    /// Name of the server's command, such as `rest-server`.
    const SERVER: &'static str;

    /// Serves connections from `listener` with the same code as the server's command.
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

/// An in-process server on a port that the kernel chose.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// The books that the server serves. Tests change them here to bypass the API.
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

    /// Starts a server with the given connection limits.
    pub(crate) async fn limited<A: Api>(tap: &Tap, limits: hardening_http::Limits) -> Self {
        Self::serving::<A>(tap, Shelf::seeded(), limits).await
    }

    /// Starts a server of this shelf.
    pub(crate) async fn of<A: Api>(shelf: Shelf) -> Self {
        Self::serving::<A>(&Tap::off(), shelf, hardening_http::Limits::default()).await
    }

    async fn serving<A: Api>(tap: &Tap, shelf: Shelf, limits: hardening_http::Limits) -> Self {
        let listener = TapListener::bind(tap, "127.0.0.1:0").await.unwrap().nodelay(true);
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::new();
        let task = tokio::spawn(A::serve(listener, shelf.clone(), shutdown.clone(), limits));
        Self { address, shelf, shutdown, task }
    }

    /// Connects a client that is not recorded.
    pub(crate) async fn client<A: Api>(&self) -> A {
        A::connect(&Tap::off(), self.address).await.unwrap()
    }

    /// Shuts the server down and waits until it has ended.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
    }
}
