//! Checks, timeout and panic guard around the router.

use std::convert::Infallible;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use tokio::time::{Sleep, sleep};
use tower::Service as _;

use crate::connection::{Activity, RequestBody, ResponseBody};
use crate::{Limits, Rejection, RejectionHandler, head};

/// A router that gets only valid requests, must respond in time, and may panic.
#[derive(Clone, Debug)]
pub(crate) struct GuardedRouter {
    router: Router,
    reject: RejectionHandler,
    timeout: Duration,
}

impl GuardedRouter {
    pub(crate) fn new(router: Router, reject: RejectionHandler, limits: &Limits) -> Self {
        Self { router, reject, timeout: limits.request_timeout }
    }

    /// Responds to a request on the connection of `activity`.
    pub(crate) fn call(
        &self,
        activity: &Activity,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<ResponseBody<Body>>, Infallible>> + Send + use<> {
        let (version, is_head) = (request.version(), request.method() == Method::HEAD);
        let exchange = activity.begin_exchange(version == Version::HTTP_2);
        let request = request.map(|body| RequestBody::new(body, || activity.begin_upload()));
        // Not in the future, which hyper moves: a request is large.
        let handling = head::check(&request).map(|()| self.router.clone().call(request));
        let (reject, timeout) = (self.reject, self.timeout);
        async move {
            let result = match handling {
                Ok(handling) => guarded(handling, timeout).await,
                Err(rejection) => Err(rejection),
            };
            let is_rejected = result.is_err();
            let mut response = result.unwrap_or_else(|rejection| respond(reject, rejection, is_head));
            match response.status() {
                StatusCode::SWITCHING_PROTOCOLS => exchange.upgrade(),
                // axum sets the length of its own empty body. Only the length of the omitted body would be correct (RFC
                // 9110, section 8.6).
                StatusCode::NOT_MODIFIED => _ = response.headers_mut().remove(CONTENT_LENGTH),
                _ => {}
            }
            if version != Version::HTTP_2
                && (exchange.is_last() || ends_connection(response.status(), is_rejected))
            {
                // hyper closes the connection after this response.
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response.map(|body| ResponseBody::new(body, exchange)))
        }
    }
}

/// Runs a handler with a timeout, and turns a panic into a rejection.
async fn guarded(
    handling: impl Future<Output = Result<Response<Body>, Infallible>>,
    limit: Duration,
) -> Result<Response<Body>, Rejection> {
    // No state is left to observe: a handler that panicked is not polled again.
    let mut handling = pin!(AssertUnwindSafe(handling).catch_unwind());
    // Most handlers complete in their first poll and need no timer.
    let mut timer: Option<Pin<Box<Sleep>>> = None;
    poll_fn(|cx| {
        if let Poll::Ready(result) = handling.as_mut().poll(cx) {
            let reason = "the handler panicked; the server's log has the details";
            let panicked = |_| Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, reason);
            return Poll::Ready(result.map(|Ok(response)| response).map_err(panicked));
        }
        let timer = timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        timer.as_mut().poll(cx).map(|()| {
            let reason = format!("no response within {} seconds", limit.as_secs_f64());
            Err(Rejection::new(StatusCode::REQUEST_TIMEOUT, reason))
        })
    })
    .await
}

/// Returns the response to a rejected request.
fn respond(reject: RejectionHandler, rejection: Rejection, is_head: bool) -> Response<Body> {
    let mut response = reject(rejection);
    if is_head {
        // As axum does for its routes. Over HTTP/2 hyper would send the body.
        *response.body_mut() = Body::empty();
    }
    response
}

/// Returns `true` if the rest of the request is not worth reading: it is late, or hyper could be in disagreement with
/// another program about its end.
fn ends_connection(status: StatusCode, is_rejected: bool) -> bool {
    status == StatusCode::REQUEST_TIMEOUT || is_rejected && status != StatusCode::INTERNAL_SERVER_ERROR
}
