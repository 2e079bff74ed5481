//! `socket-trace sequence`: draws a recorded connection as a client-server diagram.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use socket_tap::event::SockId;

use super::contracts::ContractFlags;
use super::failed::{CommandResult, Failed};
use super::output::Output;
use super::terminal::{DrawingWidth, warn_of_defects};
use crate::reader::{Error, Trace};
use crate::sequence::{self, Choice, gather, lanes, mermaid, svg, text};
use crate::timeline::AnnotatedEvents;
use crate::timeline::Timeline;

const HELP: &str = "Give the recording of the server, of the client, or both. With both, \
    every call is drawn. If one side was not recorded, the diagram shows only those of its calls that the other \
    side implies. Several pairs are drawn side by side, as many as the terminal has space for. In a narrow terminal, the calls of \
    both sides share the same columns.\n\n\
    Kernels exchange the handshake (SYN, SYN ACK, ACK) and the FINs by themselves, so they are not recorded; they \
    are drawn where connect, accept, shutdown and close imply them. A cause is above its effect. A read or accept \
    has the time of its return; a connect, write, shutdown or close has the time of its call.\n\n\
    With a recording of the network, too, its packets are drawn instead: with flags, sequence numbers that count from \
    the SYN, and the time from sender to receiver. A dropped packet ends with a cross, and a retransmission names \
    the packet that it repeats.\n\n\
    Examples:\n  \
    socket-trace sequence rest.jsonl                               the first connection of a server\n  \
    socket-trace sequence grpc-server.jsonl grpc-client.jsonl      both sides of it\n  \
    socket-trace sequence traces/*.jsonl --step \"get a book\"       three APIs side by side\n  \
    socket-trace sequence rest.jsonl --sock 5 --to mermaid         for a README on GitHub\n  \
    socket-trace sequence traces/rest-*.jsonl -o rest.svg          for a slide\n\n\
    Exit codes: 0 drawn; 2 there is no such connection, a trace cannot be read, or wrong usage.";

/// Draw a connection as a client-server diagram
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Sequence {
    /// Trace files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Connection of the socket with this number in the server's recording, or in the client's if no server
    /// was recorded [default: the first connection]
    #[arg(long, value_name = "N", conflicts_with = "step")]
    sock: Option<SockId>,
    /// First connection that begins in this step: from the mark with this name to the next mark
    #[arg(long, value_name = "NAME")]
    step: Option<String>,
    /// Output format [default: by the extension of the output: .svg, .mmd; else text]
    #[arg(long, value_name = "FORM")]
    to: Option<Form>,
    /// Print the diagram's data as JSON, an array of connections
    #[arg(long, conflicts_with = "to")]
    json: bool,
    /// Output file instead of standard output. Replaces an existing file. Only its owner can read it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    width: DrawingWidth,
    #[command(flatten)]
    contracts: ContractFlags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Text for a terminal
    Text,
    /// Mermaid, which GitHub renders
    Mermaid,
    /// An SVG picture
    Svg,
}

impl Sequence {
    pub(super) fn run(&self) -> CommandResult {
        let traces = self.files.iter().map(Trace::open).collect::<Result<Vec<_>, Error>>()?;
        let mut events = AnnotatedEvents::with_contracts(Timeline::of(traces), &self.contracts.read()?);
        let sequences = gather(&mut events, &self.choice())?;
        if sequences.is_empty() {
            return Err(Failed::Usage(self.not_found()));
        }
        let drawing = self.draw(&sequences)?;
        match &self.output {
            Some(path) => self.write(&Output { output: path.clone() }, &drawing)?,
            None => {
                let mut out = io::stdout().lock();
                out.write_all(drawing.as_bytes())?;
                out.flush()?;
            }
        }
        for trace in events.timeline().traces() {
            warn_of_defects(trace)?;
        }
        Ok(0)
    }

    fn write(&self, output: &Output, drawing: &str) -> CommandResult<()> {
        let mut out = output.create(&self.files)?;
        let written = out.write_all(drawing.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| output.write_error(error))
    }

    fn choice(&self) -> Choice {
        match (self.sock, &self.step) {
            (Some(sock), _) => Choice::Sock(sock),
            (_, Some(step)) => Choice::Step(step.clone()),
            _ => Choice::First,
        }
    }

    fn not_found(&self) -> String {
        match (self.sock, &self.step) {
            (Some(sock), _) => format!(
                "the recording has no accept or connect of socket #{sock}; list them with `show --op accept,connect`"
            ),
            (_, Some(step)) => {
                format!("no connection begins in step {step:?}; list the steps with `show --op mark`")
            }
            _ => "no connection begins in the recording".to_owned(),
        }
    }

    fn draw(&self, sequences: &[sequence::Sequence]) -> CommandResult<String> {
        if self.json {
            return Ok(serde_json::to_string_pretty(sequences).map_err(io::Error::from)? + "\n");
        }
        match (self.form(), sequences) {
            (Form::Svg, _) => Ok(svg::picture(sequences)),
            (Form::Mermaid, [one]) => Ok(mermaid::diagram(one)),
            (Form::Mermaid, _) => Err(Failed::Usage(
                "Mermaid can draw only one connection; give the recordings of one server and its client"
                    .to_owned(),
            )),
            (Form::Text, [one]) => Ok(text::diagram(one, self.width.columns())),
            (Form::Text, several) => {
                let titled = several.iter().map(|one| (one.title.clone(), one.calls.clone()));
                Ok(lanes(&titled.collect::<Vec<_>>(), self.width.columns()))
            }
        }
    }

    fn form(&self) -> Form {
        let extension = self.output.as_ref().and_then(|path| path.extension()?.to_str());
        self.to.unwrap_or(match extension {
            Some("svg") => Form::Svg,
            Some("mmd" | "mermaid") => Form::Mermaid,
            _ => Form::Text,
        })
    }
}
