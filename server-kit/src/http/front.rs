//! What every request meets before the router.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, Response, StatusCode, Version};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use tokio::time::timeout;
use tower::Service as _;

use super::head;
use crate::Limits;
use crate::connection::{self, Activity, Answer};

/// The router, and what stands before it.
#[derive(Clone, Debug)]
pub(super) struct Front {
    router: Router,
    timeout: Duration,
}

impl Front {
    pub(super) fn new(router: Router, limits: &Limits) -> Self {
        Self { router, timeout: limits.request }
    }

    /// Answers a request that came over the connection of `activity`.
    pub(super) fn call(
        &self,
        activity: &Activity,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<Answer<Body>>, Infallible>> + Send + use<> {
        let (front, version) = (self.clone(), request.version());
        let exchange = activity.begin(version == Version::HTTP_2);
        let request = request.map(|body| connection::Request::new(body, || activity.upload()));
        async move {
            let mut response = front.answer(request).await;
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                exchange.upgrade();
            } else if version != Version::HTTP_2 && (exchange.is_last() || is_late(&response)) {
                close(&mut response);
            }
            Ok(response.map(|body| Answer::new(body, exchange)))
        }
    }

    async fn answer(mut self, request: Request<connection::Request<Incoming>>) -> Response<Body> {
        if let Err(status) = head::check(request.version(), request.headers()) {
            return refusal(status);
        }
        match timeout(self.timeout, self.router.call(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => refusal(StatusCode::REQUEST_TIMEOUT),
        }
    }
}

/// An answer as hyper itself gives to what it cannot read: a status, and the end of the connection.
fn refusal(status: StatusCode) -> Response<Body> {
    let mut response = status.into_response();
    close(&mut response);
    response
}

/// A request that did not come in time, and nobody waits for the rest of it.
fn is_late(response: &Response<Body>) -> bool {
    response.status() == StatusCode::REQUEST_TIMEOUT
}

/// hyper closes the connection after this answer. (In HTTP/2 it leaves the header out.)
fn close(response: &mut Response<Body>) {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
}
