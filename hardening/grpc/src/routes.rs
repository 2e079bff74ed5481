//! Combines the API's service with health and server reflection.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::http::{Request, Response};
use hardening_http::Shutdown;
use tonic::body::Body;
use tonic::codec::CompressionEncoding::Gzip;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_reflection::pb::{v1, v1alpha};
use tower::Service;

use crate::Api;
use crate::call::Guard;
use crate::health::Health;

/// Combines `service` with health and server reflection (v1, and v1alpha for older clients), and applies the
/// checks of this crate to all calls.
///
/// A client has `request_timeout` to send its request. Streams of health and reflection end at the shutdown.
///
/// # Errors
/// When the API's descriptors cannot be decoded.
pub fn routes<S>(service: S, api: Api, request_timeout: Duration, shutdown: Shutdown) -> io::Result<Routes>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + NamedService
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
{
    let health = HealthServer::new(Health::new(S::NAME, api.domain, shutdown.clone()))
        .max_decoding_message_size(api.max_request_bytes)
        .accept_compressed(Gzip);
    let reflection_v1 = (reflection(&api).build_v1().map_err(io::Error::other)?)
        .max_decoding_message_size(api.max_request_bytes)
        .accept_compressed(Gzip);
    let reflection_v1alpha = (reflection(&api).build_v1alpha().map_err(io::Error::other)?)
        .max_decoding_message_size(api.max_request_bytes)
        .accept_compressed(Gzip);
    let services = Routes::new(service)
        .add_service(health)
        .add_service(reflection_v1)
        .add_service(reflection_v1alpha)
        .into_axum_router();
    let guarded = Guard { api, request_timeout, shutdown }.protect(services);
    #[cfg(feature = "web")]
    let guarded = crate::web::accept_grpc_web(guarded);
    Ok(guarded.into())
}

fn reflection(api: &Api) -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(api.descriptors)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(v1::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(v1alpha::FILE_DESCRIPTOR_SET)
}
