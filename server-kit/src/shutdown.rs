//! Begins the shutdown at SIGINT or SIGTERM.

use std::io;

use hardening_http::Shutdown;

use crate::stderr::print_line;

/// Exit code that shells report for a process that SIGINT has terminated.
const INTERRUPTED: i32 = 130;

/// A listener for SIGINT and SIGTERM, on Windows for Ctrl-C.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    both: [tokio::signal::unix::Signal; 2],
    #[cfg(windows)]
    ctrl_c: tokio::signal::windows::CtrlC,
}

impl Signals {
    /// Starts to listen for the two signals. From then on, SIGINT and SIGTERM do not terminate the process.
    ///
    /// # Errors
    /// If the signal handlers cannot be installed.
    #[cfg(unix)]
    pub fn watch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { both: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
    }

    /// Starts to listen for Ctrl-C, which from then on does not terminate the process.
    ///
    /// # Errors
    /// If the handler cannot be installed.
    #[cfg(windows)]
    pub fn watch() -> io::Result<Self> {
        Ok(Self { ctrl_c: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for the next signal. Cancel safe.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = &mut self.both;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        #[cfg(windows)]
        self.ctrl_c.recv().await;
    }
}

/// Begins the shutdown at the first signal, and exits the process at the second. Unless `quiet` is set,
/// prints a message that starts with `name` after the first signal.
pub fn shutdown_on_signal(mut signals: Signals, name: &'static str, quiet: bool, shutdown: Shutdown) {
    tokio::spawn(async move {
        signals.next().await;
        if !quiet {
            print_line(format_args!(
                "{name}: completing in-flight requests; repeat the signal to exit at once"
            ));
        }
        shutdown.cancel();
        signals.next().await;
        std::process::exit(INTERRUPTED);
    });
}
