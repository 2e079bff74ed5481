//! A stream that answers each poll as it is told to, and the polls.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::TapStream;

/// How the inner stream answers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Answer {
    #[default]
    Pending,
    Fail(Fault),
    /// So many bytes, or what fits.
    Done(usize),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Reset,
    Broken,
    TimedOut,
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Reset => ErrorKind::ConnectionReset,
            Fault::Broken => ErrorKind::BrokenPipe,
            Fault::TimedOut => ErrorKind::TimedOut,
        }
        .into()
    }
}

/// One poll, or the end.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Into a buffer that holds `before` bytes and has room for `room`.
    Read {
        before: usize,
        room: usize,
        answer: Answer,
    },
    Write {
        length: usize,
        answer: Answer,
    },
    WriteVectored {
        parts: Vec<usize>,
        answer: Answer,
    },
    Flush,
    Shutdown(Answer),
    Drop,
}

fn answer() -> impl Strategy<Value = Answer> {
    let fault = prop_oneof![Just(Fault::Reset), Just(Fault::Broken), Just(Fault::TimedOut)];
    prop_oneof![
        2 => Just(Answer::Pending),
        1 => fault.prop_map(Answer::Fail),
        2 => Just(Answer::Done(0)),
        6 => (1..40_usize).prop_map(Answer::Done),
        2 => Just(Answer::Done(usize::MAX)),
    ]
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    let room = prop_oneof![1 => Just(0), 5 => 1..40_usize];
    prop_oneof![
        8 => (0..4_usize, room, answer()).prop_map(|(before, room, answer)| Act::Read { before, room, answer }),
        4 => (0..40_usize, answer()).prop_map(|(length, answer)| Act::Write { length, answer }),
        4 => (vec(0..20_usize, 0..4), answer())
            .prop_map(|(parts, answer)| Act::WriteVectored { parts, answer }),
        1 => Just(Act::Flush),
        2 => answer().prop_map(Act::Shutdown),
        1 => Just(Act::Drop),
    ]
}

/// The bytes that go through the streams; the first of them are always the same.
pub(super) fn pattern(length: usize) -> Vec<u8> {
    (b'a'..=b'z').cycle().take(length).collect()
}

/// Polls the stream, and checks that it answers as the inner one did.
pub(super) fn poll(stream: &mut TapStream<Puppet>, act: &Act) {
    let cx = &mut Context::from_waker(Waker::noop());
    match act {
        Act::Read { before, room, answer } => {
            let mut space = vec![b'#'; before + room];
            let mut buf = ReadBuf::new(&mut space);
            buf.set_filled(*before);
            stream.inner.answer = *answer;
            let polled = Pin::new(stream).poll_read(cx, &mut buf).map_ok(|()| buf.filled().len() - before);
            same(polled, *answer, *room);
            assert!(buf.filled()[*before..] == pattern(buf.filled().len() - before));
        }
        Act::Write { length, answer } => {
            stream.inner.answer = *answer;
            same(Pin::new(stream).poll_write(cx, &pattern(*length)), *answer, *length);
        }
        Act::WriteVectored { parts, answer } => {
            let all = pattern(parts.iter().sum());
            let mut rest = all.as_slice();
            let mut slices = Vec::new();
            for part in parts {
                let (slice, after) = rest.split_at(*part);
                slices.push(IoSlice::new(slice));
                rest = after;
            }
            stream.inner.answer = *answer;
            same(Pin::new(stream).poll_write_vectored(cx, &slices), *answer, all.len());
        }
        Act::Flush => assert!(Pin::new(stream).poll_flush(cx).is_ready()),
        Act::Shutdown(answer) => {
            stream.inner.answer = *answer;
            same(Pin::new(stream).poll_shutdown(cx).map_ok(|()| 0), *answer, 0);
        }
        Act::Drop => {}
    }
}

fn same(polled: Poll<io::Result<usize>>, answer: Answer, most: usize) {
    match (polled, answer) {
        (Poll::Pending, Answer::Pending) => {}
        (Poll::Ready(Ok(bytes)), Answer::Done(told)) => assert_eq!(bytes, told.min(most)),
        (Poll::Ready(Err(error)), Answer::Fail(fault)) => {
            assert_eq!(error.kind(), io::Error::from(fault).kind());
        }
        (polled, answer) => panic!("{polled:?} instead of {answer:?}"),
    }
}

#[derive(Debug, Default)]
pub(super) struct Puppet {
    answer: Answer,
}

impl Puppet {
    fn answer(&self, most: usize) -> Poll<io::Result<usize>> {
        match self.answer {
            Answer::Pending => Poll::Pending,
            Answer::Fail(fault) => Poll::Ready(Err(fault.into())),
            Answer::Done(bytes) => Poll::Ready(Ok(bytes.min(most))),
        }
    }
}

impl AsyncRead for Puppet {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.answer(buf.remaining()).map_ok(|bytes| buf.put_slice(&pattern(bytes)))
    }
}

impl AsyncWrite for Puppet {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.answer(buf.len())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.answer(bufs.iter().map(|buf| buf.len()).sum())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.answer(0).map_ok(|_| ())
    }
}
