//! Runs a test in a child process in a user namespace. On a machine that cannot run wires, a test prints why it was
//! skipped and passes; in CI it fails.

use std::process::Command;

use tokio::net::{TcpListener, TcpStream, UdpSocket};
use wire::{DropReason, Fate, Options, Record, Side, Stats, Wire};

/// Set in the child process.
const INSIDE: &str = "WIRE_TEST_INSIDE";

/// Defines a test whose body runs in a child process in a user namespace.
macro_rules! wire_test {
    ($(fn $name:ident() $body:block)+) => {$(
        #[test]
        fn $name() {
            crate::support::isolated(concat!(module_path!(), "::", stringify!($name)), || $body);
        }
    )+};
}

/// Runs the body in a child process. `path` is the test's path with the name of the crate.
pub(crate) fn isolated(path: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let Some(mut child) = child(path) else { return };
    let output = child.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("1 passed"), "{path} is not the name of a test");
}

/// Returns a command that runs one test in a user namespace, or `None` if this machine cannot.
pub(crate) fn child(path: &str) -> Option<Command> {
    let mut command = match wire::reexec() {
        Ok(command) => command,
        Err(error) => {
            let missing = error.missing().unwrap_or_else(|| panic!("{error}"));
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "{missing} must be available in CI: {error}"
            );
            eprintln!("skipped: {error}");
            return None;
        }
    };
    let (_, name) = path.split_once("::").unwrap();
    command.args([name, "--exact", "--nocapture", "--include-ignored"]).env(INSIDE, "1");
    Some(command)
}

/// Starts a wire.
pub(crate) fn start(options: Options) -> Wire {
    Wire::start(options).unwrap()
}

/// Ends a wire that records. Returns all records and the counts.
pub(crate) fn finish(mut wire: Wire) -> (Vec<Record>, Stats) {
    let records = wire.take_records().unwrap();
    let stats = wire.finish();
    assert_eq!(
        (stats.omitted_records, stats.to_server.kernel_drops, stats.to_client.kernel_drops),
        (0, 0, 0)
    );
    (records.collect(), stats)
}

/// Binds a listener on a side, at any port.
pub(crate) fn listen(side: &Side) -> TcpListener {
    let address = (side.ipv4(), 0);
    side.run(async move { TcpListener::bind(address).await }).unwrap().unwrap()
}

/// Connects the client to the server, over IPv4. Returns the client's stream and the server's.
pub(crate) fn connect(wire: &Wire) -> (TcpStream, TcpStream) {
    let listener = listen(wire.server());
    let address = listener.local_addr().unwrap();
    let accepted = wire.server().spawn(async move { listener.accept().await.unwrap().0 });
    let client = wire.client().run(async move { TcpStream::connect(address).await.unwrap() }).unwrap();
    (client, wire.server().run(async { accepted.await.unwrap() }).unwrap())
}

/// Binds a UDP socket on each side, connected to the other. Returns the client's and the server's.
pub(crate) fn datagram_sockets(wire: &Wire) -> (UdpSocket, UdpSocket) {
    let bind = |side: &Side| {
        let address = (side.ipv4(), 0);
        side.run(async move { UdpSocket::bind(address).await }).unwrap().unwrap()
    };
    let (client, server) = (bind(wire.client()), bind(wire.server()));
    let [to_client, to_server] = [&client, &server].map(|socket| socket.local_addr().unwrap());
    let client = wire.client().run(async move { client.connect(to_server).await.map(|()| client) });
    let server = wire.server().run(async move { server.connect(to_client).await.map(|()| server) });
    (client.unwrap().unwrap(), server.unwrap().unwrap())
}

/// Sends a datagram of `length` bytes for each number. Its first byte is the number.
pub(crate) async fn send(socket: &UdpSocket, numbers: std::ops::RangeInclusive<u8>, length: usize) {
    for number in numbers {
        let mut datagram = vec![0; length];
        datagram[0] = number;
        assert_eq!(socket.send(&datagram).await.unwrap(), length);
    }
}

/// Receives datagrams until the number `last`. Returns their numbers.
pub(crate) async fn receive_until(socket: &UdpSocket, last: u8) -> Vec<u8> {
    let mut numbers = Vec::new();
    while numbers.last() != Some(&last) {
        let mut buffer = [0; 65_536];
        socket.recv(&mut buffer).await.unwrap();
        numbers.push(buffer[0]);
    }
    numbers
}

/// Returns the indexes of the packets that were dropped for a reason.
pub(crate) fn dropped(records: &[Record], reason: DropReason) -> Vec<u64> {
    let dropped = records.iter().filter(|record| record.fate == Fate::Dropped(reason));
    dropped.map(|record| record.index).collect()
}
