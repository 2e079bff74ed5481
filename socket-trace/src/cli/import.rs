//! `socket-trace import`: converts captures of other programs to recordings.

use std::path::PathBuf;

use clap::Args;

use super::failed::CommandResult;
use super::import_capture;
use super::output::Output;
use crate::capture_file::Capture;

const HELP: &str = "The kind of the file is recognized by its first bytes: pcap (in either byte order, with micro- or \
    nanoseconds) or pcapng. Frames are read from Ethernet with VLAN tags, from Linux cooked captures (tcpdump -i any), from raw \
    IP and from loopback interfaces. Each IPv4 or IPv6 packet becomes an event with its TCP header. Other frames are counted.\n\n\
    A capture has the time of the calendar (CLOCK_REALTIME). With the recordings of sockets, which have both clocks, `show` and \
    `sequence` merge it by time, and find the connection of each packet by its addresses.\n\n\
    A capture cannot show what it does not contain. A retransmission is marked if an earlier packet had the same sequence numbers, \
    or if the timestamps show it. The client is the sender of the SYN; without it the ports tell, or it is unknown.\n\n\
    Examples:\n  \
    tcpdump -i lo -w shop.pcap port 3000\n  \
    socket-trace import shop.pcap -o shop-wire.jsonl\n  \
    socket-trace show shop-wire.jsonl                              the packets\n  \
    socket-trace show shop-server.jsonl shop-wire.jsonl            with the socket calls of the same connections\n  \
    socket-trace sequence shop-server.jsonl shop-wire.jsonl\n  \
    gunzip -c shop.pcapng.gz | socket-trace import - | socket-trace show -\n\n\
    Exit codes: 0 imported; 2 the file is not a capture, is cut off or damaged, or cannot be read. The trace then has the \
    packets before that place, and no end line.";

/// Convert a packet capture (pcap, pcapng) to a recording
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Import {
    /// Capture file; - is standard input
    #[arg(value_name = "CAPTURE")]
    file: PathBuf,
    /// Output file; - is standard output. Replaces an existing file. Only its owner can read it
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Keep at most this many bytes of each packet; 0 keeps addresses and TCP headers, but no payload [default: all]
    #[arg(long, value_name = "BYTES")]
    capture: Option<u64>,
}

impl Import {
    pub(super) fn run(&self) -> CommandResult {
        let output = Output { output: self.output.clone() };
        let files = std::slice::from_ref(&self.file);
        import_capture::import(Capture::open(&self.file)?, files, &output, self.capture)
    }
}
