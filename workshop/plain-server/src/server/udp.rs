//! The UDP server: one socket for all clients, without connections.

use std::io;
use std::time::Duration;

use bookshelf::Shelf;
use hardening_http::Shutdown;
use socket_tap::TapUdpSocket;

use crate::protocol::{MAX_REQUEST, Response, is_request};

/// Pause after a failed receive, so that a persistent error does not keep a processor busy.
const ERROR_PAUSE: Duration = Duration::from_millis(50);

/// Serves requests over UDP until the shutdown. Datagrams that have not been received by then are lost.
///
/// The server keeps no state of its clients. Each response goes to the source address of its request. An
/// attacker can forge that address, so that a victim receives responses of about twenty times the size of the
/// requests (amplification). On loopback no other machine can forge addresses. A protocol for an open network
/// requires long requests or a proof of the address, as QUIC does (RFC 9000, section 8).
///
/// # Errors
/// Currently none. A datagram that cannot be received or sent is lost, and the error appears in the recording.
pub async fn serve_udp(socket: TapUdpSocket, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    // One byte more than the maximum, so that a longer datagram is detected.
    let mut datagram = [0; MAX_REQUEST + 1];
    loop {
        let received = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            received = socket.recv_from(&mut datagram) => received,
        };
        let Ok((length, client)) = received else {
            tokio::time::sleep(ERROR_PAUSE).await;
            continue;
        };
        let request = datagram.get(..length).unwrap_or_default();
        // Anything else gets no error response. Otherwise a single forged datagram could make two servers send error
        // responses to each other indefinitely.
        if is_request(request) {
            let _ = socket.send_to(Response::to(request, &shelf).await.line().as_bytes(), client).await;
        }
    }
}
