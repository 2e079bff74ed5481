//! Where in its messages a request is. Before each message there are five bytes: whether it is compressed, and its
//! length.

use tonic::Status;

use crate::limits::MAX_REQUEST_BYTES;
use crate::status;

const PREFIX: usize = 5;

/// Follows the messages of a request, whose bytes come in parts of any size.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// As much of it as there is of the message that is on its way.
    prefix: Vec<u8>,
    /// How many bytes are to come behind the prefix.
    rest: usize,
}

impl Messages {
    /// Whether this part has the end of a message; an error, behind which nothing can be followed, when it announces one
    /// that is too long.
    pub(super) fn follow(&mut self, mut part: &[u8]) -> Result<bool, Status> {
        let mut has_end = false;
        while !part.is_empty() {
            let wanted = if self.prefix.len() < PREFIX { PREFIX - self.prefix.len() } else { self.rest };
            let (taken, after) = part.split_at(wanted.min(part.len()));
            part = after;
            if self.prefix.len() < PREFIX {
                self.prefix.extend_from_slice(taken);
                self.rest = announced(&self.prefix)?;
            } else {
                self.rest -= taken.len();
            }
            if self.prefix.len() == PREFIX && self.rest == 0 {
                self.prefix.clear();
                has_end = true;
            }
        }
        Ok(has_end)
    }

    /// Whether nothing is on its way.
    pub(super) fn is_between(&self) -> bool {
        self.prefix.is_empty()
    }
}

/// The length that a prefix announces; none while it is not all there.
fn announced(prefix: &[u8]) -> Result<usize, Status> {
    let &[_compressed, a, b, c, d] = prefix else { return Ok(0) };
    let length = u32::from_be_bytes([a, b, c, d]);
    usize::try_from(length).ok().filter(|length| *length <= MAX_REQUEST_BYTES).ok_or_else(status::too_large)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: &[u8] = b"\0\0\0\0\x02ab\x01\0\0\0\0\0\0\0\0\x01\0";
    const ENDS: [usize; 3] = [7, 12, 18];

    #[test]
    fn each_end_is_seen_however_the_parts_are_cut() {
        for size in 1..=THREE.len() {
            let (mut messages, mut at) = (Messages::default(), 0);
            for part in THREE.chunks(size) {
                let here = at + 1..=at + part.len();
                at += part.len();
                assert_eq!(
                    messages.follow(part).unwrap(),
                    ENDS.iter().any(|end| here.contains(end)),
                    "{size}"
                );
                assert_eq!(messages.is_between(), ENDS.contains(&at), "{size}: {at}");
            }
        }
    }

    #[test]
    fn a_length_is_taken_up_to_the_limit() {
        let announcing = |length: usize| [&[0], &u32::try_from(length).unwrap().to_be_bytes()[..]].concat();
        assert!(!Messages::default().follow(&announcing(MAX_REQUEST_BYTES)).unwrap());
        for length in [MAX_REQUEST_BYTES + 1, u32::MAX as usize] {
            let refused = Messages::default().follow(&announcing(length)).unwrap_err();
            assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        }
    }
}
