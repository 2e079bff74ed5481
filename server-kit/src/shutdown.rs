//! SIGINT and SIGTERM.

use std::io;

use hardening_http::Shutdown;

/// The exit code that shells give to a program which Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// SIGINT (Ctrl-C) and SIGTERM; on Windows Ctrl-C.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    both: [tokio::signal::unix::Signal; 2],
    #[cfg(windows)]
    ctrl_c: tokio::signal::windows::CtrlC,
}

impl Signals {
    /// From now on the signals no longer end the process: they are for [`next`](Self::next) to tell.
    ///
    /// # Errors
    /// When they cannot be watched.
    #[cfg(unix)]
    pub fn watch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { both: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
    }

    /// From now on Ctrl-C no longer ends the process: it is for [`next`](Self::next) to tell.
    ///
    /// # Errors
    /// When it cannot be watched.
    #[cfg(windows)]
    pub fn watch() -> io::Result<Self> {
        Ok(Self { ctrl_c: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for the next of them.
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

/// The first signal begins the shutdown, a second one ends the process at once. Unless it is to be quiet, the program of
/// that name says so.
pub fn shutdown_on_signal(mut signals: Signals, name: &'static str, quiet: bool, shutdown: Shutdown) {
    tokio::spawn(async move {
        signals.next().await;
        if !quiet {
            eprintln!("{name}: finishing what runs; once more ends it at once");
        }
        shutdown.cancel();
        signals.next().await;
        std::process::exit(INTERRUPTED);
    });
}
