//! A lost segment over TCP, then a lost datagram over UDP.

use wire::{Direction, Kind, Rule};

use super::observed::Error;
use crate::wire::calls::steps::{tcp_call, udp_call};
use crate::wire::lab::Lab;

/// Makes a call over each protocol. The network drops both requests.
pub(super) async fn run(lab: &Lab) -> Result<(), Error> {
    drop_request(lab);
    tcp_call(lab, "a lost segment over TCP").await?;
    lab.settle().await?;
    drop_request(lab);
    udp_call(lab, "a lost datagram over UDP").await
}

fn drop_request(lab: &Lab) {
    let rule = Rule::drop(Kind::Data, 1).on_port(lab.plain().address.port());
    lab.wire().add_rule(Direction::ToServer, rule);
}
