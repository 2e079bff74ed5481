//! The body of a request whose answer begins before it ends: reflection's, question by question.
//!
//! Nobody may take for ever to send a request. For every other method that time is over with the head of the answer.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use server_kit::Shutdown;
use tokio::time::sleep;
use tonic::Status;

use crate::status;

/// How long after the shutdown a question that is on its way is waited for.
const LINGER: Duration = Duration::from_millis(500);

/// How their answer ends when the client did not end its questions and nothing more came.
pub(super) type Verdict = Arc<OnceLock<Status>>;

/// Has questions end when they are silent for longer than `longest`, and at the shutdown.
pub(super) fn bounded(request: Request, longest: Duration, shutdown: Shutdown) -> (Request, Option<Verdict>) {
    if !request.uri().path().starts_with("/grpc.reflection.") {
        return (request, None);
    }
    let verdict = Verdict::default();
    let told = Arc::clone(&verdict);
    let request =
        request.map(|body| Body::new(Questions { body, silence: None, longest, shutdown, verdict }));
    (request, Some(told))
}

struct Questions {
    body: Body,
    /// Since the last part came. Comes to a verdict, unless it is the shutdown that ends them.
    silence: Option<Pin<Box<dyn Future<Output = Option<Status>> + Send>>>,
    longest: Duration,
    shutdown: Shutdown,
    verdict: Verdict,
}

impl HttpBody for Questions {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { body, silence, longest, shutdown, verdict } = &mut *self;
        if let Poll::Ready(part) = Pin::new(&mut *body).poll_frame(cx) {
            *silence = None;
            return Poll::Ready(part);
        }
        let silence = silence.get_or_insert_with(|| Box::pin(too_long(*longest, shutdown.clone())));
        if let Some(status) = ready!(silence.as_mut().poll(cx)) {
            verdict.get_or_init(|| status);
        }
        // It is not asked again, whatever becomes of it.
        *body = Body::empty();
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

async fn too_long(longest: Duration, shutdown: Shutdown) -> Option<Status> {
    let lingering = async {
        shutdown.cancelled().await;
        sleep(LINGER).await;
    };
    tokio::select! {
        () = sleep(longest) => Some(status::request_timeout(longest)),
        () = lingering => None,
    }
}
