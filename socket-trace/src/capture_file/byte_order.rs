//! Numbers in either byte order: a capture file has that of the machine that wrote it.

/// Byte order of the numbers in a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

/// Defines a method that reads a number at an offset. `None` if the bytes end before.
macro_rules! reads {
    ($name:ident) => {
        pub(super) fn $name(self, bytes: &[u8], at: usize) -> Option<$name> {
            let bytes = bytes.get(at..)?.first_chunk()?;
            Some(match self {
                Self::Little => $name::from_le_bytes(*bytes),
                Self::Big => $name::from_be_bytes(*bytes),
            })
        }
    };
}

impl ByteOrder {
    reads!(u16);
    reads!(u32);
    reads!(u64);
}
