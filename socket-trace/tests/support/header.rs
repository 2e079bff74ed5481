//! Builds headers of traces. Shared by the integration tests, each of which is a crate of its own.

use socket_tap::format::{Header, Line, Side};

/// Returns a header as a line of a trace, without its newline.
pub(crate) fn header_line(header: &Header) -> String {
    let mut line = Vec::new();
    Line::Header(header.clone()).write(&mut line).unwrap();
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

/// Returns the header of a recording named `shop`, without payload.
pub(crate) fn shop(side: Side) -> Header {
    let mut header = Header::new("shop", side);
    header.program = "shop 1.0".to_owned();
    header.pid = 1;
    header
}
