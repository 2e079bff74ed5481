use std::io;
use std::sync::mpsc::{Sender, channel};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::*;
use crate::event::Event;
use crate::sink::{Memory, Sink};
use crate::{Tap, TapListener, TapStream, TapUdpSocket};

async fn connection(tap: &Tap) -> (TapStream, TcpStream) {
    let listener = TapListener::bind(tap, "127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    (server, client)
}

/// Takes samples of the recording's connections, and returns the operations and the dropped events.
fn taken(sampler: &mut Sampler, tap: &Tap, capacity: usize) -> (Vec<(SockId, Op)>, Gap) {
    let (mut records, mut gap) = (Vec::new(), Gap::default());
    sampler.sample(tap.recording().unwrap(), capacity, &mut records, &mut gap);
    let op = |timed: Timed<Record>| (timed.sock.unwrap(), timed.event(0, &[]).op);
    (records.into_iter().map(op).collect(), gap)
}

fn tap() -> Tap {
    Tap::server("test").sink(Memory::new()).start().unwrap()
}

#[tokio::test]
async fn unchanged_connection_is_sampled_once() {
    let tap = tap();
    let mut sampler = Sampler::new(Duration::ZERO);
    let (mut server, client) = connection(&tap).await;
    let (first, _) = taken(&mut sampler, &tap, 9);
    assert!(matches!(&first[..], [(sock, Op::TcpInfo(_))] if Some(*sock) == server.sock()), "{first:?}");
    assert_eq!(taken(&mut sampler, &tap, 9), (Vec::new(), Gap::default()));
    server.write_all(b"news").await.unwrap();
    // The acknowledgement may change the state once more.
    client.readable().await.unwrap();
    assert_eq!(taken(&mut sampler, &tap, 9).0.len(), 1);
}

#[tokio::test]
async fn only_open_tcp_connections_are_sampled() {
    let tap = tap();
    let mut sampler = Sampler::new(Duration::ZERO);
    let _listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let _datagrams = TapUdpSocket::bind(&tap, "127.0.0.1:0").await.unwrap();
    let _memory = TapStream::wrap(&tap, tokio::io::empty(), "memory");
    let (server, _client) = connection(&tap).await;
    drop(server);
    assert_eq!(taken(&mut sampler, &tap, 9), (Vec::new(), Gap::default()));
    assert!(sampler.last.is_empty());
}

#[tokio::test]
async fn samples_beyond_the_capacity_are_counted_as_dropped() {
    let tap = tap();
    let mut sampler = Sampler::new(Duration::ZERO);
    let _connections = [connection(&tap).await, connection(&tap).await, connection(&tap).await];
    let (samples, gap) = taken(&mut sampler, &tap, 1);
    assert_eq!((samples.len(), gap.others, gap.events()), (1, 2, 2));
}

/// A sink that passes the events on.
struct Forward(Sender<Event>);

impl Sink for Forward {
    fn name(&self) -> String {
        "a channel".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        batch.iter().try_for_each(|event| self.0.send(event.clone()).map_err(io::Error::other))
    }
}

#[tokio::test]
async fn open_connection_is_sampled_at_the_interval() {
    let (sender, events) = channel();
    let sink = Forward(sender);
    let tap = Tap::server("test").tcp_info_every(Duration::from_millis(1)).sink(sink).start().unwrap();
    let (server, mut client) = connection(&tap).await;
    for _ in 0..3 {
        client.write_all(b"more").await.unwrap();
        let sample = events.iter().find(|event| event.op.name() == "tcp_info").unwrap();
        assert_eq!(sample.sock, server.sock());
    }
    drop(server);
    tap.finish().await.unwrap();
    drop(tap);
    assert_eq!(events.iter().last().unwrap().op.name(), "close");
}

/// Connections open and close while the drain thread samples as often as it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn samples_lie_between_the_opening_and_the_close() {
    let memory = Memory::new();
    let tap = Tap::server("test").tcp_info_every(Duration::ZERO).sink(memory.clone()).start().unwrap();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let tap = tap.clone();
            tokio::spawn(async move {
                for _ in 0..200 {
                    let (mut server, _client) = connection(&tap).await;
                    server.write_all(b"hello").await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    tap.finish().await.unwrap();
    let mut open = std::collections::HashSet::new();
    for event in memory.events() {
        match event.op {
            Op::Accept { .. } => assert!(open.insert(event.sock)),
            Op::Close(close) if close.ended_by.is_some() => assert!(open.remove(&event.sock)),
            Op::TcpInfo(_) => assert!(open.contains(&event.sock), "{event:?}"),
            _ => {}
        }
    }
    assert!(open.is_empty());
}
