//! `grpc.health.v1.Health`.

use bookshelf_proto::v1::bookshelf_service_server::SERVICE_NAME;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;

use super::support::{Server, details, next, value};

fn of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

#[tokio::test(start_paused = true)]
async fn the_server_and_its_service_serve_until_the_shutdown_begins() {
    let server = Server::new();
    let mut health = server.health();
    for service in ["", SERVICE_NAME] {
        assert_eq!(health.check(of(service)).await.unwrap().get_ref().status(), ServingStatus::Serving);
    }
    server.shutdown.cancel();
    for service in ["", SERVICE_NAME] {
        assert_eq!(health.check(of(service)).await.unwrap().get_ref().status(), ServingStatus::NotServing);
    }
}

#[tokio::test(start_paused = true)]
async fn a_watcher_is_told_of_the_shutdown_and_does_not_hold_it_up() {
    let server = Server::new();
    for service in ["", SERVICE_NAME] {
        let mut watch = server.health().watch(of(service)).await.unwrap().into_inner();
        assert_eq!(next(&mut watch).await.unwrap().unwrap().status(), ServingStatus::Serving);
    }
    let mut watch = server.health().watch(of("")).await.unwrap().into_inner();
    assert_eq!(next(&mut watch).await.unwrap().unwrap().status(), ServingStatus::Serving);
    server.shutdown.cancel();
    assert_eq!(next(&mut watch).await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert!(next(&mut watch).await.unwrap().is_none());
    // Who comes later is told once.
    let mut late = server.health().watch(of("")).await.unwrap().into_inner();
    assert_eq!(next(&mut late).await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert!(next(&mut late).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_not_there_is_not_found_and_can_be_watched() {
    let server = Server::new();
    let status = server.health().check(of("no.such.Service")).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(value(&details(&status, "SERVICE_NOT_FOUND"), "service"), "no.such.Service");
    let mut watch = server.health().watch(of("no.such.Service")).await.unwrap().into_inner();
    assert_eq!(next(&mut watch).await.unwrap().unwrap().status(), ServingStatus::ServiceUnknown);
    server.shutdown.cancel();
    assert!(next(&mut watch).await.unwrap().is_none());
}
