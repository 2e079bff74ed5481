//! Export of HTTP connections recorded over loopback, read by Wireshark.

use std::path::{Path, PathBuf};

use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::frames::{grpc_call, settings};
use crate::support::Place;
use crate::tshark::{Node, Tshark, sent_by, unhex};

const REQUEST: &[u8] = b"POST /books HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nhello";
const RESPONSE: &[u8] =
    b"HTTP/1.1 201 Created\r\ncontent-type: text/plain\r\ncontent-length: 8\r\n\r\ncreated!";

/// Records both ends of a connection. The server sends `greeting`, and the client sends `request`. The server
/// reads a few bytes first, as hyper does, then the rest, and sends `response`. The client closes first.
/// Returns the server's port.
async fn record(place: &Place, greeting: &[u8], request: &[u8], response: &[u8]) -> u16 {
    let tap = |tap: socket_tap::TapBuilder, name: &str| {
        tap.capture(1 << 16).file(place.path(name)).unwrap().start().unwrap()
    };
    let (server_tap, client_tap) =
        (tap(Tap::server("shop"), "server.jsonl"), tap(Tap::client("shop"), "client.jsonl"));
    let listener = TapListener::bind(&server_tap, "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = async {
        let mut client = TapStream::connect(&client_tap, address).await.unwrap();
        client.read_exact(&mut vec![0; greeting.len()]).await.unwrap();
        client.write_all(request).await.unwrap();
        client.read_exact(&mut vec![0; response.len()]).await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    };
    let server = async {
        let (mut server, _) = listener.accept().await.unwrap();
        server.write_all(greeting).await.unwrap();
        server.read_exact(&mut [0; 24]).await.unwrap();
        server.read_exact(&mut vec![0; request.len() - 24]).await.unwrap();
        server.write_all(response).await.unwrap();
        assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
        server.shutdown().await.unwrap();
    };
    tokio::join!(client, server);
    drop(listener);
    server_tap.finish().await.unwrap();
    client_tap.finish().await.unwrap();
    address.port()
}

/// Exports the recording of `side`, `client` or `server`, to a pcapng file. Returns its path, and the options
/// for tshark that the notes of the export suggest.
fn export(place: &Place, side: &str) -> (PathBuf, Vec<String>) {
    let file = format!("{side}.pcapng");
    let (_, notes) = place.run(&["export", &format!("{side}.jsonl"), "-o", &file]).ok();
    let command = notes.lines().find_map(|line| line.strip_prefix("  tshark -r ")).unwrap_or(&file);
    let mut words = command.split(' ').map(str::to_owned);
    assert_eq!(words.next().as_deref(), Some(file.as_str()));
    (place.path(&file), words.collect())
}

fn for_each_side(place: &Place, check: impl Fn(&Path, &[&str])) {
    for side in ["client", "server"] {
        let (file, decode_as) = export(place, side);
        check(&file, &decode_as.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn wireshark_decodes_http_1() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let port = record(&place, b"", REQUEST, RESPONSE).await;
    for_each_side(&place, |file, decode_as| {
        assert_eq!(decode_as, ["-d", &format!("tcp.port=={port},http")]);
        tshark.assert_clean(file, decode_as);
        let fields = ["http.request.method", "http.request.uri", "http.response.code", "http.file_data"];
        let messages = tshark.fields(file, decode_as, "http", &fields);
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert_eq!(messages[0], ["POST", "/books", "", "hello"]);
        assert_eq!(messages[1][2..], ["201", "created!"]);
        let pieces = tshark.follow(file, decode_as, "tcp,raw,0");
        assert_eq!(sent_by(Node::First, &pieces), REQUEST);
        assert_eq!(sent_by(Node::Second, &pieces), RESPONSE);
    });
}

#[tokio::test]
async fn wireshark_decodes_http_2_and_grpc() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let (request, response) = grpc_call(b"\x08\x01", b"\x0a\x05Moby!");
    let port = record(&place, &settings(), &request, &response).await;
    for_each_side(&place, |file, decode_as| {
        assert_eq!(decode_as, ["-d", &format!("tcp.port=={port},http2")]);
        tshark.assert_clean(file, decode_as);
        // This includes the SETTINGS that the server sends before the client's preface.
        let types = tshark.fields(file, decode_as, "http2", &["http2.type"]).concat().join(",");
        assert_eq!(types.split(',').filter(|kind| *kind == "4").count(), 2, "{types}");
        let paths = tshark.fields(file, decode_as, "http2.headers.path", &["http2.headers.path"]);
        assert_eq!(paths, [["/shelf.Shelf/Get"]]);
        let messages = tshark.fields(file, decode_as, "grpc", &["grpc.message_data"]);
        let messages: Vec<Vec<u8>> = messages.iter().map(|message| unhex(&message[0])).collect();
        assert_eq!(messages, [&b"\x08\x01"[..], b"\x0a\x05Moby!"]);
        let statuses = tshark.fields(file, decode_as, "http2.headers.status", &["http2.headers.status"]);
        assert_eq!(statuses, [["200"]]);
        let pieces = tshark.follow(file, decode_as, "http2,raw,0,1");
        let payload: Vec<u8> = pieces.into_iter().flat_map(|(_, bytes)| bytes).collect();
        assert!(contains(&payload, b"\x08\x01") && contains(&payload, b"\x0a\x05Moby!"), "{payload:?}");
    });
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}
