//! `grpc.health.v1.Health`: SERVING until the shutdown begins, and NOT_SERVING while the last calls finish.
//!
//! The contract is tonic-health's, its service is not used: that one refuses to watch a service that it does not know,
//! where the contract asks for SERVICE_UNKNOWN, and a client that watches would hold up the shutdown.

use std::pin::Pin;

use bookshelf_proto::v1::bookshelf_service_server::SERVICE_NAME;
use futures_util::{Stream, StreamExt as _, stream};
use hardening_http::Shutdown;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse, health_server};

use crate::status::unknown_service;

#[derive(Debug)]
pub(crate) struct Health {
    shutdown: Shutdown,
}

impl Health {
    pub(crate) fn new(shutdown: Shutdown) -> Self {
        Self { shutdown }
    }

    fn is_serving(&self) -> bool {
        !self.shutdown.is_cancelled()
    }
}

/// The empty name stands for the server as a whole.
fn is_known(service: &str) -> bool {
    ["", SERVICE_NAME].contains(&service)
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
        if !is_known(service) {
            return Err(unknown_service(service));
        }
        let status = if self.is_serving() { ServingStatus::Serving } else { ServingStatus::NotServing };
        Ok(Response::new(response(status)))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let known = is_known(&request.get_ref().service);
        let now = match known {
            true => self.is_serving().then_some(ServingStatus::Serving),
            false => Some(ServingStatus::ServiceUnknown),
        };
        let shutdown = self.shutdown.clone().cancelled_owned();
        let last = stream::once(shutdown)
            .filter_map(move |()| async move { known.then_some(ServingStatus::NotServing) });
        let statuses = stream::iter(now).chain(last);
        Ok(Response::new(Box::pin(statuses.map(|status| Ok(response(status))))))
    }
}
