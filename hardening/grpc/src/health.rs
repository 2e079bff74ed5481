//! `grpc.health.v1.Health`: SERVING until the shutdown begins, NOT_SERVING while the calls in flight
//! complete.
//!
//! This crate uses the generated code of tonic-health, but not its service. That service rejects a watch on
//! an unknown service, although the contract requires SERVICE_UNKNOWN. Its watch streams also delay the
//! shutdown.

use std::pin::Pin;

use futures_util::{Stream, StreamExt as _, stream};
use hardening_http::Shutdown;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse, health_server};

use crate::status::ErrorDomain;

/// Health of the server and of its only service.
#[derive(Debug)]
pub(crate) struct Health {
    service: &'static str,
    domain: ErrorDomain,
    shutdown: Shutdown,
}

impl Health {
    pub(crate) fn new(service: &'static str, domain: ErrorDomain, shutdown: Shutdown) -> Self {
        Self { service, domain, shutdown }
    }

    /// Returns the current status of `service`. An empty name means the server.
    fn status_of(&self, service: &str) -> ServingStatus {
        if !service.is_empty() && service != self.service {
            ServingStatus::ServiceUnknown
        } else if self.shutdown.is_cancelled() {
            ServingStatus::NotServing
        } else {
            ServingStatus::Serving
        }
    }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

#[tonic::async_trait]
impl health_server::Health for Health {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let service = &request.get_ref().service;
        match self.status_of(service) {
            ServingStatus::ServiceUnknown => Err(self.domain.unknown_service(service)),
            status => Ok(Response::new(response(status))),
        }
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let current = self.status_of(&request.get_ref().service);
        // Only the status SERVING changes: at the shutdown, when the stream ends, too.
        let last = (current == ServingStatus::Serving).then_some(ServingStatus::NotServing);
        let shutdown = stream::once(self.shutdown.clone().cancelled_owned());
        let statuses = stream::iter([current])
            .chain(shutdown.filter_map(move |()| std::future::ready(last)))
            .map(|status| Ok(response(status)));
        Ok(Response::new(Box::pin(statuses)))
    }
}
