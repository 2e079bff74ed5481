//! A thread that writes text to a terminal or pipe, so that no other thread waits for a slow reader.

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// Maximum number of texts in the queue. Each consists of the lines of up to 1024 events.
const QUEUE_LENGTH: usize = 16;

/// Maximum time that the end of the recording waits until all queued texts are written.
const END_TIMEOUT: Duration = Duration::from_secs(1);

/// A queue of texts, and the thread that writes them to the output. Only this thread waits if the output is slow
/// or blocked.
#[derive(Debug)]
pub(super) struct Printer {
    texts: SyncSender<String>,
    /// Receiver of the result of the thread that writes the texts, which is sent when the thread ends.
    result: Receiver<io::Result<()>>,
    /// Number of events whose lines were dropped, because the queue was full, after the last text that was
    /// queued.
    missed: u64,
}

impl Printer {
    pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let (texts, waiting) = sync_channel(QUEUE_LENGTH);
        let (sender, result) = channel();
        // Sending fails if the printer has already been dropped.
        let run = move || _ = sender.send(print_all(&waiting, out));
        thread::Builder::new().name("live lines".to_owned()).spawn(run)?;
        Ok(Self { texts, result, missed: 0 })
    }

    /// Queues a text that consists of the lines of `events` events. If the queue is full, drops the text and
    /// counts its events.
    pub(super) fn print(&mut self, text: String, events: u64) -> io::Result<()> {
        let text = if self.missed == 0 { text } else { not_shown(self.missed) + &text };
        match self.texts.try_send(text) {
            Ok(()) => self.missed = 0,
            Err(TrySendError::Full(_)) => self.missed += events,
            // The thread has ended; its result is returned once.
            Err(TrySendError::Disconnected(_)) => return self.result.try_recv().unwrap_or(Ok(())),
        }
        Ok(())
    }

    /// Waits until all queued texts are written, for at most [`END_TIMEOUT`].
    pub(super) fn end(self) -> io::Result<()> {
        let Self { texts, result, missed } = self;
        if missed > 0 {
            // A full queue means that the reader is blocked.
            let _ = texts.try_send(not_shown(missed));
        }
        drop(texts);
        match result.recv_timeout(END_TIMEOUT) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(()),
        }
    }
}

fn not_shown(missed: u64) -> String {
    format!("… {missed} events are not shown: the reader is too slow\n")
}

fn print_all(texts: &Receiver<String>, mut out: impl Write) -> io::Result<()> {
    for text in texts {
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if is_reader_gone(&error) => return Ok(()),
            result => result?,
        }
    }
    Ok(())
}

/// Returns `true` if the reader, such as `head`, has closed the pipe, or the terminal was closed.
fn is_reader_gone(error: &io::Error) -> bool {
    /// Writes to a terminal that was closed fail with this error, whose number is the same on all Unix systems.
    const EIO: i32 = 5;
    error.kind() == ErrorKind::BrokenPipe || (cfg!(unix) && error.raw_os_error() == Some(EIO))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;

    /// A writer that blocks in each write until the test permits it.
    struct GatedWriter {
        permits: Receiver<()>,
        written: Arc<Mutex<String>>,
    }

    impl Write for GatedWriter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.permits.recv().map_err(|_| io::Error::from(ErrorKind::BrokenPipe))?;
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn printer_drops_and_counts_unread_lines() {
        let ((reader, permits), written) = (channel(), Arc::default());
        let mut printer = Printer::start(GatedWriter { permits, written: Arc::clone(&written) }).unwrap();
        // At most one text is with the writer and QUEUE_LENGTH are queued: the rest is dropped.
        for number in 0..100 {
            printer.print(format!("{number}\n"), 2).unwrap();
        }
        assert!(printer.missed >= 2 * (100 - QUEUE_LENGTH as u64 - 1), "{}", printer.missed);
        let missed = printer.missed;
        for _ in 0..100 {
            reader.send(()).unwrap();
        }
        // The queue has space as soon as the thread has taken a text.
        while printer.missed > 0 {
            printer.print("later\n".to_owned(), 0).unwrap();
            thread::yield_now();
        }
        printer.end().unwrap();
        let written = written.lock().unwrap();
        let expected = format!("… {missed} events are not shown: the reader is too slow\nlater\n");
        assert!(written.starts_with("0\n1\n") && written.ends_with(&expected), "{written}");
    }

    #[test]
    fn recording_ends_without_waiting_for_blocked_terminal() {
        let (reader, permits) = channel();
        let mut printer = Printer::start(GatedWriter { permits, written: Arc::default() }).unwrap();
        printer.print("never read\n".to_owned(), 1).unwrap();
        printer.end().unwrap();
        drop(reader);
    }

    #[test]
    fn printer_returns_write_errors_except_broken_pipe() {
        struct Fails(ErrorKind);
        impl Write for Fails {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let ended = |kind| {
            let mut printer = Printer::start(Fails(kind)).unwrap();
            printer.print("a\n".to_owned(), 1).unwrap();
            printer.end().map_err(|error| error.kind())
        };
        assert_eq!(ended(ErrorKind::StorageFull), Err(ErrorKind::StorageFull));
        assert_eq!(ended(ErrorKind::BrokenPipe), Ok(()));
    }
}
