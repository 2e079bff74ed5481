//! [`Guarded`], the tower service that checks each call, and the future of its response.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Context, Poll};

use axum::http::{Request, Response, Uri};
use futures_util::future::Either;
use hardening_http::hosts::Hosts;
use hardening_http::pacing::Pacing;
use pin_project_lite::pin_project;
use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tonic::body::Body;
use tonic::transport::server::TcpConnectInfo;
use tower::Service;

use super::guard::Guard;
use super::protocol;
use super::request::{self, StreamOutcome};
use super::response::ResponseBody;

/// A wrapper of `service` that passes on only valid calls, enforces deadlines and timeouts, and catches
/// panics.
#[derive(Clone, Debug)]
pub struct Guarded<S> {
    service: S,
    guard: Arc<Guard>,
    hosts: Option<Arc<Hosts>>,
    pacing: Option<Arc<Pacing>>,
}

impl<S> Guarded<S> {
    /// Wraps `service` in the checks, with the settings `guard`.
    pub(crate) fn new(service: S, guard: Guard) -> Self {
        Self { service, guard: Arc::new(guard), hosts: None, pacing: None }
    }

    /// Paces the requests of each client.
    pub(crate) fn paced(self, pacing: Option<Pacing>) -> Self {
        Self { pacing: pacing.map(Arc::new), ..self }
    }

    /// Rejects requests that are not addressed to one of `hosts`.
    pub(crate) fn only_for(self, hosts: Hosts) -> Self {
        Self { hosts: Some(Arc::new(hosts)), ..self }
    }
}

type CallResult = Result<Response<ResponseBody>, Infallible>;

impl<S> Service<Request<Body>> for Guarded<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Either<Ready<CallResult>, ResponseFuture<S::Future>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let guard = Arc::clone(&self.guard);
        let domain = guard.api.domain;
        let reject = |response: Response<Body>| {
            let response = response.map(|body| ResponseBody::new(body, domain, None, None));
            Either::Left(ready(Ok(response)))
        };
        if let Some(response) = protocol::reject(&request, self.hosts.as_deref()) {
            return reject(response);
        }
        let deadline = match guard.deadline(request.headers()) {
            Ok(deadline) => deadline,
            Err(status) => return reject(status.into_http()),
        };
        guard.limit_compression(&mut request);
        let peer = request.extensions().get::<TcpConnectInfo>().and_then(TcpConnectInfo::remote_addr);
        let paced = self.pacing.as_ref().zip(peer);
        let delay = paced.and_then(|(pacing, peer)| pacing.delay(peer.ip(), request.headers()));
        let uri = request.uri().clone();
        let (request, outcome) = request::limit_stream(request, &guard);
        let handler = self.service.call(request);
        Either::Right(ResponseFuture {
            handler,
            delay: delay.map(|delay| Box::pin(sleep(delay))),
            timer: None,
            guard,
            deadline,
            uri,
            outcome,
        })
    }
}

pin_project! {
    /// The future of a [`Guarded`] service. It limits the time of the handler, and turns a panic of the
    /// handler into an error.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        handler: F,
        // The time for which a client beyond its rate waits.
        delay: Option<Pin<Box<Sleep>>>,
        // `None` until the handler is pending. Most handlers complete in their first poll and need no timer.
        timer: Option<Pin<Box<Sleep>>>,
        guard: Arc<Guard>,
        deadline: Option<Instant>,
        uri: Uri,
        outcome: Option<StreamOutcome>,
    }
}

impl<F: Future<Output = Result<Response<Body>, Infallible>>> Future for ResponseFuture<F> {
    type Output = CallResult;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<CallResult> {
        let this = self.project();
        if let Some(delay) = this.delay {
            task::ready!(delay.as_mut().poll(cx));
            *this.delay = None;
        }
        let (guard, deadline, domain) = (&**this.guard, *this.deadline, this.guard.api.domain);
        // Nobody observes the state of a handler that panicked: it is not polled again.
        let response = match catch_unwind(AssertUnwindSafe(|| this.handler.poll(cx))) {
            Ok(Poll::Ready(Ok(response))) => guard.add_details(response, this.uri),
            Ok(Poll::Pending) => {
                let timer = this.timer.get_or_insert_with(|| {
                    // Handlers wait for nothing but the request, so the time to the response head is the client's.
                    let latest = Instant::now() + guard.request_timeout;
                    Box::pin(sleep_until(deadline.map_or(latest, |deadline| deadline.min(latest))))
                });
                // A handler that uses up the task's budget does not delay its timeout.
                task::ready!(Pin::new(&mut unconstrained(timer.as_mut())).poll(cx));
                let status = if deadline == Some(timer.deadline()) {
                    domain.deadline_exceeded()
                } else {
                    domain.request_timeout(guard.request_timeout)
                };
                status.into_http()
            }
            Err(_panic) => domain.panicked().into_http(),
        };
        let outcome = this.outcome.take();
        Poll::Ready(Ok(response.map(|body| ResponseBody::new(body, domain, deadline, outcome))))
    }
}
