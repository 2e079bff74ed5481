//! Listens on 127.0.0.1 and on 0.0.0.0, and connects to two addresses of this machine.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

/// The addresses to connect to. On Linux, all of 127.0.0.0/8 are addresses of this machine.
const TARGETS: [Ipv4Addr; 2] = [Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2)];

/// Timeout for systems that neither connect nor refuse, because they have no second loopback address.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Connects to each target, first with a listener on 127.0.0.1, then with one on 0.0.0.0.
pub(super) async fn run(server: &Tap, client: &Tap) -> io::Result<()> {
    for ip in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED] {
        let listener = TapListener::bind(server, (ip, 0)).await?;
        let port = listener.local_addr()?.port();
        for target in TARGETS {
            // A refused connection is a result, too.
            if let Ok(Ok(stream)) = timeout(CONNECT_TIMEOUT, TapStream::connect(client, (target, port))).await
            {
                open_and_close(&listener, stream).await?;
            }
        }
    }
    Ok(())
}

/// Accepts the connection of `client`, and closes it.
async fn open_and_close(listener: &TapListener, mut client: TapStream) -> io::Result<()> {
    let address = client.local_addr()?;
    // 0.0.0.0 can also be reached from other machines. Their connections are closed without a response.
    let mut accepted = loop {
        let (stream, peer) = listener.accept().await?;
        if peer == address {
            break stream;
        }
    };
    client.shutdown().await?;
    accepted.read(&mut [0; 1]).await.map(drop)
}
