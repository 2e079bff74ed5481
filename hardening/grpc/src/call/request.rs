//! The body of a request whose answer begins before it ends: reflection's, question by question.
//!
//! Nobody may take for ever to send a request. For every other method that time is over with the head of the answer.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::{StreamExt as _, stream};
use hardening_http::Shutdown;
use tokio::time::{Instant, Sleep, sleep};
use tonic::Status;

use crate::status;

use super::messages::Messages;

/// How long after the shutdown a question that is on its way is waited for.
const LINGER: Duration = Duration::from_millis(500);

/// How the questions ended, which the handler takes no note of. While nothing is said, they have not: when the handler
/// reads no more, then since it cannot read the next one.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict(Arc<OnceLock<Result<(), Status>>>);

impl Verdict {
    /// What is said first holds.
    fn say(&self, end: Result<(), Status>) {
        self.0.get_or_init(|| end);
    }

    /// What was wrong with questions whose handler is content.
    pub(super) fn fault(&self) -> Option<Status> {
        self.0.get().cloned().unwrap_or_else(|| Err(status::unreadable())).err()
    }
}

/// Has questions end when none was complete for longer than `longest`, and at the shutdown.
pub(super) fn bounded(request: Request, longest: Duration, shutdown: Shutdown) -> (Request, Option<Verdict>) {
    if !request.uri().path().starts_with("/grpc.reflection.") {
        return (request, None);
    }
    let verdict = Verdict::default();
    let told = verdict.clone();
    let request = request.map(|body| {
        let questions = Questions {
            parts: body.into_data_stream(),
            messages: Messages::default(),
            longest,
            late: Box::pin(sleep(longest)),
            ending: lingering(shutdown).boxed(),
            verdict,
        };
        Body::from_stream(stream::unfold(questions, Questions::next))
    });
    (request, Some(told))
}

async fn lingering(shutdown: Shutdown) {
    shutdown.cancelled().await;
    sleep(LINGER).await;
}

struct Questions {
    parts: BodyDataStream,
    messages: Messages,
    longest: Duration,
    /// Over when the next question should have been complete.
    late: Pin<Box<Sleep>>,
    ending: BoxFuture<'static, ()>,
    verdict: Verdict,
}

impl Questions {
    async fn next(mut self) -> Option<(Result<Bytes, axum::Error>, Self)> {
        let part = tokio::select! {
            biased;
            // First, so that a client that always has something to ask comes to an end, too.
            () = &mut self.ending => {
                self.verdict.say(Ok(()));
                return None;
            }
            part = self.parts.next() => part,
            () = &mut self.late => {
                self.verdict.say(Err(status::request_timeout(self.longest)));
                return None;
            }
        };
        match part.as_ref().map(|part| part.as_ref().map(|bytes| self.messages.follow(bytes))) {
            Some(Ok(Ok(true))) => self.late.as_mut().reset(Instant::now() + self.longest),
            Some(Ok(Err(too_large))) => self.verdict.say(Err(too_large)),
            None if self.messages.is_between() => self.verdict.say(Ok(())),
            _ => {}
        }
        Some((part?, self))
    }
}
