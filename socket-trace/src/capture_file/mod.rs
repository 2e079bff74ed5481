//! Reads capture files, pcap and pcapng, as recordings of packets.
//!
//! ```
//! use socket_trace::capture_file::{Capture, Packets};
//!
//! // A pcap file without packets: magic number, version 2.4, time zone, accuracy, snap length, link type Ethernet.
//! let file = b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0";
//! let capture = Capture::read("shop.pcap", Box::new(&file[..]))?;
//! let mut packets = Packets::of(capture, usize::MAX)?;
//! assert_eq!(packets.header().name, "shop");
//! assert!(packets.next_event()?.is_none());
//! # Ok::<(), socket_trace::capture_file::Error>(())
//! ```
//!
//! # Layout
//!
//! - `input`: the bytes of the file, with their offsets
//! - `byte_order`: numbers in either byte order
//! - `file_kind`: the kind of a file, by its first bytes
//! - `pcap`: files of the older format
//! - `pcapng`: files of the newer format, with its blocks, options and interfaces
//! - `frame`: a frame of the link layer, as captured
//! - `capture`: the frames of a file of either format
//! - `link`: headers of the link layer
//! - `copies`: packets that were captured more than once
//! - `time_order`: frames sorted by time
//! - `header`: the header of the recording
//! - `packets`: frames as events of a recording
//! - `notes`: counts of the frames that were not read
//! - `error`: reasons why a file cannot be read

mod byte_order;
mod capture;
mod copies;
mod error;
mod file_kind;
mod frame;
mod header;
mod input;
mod link;
mod notes;
mod packets;
mod pcap;
mod pcapng;
mod time_order;

pub use capture::Capture;
pub use error::{Error, Problem};
pub use file_kind::is_capture;
pub use notes::Notes;
pub use packets::Packets;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
