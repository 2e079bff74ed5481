//! The beginning of a unit that comes in pieces.

use super::chunk::Chunk;

/// The first bytes of a unit, up to a limit or to the first byte that was not recorded.
#[derive(Debug, Default)]
pub(super) struct Kept {
    bytes: Vec<u8>,
    limit: usize,
    /// More came than is kept.
    cut: bool,
}

impl Kept {
    /// At most so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, cut: false }
    }

    /// Another piece of the unit.
    pub(super) fn add(&mut self, piece: Chunk<'_>) {
        let room = if self.cut { 0 } else { self.limit.saturating_sub(self.bytes.len()) };
        let fits = piece.bytes().get(..room).unwrap_or(piece.bytes());
        self.bytes.extend_from_slice(fits);
        self.cut |= (fits.len() as u64) < piece.len();
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether more came than is kept.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Another unit begins.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.cut = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_hole_is_not_joined_to_what_came_before() {
        let mut kept = Kept::new(4);
        kept.add(Chunk::new(b"ab", 2));
        assert!(!kept.is_cut());
        kept.add(Chunk::new(b"c", 2));
        kept.add(Chunk::new(b"d", 1));
        assert_eq!((kept.bytes(), kept.is_cut()), (&b"abc"[..], true));
        kept.clear();
        kept.add(Chunk::new(b"abcde", 5));
        assert_eq!((kept.bytes(), kept.is_cut()), (&b"abcd"[..], true));
    }
}
