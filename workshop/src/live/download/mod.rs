//! Downloads of the recordings: trace files, a Wireshark capture, a sequence diagram and an HTML report.
//!
//! # Layout
//!
//! - this file: the request handlers and their routes
//! - `body_writer`: a response body that is written by a blocking task
//! - `slots`: limits the number of downloads at the same time

mod body_writer;
pub(crate) mod slots;

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State as FromState};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use socket_trace::export::{Export, Format, SecondEnds};
use socket_trace::reader::Trace;
use socket_trace::report::html;
use socket_trace::sequence::{Choice, gather, svg};
use socket_trace::timeline::{AnnotatedEvents, Timeline};

use crate::live::response::{ErrorResponse, query_value};
use crate::live::room;
use crate::live::server::hello::{hello, hello_of_participant};
use crate::live::state::State;
use crate::report::compare;

type Download = Result<Response, ErrorResponse>;

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/api/traces/{file}", get(trace))
        .route("/api/capture.pcapng", get(capture))
        .route("/api/sequence.svg", get(sequence))
        .route("/api/report.html", get(report))
        .route("/api/room/report.html", get(room_report))
}

/// Returns the trace named `file`, up to its current size.
async fn trace(FromState(state): FromState<Arc<State>>, Path(file): Path<String>) -> Download {
    let traces = flushed_traces(&state).await;
    let Some((label, path)) = traces.iter().find(|(label, _)| file == format!("{label}.jsonl")) else {
        let available: Vec<_> = traces.iter().map(|(label, _)| format!("{label}.jsonl")).collect();
        let message = format!("unknown trace {file:?}; available are {}", available.join(", "));
        return Err(ErrorResponse(StatusCode::NOT_FOUND, message));
    };
    let (path, slot) = (path.clone(), state.downloads.acquire().await?);
    let body = body_writer::body(slot, move |out| {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut out = BufWriter::with_capacity(body_writer::CHUNK_SIZE, out);
        io::copy(&mut file.take(size), &mut out)?;
        out.flush()
    });
    Ok(attachment(&format!("{label}.jsonl"), "application/jsonl", body.await?.into_response()))
}

/// Returns all recordings as a capture file for Wireshark.
async fn capture(FromState(state): FromState<Arc<State>>) -> Download {
    const NAME: &str = "capture.pcapng";
    let (slot, traces) = (state.downloads.acquire().await?, flushed_traces(&state).await);
    let body = body_writer::body(slot, move |out| {
        let mut export = Export::to(Format::Pcapng, Box::new(out.clone()), NAME)?;
        let open = |(_, path): &(String, PathBuf)| Trace::open_recording(path).map_err(io::Error::other);
        let again = traces.iter().map(open).collect::<io::Result<Vec<_>>>()?;
        export.omit(SecondEnds::find(again).map_err(io::Error::other)?);
        for recording in &traces {
            let mut trace = open(recording)?;
            export.add(&mut trace).map_err(io::Error::other)?;
        }
        export.finish().map(drop)
    });
    Ok(attachment(NAME, "application/x-pcapng", body.await?.into_response()))
}

/// Returns a sequence diagram of the first connections of a step, which is a named group of calls in the
/// recordings. The query parameter `step` is the name of the step.
async fn sequence(FromState(state): FromState<Arc<State>>, uri: Uri) -> Download {
    let step = query_value(&uri, "step");
    let (slot, traces) = (state.downloads.acquire().await?, flushed_traces(&state).await);
    let drawn = tokio::task::spawn_blocking(move || {
        let open = |(_, path): &(String, PathBuf)| Trace::open_recording(path);
        let traces = traces.iter().map(open).collect::<Result<_, _>>().map_err(ErrorResponse::internal)?;
        let choice = step.clone().map_or(Choice::First, Choice::Step);
        let sequences = gather(&mut AnnotatedEvents::new(Timeline::of(traces)), &choice)
            .map_err(ErrorResponse::internal)?;
        if sequences.is_empty() {
            let step = step.unwrap_or_default();
            let message = format!("no connection starts in step {step:?}; choose another step");
            return Err(ErrorResponse(StatusCode::NOT_FOUND, message));
        }
        Ok(svg::picture(&sequences))
    });
    let picture = drawn.await.map_err(ErrorResponse::internal)??;
    let body = body_writer::body(slot, move |out| out.write_all(picture.as_bytes())).await?;
    Ok(attachment("sequence.svg", "image/svg+xml", body.into_response()))
}

/// Returns the page as a single HTML file that contains the most recent events and the comparison.
async fn report(FromState(state): FromState<Arc<State>>) -> Download {
    let slot = state.downloads.acquire().await?;
    let (first, items) = state.history.all();
    let hello = page::Hello { first, operations: Vec::new(), wire: None, ..hello(&state) };
    let (recordings, scope, wire) = (state.compared(), state.history.scope(), state.wire.latest.text());
    let created = tokio::task::spawn_blocking(move || {
        let comparison = compare(&recordings, scope).map_err(ErrorResponse::internal)?;
        let comparison = serde_json::to_string(&comparison).map_err(ErrorResponse::internal)?;
        let wire = Some(wire.as_str()).filter(|json| !json.is_empty());
        html(&hello, &items, Some(&comparison), wire).map_err(ErrorResponse::internal)
    });
    let report = created.await.map_err(ErrorResponse::internal)??;
    let body = body_writer::body(slot, move |out| out.write_all(report.as_bytes())).await?;
    Ok(attachment("report.html", "text/html; charset=utf-8", body.into_response()))
}

/// Returns the page for a participant as a single HTML file: with the workshop's own calls, and without those of others.
async fn room_report(FromState(state): FromState<Arc<State>>, request: Request) -> Download {
    let room = room::handlers::room_of_participant(&state, &request)?;
    let slot = room.downloads.acquire().await?;
    let (_, items) = room.shared.all();
    let hello = page::Hello { first: 1, operations: Vec::new(), ..hello_of_participant(&state) };
    let created = tokio::task::spawn_blocking(move || {
        html(&hello, &items, None, None).map_err(ErrorResponse::internal)
    });
    let report = created.await.map_err(ErrorResponse::internal)??;
    let body = body_writer::body(slot, move |out| out.write_all(report.as_bytes())).await?;
    Ok(attachment("workshop.html", "text/html; charset=utf-8", body.into_response()))
}

/// Makes the browser save the response under the given name.
fn attachment(name: &str, content_type: &'static str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

/// Waits until the trace files contain all events so far. Returns their labels and paths.
async fn flushed_traces(state: &State) -> Vec<(String, PathBuf)> {
    for session in state.sessions() {
        session.recordings.flush().await;
    }
    state.sessions().flat_map(|session| session.recordings.files()).collect()
}
