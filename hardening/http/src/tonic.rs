//! Connects tonic's server to [`Connection`] and its timeouts.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use axum::http::{Request, Response, Version};
use hyper::body::Body as HttpBody;
use pin_project_lite::pin_project;
use tonic::body::Body;
use tonic::transport::server::{Connected, TcpConnectInfo};
use tower::{Layer, Service};

use crate::Shutdown;
use crate::connection::{Activity, Connection, Exchange, RequestBody, ResponseBody};

impl Connected for Connection {
    type ConnectInfo = ConnectInfo;

    fn connect_info(&self) -> ConnectInfo {
        ConnectInfo { activity: self.activity(), tcp: self.stream().connect_info() }
    }
}

/// A request extension through which [`TrackActivity`] finds the request's [`Connection`]. `TrackActivity`
/// removes the extension before the handler runs.
#[derive(Clone, Debug)]
pub struct ConnectInfo {
    activity: Activity,
    tcp: TcpConnectInfo,
}

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

impl<S, Out> Service<Request<Body>> for TrackActivityService<S>
where
    S: Service<Request<Body>, Response = Response<Out>>,
    Out: HttpBody<Data = Bytes> + Unpin,
{
    type Response = Response<ResponseBody<Out>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let extensions = request.extensions_mut();
        let info = extensions.remove::<ConnectInfo>();
        let activity = info.map_or_else(
            || Activity::new(Shutdown::new()),
            |ConnectInfo { activity, tcp }| {
                // tonic's `Request::remote_addr` reads this.
                extensions.insert(tcp);
                activity
            },
        );
        let is_http2 = request.version() == Version::HTTP_2;
        let exchange = activity.begin_exchange(is_http2);
        // Only HTTP/1.1 connections depend on the progress of request bodies.
        let request =
            if is_http2 { request } else { request.map(|body| Body::new(RequestBody::new(body, &activity))) };
        ResponseFuture { handler: self.0.call(request), exchange: Some(exchange) }
    }
}

pin_project! {
    /// The future of [`TrackActivityService`].
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        handler: F,
        // `None` after completion.
        exchange: Option<Exchange>,
    }
}

impl<F, Out, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<Out>, E>>,
    Out: HttpBody<Data = Bytes> + Unpin,
{
    type Output = Result<Response<ResponseBody<Out>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.handler.poll(cx))?;
        // tonic does not poll a completed future.
        let Some(exchange) = this.exchange.take() else { return Poll::Pending };
        Poll::Ready(Ok(response.map(|body| ResponseBody::new(body, exchange))))
    }
}
