//! Load generation: wrk or h2load sends the request "get a book" to one server over keep-alive connections.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

use clap::ValueEnum;
use clients::Client;
use serde::Serialize;
use socket_tap::Tap;

/// A wrk script that sends the GraphQL query for a book.
const GRAPHQL_SCRIPT: &str = r#"wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"query":"{ book(id: 1) { title author { name } } }"}'
"#;

/// Body of the GraphQL query for a book, which h2load reads from a file.
const GRAPHQL_BODY: &str = r#"{"query":"{ book(id: 1) { title author { name } } }"}"#;

/// gRPC message `GetBookRequest { id: 1 }`, with the five-byte prefix of an uncompressed message of 2 bytes.
const GRPC_BODY: [u8; 7] = [0, 0, 0, 0, 2, 8, 1];

/// One of the three bookshelf APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Api {
    Rest,
    Graphql,
    Grpc,
}

/// Duration of a load, and the number of requests that it sends per second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) seconds: u64,
    /// Requests per second. `None` sends requests as fast as the server responds.
    pub(crate) rate: Option<u64>,
}

/// Number of connections that a load opens if [`Pace::rate`] is set.
const PACED_CONNECTIONS: u64 = 16;

/// Result of a load: the number of successful requests, in total and per second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) requests: f64,
    pub(crate) per_second: f64,
}

impl Api {
    pub(crate) const ALL: [Self; 3] = [Self::Rest, Self::Graphql, Self::Grpc];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Graphql => "graphql",
            Self::Grpc => "grpc",
        }
    }

    /// Fetches book 1 and checks that the response contains it. The load generators cannot do this: wrk and
    /// h2load ignore response bodies, and h2load ignores gRPC statuses.
    pub(crate) fn check(self, address: SocketAddr) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            match self {
                Self::Rest => book::<clients::Rest>(address).await,
                Self::Graphql => book::<clients::Graphql>(address).await,
                Self::Grpc => book::<clients::Grpc>(address).await,
            }
        })
    }

    /// Sends requests to the server at the given pace, and returns the number of successful requests.
    ///
    /// # Errors
    /// Returns an error if a request failed, or if the load generator cannot run.
    pub(crate) fn load(self, address: SocketAddr, pace: Pace, scratch: &Path) -> io::Result<Load> {
        let Pace { seconds, rate } = pace;
        let mut command = match (self, rate) {
            (Self::Grpc, _) => {
                let body = scratch.join("get-book.bin");
                fs::write(&body, GRPC_BODY)?;
                grpc_load(pace, &body)
            }
            (Self::Rest, Some(rate)) => http1_load(seconds, rate),
            (Self::Graphql, Some(rate)) => {
                let body = scratch.join("graphql.json");
                fs::write(&body, GRAPHQL_BODY)?;
                let mut h2load = http1_load(seconds, rate);
                h2load.args(["-H", "content-type: application/json", "-d"]).arg(body);
                h2load
            }
            (Self::Rest, None) => wrk(seconds),
            (Self::Graphql, None) => {
                let script = scratch.join("graphql.lua");
                fs::write(&script, GRAPHQL_SCRIPT)?;
                let mut wrk = wrk(seconds);
                wrk.arg("-s").arg(script);
                wrk
            }
        };
        let path = match self {
            Self::Rest => "/v1/books/1",
            Self::Graphql => "/graphql",
            Self::Grpc => "/bookshelf.v1.BookshelfService/GetBook",
        };
        command.arg(format!("http://{address}{path}"));
        let output = command.output().map_err(|error| cannot_run(&command, &error))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let is_h2load = self == Self::Grpc || rate.is_some();
        let load = if is_h2load { parse_h2load(&text, seconds) } else { parse_wrk(&text, seconds) };
        load.filter(|_| output.status.success()).ok_or_else(|| load_failed(&output))
    }
}

