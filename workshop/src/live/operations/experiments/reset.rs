//! Connections that end with a reset (RST), and one that ends with a FIN.

use std::io;

use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

use super::LOOPBACK;

const REQUEST: &[u8] = b"get 1\n";

/// Ends one connection with unread bytes and one without, then connects to a port on which no socket listens.
pub(super) async fn run(server: &Tap, client: &Tap) -> io::Result<()> {
    let listener = TapListener::bind(server, LOOPBACK).await?;
    for reads_request in [false, true] {
        let mut stream = TapStream::connect(client, listener.local_addr()?).await?;
        let (mut accepted, _) = listener.accept().await?;
        stream.write_all(REQUEST).await?;
        if reads_request {
            accepted.read_exact(&mut [0; REQUEST.len()]).await?;
        } else {
            // The bytes are in the receive buffer, and stay there.
            accepted.get_ref().readable().await?;
        }
        drop(accepted);
        // Fails after a reset, and returns 0 bytes after a FIN.
        if stream.read(&mut [0; 64]).await.is_err() {
            // Nothing can be sent any more, either.
            let _ = stream.write_all(REQUEST).await;
        }
    }
    // A socket that is bound, so that the kernel cannot choose its port for the client, and does not listen.
    let bound = TcpSocket::new_v4()?;
    bound.bind(LOOPBACK)?;
    let _ = TapStream::connect(client, bound.local_addr()?).await;
    Ok(())
}
