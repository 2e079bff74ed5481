//! Any bytes as a log of strace: it is imported, and what is written is a trace.

use std::cell::RefCell;
use std::io::{self, Cursor, Write};
use std::rc::Rc;

use socket_trace::reader::{Ending, Trace};
use socket_trace::strace::{Destination, ImportOptions, Importer};

#[derive(Clone, Default)]
struct Text(Rc<RefCell<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Imports a log of arbitrary bytes, and reads the trace.
///
/// # Panics
/// The trace is invalid, or its counts are wrong.
pub(crate) fn import_log(log: &[u8]) {
    let text = Text::default();
    let mut importer = Importer::new(Destination::Stream(Box::new(text.clone())), ImportOptions::default());
    for (number, line) in (1..).zip(log.split(|byte| *byte == b'\n')) {
        importer.line(line, "log", number, None).unwrap();
    }
    let imported = importer.finish().unwrap();
    let mut trace = Trace::read("trace", Box::new(Cursor::new(text.0.take()))).unwrap();
    let (mut before, mut events) = (0, 0);
    while let Some(event) = trace.next_event().unwrap() {
        assert!(event.t >= before, "{event:?} is earlier than the event before");
        (before, events) = (event.t, events + 1);
    }
    assert_eq!(events, imported.end.events);
    assert_eq!(*trace.ending(), Ending::Complete(imported.end));
}
