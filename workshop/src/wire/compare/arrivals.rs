//! The times at which calls arrive. They do not depend on the responses.

use std::io;
use std::thread;
use std::time::Duration;

use socket_tap::monotonic_ns;
use tokio::sync::mpsc;

/// Evenly spaced arrivals. Times are those of the monotonic clock, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Arrivals {
    /// Time of the first arrival.
    pub start_ns: u64,
    /// Arrivals per second.
    pub rate: f64,
    /// Number of arrivals.
    pub calls: usize,
}

impl Arrivals {
    /// Returns the time of an arrival. The first has number 0.
    #[must_use]
    pub fn time(&self, number: usize) -> u64 {
        self.start_ns + (number as f64 * 1e9 / self.rate) as u64
    }

    /// Starts a thread that sends the number of each arrival at its time. It ends when the receiver is dropped.
    ///
    /// It is a thread, because the timers of tokio have a resolution of one millisecond.
    ///
    /// # Errors
    /// If the thread cannot be created.
    pub fn start(self) -> io::Result<mpsc::UnboundedReceiver<usize>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let send = move || {
            for number in 0..self.calls {
                thread::sleep(Duration::from_nanos(self.time(number).saturating_sub(monotonic_ns())));
                if sender.send(number).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("arrivals".to_owned()).spawn(send)?;
        Ok(receiver)
    }
}
