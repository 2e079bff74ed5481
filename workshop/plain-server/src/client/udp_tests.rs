use tokio::net::UdpSocket;

use super::*;

const LONG: Duration = Duration::from_secs(60);

/// A client, and the socket that it takes for the server.
async fn pair(first: Duration, attempts: u32) -> (UdpClient, UdpSocket) {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let client = UdpClient::bind(&Tap::off(), server.local_addr().unwrap()).await.unwrap();
    (client.patience(Patience { first, attempts }), server)
}

/// The number of the next question, and who asks.
async fn asked(server: &UdpSocket) -> (u32, SocketAddr) {
    let mut datagram = [0; 64];
    let (length, client) = server.recv_from(&mut datagram).await.unwrap();
    let text = std::str::from_utf8(&datagram[..length]).unwrap();
    (text.strip_prefix("get 1 #").unwrap().trim_end().parse().unwrap(), client)
}

fn answer(number: Option<u32>) -> String {
    Answer { number, book: Ok(bookshelf::Shelf::seeded().book(1).unwrap()) }.line()
}

#[tokio::test]
async fn nobody_is_asked_in_vain_for_ever() {
    let (mut client, server) = pair(Duration::from_millis(2), 3).await;
    let failure = client.get(1).await.unwrap_err();
    let address = server.local_addr().unwrap();
    assert_eq!(failure.to_string(), format!("no answer from {address}, asked 3 times"));
    let numbers = [asked(&server).await.0, asked(&server).await.0, asked(&server).await.0];
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

#[tokio::test]
async fn a_late_answer_to_an_earlier_question_of_the_call_is_good() {
    let (mut client, server) = pair(Duration::from_millis(20), 20).await;
    let late = async {
        let (first, from) = asked(&server).await;
        asked(&server).await;
        server.send_to(answer(Some(first)).as_bytes(), from).await.unwrap();
    };
    let (got, ()) = tokio::join!(client.get(1), late);
    let got = got.unwrap();
    assert_eq!(got.book.id, 1);
    assert!(got.attempts >= 2, "{got:?}");
}

#[tokio::test]
async fn what_answers_something_else_is_ignored() {
    let (mut client, server) = pair(LONG, 1).await;
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let noise = async {
        let (number, from) = asked(&server).await;
        stranger.send_to(b"#1 {\"error\":\"of a stranger\"}", from).await.unwrap();
        stranger.send_to(format!("#{number} {{\"error\":\"forged\"}}").as_bytes(), from).await.unwrap();
        for other in
            [&b""[..], b"\xff", &[b'x'; 3000], answer(None).as_bytes(), answer(Some(number + 1)).as_bytes()]
        {
            server.send_to(other, from).await.unwrap();
        }
        server.send_to(answer(Some(number)).as_bytes(), from).await.unwrap();
        // Twice, as it happens: this one is for nobody.
        server
            .send_to(format!("#{number} {{\"error\":\"of the last call\"}}").as_bytes(), from)
            .await
            .unwrap();
        let (next, from) = asked(&server).await;
        server
            .send_to(format!("#{next} {{\"error\":\"there is no book 1\"}}\n").as_bytes(), from)
            .await
            .unwrap();
    };
    let calls = async { (client.get(1).await, client.get(1).await) };
    let ((first, second), ()) = tokio::join!(calls, noise);
    assert_eq!(first.unwrap().attempts, 1);
    assert!(matches!(second.unwrap_err(), Failure::Refused(why) if why == "there is no book 1"));
}
