//! Random numbers that depend on a seed and on a packet's index, and on nothing else.

use crate::Direction;

/// The decision for which a random number is drawn. Each has numbers of its own, so that a change of one rate does
/// not change the other decisions.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Loss = 1,
    Duplicate,
    Reorder,
    Jitter,
}

/// Returns a number from 0 (inclusive) to 1 (exclusive).
///
/// The relay draws by index instead of from one stream of numbers. So the fate of packet 100 is the same whatever was
/// decided for the packets before it.
pub(crate) fn draw(seed: u64, direction: Direction, index: u64, purpose: Purpose) -> f64 {
    let lane = ((direction.number() as u64) << 8) | purpose as u64;
    let mixed = mix(mix(mix(seed) ^ lane) ^ index);
    // A double holds 53 bits exactly.
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// One step of SplitMix64 (Steele, Lea and Flood, 2014).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(seed: u64, direction: Direction, purpose: Purpose) -> Vec<u64> {
        (1..=10_000).filter(|index| draw(seed, direction, *index, purpose) < 0.02).collect()
    }

    #[test]
    fn same_seed_gives_same_numbers() {
        assert_eq!(hits(7, Direction::ToServer, Purpose::Loss), hits(7, Direction::ToServer, Purpose::Loss));
    }

    #[test]
    fn seeds_directions_and_purposes_give_different_numbers() {
        let base = hits(7, Direction::ToServer, Purpose::Loss);
        assert_ne!(base, hits(8, Direction::ToServer, Purpose::Loss));
        assert_ne!(base, hits(7, Direction::ToClient, Purpose::Loss));
        assert_ne!(base, hits(7, Direction::ToServer, Purpose::Duplicate));
    }

    #[test]
    fn rate_is_met_on_average() {
        for seed in 0..20 {
            let lost = hits(seed, Direction::ToClient, Purpose::Loss).len();
            assert!((140..=260).contains(&lost), "{lost} of 10000 at 2 % with seed {seed}");
        }
    }
}
