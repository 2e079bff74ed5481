//! The code, the last stream and the debug data of a `GOAWAY` frame.

use serde::Serialize;

/// The contents of a `GOAWAY` frame (RFC 9113, section 6.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Goaway {
    /// Name of the error code, such as `NO_ERROR`.
    pub code: String,
    /// Number of the last stream that its sender may have processed. `None` if it names none yet: the first `GOAWAY`
    /// of a graceful shutdown, or one from a client.
    pub last_stream: Option<u32>,
    /// Debug data as text. Empty if there is none.
    pub debug: String,
}

/// The words of the dissector for a `GOAWAY` that refuses all streams.
const NONE_PROCESSED: &str = ", no stream was processed: all requests can be repeated";
/// The words of the dissector for a `GOAWAY` that refuses no stream yet.
const LAST_FOLLOWS: &str = ", the last stream follows";
const AFTER: &str = " after stream ";

impl Goaway {
    /// Reads the dissector's description of a `GOAWAY`, such as `ENHANCE_YOUR_CALM after stream 7: too_many_pings`.
    pub(super) fn of_text(text: &str) -> Self {
        if let Some((code, rest)) = text.split_once(NONE_PROCESSED) {
            return Self::new(code, Some(0), rest);
        }
        if let Some((code, rest)) = text.split_once(LAST_FOLLOWS) {
            return Self::new(code, None, rest);
        }
        // Debug data is arbitrary, so it may contain the words, too.
        let (frame, debug) = text.split_once(": ").unwrap_or((text, ""));
        let (code, last) = match frame.split_once(AFTER) {
            Some((code, last)) => (code, last.parse().ok()),
            None => (frame, None),
        };
        Self::new(code, last, debug)
    }

    fn new(code: &str, last_stream: Option<u32>, debug: &str) -> Self {
        let debug = debug.strip_prefix(": ").unwrap_or(debug);
        Self { code: code.to_owned(), last_stream, debug: debug.to_owned() }
    }

    /// Returns `true` if the frame reports an error.
    pub(super) fn is_error(&self) -> bool {
        self.code != "NO_ERROR"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_dissector_are_read() {
        let read = |text| {
            let Goaway { code, last_stream, debug } = Goaway::of_text(text);
            (code, last_stream, debug)
        };
        let of = |code: &str, last, debug: &str| (code.to_owned(), last, debug.to_owned());
        assert_eq!(
            read("ENHANCE_YOUR_CALM after stream 7: too_many_pings"),
            of("ENHANCE_YOUR_CALM", Some(7), "too_many_pings")
        );
        assert_eq!(read("NO_ERROR, the last stream follows: max_age"), of("NO_ERROR", None, "max_age"));
        assert_eq!(
            read("NO_ERROR, no stream was processed: all requests can be repeated"),
            of("NO_ERROR", Some(0), "")
        );
        assert_eq!(read("error 0x77"), of("error 0x77", None, ""));
    }
}
