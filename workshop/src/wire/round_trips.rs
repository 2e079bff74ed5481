//! Counts round trips in a recording of packets.

use super::recording::SeenPacket;

/// Returns the number of round trips between two times: half the length of the longest chain of packets in which each
/// was sent after the one before had arrived at its sender.
///
/// The chain ends with a packet that arrived at the client by `until`. Time is not divided by anything: the count
/// depends on the order of departures and arrivals alone. Each packet of the chain needed at least the delay of its
/// direction, so the round trips never explain more time than has passed.
#[must_use]
pub fn round_trips(packets: &[SeenPacket], from: u64, until: u64) -> u64 {
    let sent = |packet: &&SeenPacket| (from..=until).contains(&packet.sent);
    let mut moments: Vec<Moment> = Vec::new();
    for (number, packet) in packets.iter().filter(sent).enumerate() {
        let to_server = packet.to_server;
        moments.push(Moment { time: packet.sent, is_departure: true, number, to_server });
        if let Some(time) = packet.arrived.filter(|time| *time <= until) {
            moments.push(Moment { time, is_departure: false, number, to_server });
        }
    }
    // A packet that arrives can cause one that is sent at the same time.
    moments.sort_by_key(|moment| (moment.time, moment.is_departure));
    let mut length_of = vec![0_u64; moments.len()];
    // Length of the longest chain that has arrived at each end.
    let (mut at_client, mut at_server) = (0, 0);
    for moment in moments {
        let Some(length) = length_of.get_mut(moment.number) else { continue };
        match (moment.is_departure, moment.to_server) {
            (true, true) => *length = at_client + 1,
            (true, false) => *length = at_server + 1,
            (false, true) => at_server = at_server.max(*length),
            (false, false) => at_client = at_client.max(*length),
        }
    }
    at_client / 2
}

/// The departure or the arrival of a packet.
struct Moment {
    time: u64,
    is_departure: bool,
    number: usize,
    to_server: bool,
}
