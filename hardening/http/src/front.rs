//! What every request meets before the router.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use tokio::time::timeout;
use tower::Service as _;

use crate::Limits;
use crate::connection::{self, Activity, Answer};
use crate::{Rejection, RejectionHandler, head};

/// The router, and what stands before it.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    router: Router,
    reject: RejectionHandler,
    timeout: Duration,
}

impl Front {
    pub(crate) fn new(router: Router, reject: RejectionHandler, limits: &Limits) -> Self {
        Self { router, reject, timeout: limits.request_timeout }
    }

    /// Answers a request that came over the connection of `activity`.
    pub(crate) fn call(
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
            if response.status() == StatusCode::NOT_MODIFIED {
                // axum gives it the length of its own body, and not that of the answer that is left out (RFC 9110, 8.6).
                response.headers_mut().remove(CONTENT_LENGTH);
            }
            Ok(response.map(|body| Answer::new(body, exchange)))
        }
    }

    async fn answer(mut self, request: Request<connection::Request<Incoming>>) -> Response<Body> {
        let is_head = request.method() == Method::HEAD;
        if let Err(rejection) = head::check(&request) {
            return self.reject(rejection, is_head);
        }
        match timeout(self.timeout, self.router.call(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => {
                let why = format!("there was no answer within {} seconds", self.timeout.as_secs_f64());
                self.reject(Rejection::new(StatusCode::REQUEST_TIMEOUT, why), is_head)
            }
        }
    }

    /// In the words of the API, and the end of the connection, as when hyper itself refuses what it cannot read.
    fn reject(&self, rejection: Rejection, is_head: bool) -> Response<Body> {
        let mut response = (self.reject)(rejection);
        if is_head {
            // What axum does for its routes: over HTTP/2 hyper would send it.
            *response.body_mut() = Body::empty();
        }
        close(&mut response);
        response
    }
}

/// A request that did not come in time, and nobody waits for the rest of it.
fn is_late(response: &Response<Body>) -> bool {
    response.status() == StatusCode::REQUEST_TIMEOUT
}

/// hyper closes the connection after this answer. (In HTTP/2 it leaves the header out.)
fn close(response: &mut Response<Body>) {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
}
