use socket_tap::close::TcpState;
use socket_tap::event::Event;
use socket_tap::format::Line;

use super::*;

/// Returns a sample with these times, in milliseconds.
fn sample(busy: u64, peer: u64, send_buffer: u64, retransmits: u32) -> TcpSample {
    let mut sample = TcpSample::new(TcpState::Established, 100);
    (sample.busy_us, sample.retransmits, sample.delivered) = (busy * 1_000, retransmits, 1);
    (sample.rwnd_limited_us, sample.sndbuf_limited_us) = (peer * 1_000, send_buffer * 1_000);
    sample
}

/// Returns the limit of a connection that was open for a second, and its description.
fn limit(sample: &TcpSample) -> (Option<Limit>, String) {
    let time = SendTime::between(None, sample, Some(1_000_000)).unwrap();
    (time.limit(), if time.is_notable() { time.to_string() } else { String::new() })
}

#[test]
fn longest_time_determines_the_limit() {
    let says = |text: &str| text.to_owned();
    for (sample, expected) in [
        (sample(0, 0, 0, 0), (Some(Limit::Application), says(""))),
        (sample(100, 0, 0, 0), (Some(Limit::Application), says(""))),
        (sample(900, 0, 0, 0), (Some(Limit::Network), says(""))),
        (
            sample(900, 0, 0, 3),
            (Some(Limit::Network), says("sending waited 900 ms for the network; 3 retransmitted")),
        ),
        (
            sample(900, 812, 0, 0),
            (Some(Limit::Peer), says("sending waited 812 ms for the peer's window, 88 ms for the network")),
        ),
        (
            sample(900, 0, 890, 0),
            (Some(Limit::SendBuffer), says("sending waited 890 ms for a larger send buffer")),
        ),
        (sample(4, 0, 0, 1), (Some(Limit::Application), says("1 retransmitted"))),
    ] {
        assert_eq!(limit(&sample), expected, "{sample:?}");
    }
}

#[test]
fn short_or_unknown_period_has_no_limit() {
    let short = SendTime::between(None, &sample(4, 4, 0, 0), Some(5_000)).unwrap();
    assert_eq!((short.limit(), short.is_notable()), (None, false));
    let unknown = SendTime::between(None, &sample(900, 800, 0, 0), None).unwrap();
    assert_eq!((unknown.limit(), unknown.is_notable()), (None, true));
}

#[test]
fn kernel_without_busy_times_gives_no_result() {
    let old = TcpSample::new(TcpState::Established, 100);
    assert_eq!(SendTime::between(None, &old, Some(1_000_000)), None);
}

#[test]
fn impossible_times_do_not_overflow() {
    let mut later = sample(1, 0, 0, 0);
    (later.rwnd_limited_us, later.sndbuf_limited_us) = (u64::MAX, u64::MAX);
    let time = SendTime::between(Some(&sample(9, 9, 9, 9)), &later, Some(0)).unwrap();
    assert_eq!((time.peer_us, time.send_buffer_us, time.network_us, time.retransmits), (0, 0, 0, 0));
    assert_eq!(SendTime::between(None, &later, Some(0)).unwrap().peer_us, 1_000);
}

fn event(line: &str) -> Event {
    let Ok(Line::Event(event)) = Line::parse(line) else { panic!("{line}") };
    event
}

#[test]
fn each_sample_covers_the_time_since_the_previous_one() {
    let mut limits = SendLimits::new();
    assert_eq!(limits.observe(&event(r#"{"t":0,"sock":2,"op":"accept","on":1}"#)), None);
    let mut at = |line: &str| limits.observe(&event(line)).unwrap();
    let first = at(
        r#"{"t":100000000,"sock":2,"op":"tcp_info","tcp":{"state":"ESTABLISHED","rtt_us":9,"busy_us":90000}}"#,
    );
    assert_eq!((first.total, first.total.limit()), (first.recent, Some(Limit::Network)));
    let second = at(
        r#"{"t":200000000,"sock":2,"op":"tcp_info","tcp":{"state":"ESTABLISHED","rtt_us":9,"busy_us":190000,"rwnd_limited_us":80000}}"#,
    );
    assert_eq!((second.recent.peer_us, second.recent.network_us), (80_000, 20_000));
    let close = at(
        r#"{"t":900000000,"sock":2,"op":"close","ended_by":"peer","rx":0,"tx":9,"reads":0,"writes":1,"tcp":{"state":"CLOSE_WAIT","rtt_us":9,"busy_us":190000,"rwnd_limited_us":80000}}"#,
    );
    assert_eq!((close.recent.limit(), close.total.application_us), (Some(Limit::Application), Some(710_000)));
}

#[test]
fn connection_without_its_opening_event_has_no_limit() {
    let close = r#"{"t":9,"sock":2,"op":"close","ended_by":"peer","rx":0,"tx":9,"reads":0,"writes":1,"tcp":{"state":"CLOSE","rtt_us":9,"busy_us":190000}}"#;
    assert_eq!(SendLimits::new().observe(&event(close)).unwrap().total.limit(), None);
}
