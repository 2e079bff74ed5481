//! Connects tonic's server to [`Connection`] and its timeouts.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use axum::http::{Request, Response, Version};
use hyper::body::Body;
use tokio::time::Instant;
use tonic::transport::server::{Connected, TcpConnectInfo};
use tower::{Layer, Service};

use crate::Shutdown;
use crate::connection::{Activity, Connection, RequestBody, ResponseBody};

impl Connected for Connection {
    type ConnectInfo = ConnectInfo;

    fn connect_info(&self) -> ConnectInfo {
        ConnectInfo { activity: self.activity(), tcp: self.stream().connect_info() }
    }
}

/// A request extension that refers to the request's [`Connection`]. [`TrackActivity`] removes it.
#[derive(Clone, Debug)]
pub struct ConnectInfo {
    activity: Activity,
    tcp: TcpConnectInfo,
}

/// A request extension with the time at which the request arrived. tonic starts its own timeout a moment
/// later. So a timeout of the same length that starts at this time ends before tonic's.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedAt(pub Instant);

/// A layer for tonic's `Server` that reports each request to its [`Connection`]. Without this layer, all
/// connections count as idle.
#[derive(Clone, Copy, Debug)]
pub struct TrackActivity;

impl<S> Layer<S> for TrackActivity {
    type Service = TrackActivityService<S>;

    fn layer(&self, inner: S) -> TrackActivityService<S> {
        TrackActivityService(inner)
    }
}

/// The service that [`TrackActivity`] adds.
#[derive(Clone, Debug)]
pub struct TrackActivityService<S>(S);

impl<S, In, Out> Service<Request<In>> for TrackActivityService<S>
where
    S: Service<Request<RequestBody<In>>, Response = Response<Out>>,
    S::Future: Send + 'static,
    In: Body,
    Out: Body<Data = Bytes> + Unpin,
{
    type Response = Response<ResponseBody<Out>>;
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
                // tonic's `Request::remote_addr` reads this.
                extensions.insert(tcp);
                activity
            },
        );
        let exchange = activity.begin_exchange(request.version() == Version::HTTP_2);
        let request = request.map(|body| RequestBody::new(body, &activity));
        let handling = self.0.call(request);
        Box::pin(async move { Ok(handling.await?.map(|body| ResponseBody::new(body, exchange))) })
    }
}
