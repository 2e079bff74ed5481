//! Recordings as files, made from what is recorded by now.
//!
//! # Layout
//!
//! - this file: what there is
//! - `pipe`: from what writes to what is read by the browser

mod pipe;

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;
use socket_trace::export::{Export, Format};
use socket_trace::reader::Trace;
use socket_trace::report::html;
use socket_trace::sequence::{Choice, gather, svg};
use socket_trace::timeline::AnnotatedEvents;
use socket_trace::timeline::Timeline;

use super::Live;
use super::answer::Refusal;
use crate::report::compare;

type Answer = Result<Response, Refusal>;

pub(super) fn routes() -> Router<Arc<Live>> {
    Router::new()
        .route("/api/traces/{file}", get(trace))
        .route("/api/capture.pcapng", get(capture))
        .route("/api/sequence.svg", get(sequence))
        .route("/api/report.html", get(report))
}

/// A trace as far as it is written.
async fn trace(State(live): State<Arc<Live>>, Path(file): Path<String>) -> Answer {
    let traces = live.traces().await;
    let Some((label, path)) = traces.iter().find(|(label, _)| file == format!("{label}.jsonl")) else {
        let there: Vec<_> = traces.iter().map(|(label, _)| format!("{label}.jsonl")).collect();
        let why = format!("there is no such trace; there is {}", there.join(", "));
        return Err(Refusal(StatusCode::NOT_FOUND, why));
    };
    let path = path.clone();
    let body = pipe::body(move |out| {
        let file = File::open(path)?;
        let written = file.metadata()?.len();
        let mut out = BufWriter::with_capacity(pipe::PIECE, out);
        io::copy(&mut file.take(written), &mut out)?;
        out.flush()
    });
    Ok(named(&format!("{label}.jsonl"), "application/jsonl", body.await?.into_response()))
}

/// All of it for Wireshark.
async fn capture(State(live): State<Arc<Live>>) -> Answer {
    const NAME: &str = "capture.pcapng";
    let traces = live.traces().await;
    let body = pipe::body(move |out| {
        let mut export = Export::to(Format::Pcapng, Box::new(out.clone()), NAME)?;
        for (_, path) in traces {
            let mut trace = Trace::open_recording(path).map_err(io::Error::other)?;
            export.add(&mut trace).map_err(io::Error::other)?;
        }
        export.finish().map(drop)
    });
    Ok(named(NAME, "application/x-pcapng", body.await?.into_response()))
}

/// Of which step.
#[derive(Deserialize)]
struct Step {
    step: Option<String>,
}

/// The textbook's diagram of the first connections of a step.
async fn sequence(State(live): State<Arc<Live>>, Query(Step { step }): Query<Step>) -> Answer {
    let traces = live.traces().await;
    let drawn = tokio::task::spawn_blocking(move || {
        let open = |(_, path): &(String, PathBuf)| Trace::open_recording(path);
        let traces = traces.iter().map(open).collect::<Result<_, _>>().map_err(Refusal::failed)?;
        let choice = step.clone().map_or(Choice::First, Choice::Step);
        let sequences =
            gather(&mut AnnotatedEvents::new(Timeline::of(traces)), &choice).map_err(Refusal::failed)?;
        if sequences.is_empty() {
            let step = step.unwrap_or_default();
            return Err(Refusal(StatusCode::NOT_FOUND, format!("no connection begins in a step {step:?}")));
        }
        Ok(svg::picture(&sequences))
    });
    let picture = drawn.await.map_err(Refusal::failed)??;
    Ok(named("sequence.svg", "image/svg+xml", picture.into_response()))
}

/// The page as one file, with what it shows, and the comparison of that.
async fn report(State(live): State<Arc<Live>>) -> Answer {
    let (first, items) = live.history.all();
    let hello = page::Hello { first, operations: Vec::new(), ..live.hello() };
    let recordings = live.compared();
    let made = tokio::task::spawn_blocking(move || {
        let comparison = compare(&recordings).map_err(Refusal::failed)?;
        let comparison = serde_json::to_string(&comparison).map_err(Refusal::failed)?;
        html(&hello, &items, Some(&comparison)).map_err(Refusal::failed)
    });
    let report = made.await.map_err(Refusal::failed)??;
    Ok(named("report.html", "text/html; charset=utf-8", report.into_response()))
}

/// To be kept under that name.
fn named(name: &str, kind: &'static str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

impl Live {
    /// The traces, which hold now what has happened by now.
    async fn traces(&self) -> Vec<(String, PathBuf)> {
        for stage in self.stages() {
            stage.recordings.flush().await;
        }
        self.stages().flat_map(|stage| super::traces(&stage.recordings)).collect()
    }
}
