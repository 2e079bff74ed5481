//! An in-memory stream whose polls return scripted results, and the steps of such a script.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::TapStream;

/// The result that a poll of the scripted stream returns.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Reply {
    #[default]
    Pending,
    Fail(ErrorCase),
    /// Transfer this number of bytes, or fewer if the buffer is smaller.
    Done(usize),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum ErrorCase {
    Reset,
    Broken,
    TimedOut,
}

impl From<ErrorCase> for io::Error {
    fn from(case: ErrorCase) -> Self {
        match case {
            ErrorCase::Reset => ErrorKind::ConnectionReset,
            ErrorCase::Broken => ErrorKind::BrokenPipe,
            ErrorCase::TimedOut => ErrorKind::TimedOut,
        }
        .into()
    }
}

/// One step of a script: a poll of the stream, or dropping it.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A read into a buffer that holds `before` bytes and has capacity for `room` more.
    Read {
        before: usize,
        room: usize,
        reply: Reply,
    },
    Write {
        length: usize,
        reply: Reply,
    },
    WriteVectored {
        parts: Vec<usize>,
        reply: Reply,
    },
    Flush,
    Shutdown(Reply),
    Drop,
}

fn reply() -> impl Strategy<Value = Reply> {
    let case = prop_oneof![Just(ErrorCase::Reset), Just(ErrorCase::Broken), Just(ErrorCase::TimedOut)];
    prop_oneof![
        2 => Just(Reply::Pending),
        1 => case.prop_map(Reply::Fail),
        2 => Just(Reply::Done(0)),
        6 => (1..40_usize).prop_map(Reply::Done),
        2 => Just(Reply::Done(usize::MAX)),
    ]
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let room = prop_oneof![1 => Just(0), 5 => 1..40_usize];
    prop_oneof![
        8 => (0..4_usize, room, reply()).prop_map(|(before, room, reply)| Step::Read { before, room, reply }),
        4 => (0..40_usize, reply()).prop_map(|(length, reply)| Step::Write { length, reply }),
        4 => (vec(0..20_usize, 0..4), reply())
            .prop_map(|(parts, reply)| Step::WriteVectored { parts, reply }),
        1 => Just(Step::Flush),
        2 => reply().prop_map(Step::Shutdown),
        1 => Just(Step::Drop),
    ]
}

/// Returns the first `length` bytes of the repeated alphabet: the bytes that a read or write of this length
/// transfers.
pub(super) fn pattern(length: usize) -> Vec<u8> {
    (b'a'..=b'z').cycle().take(length).collect()
}

/// Polls the tapped stream as `step` specifies, and asserts that the poll returns the scripted result.
pub(super) fn poll(stream: &mut TapStream<ScriptedStream>, step: &Step) {
    let cx = &mut Context::from_waker(Waker::noop());
    match step {
        Step::Read { before, room, reply } => {
            let mut space = vec![b'#'; before + room];
            let mut buf = ReadBuf::new(&mut space);
            buf.set_filled(*before);
            stream.inner.reply = *reply;
            let polled = Pin::new(stream).poll_read(cx, &mut buf).map_ok(|()| buf.filled().len() - before);
            same(polled, *reply, *room);
            assert!(buf.filled()[*before..] == pattern(buf.filled().len() - before));
        }
        Step::Write { length, reply } => {
            stream.inner.reply = *reply;
            same(Pin::new(stream).poll_write(cx, &pattern(*length)), *reply, *length);
        }
        Step::WriteVectored { parts, reply } => {
            let all = pattern(parts.iter().sum());
            let mut rest = all.as_slice();
            let mut slices = Vec::new();
            for part in parts {
                let (slice, after) = rest.split_at(*part);
                slices.push(IoSlice::new(slice));
                rest = after;
            }
            stream.inner.reply = *reply;
            same(Pin::new(stream).poll_write_vectored(cx, &slices), *reply, all.len());
        }
        Step::Flush => assert!(Pin::new(stream).poll_flush(cx).is_ready()),
        Step::Shutdown(reply) => {
            stream.inner.reply = *reply;
            same(Pin::new(stream).poll_shutdown(cx).map_ok(|()| 0), *reply, 0);
        }
        Step::Drop => {}
    }
}

fn same(polled: Poll<io::Result<usize>>, reply: Reply, most: usize) {
    match (polled, reply) {
        (Poll::Pending, Reply::Pending) => {}
        (Poll::Ready(Ok(bytes)), Reply::Done(scripted)) => assert_eq!(bytes, scripted.min(most)),
        (Poll::Ready(Err(error)), Reply::Fail(case)) => {
            assert_eq!(error.kind(), io::Error::from(case).kind());
        }
        (polled, reply) => panic!("the poll returned {polled:?} instead of {reply:?}"),
    }
}

#[derive(Debug, Default)]
pub(super) struct ScriptedStream {
    reply: Reply,
}

impl ScriptedStream {
    fn reply(&self, most: usize) -> Poll<io::Result<usize>> {
        match self.reply {
            Reply::Pending => Poll::Pending,
            Reply::Fail(case) => Poll::Ready(Err(case.into())),
            Reply::Done(bytes) => Poll::Ready(Ok(bytes.min(most))),
        }
    }
}

impl AsyncRead for ScriptedStream {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.reply(buf.remaining()).map_ok(|bytes| buf.put_slice(&pattern(bytes)))
    }
}

impl AsyncWrite for ScriptedStream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.reply(buf.len())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.reply(bufs.iter().map(|buf| buf.len()).sum())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.reply(0).map_ok(|_| ())
    }
}
