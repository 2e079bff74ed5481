//! One call over each API, each on a new connection.

use std::time::Duration;

use clients::{Client, Graphql, Grpc, Rest};
use tokio::time::timeout;
use wire::{Direction, Kind, Rule};

use super::observed::{CallResult, Error};
use super::request::Sender;
use crate::tour::step::ONE_CALL;
use crate::wire::lab::{Lab, LabError};

/// Timeout of a call. The kernel sends lost packets again after one second, then after twice as long each time.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// Makes the calls one after the other, so that the packets of each API have the same numbers in each run.
pub(super) async fn run(lab: &Lab, drop: Option<Sender>) -> Result<Vec<CallResult>, Error> {
    Ok(vec![
        call::<Rest>(lab, 0, drop).await?,
        call::<Graphql>(lab, 1, drop).await?,
        call::<Grpc>(lab, 2, drop).await?,
    ])
}

async fn call<C: Client>(lab: &Lab, number: usize, drop: Option<Sender>) -> Result<CallResult, Error> {
    let api = lab.api(number);
    lab.mark(&api.recordings, ONE_CALL);
    if let Some(sender) = drop {
        let direction = match sender {
            Sender::Client => Direction::ToServer,
            Sender::Server => Direction::ToClient,
        };
        lab.wire().add_rule(direction, Rule::drop(Kind::Data, 1).on_port(api.address.port()));
    }
    let made = lab.client().spawn(async move {
        let call = async {
            let mut client = C::connect(&api.recordings.client, api.address).await?;
            client.book(1).await?;
            client.close().await;
            api.recordings.idle().await;
            Ok::<(), clients::Failure>(())
        };
        match timeout(CALL_TIMEOUT, call).await {
            Ok(result) => result.map_err(|failure| failure.to_string()),
            Err(_) => Err(format!("the call timed out after {} s", CALL_TIMEOUT.as_secs())),
        }
    });
    let result = made.await.map_err(LabError::Task)?;
    Ok(CallResult { api: C::API, error: result.err() })
}
