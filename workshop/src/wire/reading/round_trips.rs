//! Counts round trips in a recording of packets.

use super::arrivals::Arrivals;
use super::chain::Chain;
use super::recording::SeenPacket;

/// Returns the longest chain of packets between two times.
///
/// The chain ends with a packet that arrived at the client by `until`. Time is not divided by anything: the count
/// depends on the order of departures and arrivals alone. Each packet of the chain needed at least the delay of its
/// direction, so the round trips never explain more time than has passed.
#[must_use]
pub fn longest_chain(packets: &[SeenPacket], from: u64, until: u64) -> Chain {
    let sent = |packet: &&SeenPacket| (from..=until).contains(&packet.sent);
    let mut moments: Vec<Moment<'_>> = Vec::new();
    for (number, packet) in packets.iter().filter(sent).enumerate() {
        moments.push(Moment { time: packet.sent, is_departure: true, number, packet });
        if let Some(time) = packet.arrived.filter(|time| *time <= until) {
            moments.push(Moment { time, is_departure: false, number, packet });
        }
    }
    // A packet that arrives can cause one that is sent at the same time.
    moments.sort_by_key(|moment| (moment.time, moment.is_departure));
    // The chain that ends with each packet, and the time at which that was sent.
    let mut ending_with = vec![(Chain::default(), 0); moments.len()];
    // The longest chain that has arrived at each end.
    let (mut at_client, mut at_server) = (Chain::default(), Chain::default());
    let mut arrivals = Arrivals::default();
    for Moment { time, is_departure, number, packet } in moments {
        let Some((chain, sent)) = ending_with.get_mut(number) else { continue };
        if is_departure {
            let now = if packet.to_server { at_client } else { at_server };
            (*chain, *sent) = (arrivals.chain_before(packet, now), time);
            chain.packets += 1;
            continue;
        }
        chain.in_flight_ns += time - *sent;
        let Some(chain) = arrivals.arrive(packet, *chain) else { continue };
        let arrived_at = if packet.to_server { &mut at_server } else { &mut at_client };
        // The latest of the longest ones is what the receiver had waited for.
        if chain.packets >= arrived_at.packets {
            *arrived_at = chain;
        }
    }
    at_client
}

/// The departure or the arrival of a packet.
struct Moment<'a> {
    time: u64,
    is_departure: bool,
    number: usize,
    packet: &'a SeenPacket,
}

#[cfg(test)]
#[path = "round_trips_tests.rs"]
mod tests;
