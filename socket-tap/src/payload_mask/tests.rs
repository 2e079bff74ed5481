use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};

use super::*;
use crate::event::{Event, Op};
use crate::recorder::Direction;
use crate::sink::Memory;
use crate::{Tap, TapStream};

/// A mask for messages that begin with a digit, the number of secret bytes that follow. In `3abc`, it masks
/// `abc`. After the digit 0, no secret follows on the stream.
#[derive(Default)]
struct DigitMask {
    left: [usize; 2],
    is_finished: bool,
    /// Shared with the test, which counts the references to find out whether the mask is dropped.
    _alive: Arc<()>,
}

impl DigitMask {
    fn mask(&mut self, direction: Direction, bytes: &mut [u8]) {
        let left = &mut self.left[usize::from(direction == Direction::Write)];
        for byte in bytes {
            if *left > 0 {
                *byte = b'*';
                *left -= 1;
            } else {
                *left = usize::from(*byte - b'0');
                self.is_finished |= *left == 0;
            }
        }
    }
}

impl PayloadMask for DigitMask {
    fn mask_read(&mut self, bytes: &mut [u8]) {
        self.mask(Direction::Read, bytes);
    }

    fn mask_write(&mut self, bytes: &mut [u8]) {
        self.mask(Direction::Write, bytes);
    }

    fn is_finished(&self) -> bool {
        self.is_finished
    }
}

/// A mask that panics when it gets the byte `!`, and panics again when it is dropped.
struct PanickingMask;

impl PayloadMask for PanickingMask {
    fn mask_read(&mut self, bytes: &mut [u8]) {
        assert!(!bytes.contains(&b'!'), "the mask panics");
    }

    fn mask_write(&mut self, bytes: &mut [u8]) {
        self.mask_read(bytes);
    }
}

impl Drop for PanickingMask {
    fn drop(&mut self) {
        panic!("the mask panics when it is dropped");
    }
}

fn recording(capture: usize) -> (Tap, Memory) {
    let memory = Memory::new();
    (Tap::server("test").capture(capture).sink(memory.clone()).start().unwrap(), memory)
}

/// Returns a masked stream and its unrecorded peer.
fn masked_pair(tap: &Tap) -> (TapStream<DuplexStream>, DuplexStream) {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let ours = TapStream::wrap(tap, ours, "memory");
    ours.mask_payload(DigitMask::default());
    (ours, theirs)
}

/// Ends the recording, and returns the direction, the length and the payload of each transfer.
async fn transfers(tap: &Tap, memory: &Memory) -> Vec<(&'static str, u64, String)> {
    tap.finish().await.unwrap();
    let transfer = |event: Event| {
        let (name, transfer) = match event.op {
            Op::Read(transfer) if !transfer.eof => ("read", transfer),
            Op::Write(transfer) => ("write", transfer),
            _ => return None,
        };
        Some((name, transfer.bytes, String::from_utf8(transfer.data?.into()).unwrap()))
    };
    memory.events().into_iter().filter_map(transfer).collect()
}

