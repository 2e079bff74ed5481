//! The timings of an entry.

use std::time::Duration;

use super::entry::Timings;

/// Value of a timing that does not apply, or is unknown.
const NONE: f64 = -1.0;

/// Times of an exchange, in nanoseconds since the recording began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// First byte of the request.
    pub(super) began: u64,
    /// Last byte of the request so far.
    pub(super) requested: u64,
    /// First byte of the final response.
    pub(super) responded: Option<u64>,
    /// Last byte so far.
    pub(super) ended: u64,
}

/// Returns the time at which an entry began, in nanoseconds since the recording began, its timings, and their sum in
/// milliseconds.
///
/// `connect` are the times before and after the `connect` of a connection that was not used before. `ended` is the end of an
/// exchange without a response.
pub(super) fn of(times: &Times, connect: Option<(u64, u64)>, ended: u64) -> (u64, Timings, f64) {
    let Times { began, requested, responded, .. } = *times;
    let connected = connect.map(|(from, to)| (from.min(to), to)).filter(|(_, to)| *to <= began);
    let start = connected.map_or(began, |(from, _)| from);
    let ended = ended.max(times.ended);
    // A response may begin before the request ends.
    let sent = responded.map_or(requested, |responded| requested.min(responded)).max(began);
    let received = responded.unwrap_or(ended).max(sent);
    let timings = Timings {
        // The program did not use the connection at once. With TLS, the handshake is in this time.
        blocked: connected.map_or(NONE, |(_, to)| milliseconds(began - to)),
        dns: NONE,
        connect: connected.map_or(NONE, |(from, to)| milliseconds(to - from)),
        ssl: NONE,
        send: milliseconds(sent - began),
        wait: milliseconds(received - sent),
        receive: milliseconds(ended.max(received) - received),
    };
    (start, timings, milliseconds(ended.max(received) - start))
}

fn milliseconds(ns: u64) -> f64 {
    Duration::from_nanos(ns).as_secs_f64() * 1_000.0
}

/// Returns a time in nanoseconds as seconds.
pub(super) fn seconds(ns: u64) -> f64 {
    Duration::from_nanos(ns).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn sum(timings: &Timings) -> f64 {
        let Timings { blocked, dns, connect, ssl, send, wait, receive } = *timings;
        [blocked, dns, connect, ssl, send, wait, receive].into_iter().filter(|time| *time >= 0.0).sum()
    }

    #[test]
    fn timings_follow_the_exchange_without_a_gap() {
        let times = Times { began: 10 * MS, requested: 12 * MS, responded: Some(20 * MS), ended: 25 * MS };
        let (start, timings, time) = of(&times, Some((4 * MS, 7 * MS)), 0);
        let expected =
            Timings { blocked: 3.0, dns: -1.0, connect: 3.0, ssl: -1.0, send: 2.0, wait: 8.0, receive: 5.0 };
        assert_eq!((start, &timings, time), (4 * MS, &expected, 21.0));
        assert!((sum(&timings) - time).abs() < 1e-9);
        let (start, timings, time) = of(&times, None, 0);
        assert_eq!((start, timings.blocked, timings.connect, time), (10 * MS, -1.0, -1.0, 15.0));
        assert!((sum(&timings) - time).abs() < 1e-9);
    }

    #[test]
    fn early_and_missing_responses_have_no_negative_times() {
        let early = Times { began: 1, requested: 9 * MS, responded: Some(3 * MS), ended: 9 * MS };
        let missing = Times { began: 1, requested: 9 * MS, responded: None, ended: 9 * MS };
        for times in [early, missing] {
            let (_, timings, time) = of(&times, None, 20 * MS);
            assert!(timings.send >= 0.0 && timings.wait >= 0.0 && timings.receive >= 0.0, "{timings:?}");
            assert!((sum(&timings) - time).abs() < 1e-9, "{timings:?} {time}");
        }
    }
}
