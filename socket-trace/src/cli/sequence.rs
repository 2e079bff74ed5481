//! `socket-trace sequence`: the client–server diagram of the textbook, drawn from recordings.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use socket_tap::event::SockId;

use super::contracts::ContractFlags;
use super::failed::{Done, Failed};
use super::output::Output;
use super::terminal::{warn_of_defects, width};
use crate::reader::{Error, Trace};
use crate::sequence::{self, Choice, gather, lanes, mermaid, svg, text};
use crate::timeline::AnnotatedEvents;
use crate::timeline::Timeline;

const HELP: &str = "Give the server's recording, the client's, or both: then both sides are exact. Of a side that was not \
    recorded only what follows from the other one is drawn. Recordings of several pairs are drawn beside each other.\n\n\
    The handshake (SYN, SYN ACK, ACK) and the FINs are not recorded, since kernels exchange them by \
    themselves; they are drawn where connect, accept, shutdown and close show that they were. A cause stands above its effect. The time \
    of a read or an accept is when it returned, that of a connect, write, shutdown or close is when it was made.\n\n\
    Examples:\n  \
    socket-trace sequence rest.jsonl                               a server's first connection\n  \
    socket-trace sequence grpc-server.jsonl grpc-client.jsonl      both sides of it\n  \
    socket-trace sequence traces/*.jsonl --step \"get a book\"       three APIs beside each other\n  \
    socket-trace sequence rest.jsonl --sock 5 --to mermaid         for a README on GitHub\n  \
    socket-trace sequence traces/rest-*.jsonl -o rest.svg          for a slide\n\n\
    Exit codes: 0 drawn; 2 there is no such connection, a trace cannot be read, or wrong usage.";

/// Draw a connection as the textbook does: client, server, and what goes across
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Sequence {
    /// The traces; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The connection of this socket, as the server's recording numbers it; the client's when no server recorded. Without
    /// it, the first connection
    #[arg(long, value_name = "N", conflicts_with = "step")]
    sock: Option<SockId>,
    /// The first connection that begins in this step
    #[arg(long, value_name = "NAME")]
    step: Option<String>,
    /// What to draw; by default what the name of the output says: .svg, .mmd
    #[arg(long, value_name = "FORM")]
    to: Option<Form>,
    /// Print what is to be drawn as JSON, an array of connections
    #[arg(long, conflicts_with = "to")]
    json: bool,
    /// Write it to this file instead of standard output. An existing file is replaced. Only its owner can read it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    contracts: ContractFlags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Lines for a terminal
    Text,
    /// A text that GitHub and others draw
    Mermaid,
    /// A picture
    Svg,
}

impl Sequence {
    pub(super) fn run(&self) -> Done {
        let traces = self.files.iter().map(Trace::open).collect::<Result<Vec<_>, Error>>()?;
        let mut events = AnnotatedEvents::with_contracts(Timeline::of(traces), &self.contracts.read()?);
        let sequences = gather(&mut events, &self.choice())?;
        if sequences.is_empty() {
            return Err(Failed::Usage(self.nothing()));
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

    fn write(&self, output: &Output, drawing: &str) -> Done<()> {
        let mut out = output.create(&self.files)?;
        let written = out.write_all(drawing.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| output.unwritten(error))
    }

    fn choice(&self) -> Choice {
        match (self.sock, &self.step) {
            (Some(sock), _) => Choice::Sock(sock),
            (_, Some(step)) => Choice::Step(step.clone()),
            _ => Choice::First,
        }
    }

    fn nothing(&self) -> String {
        match (self.sock, &self.step) {
            (Some(sock), _) => format!(
                "#{sock} is no connection that begins in the recording; `show --op accept,connect` lists them"
            ),
            (_, Some(step)) => {
                format!("no connection begins in a step {step:?}; `show --op mark` lists the steps")
            }
            _ => "no connection begins in the recording".to_owned(),
        }
    }

    fn draw(&self, sequences: &[sequence::Sequence]) -> Done<String> {
        if self.json {
            return Ok(serde_json::to_string_pretty(sequences).map_err(io::Error::from)? + "\n");
        }
        match (self.form(), sequences) {
            (Form::Svg, _) => Ok(svg::picture(sequences)),
            (Form::Mermaid, [one]) => Ok(mermaid::diagram(one)),
            (Form::Mermaid, _) => Err(Failed::Usage(
                "Mermaid draws one connection: give the recordings of one server and its client only"
                    .to_owned(),
            )),
            (Form::Text, [one]) => Ok(text::diagram(one, width().unwrap_or(120))),
            (Form::Text, several) => {
                let titled = several.iter().map(|one| (one.title.clone(), one.calls.clone()));
                Ok(lanes(&titled.collect::<Vec<_>>()))
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
