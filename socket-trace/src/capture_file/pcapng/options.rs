//! The options at the end of a block: `code, length, value`, padded to a multiple of 4 bytes.

use crate::capture_file::byte_order::ByteOrder;

/// Maximum number of characters of a text.
const MAX_TEXT: usize = 200;

/// Returns the codes and values of options. A malformed option ends them.
pub(super) fn options(order: ByteOrder, mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    const END: u16 = 0;
    std::iter::from_fn(move || {
        let code = order.u16(bytes, 0).filter(|code| *code != END)?;
        let length = usize::from(order.u16(bytes, 2)?);
        let value = bytes.get(4..4 + length)?;
        bytes = bytes.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    })
}

/// Returns the beginning of a text.
pub(super) fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).chars().take(MAX_TEXT).collect()
}