fn expected<const N: usize>(transfers: [(&'static str, u64, &str); N]) -> Vec<(&'static str, u64, String)> {
    transfers.map(|(name, bytes, payload)| (name, bytes, payload.to_owned())).into()
}

#[tokio::test]
async fn secret_split_over_reads_is_masked() {
    let (tap, memory) = recording(100);
    let (mut ours, mut theirs) = masked_pair(&tap);
    for part in ["1a3s", "e", "c2x"] {
        theirs.write_all(part.as_bytes()).await.unwrap();
        let mut buf = [0; 8];
        assert_eq!(ours.read(&mut buf).await.unwrap(), part.len());
        assert_eq!(&buf[..part.len()], part.as_bytes(), "the program's bytes are unchanged");
    }
    drop(ours);
    let masked = expected([("read", 4, "1*3*"), ("read", 1, "*"), ("read", 3, "*2*")]);
    assert_eq!(transfers(&tap, &memory).await, masked);
}

#[tokio::test]
async fn reads_and_writes_are_masked_separately() {
    let (tap, memory) = recording(100);
    let (mut ours, mut theirs) = masked_pair(&tap);
    ours.write_all(b"3s").await.unwrap();
    theirs.write_all(b"2a").await.unwrap();
    ours.read_exact(&mut [0; 2]).await.unwrap();
    ours.write_all(b"ec1").await.unwrap();
    drop(ours);
    let masked = expected([("write", 2, "3*"), ("read", 2, "2*"), ("write", 3, "**1")]);
    assert_eq!(transfers(&tap, &memory).await, masked);
    let mut sent = String::new();
    theirs.read_to_string(&mut sent).await.unwrap();
    assert_eq!(sent, "3sec1", "the peer's bytes are unchanged");
}

#[tokio::test]
async fn mask_tracks_bytes_beyond_the_capture_limit() {
    let (tap, memory) = recording(3);
    let (mut ours, _theirs) = masked_pair(&tap);
    // The second message begins beyond the limit, and ends in the third write.
    ours.write_all(b"4pass9sec").await.unwrap();
    ours.write_all(b"ret").await.unwrap();
    ours.write_all(b"abc1x").await.unwrap();
    // Longer than the buffer for uncaptured bytes.
    ours.write_all("1x".repeat(2000).as_bytes()).await.unwrap();
    ours.write_all(b"2ab").await.unwrap();
    drop(ours);
    let masked = expected([
        ("write", 9, "4**"),
        ("write", 3, "***"),
        ("write", 5, "***"),
        ("write", 4000, "1*1"),
        ("write", 3, "2**"),
    ]);
    assert_eq!(transfers(&tap, &memory).await, masked);
}

#[tokio::test]
async fn payload_is_recorded_unmasked_after_mask_has_finished() {
    let (tap, memory) = recording(100);
    let (ours, _theirs) = tokio::io::duplex(100);
    let mut ours = TapStream::wrap(&tap, ours, "memory");
    let alive = Arc::new(());
    ours.mask_payload(DigitMask { _alive: Arc::clone(&alive), ..DigitMask::default() });
    ours.write_all(b"1a").await.unwrap();
    assert_eq!(Arc::strong_count(&alive), 2);
    ours.write_all(b"2ab0").await.unwrap();
    assert_eq!(Arc::strong_count(&alive), 1, "a finished mask is dropped");
    ours.write_all(b"2cd").await.unwrap();
    drop(ours);
    let masked = expected([("write", 2, "1*"), ("write", 4, "2**0"), ("write", 3, "2cd")]);
    assert_eq!(transfers(&tap, &memory).await, masked);
}

/// A stream that accepts at most this number of bytes per write. A vectored write also has this limit.
struct Partial(usize);

impl AsyncWrite for Partial {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buf.len().min(self.0)))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum::<usize>().min(self.0)))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn mask_sees_only_bytes_that_were_written() {
    let (tap, memory) = recording(100);
    let mut stream = TapStream::wrap(&tap, Partial(4), "memory");
    stream.mask_payload(DigitMask::default());
    for parts in [["2", "", "ab5", "x"], ["x", "secr", "", ""], ["e", "1", "a", "2bb"]] {
        let slices = parts.map(|part| IoSlice::new(part.as_bytes()));
        assert_eq!(stream.write_vectored(&slices).await.unwrap(), 4);
    }
    assert_eq!(stream.write(b"bb1cd").await.unwrap(), 4);
    drop(stream);
    let payloads: Vec<String> = transfers(&tap, &memory)
        .await
        .into_iter()
        .map(|(_, bytes, payload)| format!("{bytes} {payload}"))
        .collect();
    assert_eq!(payloads, ["4 2**5", "4 ****", "4 *1*2", "4 **1*"]);
}

