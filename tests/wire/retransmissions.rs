//! Retransmissions of the kernels, compared with those that Wireshark finds.

use serde_json::Value;
use tempfile::TempDir;

use super::{is_supported, list, run_wire};
use crate::support::process::command;
use crate::support::program::{find, run};

/// Every retransmission is paired with the packet that it repeats, and tshark finds the same ones. It calls some of them
/// out of order, if they follow soon.
#[test]
fn wireshark_finds_the_same_retransmissions() {
    let Some(tshark) = find("tshark").filter(|_| is_supported()) else { return };
    let directory = TempDir::new().unwrap();
    let arguments = ["--rtt", "10ms", "--loss", "10%", "--seed", "3", "--step", "the same call 10 times"];
    run_wire(&directory, &arguments).ok();
    let [trace, capture] = ["wire.jsonl", "wire.pcapng"].map(|name| directory.path().join(name));
    let [trace, capture] = [&trace, &capture].map(|path| path.to_str().unwrap());
    run(command("socket-trace"), &["export", trace, "-o", capture]).ok();
    let filter =
        "tcp.analysis.retransmission || tcp.analysis.fast_retransmission || tcp.analysis.out_of_order";
    let theirs = run(&tshark, &["-r", capture, "-Y", filter, "-T", "fields", "-e", "frame.number"]).ok();
    let theirs: Vec<usize> = theirs.lines().map(|number| number.parse().unwrap()).collect();
    let events = run(command("socket-trace"), &["show", "--json", trace]).ok();
    let events: Value = serde_json::from_str(&events).unwrap();
    let packets = || list(&events).iter().filter(|event| event["op"] == "packet").enumerate();
    let numbers = |is: &dyn Fn(&Value) -> bool| -> Vec<usize> {
        packets().filter(|(_, packet)| is(packet)).map(|(index, _)| index + 1).collect()
    };
    let retransmissions = numbers(&|packet| packet["retransmission"] == true);
    assert!(!retransmissions.is_empty(), "10 % of the packets are lost");
    assert_eq!(retransmissions, theirs);
    assert_eq!(retransmissions, numbers(&|packet| !packet["repeats"].is_null()));
}
