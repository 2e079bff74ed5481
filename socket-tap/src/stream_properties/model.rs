//! A model that predicts the events of one stream. It was written from the description of the trace format,
//! not from the code.

use super::scripted_stream::{ErrorCase, Reply, Step, pattern};
use crate::close::{Close, EndedBy, Totals};
use crate::event::{Failure, Op, Transfer};

/// An event without time and socket number.
pub(super) type Expected = (Op, Option<Failure>);

#[derive(Debug)]
pub(super) struct Model {
    capture: usize,
    ended_by: Option<EndedBy>,
    shut: bool,
    totals: Totals,
    pub(super) events: Vec<Expected>,
}

impl Model {
    pub(super) fn new(capture: usize) -> Self {
        Self { capture, ended_by: None, shut: false, totals: Totals::default(), events: Vec::new() }
    }

    pub(super) fn observe(&mut self, step: &Step) {
        match step {
            Step::Read { room, reply, .. } => match reply {
                Reply::Pending => {}
                Reply::Fail(case) => self.failed(Op::Read(Transfer::default()), *case),
                Reply::Done(bytes) => self.read((*bytes).min(*room), *room),
            },
            Step::Write { length, reply } => self.write(&[*length], None, *reply),
            Step::WriteVectored { parts, reply } => {
                let slices = u32::try_from(parts.len()).unwrap();
                self.write(parts, (slices > 0).then_some(slices), *reply);
            }
            Step::Flush => {}
            Step::Shutdown(Reply::Pending) => {}
            Step::Shutdown(Reply::Done(_)) => {
                self.shut = true;
                self.ended_by.get_or_insert(EndedBy::Local);
                self.events.push((Op::Shutdown, None));
            }
            Step::Shutdown(Reply::Fail(case)) => self.failed(Op::Shutdown, *case),
            Step::Drop => {
                let ended_by = Some(self.ended_by.unwrap_or(EndedBy::Local));
                let close = Close { ended_by, totals: self.totals, ..Close::default() };
                self.events.push((Op::Close(Box::new(close)), None));
            }
        }
    }

    fn read(&mut self, bytes: usize, room: usize) {
        self.totals.reads += 1;
        self.totals.rx += bytes as u64;
        let eof = bytes == 0 && room > 0;
        if eof {
            self.ended_by.get_or_insert(EndedBy::Peer);
        }
        let data = (self.capture > 0 && !eof).then(|| pattern(bytes.min(self.capture)).into());
        self.events.push((Op::Read(Transfer { bytes: bytes as u64, slices: None, eof, data }), None));
    }

    fn write(&mut self, parts: &[usize], slices: Option<u32>, reply: Reply) {
        match reply {
            Reply::Pending => {}
            // The program had shut down the sending half, so the peer did not end the connection.
            Reply::Fail(ErrorCase::Broken) if self.shut => {
                self.events.push((Op::Write(Transfer::default()), Some(failure(ErrorCase::Broken))));
            }
            Reply::Fail(case) => self.failed(Op::Write(Transfer::default()), case),
            Reply::Done(bytes) => {
                let bytes = bytes.min(parts.iter().sum());
                self.totals.writes += 1;
                self.totals.tx += bytes as u64;
                let data = (self.capture > 0).then(|| pattern(bytes.min(self.capture)).into());
                let transfer = Transfer { bytes: bytes as u64, slices, eof: false, data };
                self.events.push((Op::Write(transfer), None));
            }
        }
    }

    fn failed(&mut self, op: Op, case: ErrorCase) {
        self.ended_by = Some(match case {
            ErrorCase::Reset | ErrorCase::Broken => EndedBy::Reset,
            ErrorCase::TimedOut => EndedBy::Error,
        });
        self.events.push((op, Some(failure(case))));
    }
}

fn failure(case: ErrorCase) -> Failure {
    let reason = match case {
        ErrorCase::Reset => "connection reset",
        ErrorCase::Broken => "broken pipe",
        ErrorCase::TimedOut => "timed out",
    };
    Failure { reason: reason.into(), errno: None }
}
