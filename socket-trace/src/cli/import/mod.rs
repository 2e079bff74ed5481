//! `socket-trace import`: converts captures and logs of other programs to recordings.

pub(super) mod strace;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;

use super::choices::ProgramSide;
use super::failed::{CommandResult, Failed};
use super::import_capture;
use super::output::Output;
use crate::capture_file::Capture;
use crate::strace::is_log;

/// Number of bytes that are read at once.
const BUFFER: usize = 1 << 18;

const HELP: &str = "The kind of the file is recognized by its first bytes.\n\n\
    A packet capture is pcap (in either byte order, with micro- or \
    nanoseconds) or pcapng. Frames are read from Ethernet with VLAN tags, from Linux cooked captures (tcpdump -i any), from raw \
    IP and from loopback interfaces. Each IPv4 or IPv6 packet becomes an event with its TCP header. Other frames are counted.\n\n\
    A capture has the time of the calendar (CLOCK_REALTIME). With the recordings of sockets, which have both clocks, `show` and \
    `sequence` merge it by time, and find the connection of each packet by its addresses.\n\n\
    A capture cannot show what it does not contain. A retransmission is marked if an earlier packet had the same sequence numbers, \
    or if the timestamps show it. The client is the sender of the SYN; without it the ports tell, or it is unknown.\n\n\
    A log of strace needs times: -ttt, -tt or -r. The other flags add what a log otherwise lacks: -f threads and child \
    processes; -T the times at which calls returned, instead of those at which they began; -yy addresses that the program does \
    not query, and sockets that were open before; -s the payload. Several files are those that strace -ff -o FILE writes, \
    FILE.PID for each thread; they need -ttt or -tt. Lines that cannot be read are counted in the trace as lost, and reported with their numbers. On \
    this machine, `socket-trace record` logs and imports at once.\n\n\
    Examples:\n  \
    tcpdump -i lo -w shop.pcap port 3000\n  \
    socket-trace import shop.pcap -o shop-wire.jsonl\n  \
    socket-trace show shop-wire.jsonl                              the packets\n  \
    socket-trace show shop-server.jsonl shop-wire.jsonl            with the socket calls of the same connections\n  \
    socket-trace sequence shop-server.jsonl shop-wire.jsonl\n  \
    gunzip -c shop.pcapng.gz | socket-trace import - | socket-trace show -\n\n\
    strace -f -ttt -T -yy -s 16384 -o node.strace node server.js\n  \
    socket-trace import node.strace -o node.jsonl\n\n\
    Exit codes: 0 imported; 2 the file is neither a capture nor a log of strace, is a capture that is cut off or damaged, or \
    cannot be read, or the logged program used io_uring, whose calls strace cannot see. The trace of a cut capture has the \
    packets before that place, and no end line.";

/// Convert a packet capture (pcap, pcapng) or a log of strace to a recording
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Import {
    /// Capture file, or log of strace; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Output file; - is standard output. Replaces an existing file. Only its owner can read it
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Keep at most this many bytes of each packet, read and write; 0 keeps addresses and TCP headers, but no payload
    /// [default: all]
    #[arg(long, value_name = "BYTES")]
    capture: Option<u64>,
    #[command(flatten)]
    recording: RecordingFlags,
}

/// Flags that describe a recording of socket calls.
#[derive(Clone, Debug, Args)]
pub(super) struct RecordingFlags {
    /// Name of the recording [default: that of the file or of the command]
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Side of the program's connections [default: server if it listens, else client]
    #[arg(long, value_enum)]
    pub(super) side: Option<ProgramSide>,
}

impl Import {
    pub(super) fn run(&self) -> CommandResult {
        let Some(first) = self.files.first() else { return Ok(0) };
        let options = strace::options(first, &self.recording, self.capture);
        if self.files.len() > 1 {
            return strace::import_threads(&self.files, &self.output, options);
        }
        let (source, mut reader) = open(first)?;
        let beginning = reader.fill_buf().map_err(|error| read_error(&source, &error))?;
        if is_log(beginning) {
            return strace::import(&source, reader, first, &self.output, options);
        }
        let capture = Capture::read(source, reader)?;
        if self.recording.side.is_some() {
            return Err(Failed::Usage(
                "a capture has both sides of its connections; omit --side, which is for logs of strace"
                    .to_owned(),
            ));
        }
        let output = Output { output: self.output.clone() };
        import_capture::import(capture, &self.files, &output, self.recording.name.as_deref(), self.capture)
    }
}

/// Opens a file, and returns its name.
fn open(path: &Path) -> CommandResult<(String, Box<dyn BufRead>)> {
    if path.as_os_str() == "-" {
        return Ok(("standard input".to_owned(), Box::new(BufReader::with_capacity(BUFFER, io::stdin()))));
    }
    let source = path.display().to_string();
    let file = File::open(path).map_err(|error| read_error(&source, &error))?;
    Ok((source, Box::new(BufReader::with_capacity(BUFFER, file))))
}

fn read_error(source: &str, error: &io::Error) -> Failed {
    Failed::Usage(format!("cannot read {}: {error}", socket_tap::format::text::printable(source)))
}
