//! Tests of floods of HTTP/2 frames that are cheap to send and expensive to process. The server ends the
//! attacker's connection, its memory does not grow, and it serves other clients meanwhile.

use socket_tap::Tap;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::api::{Api, Server};
use crate::support::http2::{self, Frame, Http2, frame};
use crate::support::process::Serving;
use crate::support::raw::{self, Raw};

each_api!(
    rapid_reset_flood_ends_the_connection,
    resets_provoked_by_the_client_end_the_connection,
    continuation_flood_ends_the_connection,
    hpack_bomb_is_rejected,
    empty_data_flood_ends_the_connection,
    unread_ping_acknowledgements_end_the_connection,
    unread_settings_acknowledgements_end_the_connection,
    flow_control_window_overflow_ends_the_connection,
    zero_window_increment_ends_the_connection,
    excess_http2_stream_is_refused,
    http2_settings_announce_the_server_limits,
);

/// Maximum growth of a server's memory during a flood, in KiB. It is greater than 0, because the allocator
/// and the threads keep some memory.
const LEFT_BEHIND: u64 = 48 * 1024;

#[derive(PartialEq)]
pub(crate) enum Attacker {
    Reads,
    ReadsNothing,
}

/// Sends the bytes `first`, then the bytes that `next` returns, again and again, until the server ends the
/// connection. Asserts that the server's memory does not grow and that another client is served.
pub(crate) async fn flood<A: Api>(attacker: Attacker, first: Vec<u8>, mut next: impl FnMut() -> Vec<u8>) {
    let directory = TempDir::new().unwrap();
    let trace = directory.path().join("trace.jsonl");
    let server = Serving::start(A::SERVER, &["--trace", trace.to_str().unwrap(), "--write-timeout", "0.5"]);
    let mut other = A::connect(&Tap::off(), server.address).await.unwrap();
    other.book(1).await.unwrap();
    let before = server.memory();

    let stream = Raw::saying(server.address, first).await.into_inner();
    let (mut read, mut write) = stream.into_split();
    let reading = async {
        let mut part = vec![0; 64 * 1024];
        while attacker == Attacker::Reads && matches!(read.read(&mut part).await, Ok(1..)) {}
    };
    let writing = async { while write.write_all(&next()).await.is_ok() {} };
    let others = async {
        for _ in 0..20 {
            other.book(1).await.unwrap();
        }
    };
    tokio::join!(reading, writing, others);

    let after = server.memory();
    assert!(after < before + LEFT_BEHIND, "{before} KiB before, {after} KiB after");
    other.book(1).await.unwrap();
    other.close().await;
}

fn preface() -> Vec<u8> {
    [http2::PREFACE, &frame(http2::SETTINGS, 0, 0, &[])].concat()
}

/// Returns the stream identifiers that a client uses: 1, 3, 5 and so on.
fn streams() -> impl Iterator<Item = u32> {
    (1..).step_by(2)
}

/// CVE-2023-44487: the client resets each stream right after its request.
async fn rapid_reset_flood_ends_the_connection<A: Api>() {
    let mut streams = streams();
    let pair = |stream| [http2::request::<A>(stream), reset(stream)].concat();
    flood::<A>(Attacker::Reads, preface(), || streams.by_ref().take(100).flat_map(pair).collect()).await;
}

fn reset(stream: u32) -> Vec<u8> {
    frame(http2::RST_STREAM, 0, stream, &8_u32.to_be_bytes())
}

/// CVE-2025-8671: the client provokes the server to reset each stream, here with a flow-control window
/// overflow.
async fn resets_provoked_by_the_client_end_the_connection<A: Api>() {
    let mut streams = streams();
    let pair = |stream| [http2::endless_request::<A>(stream), grow(stream, (1 << 31) - 1)].concat();
    flood::<A>(Attacker::Reads, preface(), || streams.by_ref().take(100).flat_map(pair).collect()).await;
}

fn grow(stream: u32, by: u32) -> Vec<u8> {
    frame(http2::WINDOW_UPDATE, 0, stream, &by.to_be_bytes())
}

