//! `grpc.health.v1.Health`.

use bookshelf_proto::v1::bookshelf_service_server::SERVICE_NAME;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;

use super::support::{Server, details, next, value};

fn check(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

#[tokio::test(start_paused = true)]
async fn services_are_serving_until_the_shutdown() {
    let server = Server::new();
    let mut health = server.health();
    for service in ["", SERVICE_NAME] {
        assert_eq!(health.check(check(service)).await.unwrap().get_ref().status(), ServingStatus::Serving);
    }
    server.shutdown.cancel();
    for service in ["", SERVICE_NAME] {
        assert_eq!(health.check(check(service)).await.unwrap().get_ref().status(), ServingStatus::NotServing);
    }
}

#[tokio::test(start_paused = true)]
async fn health_watch_reports_the_shutdown_and_ends() {
    let server = Server::new();
    for service in ["", SERVICE_NAME] {
        let mut watch = server.health().watch(check(service)).await.unwrap().into_inner();
        assert_eq!(next(&mut watch).await.unwrap().unwrap().status(), ServingStatus::Serving);
    }
    let mut watch = server.health().watch(check("")).await.unwrap().into_inner();
    assert_eq!(next(&mut watch).await.unwrap().unwrap().status(), ServingStatus::Serving);
    server.shutdown.cancel();
    assert_eq!(next(&mut watch).await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert!(next(&mut watch).await.unwrap().is_none());
    // A watch that starts after the shutdown.
    let mut late = server.health().watch(check("")).await.unwrap().into_inner();
    assert_eq!(next(&mut late).await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert!(next(&mut late).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn health_of_an_unknown_service_can_be_watched() {
    let server = Server::new();
    let status = server.health().check(check("no.such.Service")).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(value(&details(&status, "SERVICE_NOT_FOUND"), "service"), "no.such.Service");
    let mut watch = server.health().watch(check("no.such.Service")).await.unwrap().into_inner();
    assert_eq!(next(&mut watch).await.unwrap().unwrap().status(), ServingStatus::ServiceUnknown);
    server.shutdown.cancel();
    assert!(next(&mut watch).await.unwrap().is_none());
}
