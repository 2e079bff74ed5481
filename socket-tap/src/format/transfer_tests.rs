use super::*;
use crate::event::Failure;
use crate::format::line::{json_line, write_event};
use crate::format::{flat_event, flat_event::FlatEvent};

const NUMBERS: [u64; 8] = [0, 1, 9, 10, 99, 100, 1_234_567, u64::MAX];

fn transfers() -> impl Iterator<Item = Transfer> {
    let lengths = [0, 1, 2, 3, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 2];
    // Every byte value, at changing positions.
    let payload = |length| (0..length).map(|at: usize| (at * 7 % 256) as u8).collect();
    let data = std::iter::once(None).chain(lengths.map(|length| Some(payload(length))));
    data.flat_map(|data: Option<Box<[u8]>>| {
        [None, Some(1), Some(u32::MAX)].into_iter().flat_map(move |slices| {
            let data = data.clone();
            NUMBERS.into_iter().flat_map(move |bytes| {
                [false, true].map(|eof| Transfer { bytes, slices, eof, data: data.clone() })
            })
        })
    })
}

fn both(event: &Event) -> [String; 2] {
    let (mut ours, mut serdes) = (Vec::new(), Vec::new());
    write_event(&mut ours, event).unwrap();
    json_line(&mut serdes, &FlatEvent::from(event)).unwrap();
    [ours, serdes].map(|line| String::from_utf8(line).unwrap())
}

#[test]
fn lines_written_without_serde_equal_serde_lines() {
    for transfer in transfers() {
        for op in [Op::Read(transfer.clone()), Op::Write(transfer)] {
            for number in NUMBERS {
                let event = Event { t: number, sock: SockId::new(number), op: op.clone(), error: None };
                assert!(of(&event).is_some());
                let [ours, serdes] = both(&event);
                assert_eq!(ours, serdes);
                assert_eq!(parse(ours.trim_end()), Some(event));
            }
        }
    }
}

/// Changes, removes or doubles each character of a line. The fast parser and serde must return the same event
/// for each changed line.
#[test]
fn padding_is_refused_within_long_data() {
    let line = |data: &str| format!(r#"{{"t":10,"sock":2,"op":"read","bytes":2000,"data":"{data}"}}"#);
    // Data is decoded in pieces of 1,024 characters.
    let (full, padded) = ("A".repeat(1_024), "A".repeat(1_022) + "==");
    assert!(parse(&line(&(full + "AAAA"))).is_some());
    for data in [padded.clone() + "AAAA", padded.clone() + &padded] {
        assert_eq!(parse(&line(&data)), None);
        assert!(flat_event::parse_with_serde(&line(&data)).is_err());
    }
}

#[test]
fn mutated_lines_parse_the_same_as_with_serde() {
    let lines = [
        r#"{"t":10,"sock":2,"op":"read","bytes":0,"eof":true}"#,
        r#"{"t":20,"sock":18446744073709551615,"op":"write","bytes":7,"slices":4294967295,"data":"R0U="}"#,
    ];
    let (mut by_serde, mut by_us) = (0, 0);
    for line in lines {
        for at in 0..line.len() {
            let (before, after) = (&line[..at], &line[at + 1..]);
            let changes = "019ae,:\"\\ {}=-+.\u{e9}".chars().map(String::from);
            for change in changes.chain([String::new(), line[at..=at].repeat(2), "00".to_owned()]) {
                let changed = format!("{before}{change}{after}");
                match (parse(&changed), flat_event::parse_with_serde(&changed)) {
                    (Some(event), Ok(serdes)) => {
                        by_us += 1;
                        assert_eq!(event, serdes, "{changed}");
                    }
                    (Some(_), Err(error)) => panic!("serde refuses {changed}: {error}"),
                    (None, serdes) => by_serde += usize::from(serdes.is_ok()),
                }
            }
        }
    }
    assert!(by_us > 100 && by_serde > 100, "{by_us}, {by_serde}");
}

#[test]
fn longest_transfer_line_fits_the_buffer() {
    let transfer = Transfer { bytes: u64::MAX, slices: Some(u32::MAX), eof: true, data: Some(Box::new([7])) };
    let event = Event { t: u64::MAX, sock: SockId::new(u64::MAX), op: Op::Write(transfer), error: None };
    let [ours, _] = both(&event);
    assert!(ours.len() <= MAX_LINE, "{} bytes", ours.len());
}

#[test]
fn failed_transfer_is_written_by_serde() {
    let error = Some(Failure { reason: "connection reset".into(), errno: Some(104) });
    let event = Event { t: 1, sock: SockId::new(2), op: Op::Read(Transfer::default()), error };
    assert!(of(&event).is_none());
    let [ours, serdes] = both(&event);
    assert_eq!(ours, serdes);
}
