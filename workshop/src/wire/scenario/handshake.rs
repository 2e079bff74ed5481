//! A TCP connection that is opened and closed, without payload.

use plain_server::TcpClient;
use tokio::time::sleep;

use super::observed::Error;
use crate::wire::lab::{Lab, LabError};

/// Opens a connection, keeps it open for one round trip and closes it.
pub(super) async fn run(lab: &Lab) -> Result<(), Error> {
    let (tcp, address) = (lab.plain().tcp.clone(), lab.plain().address);
    lab.mark(&tcp, "handshake");
    let round_trip = lab.impairments().delay * 2;
    let opened = lab.client().spawn(async move {
        let client = TcpClient::connect(&tcp.client, address).await?;
        sleep(round_trip).await;
        client.close().await?;
        tcp.idle().await;
        Ok::<(), std::io::Error>(())
    });
    Ok(opened.await.map_err(LabError::Task)??)
}
