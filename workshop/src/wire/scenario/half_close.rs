//! A client that shuts down its side of a connection and still receives.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket_tap::{TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::sleep;

use super::observed::Error;
use crate::wire::lab::{Lab, LabError};

/// Port of the server.
const PORT: u16 = 7000;

/// Minimum time for which the server keeps its side open. It is long enough that the client's state is seen.
const HALF_OPEN: Duration = Duration::from_millis(200);

/// Runs both programs until the connection has ended.
pub(super) async fn run(lab: &Lab) -> Result<(), Error> {
    let tcp = lab.plain().tcp.clone();
    lab.mark(&tcp, "half-close");
    let address = SocketAddr::new(lab.server().ipv4(), PORT);
    let tap = tcp.server.clone();
    let listener = lab.server().spawn(async move { TapListener::bind(&tap, address).await });
    let listener = listener.await.map_err(LabError::Task)??;
    // Two round trips, so that the client's end is in FIN_WAIT2 for a while.
    let half_open = HALF_OPEN.max(lab.impairments().delay * 4);
    let server = lab.server().spawn(serve(listener, half_open));
    let client = lab.client().spawn(async move {
        let mut stream = TapStream::connect(&tcp.client, address).await?;
        stream.write_all(b"sum 1 2 3\n").await?;
        stream.shutdown().await?;
        stream.read_to_end(&mut Vec::new()).await?;
        drop(stream);
        tcp.idle().await;
        Ok::<(), io::Error>(())
    });
    client.await.map_err(LabError::Task)??;
    Ok(server.await.map_err(LabError::Task)??)
}

/// Reads until EOF, and responds later.
async fn serve(listener: TapListener, half_open: Duration) -> io::Result<()> {
    let (mut stream, _) = listener.accept().await?;
    stream.read_to_end(&mut Vec::new()).await?;
    sleep(half_open).await;
    stream.write_all(b"6\n").await?;
    stream.shutdown().await
}
