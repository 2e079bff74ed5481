//! Raw HTTP/2 frames (RFC 9113), for requests that no client library sends.

use std::io;
use std::net::SocketAddr;

use clients::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::raw;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const ACK: u8 = 1;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Encodes an HTTP/2 frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Encodes a parameter of a SETTINGS frame.
pub(crate) fn setting(name: u16, value: u32) -> Vec<u8> {
    [&name.to_be_bytes()[..], &value.to_be_bytes()].concat()
}

/// A received HTTP/2 frame.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// Returns `true` if the frame ends the response on this stream.
    pub(crate) fn ends(&self, stream: u32) -> bool {
        self.stream == stream && matches!(self.kind, DATA | HEADERS) && self.flags & END_STREAM != 0
    }

    /// Returns the last stream identifier in a GOAWAY frame.
    pub(crate) fn last_stream(&self) -> u32 {
        u32::from_be_bytes(self.payload[..4].try_into().unwrap())
    }
}

/// An HTTP/2 client connection on which tests send raw frames.
pub(crate) struct Http2(TcpStream);

impl Http2 {
    /// Connects and sends the preface and a SETTINGS frame with the payload `settings`.
    pub(crate) async fn connect(server: SocketAddr, settings: &[u8]) -> Self {
        Self::over(TcpStream::connect(server).await.unwrap(), settings).await
    }

    /// Sends the preface and a SETTINGS frame with the payload `settings` over an open connection.
    pub(crate) async fn over(mut stream: TcpStream, settings: &[u8]) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, settings)].concat()).await.unwrap();
        Self(stream)
    }

    pub(crate) async fn send(&mut self, frames: &[u8]) -> io::Result<()> {
        self.0.write_all(frames).await
    }

    /// Returns the next frame, or `None` after FIN or RST.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length.try_into().unwrap()];
        self.0.read_exact(&mut payload).await.ok()?;
        let stream = u32::from_be_bytes(head[5..].try_into().unwrap());
        Some(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    /// Returns the next frame. Acknowledges PING and SETTINGS frames, as HTTP/2 libraries do.
    pub(crate) async fn next_acknowledged(&mut self) -> Option<Frame> {
        let frame = self.next().await?;
        if matches!(frame.kind, PING | SETTINGS) && frame.flags & ACK == 0 {
            let payload: &[u8] = if frame.kind == PING { &frame.payload } else { &[] };
            // The next read notices a closed connection.
            let _ = self.send(&self::frame(frame.kind, ACK, 0, payload)).await;
        }
        Some(frame)
    }

    /// Reads frames until the response on `stream` ends. Returns `false` if the connection ends first.
    pub(crate) async fn answered(&mut self, stream: u32) -> bool {
        while let Some(frame) = self.next_acknowledged().await {
            if frame.ends(stream) {
                return true;
            }
        }
        false
    }

    pub(crate) fn into_inner(self) -> TcpStream {
        self.0
    }
}

/// Encodes header fields as literals without indexing (RFC 7541, section 6.2.2).
pub(crate) fn fields(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).ok().filter(|length| *length < 127).unwrap());
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

/// Encodes the header block of a request for `path`.
pub(crate) fn head<A: Client>(path: &str) -> Vec<u8> {
    let common =
        |method| [(":method", method), (":scheme", "http"), (":authority", "localhost"), (":path", path)];
    match A::API {
        "grpc" => {
            [fields(&common("POST")), fields(&[("content-type", "application/grpc"), ("te", "trailers")])]
                .concat()
        }
        _ => fields(&common("GET")),
    }
}

/// Encodes the frames of a complete request for a book.
pub(crate) fn request<A: Client>(stream: u32) -> Vec<u8> {
    if A::API != "grpc" {
        return frame(HEADERS, END_HEADERS | END_STREAM, stream, &head::<A>(raw::path::<A>()));
    }
    let head = frame(HEADERS, END_HEADERS, stream, &head::<A>("/bookshelf.v1.BookshelfService/GetBook"));
    // Uncompressed, two bytes: field 1 (`id`) is 1.
    [head, frame(DATA, END_STREAM, stream, &[0, 0, 0, 0, 2, 8, 1])].concat()
}

/// Encodes the head of a request whose body never arrives.
pub(crate) fn endless_request<A: Client>(stream: u32) -> Vec<u8> {
    let block = match A::API {
        "grpc" => head::<A>("/bookshelf.v1.BookshelfService/GetBook"),
        "rest" => post("/v1/books"),
        _ => post("/graphql"),
    };
    frame(HEADERS, END_HEADERS, stream, &block)
}

fn post(path: &str) -> Vec<u8> {
    fields(&[
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", path),
        ("content-type", "application/json"),
    ])
}
