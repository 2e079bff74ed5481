use tokio::task::JoinHandle;

use super::*;

/// A server that sends each datagram back to its sender, behind a relay.
struct Echo {
    address: SocketAddr,
    shutdown: Shutdown,
    relay: JoinHandle<Traffic>,
    _server: AbortOnDropHandle<()>,
}

impl Echo {
    async fn start(every: u64) -> Self {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let behind = server.local_addr().unwrap();
        let relay =
            Relay::bind("127.0.0.1:0".parse().unwrap(), behind, every.try_into().unwrap()).await.unwrap();
        let echo = async move {
            let mut datagram = vec![0; MAX_DATAGRAM];
            loop {
                let (length, from) = server.recv_from(&mut datagram).await.unwrap();
                server.send_to(&datagram[..length], from).await.unwrap();
            }
        };
        let (address, shutdown) = (relay.local_addr().unwrap(), Shutdown::new());
        let relay = tokio::spawn(relay.run(shutdown.clone()));
        Self { address, shutdown, relay, _server: AbortOnDropHandle::new(tokio::spawn(echo)) }
    }

    async fn client(&self) -> UdpSocket {
        let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        client.connect(self.address).await.unwrap();
        client
    }

    async fn stop(self) -> Traffic {
        self.shutdown.cancel();
        self.relay.await.unwrap()
    }
}

async fn received(client: &UdpSocket) -> Vec<u8> {
    let mut datagram = vec![0; MAX_DATAGRAM];
    let length = client.recv(&mut datagram).await.unwrap();
    datagram.truncate(length);
    datagram
}

#[tokio::test]
async fn relay_drops_every_third_datagram_per_direction() {
    let echo = Echo::start(3).await;
    let client = echo.client().await;
    for number in 1..=9_u8 {
        client.send(&[number]).await.unwrap();
    }
    // The requests 3, 6 and 9 are lost. Of the six responses, the third and the sixth are lost.
    for number in [1, 2, 5, 7] {
        assert_eq!(received(&client).await, [number]);
    }
    // The tenth request proves that the ninth was processed. Its response is the seventh.
    client.send(&[10]).await.unwrap();
    assert_eq!(received(&client).await, [10]);
    let traffic = echo.stop().await;
    assert_eq!(traffic.to_server, Direction { sent: 10, lost: 3 });
    assert_eq!(traffic.to_clients, Direction { sent: 7, lost: 2 });
}

#[tokio::test]
async fn each_client_receives_its_own_responses() {
    let echo = Echo::start(1_000).await;
    let clients = [echo.client().await, echo.client().await];
    let longest = vec![7; 65_507];
    for datagram in [&b"a"[..], b"", &longest] {
        for (client, mark) in clients.iter().zip([b"x", b"y"]) {
            client.send(mark).await.unwrap();
            assert_eq!(received(client).await, mark);
            client.send(datagram).await.unwrap();
            assert_eq!(received(client).await, datagram);
        }
    }
    echo.stop().await;
}

#[tokio::test]
async fn new_client_replaces_the_longest_idle_client() {
    let mut relay = Relay::bind(
        "127.0.0.1:0".parse().unwrap(),
        "127.0.0.1:9".parse().unwrap(),
        NonZeroU64::new(3).unwrap(),
    )
    .await
    .unwrap();
    let address = |port: usize| SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()));
    let first = relay.back_socket(address(1)).await.unwrap();
    for port in 2..=MAX_CLIENTS {
        relay.back_socket(address(port)).await.unwrap();
    }
    // Traffic makes the first client the most recent one.
    assert!(Arc::ptr_eq(&relay.back_socket(address(1)).await.unwrap(), &first));
    relay.back_socket(address(MAX_CLIENTS + 1)).await.unwrap();
    assert_eq!(relay.clients.len(), MAX_CLIENTS);
    let has = |port| relay.clients.iter().any(|client| client.address == address(port));
    assert_eq!((has(1), has(2), has(3), has(MAX_CLIENTS + 1)), (true, false, true, true));
}

#[tokio::test(start_paused = true)]
async fn relay_closes_the_socket_of_an_idle_client() {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let behind = server.local_addr().unwrap();
    let every = 2.try_into().unwrap();
    let mut relay = Relay::bind("127.0.0.1:0".parse().unwrap(), behind, every).await.unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    client.send_to(&[1], relay.local_addr().unwrap()).await.unwrap();
    let mut datagram = [0; 1];
    tokio::select! {
        () = relay.forward_requests() => {}
        _ = server.recv_from(&mut datagram) => {}
    }
    assert_eq!(relay.clients.len(), 1);
    tokio::select! {
        () = relay.forward_requests() => {}
        () = tokio::time::sleep(IDLE_TIMEOUT * 2) => {}
    }
    assert!(relay.clients.is_empty());
}
