//! What tonic needs to serve a [`Connection`], and what a connection needs to know of tonic's requests.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use axum::http::{Request, Response, Version};
use hyper::body::Body;
use tokio::time::Instant;
use tonic::transport::server::{Connected, TcpConnectInfo};
use tower::{Layer, Service};

use crate::Shutdown;
use crate::connection::{self, Activity, Answer, Connection};

impl Connected for Connection {
    type ConnectInfo = ConnectInfo;

    fn connect_info(&self) -> ConnectInfo {
        ConnectInfo { activity: self.activity(), tcp: self.stream().connect_info() }
    }
}

/// What tonic gives each request of a [`Connection`] along; [`TrackActivity`] takes it.
#[derive(Clone, Debug)]
pub struct ConnectInfo {
    activity: Activity,
    tcp: TcpConnectInfo,
}

/// When a request came: a time limit that begins here goes off no later than tonic's own, which begins right behind.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedAt(pub Instant);

/// A layer for tonic's `Server`, which tells a [`Connection`] of its requests. Without it every connection is idle.
#[derive(Clone, Copy, Debug)]
pub struct TrackActivity;

impl<S> Layer<S> for TrackActivity {
    type Service = TrackActivityService<S>;

    fn layer(&self, inner: S) -> TrackActivityService<S> {
        TrackActivityService(inner)
    }
}

/// The service that [`TrackActivity`] makes of another.
#[derive(Clone, Debug)]
pub struct TrackActivityService<S>(S);

impl<S, In, Out> Service<Request<In>> for TrackActivityService<S>
where
    S: Service<Request<connection::Request<In>>, Response = Response<Out>>,
    S::Future: Send + 'static,
    In: Body,
    Out: Body<Data = Bytes> + Unpin,
{
    type Response = Response<Answer<Out>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<In>) -> Self::Future {
        let extensions = request.extensions_mut();
        extensions.insert(ReceivedAt(Instant::now()));
        let info = extensions.remove::<ConnectInfo>();
        let activity = info.map_or_else(
            || Activity::new(Shutdown::new()),
            |ConnectInfo { activity, tcp }| {
                // Where tonic looks for a request's `remote_addr`.
                extensions.insert(tcp);
                activity
            },
        );
        let exchange = activity.begin(request.version() == Version::HTTP_2);
        let answer = self.0.call(request.map(|body| connection::Request::new(body, || activity.upload())));
        Box::pin(async move { Ok(answer.await?.map(|body| Answer::new(body, exchange))) })
    }
}
