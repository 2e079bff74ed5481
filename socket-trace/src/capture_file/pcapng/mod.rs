//! The newer format of capture files (draft-ietf-opsawg-pcapng): sections of blocks, each with a type and a length.
//!
//! - `reader`: the frames of a file
//! - `block`: the blocks of a file
//! - `packet`: the fields of packet blocks
//! - `interface`: the interfaces of a section, each with a clock
//! - `options`: the options at the end of a block

mod block;
mod interface;
mod options;
mod packet;
mod reader;

pub(super) use reader::Pcapng;
