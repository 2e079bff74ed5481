//! Wraps the router of an API: checks requests, limits the time to the response, and catches panics.

use std::convert::Infallible;
use std::future::Ready;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use axum::routing::future::RouteFuture;
use futures_util::future::Either;
use hyper::body::{Body as _, Incoming};
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tower::Service as _;

use crate::connection::{Activity, Exchange, RequestBody, ResponseBody};
use crate::hosts::Hosts;
use crate::pacing::Pacing;
use crate::{Limits, Rejection, RejectionHandler, head};

/// The output that hyper expects of a service.
type ServiceResult = Result<Response<ResponseBody<Body>>, Infallible>;

/// The address of the client: an extension of the requests that [`serve_with_peer`](crate::serve_with_peer) passes on.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// A router whose requests are checked, whose responses have a timeout, and whose panics are caught.
#[derive(Clone, Debug)]
pub(crate) struct GuardedRouter {
    router: Router,
    reject: RejectionHandler,
    timeout: Duration,
    hosts: Arc<Hosts>,
    pacing: Option<Arc<Pacing>>,
    /// Address of the client.
    peer: Option<SocketAddr>,
    /// `true` if handlers need the address of the client.
    shows_peer: bool,
}

impl GuardedRouter {
    pub(crate) fn new(router: Router, reject: RejectionHandler, limits: &Limits, hosts: Hosts) -> Self {
        Self {
            router,
            reject,
            timeout: limits.request_timeout,
            hosts: Arc::new(hosts),
            pacing: limits.client_rate.map(|rate| Arc::new(Pacing::new(rate))),
            peer: None,
            shows_peer: false,
        }
    }

    /// Adds the client's address to the extensions of each request.
    pub(crate) fn showing_peer(self) -> Self {
        Self { shows_peer: true, ..self }
    }

    /// Returns the router for a connection. `peer` returns the address of its client.
    pub(crate) fn for_connection(&self, peer: impl FnOnce() -> Option<SocketAddr>) -> Self {
        let needs_peer = self.shows_peer || self.pacing.is_some();
        Self { peer: if needs_peer { peer() } else { None }, ..self.clone() }
    }

    /// Checks a request and calls the router. `activity` belongs to the connection of the request.
    pub(crate) fn call(
        &self,
        activity: &Activity,
        request: Request<Incoming>,
    ) -> Either<Ready<ServiceResult>, ResponseFuture> {
        let is_http2 = request.version() == Version::HTTP_2;
        let is_head = request.method() == Method::HEAD;
        let finish = Finish { reject: self.reject, is_head, is_http2 };
        let exchange = Exchange::begin(activity, is_http2);
        if let Err(rejection) = head::check(&request, &self.hosts) {
            return Either::Left(std::future::ready(Ok(finish.rejected(rejection, exchange))));
        }
        let mut request = request.map(|body| {
            // Unlike a wrapped body, an empty one takes no allocation.
            if body.is_end_stream() { Body::empty() } else { Body::new(RequestBody::new(body, activity)) }
        });
        if let (true, Some(peer)) = (self.shows_peer, self.peer) {
            request.extensions_mut().insert(Peer(peer));
        }
        let paced = self.pacing.as_ref().zip(self.peer);
        let delay = paced.and_then(|(pacing, peer)| pacing.delay(peer.ip(), request.headers()));
        Either::Right(ResponseFuture {
            handler: self.router.clone().call(request),
            timeout: self.timeout,
            delay: delay.map(|delay| Box::pin(sleep(delay))),
            timer: None,
            exchange: Some(exchange),
            finish,
        })
    }
}

pin_project! {
    /// The future of a response. If the handler panics or takes too long, the output is an error response
    /// with the status 500 or 408.
    pub(crate) struct ResponseFuture {
        #[pin]
        handler: RouteFuture<Infallible>,
        timeout: Duration,
        // The time for which a client beyond its rate waits.
        delay: Option<Pin<Box<Sleep>>>,
        // `None` until the handler is pending. Most handlers complete in their first poll and need no timer.
        timer: Option<Pin<Box<Sleep>>>,
        // `None` after completion.
        exchange: Option<Exchange>,
        finish: Finish,
    }
}

impl Future for ResponseFuture {
    type Output = ServiceResult;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ServiceResult> {
        let this = self.project();
        if let Some(delay) = this.delay {
            ready!(delay.as_mut().poll(cx));
            *this.delay = None;
        }
        // Unwind safety: a handler that has panicked is not polled again.
        let result = match catch_unwind(AssertUnwindSafe(|| this.handler.poll(cx))) {
            Ok(Poll::Ready(Ok(response))) => Ok(response),
            Ok(Poll::Pending) => {
                ready!(this.timer.get_or_insert_with(|| Box::pin(sleep(*this.timeout))).as_mut().poll(cx));
                let reason = format!("no response within {} seconds", this.timeout.as_secs_f64());
                Err(Rejection::new(StatusCode::REQUEST_TIMEOUT, reason))
            }
            Err(_) => {
                let reason = "internal error in this request; the server continues";
                Err(Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, reason))
            }
        };
        // hyper does not poll a completed future.
        let Some(exchange) = this.exchange.take() else { return Poll::Pending };
        Poll::Ready(Ok(match result {
            Ok(response) => this.finish.completed(response, exchange),
            Err(rejection) => this.finish.rejected(rejection, exchange),
        }))
    }
}

/// The final changes to a response, such as adding `connection: close`, which depend on the method and the
/// HTTP version of the request.
#[derive(Clone, Copy, Debug)]
struct Finish {
    reject: RejectionHandler,
    is_head: bool,
    is_http2: bool,
}

impl Finish {
    /// Returns the final response to a rejected request.
    fn rejected(self, rejection: Rejection, exchange: Exchange) -> Response<ResponseBody<Body>> {
        // After a failed check, the end of the request is uncertain. After a panic, the connection is intact.
        let closes = rejection.status != StatusCode::INTERNAL_SERVER_ERROR;
        let mut response = (self.reject)(rejection);
        if self.is_head {
            // axum removes the body of its own responses to HEAD. Over HTTP/2, hyper would send this one.
            *response.body_mut() = Body::empty();
        }
        self.track(response, exchange, closes)
    }

    /// Returns the final form of a response from the router.
    fn completed(self, mut response: Response<Body>, exchange: Exchange) -> Response<ResponseBody<Body>> {
        match response.status() {
            StatusCode::SWITCHING_PROTOCOLS => exchange.upgrade(),
            // axum sets the length of its own empty body. Only the length of the omitted body would be
            // correct (RFC 9110, section 8.6).
            StatusCode::NOT_MODIFIED => _ = response.headers_mut().remove(CONTENT_LENGTH),
            _ => {}
        }
        // After a timeout, the rest of the request is not read.
        let closes = response.status() == StatusCode::REQUEST_TIMEOUT;
        self.track(response, exchange, closes)
    }

    fn track(
        self,
        mut response: Response<Body>,
        exchange: Exchange,
        closes: bool,
    ) -> Response<ResponseBody<Body>> {
        if !self.is_http2 && (closes || exchange.is_last()) {
            // hyper closes the connection after this response.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response.map(|body| ResponseBody::new(body, exchange))
    }
}
