//! Makes the calls: the steps of the tour over the three APIs, and one call over plain UDP and TCP.

use std::time::Duration;

use clients::{Client, Graphql, Grpc, Rest};
use plain_server::{Retry, TcpClient, UdpClient};

use super::lab_step::LabStep;
use super::lost_segment;
use crate::api_instance::ApiInstance;
use crate::tour::{Step, Tour};
use crate::wire::lab::time_wait::TimeWait;
use crate::wire::lab::{Lab, LabError};

/// Number of times that the UDP client sends a request before it gives up.
const ATTEMPTS: u32 = 8;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Makes the steps one after the other, each over all APIs. Calls `begin` with the name of each step when it begins.
/// Returns the connections that each side left in TIME_WAIT.
///
/// # Errors
/// If a call fails or times out.
pub async fn make_steps(
    lab: &Lab,
    steps: &[LabStep],
    begin: impl Fn(&'static str),
) -> Result<TimeWait, Error> {
    let mut time_wait = TimeWait::default();
    let mut rest = Tour::<_, Rest>::over(lab.api(0)).timeout(timeout(lab));
    let mut graphql = Tour::<_, Graphql>::over(lab.api(1)).timeout(timeout(lab));
    let mut grpc = Tour::<_, Grpc>::over(lab.api(2)).timeout(timeout(lab));
    for step in steps {
        begin(step.name());
        match *step {
            LabStep::Tour(step) => {
                rest = tour_step(lab, rest, step, &mut time_wait).await?;
                graphql = tour_step(lab, graphql, step, &mut time_wait).await?;
                grpc = tour_step(lab, grpc, step, &mut time_wait).await?;
                if matches!(step, Step::Get) {
                    tcp_call(lab, step.name()).await?;
                    time_wait.add(lab.settle().await?);
                    udp_call(lab, step.name()).await?;
                }
            }
            LabStep::LostSegment => {
                lost_segment::make_calls(lab).await?;
                time_wait.add(lab.settle().await?);
            }
        }
    }
    Ok(time_wait)
}

/// Timeout of a step. Lost packets are sent again after one second, then after twice as long each time.
fn timeout(lab: &Lab) -> Duration {
    Duration::from_secs(120) + lab.impairments().delay * 100
}

type ApiTour<C> = Tour<std::sync::Arc<ApiInstance>, C>;

async fn tour_step<C: Client>(
    lab: &Lab,
    mut tour: ApiTour<C>,
    step: Step,
    time_wait: &mut TimeWait,
) -> Result<ApiTour<C>, Error> {
    lab.mark_packets(step.name());
    let made = lab.call(async move {
        let result = tour.step(step).await;
        (tour, result)
    });
    let (tour, result) = made.await.map_err(LabError::Task)?;
    result?;
    time_wait.add(lab.settle().await?);
    Ok(tour)
}

pub(crate) async fn tcp_call(lab: &Lab, step: &'static str) -> Result<(), Error> {
    let (tcp, address) = (lab.plain().tcp.clone(), lab.plain().address);
    lab.mark(&tcp, step);
    let call = async move {
        let mut client = TcpClient::connect(&tcp.client, address).await?;
        client.get(1).await?;
        client.close().await?;
        tcp.idle().await;
        Ok::<(), plain_server::Failure>(())
    };
    Ok(lab.call(call).await??)
}

pub(crate) async fn udp_call(lab: &Lab, step: &'static str) -> Result<(), Error> {
    let (udp, address) = (lab.plain().udp.clone(), lab.plain().address);
    lab.mark(&udp, step);
    // A request is lost if its response takes longer than a few round trips.
    let first_timeout = Retry::default().first_timeout + lab.impairments().delay * 4;
    let call = async move {
        let client = UdpClient::bind(&udp.client, address).await?;
        client.retry(Retry { first_timeout, attempts: ATTEMPTS }).get(1).await?;
        Ok::<(), plain_server::Failure>(())
    };
    Ok(lab.call(call).await??)
}
