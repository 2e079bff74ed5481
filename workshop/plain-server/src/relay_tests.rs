use tokio::task::JoinHandle;

use super::*;

/// A server that sends back what it gets, behind a relay.
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
async fn every_third_is_lost_each_way() {
    let echo = Echo::start(3).await;
    let client = echo.client().await;
    for number in 1..=9_u8 {
        client.send(&[number]).await.unwrap();
    }
    // 3, 6 and 9 are lost on the way there; of the six that come back, the third and the sixth.
    for number in [1, 2, 5, 7] {
        assert_eq!(received(&client).await, [number]);
    }
    // A tenth one tells that the ninth is through; its answer is the seventh.
    client.send(&[10]).await.unwrap();
    assert_eq!(received(&client).await, [10]);
    let traffic = echo.stop().await;
    assert_eq!(traffic.to_server, Way { sent: 10, lost: 3 });
    assert_eq!(traffic.to_clients, Way { sent: 7, lost: 2 });
}

#[tokio::test]
async fn each_client_gets_its_own_answers_whole_or_empty() {
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
async fn the_clients_that_were_silent_for_longest_are_forgotten() {
    let mut relay = Relay::bind(
        "127.0.0.1:0".parse().unwrap(),
        "127.0.0.1:9".parse().unwrap(),
        NonZeroU64::new(3).unwrap(),
    )
    .await
    .unwrap();
    let address = |port: usize| SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()));
    let first = relay.way_back(address(1)).await.unwrap();
    for port in 2..=MAX_CLIENTS {
        relay.way_back(address(port)).await.unwrap();
    }
    // Heard of again, it is no longer the one to be forgotten.
    assert!(Arc::ptr_eq(&relay.way_back(address(1)).await.unwrap(), &first));
    relay.way_back(address(MAX_CLIENTS + 1)).await.unwrap();
    assert_eq!(relay.clients.len(), MAX_CLIENTS);
    let known = |port| relay.clients.iter().any(|client| client.address == address(port));
    assert_eq!((known(1), known(2), known(3), known(MAX_CLIENTS + 1)), (true, false, true, true));
}
