//! Parses the fields that all lines of an strace log have.

/// Id of a thread, as in the strace log.
pub type Tid = u32;

/// Error message for a line that strace did not write.
pub(super) const NOT_STRACE: &str =
    "not a line of `strace -f -o FILE`; see `socket-trace verify --help` for the command";

/// Splits a line such as `1234 1795384260.010622 close(4) = 0` into thread id, time and text. The time may be
/// missing.
pub(super) fn thread_time_and_text(line: &str) -> Option<(Tid, Option<u64>, &str)> {
    let (tid, rest) = line.split_once(' ')?;
    let (tid, rest) = (tid.parse().ok()?, rest.trim_start());
    let is_time = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b':');
    match rest.split_once(' ') {
        Some((time, text)) if is_time(time) => Some((tid, since_epoch(time), text.trim_start())),
        _ => Some((tid, None, rest)),
    }
}

/// Parses the time `1795384260.010622` to nanoseconds. `None` for the time formats of other strace flags.
fn since_epoch(word: &str) -> Option<u64> {
    const YEAR_2001: u64 = 1_000_000_000;
    let (seconds, micros) = word.split_once('.')?;
    let (seconds, micros): (u64, u64) = (seconds.parse().ok()?, micros.parse().ok()?);
    (seconds >= YEAR_2001 && word.len() - word.find('.')? == 7)
        .then(|| seconds.saturating_mul(1_000_000_000).saturating_add(micros * 1000))
}

/// Returns the arguments of a call that ends with `<unfinished ...>`. `None` for any other call.
pub(super) fn unfinished(rest: &str) -> Option<&str> {
    ["<unfinished ...>", "<detached ...>"].iter().find_map(|mark| rest.strip_suffix(mark)).map(str::trim_end)
}
