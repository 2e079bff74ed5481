//! The body of a request whose answer begins before it ends: reflection's, question by question.
//!
//! Nobody may take for ever to send a request. For every other method that time is over with the head of the answer.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use futures_util::{StreamExt as _, stream};
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
    let request = request.map(|body| {
        let begun = (body.into_data_stream(), shutdown, verdict);
        Body::from_stream(stream::unfold(begun, move |(mut parts, shutdown, verdict)| async move {
            let part = tokio::select! {
                biased;
                part = parts.next() => part?,
                () = sleep(longest) => {
                    verdict.get_or_init(|| status::request_timeout(longest));
                    return None;
                }
                () = lingering(&shutdown) => return None,
            };
            Some((part, (parts, shutdown, verdict)))
        }))
    });
    (request, Some(told))
}

async fn lingering(shutdown: &Shutdown) {
    shutdown.cancelled().await;
    sleep(LINGER).await;
}
