//! Counts of the frames that an import did not read.

use super::link::{NotIp, link_type_name};

/// Counts of the frames that were not imported, or not as they are in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notes {
    /// Number of imported packets.
    pub packets: u64,
    /// Number of frames with another protocol than IP, such as ARP.
    pub not_ip: u64,
    /// Number of frames whose headers are invalid or cut off.
    pub unreadable: u64,
    /// Position of the first of them in the file.
    pub first_unreadable: Option<u64>,
    /// Number of frames of a link type that is not supported.
    pub other_link: u64,
    /// Link type of the first of them.
    pub first_other_link: Option<u16>,
    /// Number of packets that were captured again on another interface, and not imported again.
    pub copies: u64,
    /// Number of imported packets without a time in the file. They have the time of the packet before.
    pub without_time: u64,
    /// Number of packets that the capturing program dropped.
    pub dropped: u64,
}

impl Notes {
    pub(super) fn count(&mut self, reason: NotIp, link: u16, offset: u64) {
        match reason {
            NotIp::Protocol => self.not_ip += 1,
            NotIp::Cut => self.unreadable(offset),
            NotIp::LinkType => {
                self.other_link += 1;
                self.first_other_link.get_or_insert(link);
            }
        }
    }

    pub(super) fn unreadable(&mut self, offset: u64) {
        self.unreadable += 1;
        self.first_unreadable.get_or_insert(offset);
    }

    /// Returns a sentence for each count that is not 0.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = |count: u64, text: String| {
            if count > 0 {
                lines.push(text);
            }
        };
        line(self.not_ip, format!("{} have another protocol than IP, such as ARP", frames(self.not_ip)));
        line(
            self.unreadable,
            format!(
                "{} have invalid headers, or headers that the capture cut off; the first is at byte {}",
                frames(self.unreadable),
                self.first_unreadable.unwrap_or_default()
            ),
        );
        let link = self.first_other_link.map(link_type_name).unwrap_or_default();
        line(
            self.other_link,
            format!("{} have a link type that is not supported: {link}", frames(self.other_link)),
        );
        line(
            self.copies,
            format!(
                "{} are copies of packets on several interfaces; only the first is imported",
                frames(self.copies)
            ),
        );
        line(
            self.without_time,
            format!(
                "{} have no time in the file (simple packet blocks), and got that of the packet before",
                frames(self.without_time)
            ),
        );
        line(
            self.dropped,
            format!("the capturing program dropped {}; the trace has gaps for them", frames(self.dropped)),
        );
        if self.packets == 0 {
            lines.push("the capture has no IP packet".to_owned());
        }
        lines
    }
}

fn frames(count: u64) -> String {
    if count == 1 { "1 frame".to_owned() } else { format!("{count} frames") }
}
