//! A listener whose backlog is full, because its program does not accept.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket_tap::{ListenOptions, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::observed::Error;
use crate::wire::lab::{Lab, LabError};

/// Port of the server.
const PORT: u16 = 7001;

/// Argument of `listen`. Linux queues one connection more.
const BACKLOG: u32 = 1;

/// Number of clients, of which the last finds the queue full.
const CLIENTS: u32 = BACKLOG + 2;

/// Time for which the server accepts nothing. Kernels repeat a SYN after one second, then later again.
const PAUSE: Duration = Duration::from_millis(1_500);

/// Connects the clients one after the other, and accepts all when the last has waited for a while.
pub(super) async fn run(lab: &Lab) -> Result<(), Error> {
    let tcp = lab.plain().tcp.clone();
    lab.mark(&tcp, "full backlog");
    let address = SocketAddr::new(lab.server().ipv4(), PORT);
    let tap = tcp.server.clone();
    let options = ListenOptions::new().backlog(BACKLOG);
    let listener = lab.server().spawn(async move { TapListener::bind_with(&tap, address, options).await });
    let listener = listener.await.map_err(LabError::Task)??;
    let (queue_full, wait_full) = oneshot::channel();
    let server = lab.server().spawn(serve(listener, wait_full));
    // The last segment of a handshake has to arrive before the next client begins.
    let one_way = lab.impairments().delay + Duration::from_millis(5);
    let clients = lab.client().spawn(async move {
        let mut waiting = Vec::new();
        for _ in 1..CLIENTS {
            waiting.push(TapStream::connect(&tcp.client, address).await?);
            sleep(one_way).await;
        }
        // The receiver is gone only if the server has failed, which its result reports.
        let _ = queue_full.send(());
        waiting.push(TapStream::connect(&tcp.client, address).await?);
        for mut stream in waiting {
            stream.shutdown().await?;
            stream.read_to_end(&mut Vec::new()).await?;
        }
        tcp.idle().await;
        Ok::<(), io::Error>(())
    });
    clients.await.map_err(LabError::Task)??;
    Ok(server.await.map_err(LabError::Task)??)
}

/// Accepts all clients after the pause, then waits for the end of each.
async fn serve(listener: TapListener, queue_full: oneshot::Receiver<()>) -> io::Result<()> {
    queue_full.await.map_err(io::Error::other)?;
    sleep(PAUSE).await;
    let mut accepted = Vec::new();
    for _ in 0..CLIENTS {
        accepted.push(listener.accept().await?.0);
    }
    for mut stream in accepted {
        stream.read_to_end(&mut Vec::new()).await?;
        stream.shutdown().await?;
    }
    Ok(())
}
