use tokio::net::UdpSocket;

use super::*;

const LONG: Duration = Duration::from_secs(60);

/// Returns a client, and a socket that takes the place of the server.
async fn pair(first_timeout: Duration, attempts: u32) -> (UdpClient, UdpSocket) {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let client = UdpClient::bind(&Tap::off(), server.local_addr().unwrap()).await.unwrap();
    (client.retry(Retry { first_timeout, attempts }), server)
}

/// Receives a request and returns its number and its source address.
async fn receive_request(server: &UdpSocket) -> (u32, SocketAddr) {
    let mut datagram = [0; 64];
    let (length, client) = server.recv_from(&mut datagram).await.unwrap();
    let text = std::str::from_utf8(&datagram[..length]).unwrap();
    (text.strip_prefix("get 1 #").unwrap().trim_end().parse().unwrap(), client)
}

async fn response(number: Option<u32>) -> String {
    Response { number, book: Ok(bookshelf::Shelf::seeded().book(1).await.unwrap()) }.line()
}

#[tokio::test]
async fn missing_server_is_reported_after_all_attempts() {
    let (mut client, server) = pair(Duration::from_millis(2), 3).await;
    let failure = client.get(1).await.unwrap_err();
    assert!(matches!(failure, Failure::NoResponse { attempts: 3, .. }), "{failure}");
    let numbers = [
        receive_request(&server).await.0,
        receive_request(&server).await.0,
        receive_request(&server).await.0,
    ];
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

#[tokio::test]
async fn late_response_to_earlier_attempt_is_accepted() {
    let (mut client, server) = pair(Duration::from_millis(20), 20).await;
    let late = async {
        let (first, from) = receive_request(&server).await;
        receive_request(&server).await;
        server.send_to(response(Some(first)).await.as_bytes(), from).await.unwrap();
    };
    let (fetched, ()) = tokio::join!(client.get(1), late);
    let fetched = fetched.unwrap();
    assert_eq!(fetched.book.id, 1);
    assert!(fetched.attempts >= 2, "{fetched:?}");
}

#[tokio::test]
async fn unrelated_datagrams_are_ignored() {
    let (mut client, server) = pair(LONG, 1).await;
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let noise = async {
        let (number, from) = receive_request(&server).await;
        stranger.send_to(b"#1 {\"error\":\"of a stranger\"}", from).await.unwrap();
        stranger.send_to(format!("#{number} {{\"error\":\"forged\"}}").as_bytes(), from).await.unwrap();
        for other in [
            &b""[..],
            b"\xff",
            &[b'x'; 3000],
            response(None).await.as_bytes(),
            response(Some(number + 1)).await.as_bytes(),
        ] {
            server.send_to(other, from).await.unwrap();
        }
        server.send_to(response(Some(number)).await.as_bytes(), from).await.unwrap();
        // A duplicate of the first response.
        server
            .send_to(format!("#{number} {{\"error\":\"of the last call\"}}").as_bytes(), from)
            .await
            .unwrap();
        let (next, from) = receive_request(&server).await;
        server.send_to(format!("#{next} {{\"error\":\"second\"}}\n").as_bytes(), from).await.unwrap();
    };
    let calls = async { (client.get(1).await, client.get(1).await) };
    let ((first, second), ()) = tokio::join!(calls, noise);
    assert_eq!(first.unwrap().attempts, 1);
    assert!(matches!(second.unwrap_err(), Failure::Refused(why) if why == "second"));
}
