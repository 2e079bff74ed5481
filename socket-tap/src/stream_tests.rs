//! Regression tests for bugs that stream wrappers commonly have. The inner stream follows a script, and
//! panics on a poll that is not in the script.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::task::ready;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::close::EndedBy;
use crate::event::{Event, Op};
use crate::sink::Memory;
use crate::tap::Tap;

#[derive(Debug)]
enum Step {
    Read(&'static [u8]),
    Fail(ErrorKind),
    Write(usize),
    WriteVectored(usize),
    Pending,
    Shutdown,
}

struct Script {
    steps: VecDeque<Step>,
    vectored: bool,
}

impl Script {
    fn next(&mut self, polled: &str, cx: &Context<'_>) -> Poll<io::Result<Step>> {
        match self.steps.pop_front().unwrap_or_else(|| panic!("{polled} was polled after the script's end")) {
            Step::Pending => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Fail(kind) => Poll::Ready(Err(kind.into())),
            step => Poll::Ready(Ok(step)),
        }
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match ready!(self.next("read", cx))? {
            Step::Read(bytes) => buf.put_slice(bytes),
            other => panic!("read was polled, not {other:?}"),
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Script {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        match ready!(self.next("write", cx))? {
            Step::Write(bytes) => Poll::Ready(Ok(bytes)),
            other => panic!("write was polled, not {other:?}"),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        _: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match ready!(self.next("a vectored write", cx))? {
            Step::WriteVectored(bytes) => Poll::Ready(Ok(bytes)),
            other => panic!("a vectored write was polled, not {other:?}"),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.vectored
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(self.next("shutdown", cx))? {
            Step::Shutdown => Poll::Ready(Ok(())),
            other => panic!("shutdown was polled, not {other:?}"),
        }
    }
}

/// Runs `drive` on a tapped stream that follows a script. Returns the recorded events, including the close.
async fn recorded(
    capture: usize,
    steps: impl IntoIterator<Item = Step>,
    drive: impl AsyncFnOnce(&mut TapStream<Script>),
) -> Vec<Event> {
    let memory = Memory::new();
    let tap = Tap::server("test").capture(capture).sink(memory.clone()).start().unwrap();
    let recorder = SocketRecorder::of_stream(tap.recording().unwrap());
    let script = Script { steps: steps.into_iter().collect(), vectored: true };
    let mut stream = TapStream::new(script, Some(recorder));
    drive(&mut stream).await;
    assert!(stream.get_ref().steps.is_empty(), "not polled: {:?}", stream.get_ref().steps);
    drop(stream);
    tap.finish().await.unwrap();
    memory.events()
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.op.name()).collect()
}

fn transfer(event: &Event) -> (u64, Option<u32>, &[u8]) {
    match &event.op {
        Op::Read(transfer) | Op::Write(transfer) => {
            (transfer.bytes, transfer.slices, transfer.data.as_deref().unwrap_or_default())
        }
        other => panic!("not a transfer: {other:?}"),
    }
}

fn ended_by(events: &[Event]) -> Option<EndedBy> {
    match &events.last().unwrap().op {
        Op::Close(close) => close.ended_by,
        other => panic!("not a close: {other:?}"),
    }
}

const PARTS: [&[u8]; 3] = [b"head", b"", b"body"];

#[tokio::test]
async fn partial_vectored_write_is_counted() {
    let steps = [Step::WriteVectored(8), Step::WriteVectored(6)];
    let events = recorded(100, steps, async |stream| {
        for expected in [8, 6] {
            let slices = PARTS.map(IoSlice::new);
            assert_eq!(stream.write_vectored(&slices).await.unwrap(), expected);
        }
    })
    .await;
    assert_eq!(transfer(&events[0]), (8, Some(3), &b"headbody"[..]));
    assert_eq!(transfer(&events[1]), (6, Some(3), &b"headbo"[..]), "only what went out is payload");
    let Op::Close(close) = &events[2].op else { panic!() };
    assert_eq!((close.totals.tx, close.totals.writes), (14, 2));
}

#[tokio::test]
async fn is_write_vectored_is_forwarded() {
    for vectored in [true, false] {
        let stream = TapStream::new(Script { steps: VecDeque::new(), vectored }, None);
        assert_eq!(stream.is_write_vectored(), vectored);
    }
}

#[tokio::test]
async fn bytes_already_in_read_buffer_are_not_counted() {
    let events = recorded(100, [Step::Read(b"new")], async |stream| {
        let mut space = [0; 16];
        let mut buf = ReadBuf::new(&mut space);
        buf.put_slice(b"old");
        std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_read(cx, &mut buf)).await.unwrap();
        assert_eq!(buf.filled(), b"oldnew");
    })
    .await;
    assert_eq!(transfer(&events[0]), (3, None, &b"new"[..]));
}

#[tokio::test]
async fn zero_capacity_read_is_not_eof() {
    let events = recorded(0, [Step::Read(b""), Step::Read(b"")], async |stream| {
        assert_eq!(stream.read(&mut []).await.unwrap(), 0);
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    })
    .await;
    let eof = |event: &Event| matches!(&event.op, Op::Read(transfer) if transfer.eof);
    assert_eq!((eof(&events[0]), eof(&events[1])), (false, true));
    assert_eq!(ended_by(&events), Some(EndedBy::Peer));
}

#[tokio::test]
async fn shutdown_that_was_pending_is_recorded_once() {
    let events = recorded(0, [Step::Pending, Step::Pending, Step::Shutdown], async |stream| {
        stream.shutdown().await.unwrap();
    })
    .await;
    assert_eq!(names(&events), ["shutdown", "close"]);
    assert_eq!(ended_by(&events), Some(EndedBy::Local));
}

#[tokio::test]
async fn read_that_was_pending_is_recorded_once() {
    let events = recorded(0, [Step::Pending, Step::Read(b"x")], async |stream| {
        stream.read_u8().await.unwrap();
    })
    .await;
    assert_eq!(names(&events), ["read", "close"]);
}

#[tokio::test]
async fn repeated_errors_are_followed_by_one_close() {
    let steps = [Step::Write(4), Step::Fail(ErrorKind::ConnectionReset), Step::Fail(ErrorKind::BrokenPipe)];
    let events = recorded(0, steps, async |stream| {
        assert_eq!(stream.write(b"four").await.unwrap(), 4);
        stream.read_u8().await.unwrap_err();
        stream.write(b"more").await.unwrap_err();
    })
    .await;
    assert_eq!(names(&events), ["write", "read", "write", "close"]);
    assert_eq!(events[1].error.as_ref().unwrap().reason, "connection reset");
    assert_eq!(ended_by(&events), Some(EndedBy::Reset));
}

#[tokio::test]
async fn payload_is_captured_up_to_the_limit() {
    for (capture, kept) in [(0, &b""[..]), (2, b"lo"), (100, b"long")] {
        let events = recorded(capture, [Step::Read(b"long")], async |stream| {
            assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 4);
        })
        .await;
        assert_eq!(transfer(&events[0]), (4, None, kept));
    }
}
