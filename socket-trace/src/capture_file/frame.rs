//! A frame of the link layer, as captured.

/// Maximum number of bytes of a captured frame. The largest packets, which a network card splits or joins, have 512 KiB; a
/// file that claims more is damaged.
pub(super) const MAX_FRAME: usize = 16 << 20;

/// A frame without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameInfo {
    /// Position of the frame's block or record in the file.
    pub(super) offset: u64,
    /// Time of the capture, in nanoseconds since 1970. `None` if the file does not contain it.
    pub(super) time: Option<u64>,
    /// Number of the link type.
    pub(super) link: u16,
    /// Number of the interface among all of the file.
    pub(super) interface: u32,
    /// Length of the frame on the network.
    pub(super) length: usize,
}

/// A frame of the link layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) info: FrameInfo,
    /// The captured bytes.
    pub(super) bytes: &'a [u8],
}
