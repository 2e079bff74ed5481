//! The called server of an API.

use std::marker::PhantomData;
use std::sync::Arc;

use clients::{Client, Failure, Graphql, Grpc, Rest};

use crate::api_instance::ApiInstance;

/// A server that can be called over connections.
pub trait Target: Send + Sync + 'static {
    /// A connection.
    type Connection: Send + 'static;

    /// Opens a connection.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, Failure>> + Send;

    /// Makes a call and waits for its complete response.
    fn call(connection: &mut Self::Connection) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Returns another handle of a connection that can carry several calls at once. `None` if it carries one at a time.
    fn share(connection: &Self::Connection) -> Option<Self::Connection>;

    /// Closes a connection.
    fn close(connection: Self::Connection) -> impl Future<Output = ()> + Send;
}

/// The server of an API, called by a client.
#[derive(Debug)]
pub struct ApiTarget<C> {
    api: Arc<ApiInstance>,
    client: PhantomData<fn() -> C>,
}

impl<C> ApiTarget<C> {
    /// Creates a target.
    #[must_use]
    pub fn new(api: Arc<ApiInstance>) -> Self {
        Self { api, client: PhantomData }
    }
}

impl<C: Shareable> Target for ApiTarget<C> {
    type Connection = C;

    async fn connect(&self) -> Result<C, Failure> {
        C::connect(&self.api.recordings.client, self.api.address).await
    }

    async fn call(connection: &mut C) -> Result<(), Failure> {
        connection.book(1).await.map(drop)
    }

    fn share(connection: &C) -> Option<C> {
        connection.share()
    }

    async fn close(connection: C) {
        connection.close().await;
    }
}

/// A client whose connection may carry several calls at once.
pub trait Shareable: Client {
    /// Returns a client with the same connection. `None` if a connection carries one call at a time.
    fn share(&self) -> Option<Self>;
}

impl Shareable for Rest {
    fn share(&self) -> Option<Self> {
        None
    }
}

impl Shareable for Graphql {
    fn share(&self) -> Option<Self> {
        None
    }
}

impl Shareable for Grpc {
    fn share(&self) -> Option<Self> {
        Some(self.clone())
    }
}
