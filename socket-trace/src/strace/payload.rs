//! Extracts the payload of reads and writes from the arguments that strace printed.

use super::text::{after, elements, quoted};

/// Number of bytes that are kept of each read and write.
#[derive(Clone, Copy, Debug)]
pub(super) struct PayloadLimit {
    /// Maximum number of bytes.
    pub(super) bytes: usize,
    /// Length of a string of which strace printed only the beginning: its option `-s`. `None` before the first.
    pub(super) printed: Option<usize>,
}

impl PayloadLimit {
    pub(super) fn new(bytes: usize) -> Self {
        Self { bytes, printed: None }
    }

    /// Returns the beginning of `moved` bytes in one buffer, printed as `"text"`.
    pub(super) fn buffer(&mut self, text: &str, moved: u64) -> Option<Box<[u8]>> {
        let mut data = Vec::new();
        self.append(&mut data, text, moved);
        self.kept(data, moved)
    }

    /// Returns the beginning of `moved` bytes in several buffers, printed as `[{iov_base="text", iov_len=4}, …]`.
    pub(super) fn buffers(&mut self, list: &str, moved: u64) -> Option<Box<[u8]>> {
        let mut data = Vec::new();
        for element in elements(list) {
            let Some(text) = after(element, "iov_base=") else { break };
            if !self.append(&mut data, text, moved) || data.len() >= self.most(moved) {
                break;
            }
        }
        self.kept(data, moved)
    }

    /// Returns the payload of a `struct msghdr`.
    pub(super) fn message(&mut self, header: &str, moved: u64) -> Option<Box<[u8]>> {
        self.buffers(after(header, "msg_iov=")?, moved)
    }

    /// Stores the length of a string in a call on a file, which shows how much of each string strace prints.
    pub(super) fn observe(&mut self, text: &str) {
        if self.printed.is_none() && self.bytes > 0 {
            self.append(&mut Vec::new(), text, u64::MAX);
        }
    }

    /// Adds the string with which a text starts. Returns `true` if strace printed all of it.
    fn append(&mut self, data: &mut Vec<u8>, text: &str, moved: u64) -> bool {
        let limit = self.most(moved).saturating_sub(data.len());
        // The bytes of a string are of interest even if they are not kept: see `printed`.
        let Some(string) = quoted(text, limit) else { return false };
        if string.is_cut {
            self.printed = self.printed.max(Some(string.bytes.len()));
        }
        data.extend_from_slice(&string.bytes);
        !string.is_cut
    }

    fn most(&self, moved: u64) -> usize {
        usize::try_from(moved).map_or(self.bytes, |moved| moved.min(self.bytes))
    }

    fn kept(&self, data: Vec<u8>, moved: u64) -> Option<Box<[u8]>> {
        (!data.is_empty() && moved > 0).then(|| data.into_boxed_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payload_of_several_buffers_is_joined() {
        let list = r#"[{iov_base="ab", iov_len=2}, {iov_base="", iov_len=0}, {iov_base="cdef", iov_len=4}]"#;
        let mut limit = PayloadLimit::new(99);
        assert_eq!(limit.buffers(list, 6).as_deref(), Some(&b"abcdef"[..]));
        // A partial write.
        assert_eq!(limit.buffers(list, 3).as_deref(), Some(&b"abc"[..]));
        assert_eq!(PayloadLimit::new(4).buffers(list, 6).as_deref(), Some(&b"abcd"[..]));
    }

    #[test]
    fn payload_ends_where_strace_cut_it() {
        let list = r#"[{iov_base="ab"..., iov_len=9}, {iov_base="cd", iov_len=2}]"#;
        let mut limit = PayloadLimit::new(99);
        assert_eq!(limit.buffers(list, 11).as_deref(), Some(&b"ab"[..]));
        assert_eq!(limit.printed, Some(2));
        assert_eq!(limit.buffer(r#"""..."#, 11), None);
    }

    #[test]
    fn payload_that_looks_like_an_argument_is_payload() {
        let header = r#"{msg_name={sa_family=AF_UNIX, sun_path="msg_iov=[{iov_base=\"x\"}]"}, msg_namelen=9, msg_iov=[{iov_base="iov_base=\"b", iov_len=11}]}"#;
        let payload = PayloadLimit::new(99).message(header, 11);
        assert_eq!(payload.as_deref(), Some(&b"iov_base=\"b"[..]));
    }
}
