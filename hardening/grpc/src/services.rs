//! Combines the API's service with health and server reflection.

use std::convert::Infallible;
use std::io;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::{Request, Response};
use futures_util::future::Either;
use hardening_http::Shutdown;
use tonic::body::Body;
use tonic::codec::CompressionEncoding::Gzip;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_reflection::pb::{v1, v1alpha};
use tower::Service;

use crate::Api;
use crate::call::{Guard, Guarded};
use crate::health::Health;

/// An API's service, health and server reflection (v1, and v1alpha for older clients).
#[derive(Clone, Debug)]
pub struct Services<S> {
    service: S,
    standard: Routes,
}

/// Combines `service` with health and server reflection, and applies the checks of this crate to all calls.
///
/// A client has `request_timeout` to send its request. Streams of health and reflection end at the shutdown.
///
/// # Errors
/// When the API's descriptors cannot be decoded.
pub fn services<S: NamedService>(
    service: S,
    api: Api,
    request_timeout: Duration,
    shutdown: Shutdown,
) -> io::Result<Guarded<Services<S>>> {
    let health = HealthServer::new(Health::new(S::NAME, api.domain, shutdown.clone()))
        .max_decoding_message_size(api.max_request_bytes)
        .accept_compressed(Gzip);
    let reflection_v1 = (reflection(&api).build_v1().map_err(io::Error::other)?)
        .max_decoding_message_size(api.max_request_bytes)
        .accept_compressed(Gzip);
    let reflection_v1alpha = (reflection(&api).build_v1alpha().map_err(io::Error::other)?)
        .max_decoding_message_size(api.max_request_bytes)
        .accept_compressed(Gzip);
    let standard = Routes::new(health).add_service(reflection_v1).add_service(reflection_v1alpha).prepare();
    let guard = Guard { api, request_timeout, shutdown };
    Ok(guard.protect(Services { service, standard }))
}

fn reflection(api: &Api) -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(api.descriptors)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(v1::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(v1alpha::FILE_DESCRIPTOR_SET)
}

impl<S> Service<Request<Body>> for Services<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + NamedService,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<S::Future, <Routes as Service<Request<Body>>>::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        ready!(self.service.poll_ready(cx))?;
        Service::<Request<Body>>::poll_ready(&mut self.standard, cx)
    }

    /// Calls the API's service directly, which saves two allocations: tonic's router would box the request
    /// and the response again. Calls the other services through the router.
    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if is_method_of(S::NAME, request.uri().path()) {
            Either::Left(self.service.call(request))
        } else {
            Either::Right(self.standard.call(request))
        }
    }
}

/// Returns `true` if `path` is `/service/Method`, with any method.
fn is_method_of(service: &str, path: &str) -> bool {
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(service));
    rest.is_some_and(|rest| rest.starts_with('/'))
}
