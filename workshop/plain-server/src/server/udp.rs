//! Datagrams: one socket for all clients. There is nothing to listen for, to accept or to end.

use std::io;
use std::time::Duration;

use bookshelf::Shelf;
use hardening_http::Shutdown;
use socket_tap::TapUdpSocket;

use crate::protocol::{Answer, MAX_QUESTION, is_question};

/// How long to wait after a receive that failed: one that fails for ever must not keep a processor busy.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers until the shutdown. What has not been received by then is lost, as datagrams may be.
///
/// The server keeps nothing of its clients: each answer goes to where its question says that it comes from. That may be
/// forged, and then the answer hits somebody who has not asked, with some twenty times the bytes of the question
/// (amplification). On loopback nobody outside can do that; a protocol for an open network asks its clients for long
/// questions, or for proof of their address, as QUIC does (RFC 9000, section 8).
///
/// # Errors
/// None today: a datagram that cannot be received or sent is lost, and its failure is in the recording.
pub async fn serve_udp(socket: TapUdpSocket, shelf: Shelf, shutdown: Shutdown) -> io::Result<()> {
    // A datagram that is too long fills it, and so is seen to be.
    let mut datagram = [0; MAX_QUESTION + 1];
    loop {
        let received = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            received = socket.recv_from(&mut datagram) => received,
        };
        let Ok((length, client)) = received else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let question = datagram.get(..length).unwrap_or_default();
        // Only what is meant as a question is answered. Of two servers that complain about anything, one forged
        // datagram is enough to make them complain about each other for ever.
        if is_question(question) {
            let _ = socket.send_to(Answer::to(question, &shelf).line().as_bytes(), client).await;
        }
    }
}