/// CVE-2024-27316: the client never ends a header block and sends CONTINUATION frames instead.
async fn continuation_flood_ends_the_connection<A: Api>() {
    let begin = frame(http2::HEADERS, 0, 1, &http2::head::<A>(raw::path::<A>()));
    let more = frame(http2::CONTINUATION, 0, 1, &http2::fields(&[("x", "y")])).repeat(100);
    flood::<A>(Attacker::Reads, [preface(), begin].concat(), || more.clone()).await;
}

/// The client sends a header field of 4,000 bytes once, then repeats it 12,000 times with one byte each.
async fn hpack_bomb_is_rejected<A: Api>() {
    // A literal with indexing, name `x`, and the length of its value as a multi-byte integer (RFC 7541).
    let large = [&[0x40, 1, b'x', 0x7f, 0xa1, 0x1e][..], &[b'y'; 4000]].concat();
    let mut streams = streams();
    let bomb = || {
        let stream = streams.next().unwrap();
        // Index 62 is the newest entry of the dynamic table.
        let block = [http2::head::<A>(raw::path::<A>()), large.clone(), vec![0x80 | 62; 12_000]].concat();
        frame(http2::HEADERS, http2::END_HEADERS | http2::END_STREAM, stream, &block)
    };
    flood::<A>(Attacker::Reads, preface(), bomb).await;
}

/// CVE-2019-9518: the client sends DATA frames without payload.
async fn empty_data_flood_ends_the_connection<A: Api>() {
    let first = [preface(), http2::endless_request::<A>(1)].concat();
    let nothing = frame(http2::DATA, 0, 1, &[]).repeat(100);
    flood::<A>(Attacker::Reads, first, || nothing.clone()).await;
}

/// CVE-2019-9512: the client sends PING frames and does not read the acknowledgements.
async fn unread_ping_acknowledgements_end_the_connection<A: Api>() {
    let pings = frame(http2::PING, 0, 0, &[0; 8]).repeat(1000);
    flood::<A>(Attacker::ReadsNothing, preface(), || pings.clone()).await;
}

/// CVE-2019-9515: the client sends SETTINGS frames and does not read the acknowledgements.
async fn unread_settings_acknowledgements_end_the_connection<A: Api>() {
    let settings = frame(http2::SETTINGS, 0, 0, &[]).repeat(1000);
    flood::<A>(Attacker::ReadsNothing, preface(), || settings.clone()).await;
}

async fn flow_control_window_overflow_ends_the_connection<A: Api>() {
    flood::<A>(Attacker::Reads, preface(), || grow(0, (1 << 31) - 1)).await;
}

async fn zero_window_increment_ends_the_connection<A: Api>() {
    flood::<A>(Attacker::Reads, preface(), || grow(0, 0)).await;
}

async fn excess_http2_stream_is_refused<A: Api>() {
    let limits = hardening_http::Limits { max_streams: 3, ..hardening_http::Limits::default() };
    let server = Server::limited::<A>(&Tap::off(), limits).await;
    let mut client = Http2::connect(server.address, &[]).await;
    for stream in streams().take(4) {
        client.send(&http2::endless_request::<A>(stream)).await.unwrap();
    }
    let refusal = first(&mut client, http2::RST_STREAM).await;
    // REFUSED_STREAM
    assert_eq!((refusal.stream, refusal.payload.as_slice()), (7, &[0, 0, 0, 7][..]));
}

/// The server's SETTINGS frame contains its limits, so that a client can comply with them.
async fn http2_settings_announce_the_server_limits<A: Api>() {
    let server = Server::start::<A>().await;
    let mut client = Http2::connect(server.address, &[]).await;
    let settings = first(&mut client, http2::SETTINGS).await.payload;
    for (name, value) in [(3, 100), (4, 65_535), (6, 16_384)] {
        let setting = http2::setting(name, value);
        assert!(settings.chunks(6).any(|sent| sent == setting), "{name} in {settings:?}");
    }
}

async fn first(client: &mut Http2, kind: u8) -> Frame {
    loop {
        let frame = client.next_acknowledged().await.unwrap();
        if frame.kind == kind {
            return frame;
        }
    }
}