#[cfg(unix)]
#[tokio::test]
async fn payload_is_masked_in_every_unix_stream_call() {
    let (tap, memory) = recording(100);
    let (ours, mut theirs) = tokio::net::UnixStream::pair().unwrap();
    let mut ours = TapStream::from_unix(&tap, ours);
    ours.mask_payload(DigitMask::default());
    theirs.write_all(b"9secretsec1a1bab").await.unwrap();
    ours.readable().await.unwrap();
    assert_eq!(ours.try_read(&mut [0; 3]).unwrap(), 3);
    ours.read_exact(&mut [0; 2]).await.unwrap();
    assert_eq!(ours.try_write(b"9se").unwrap(), 3);
    assert_eq!(ours.try_write_vectored(&[IoSlice::new(b"c"), IoSlice::new(b"re")]).unwrap(), 3);
    let (mut read, mut write) = ours.split();
    read.read_exact(&mut [0; 2]).await.unwrap();
    write.write_all(b"tse").await.unwrap();
    let (mut read, mut write) = ours.into_split();
    read.read_exact(&mut [0; 4]).await.unwrap();
    write.write_all(b"c1").await.unwrap();
    assert_eq!(read.try_read(&mut [0; 2]).unwrap(), 2);
    assert_eq!(write.try_write(b"s2").unwrap(), 2);
    let mut ours = read.reunite(write).unwrap();
    ours.write_all(b"ab").await.unwrap();
    drop(ours);
    let transfers = transfers(&tap, &memory).await;
    let of = |name| {
        let payloads = transfers.iter().filter(|transfer| transfer.0 == name);
        payloads.map(|(_, _, payload)| payload.as_str()).collect::<Vec<&str>>()
    };
    assert_eq!(of("read"), ["9**", "**", "**", "***1", "*1"]);
    assert_eq!(of("write"), ["9**", "***", "***", "*1", "*2", "**"]);
}

#[tokio::test]
async fn all_payload_is_masked_after_the_mask_panics() {
    let (tap, memory) = recording(100);
    let (ours, mut theirs) = tokio::io::duplex(100);
    let mut ours = TapStream::wrap(&tap, ours, "memory");
    ours.mask_payload(PanickingMask);
    ours.write_all(b"before").await.unwrap();
    ours.write_all(b"secret!").await.unwrap();
    ours.write_all(b"after").await.unwrap();
    theirs.write_all(b"reply").await.unwrap();
    ours.read_exact(&mut [0; 5]).await.unwrap();
    drop(ours);
    let masked = expected([
        ("write", 6, "before"),
        ("write", 7, "*******"),
        ("write", 5, "*****"),
        ("read", 5, "*****"),
    ]);
    assert_eq!(transfers(&tap, &memory).await, masked);
}

#[tokio::test]
async fn panic_in_destructor_of_mask_is_caught() {
    let (tap, memory) = recording(100);
    let (ours, _theirs) = tokio::io::duplex(100);
    let ours = TapStream::wrap(&tap, ours, "memory");
    ours.mask_payload(PanickingMask);
    ours.mask_payload(PanickingMask);
    drop(ours);
    assert!(transfers(&tap, &memory).await.is_empty());
}

#[tokio::test]
async fn second_mask_replaces_the_first() {
    let (tap, memory) = recording(100);
    let (mut ours, _theirs) = masked_pair(&tap);
    ours.write_all(b"9secret").await.unwrap();
    ours.mask_payload(DigitMask::default());
    ours.write_all(b"1a0").await.unwrap();
    ours.mask_payload(DigitMask::default());
    ours.write_all(b"1b").await.unwrap();
    drop(ours);
    let masked = expected([("write", 7, "9******"), ("write", 3, "1*0"), ("write", 2, "1*")]);
    assert_eq!(transfers(&tap, &memory).await, masked);
}

#[tokio::test]
async fn mask_is_dropped_at_close_and_into_inner() {
    let (tap, _memory) = recording(100);
    let alive = Arc::new(());
    for end in [drop, |stream| drop(TapStream::into_inner(stream))] {
        let (ours, _theirs) = tokio::io::duplex(100);
        let mut ours = TapStream::wrap(&tap, ours, "memory");
        ours.mask_payload(DigitMask { _alive: Arc::clone(&alive), ..DigitMask::default() });
        ours.write_all(b"9secret").await.unwrap();
        assert_eq!(Arc::strong_count(&alive), 2);
        end(ours);
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}

#[tokio::test]
async fn mask_is_dropped_if_no_payload_is_captured() {
    for tap in [Tap::off(), recording(0).0] {
        let (ours, _theirs) = tokio::io::duplex(100);
        let mut ours = TapStream::wrap(&tap, ours, "memory");
        let alive = Arc::new(());
        ours.mask_payload(DigitMask { _alive: Arc::clone(&alive), ..DigitMask::default() });
        assert_eq!(Arc::strong_count(&alive), 1);
        ours.write_all(b"no digit").await.unwrap();
    }
}