async fn book<C: Client>(address: SocketAddr) -> io::Result<()> {
    let mut client = C::connect(&Tap::off(), address).await.map_err(io::Error::other)?;
    let book = client.book(1).await.map_err(io::Error::other)?;
    client.close().await;
    if book.id == 1 { Ok(()) } else { Err(io::Error::other("the server returned a book other than book 1")) }
}

fn wrk(seconds: u64) -> Command {
    let mut wrk = Command::new("wrk");
    wrk.args(["-c32", "-t1", &format!("-d{seconds}s")]);
    wrk
}

/// Returns an h2load command for HTTP/1.1 that divides the request rate equally among its connections.
fn http1_load(seconds: u64, rate: u64) -> Command {
    let mut h2load = Command::new("h2load");
    h2load.args(["--h1", "-t1", "-D", &seconds.to_string()]);
    h2load.args(rate_arguments(rate));
    h2load
}

fn rate_arguments(rate: u64) -> [String; 2] {
    [format!("-c{PACED_CONNECTIONS}"), format!("--rps={}", (rate / PACED_CONNECTIONS).max(1))]
}

fn grpc_load(Pace { seconds, rate }: Pace, body: &Path) -> Command {
    let mut h2load = Command::new("h2load");
    h2load.args(["-m10", "-t1", "-D", &seconds.to_string()]);
    match rate {
        Some(rate) => h2load.args(rate_arguments(rate)),
        None => h2load.arg("-c32"),
    };
    h2load.args(["-H", "content-type: application/grpc", "-H", "te: trailers", "-d"]).arg(body);
    h2load
}

/// Parses wrk's line `120 requests in 4.00s`. Returns `None` if wrk reports errors.
#[expect(clippy::cast_precision_loss, reason = "f64 is exact for durations below 2^52 seconds")]
fn parse_wrk(text: &str, seconds: u64) -> Option<Load> {
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        return None;
    }
    let line = text.lines().find(|line| line.contains(" requests in "))?;
    let requests = line.split_whitespace().next()?.parse().ok()?;
    Some(Load { requests, per_second: requests / seconds as f64 })
}

/// Parses h2load's line `requests: 120 total, 120 started, 120 done, 120 succeeded, 0 failed, …`. Returns
/// `None` if a request failed.
#[expect(clippy::cast_precision_loss, reason = "f64 is exact for durations below 2^52 seconds")]
fn parse_h2load(text: &str, seconds: u64) -> Option<Load> {
    let line = text.lines().find_map(|line| line.strip_prefix("requests: "))?;
    let count = |label: &str| -> Option<f64> {
        line.split(", ").find_map(|part| part.strip_suffix(label))?.trim().parse().ok()
    };
    let requests = count(" succeeded")?;
    (count(" failed")? == 0.0).then_some(Load { requests, per_second: requests / seconds as f64 })
}

pub(crate) fn cannot_run(command: &Command, error: &io::Error) -> io::Error {
    let program = command.get_program().display();
    io::Error::new(
        error.kind(),
        format!("cannot run {program}: {error}; run apt-get install wrk nghttp2-client tcpdump strace"),
    )
}

fn load_failed(output: &Output) -> io::Error {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    io::Error::other(format!("the load generator reported errors:\n{out}{err}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrk_output_is_parsed() {
        let text = "  Latency 1ms\n  120 requests in 4.00s, 1.00MB read\nRequests/sec:  30.00\n";
        let load = parse_wrk(text, 4).unwrap();
        assert_eq!((load.requests, load.per_second), (120.0, 30.0));
        assert!(parse_wrk(&format!("{text}  Non-2xx or 3xx responses: 3\n"), 4).is_none());
    }

    #[test]
    fn h2load_output_is_parsed() {
        let text = |failed| {
            format!("requests: 9 total, 9 started, 9 done, 8 succeeded, {failed} failed, 0 errored\n")
        };
        let load = parse_h2load(&text(0), 4).unwrap();
        assert_eq!((load.requests, load.per_second), (8.0, 2.0));
        assert!(parse_h2load(&text(1), 4).is_none());
    }
}
