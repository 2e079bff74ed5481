//! A running server and what watches it from outside.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::api::missing;

/// How long a server may take to listen, and to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that listens, and its watcher if it has one. Both are killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    /// In the order in which they were started; the server, or `strace` around it, is the first.
    children: Vec<Child>,
    /// The server itself.
    server: u32,
}

/// An address whose port was free a moment ago.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

impl Running {
    /// Starts the server and waits until it listens. `within` tells that `command` starts it as its only child.
    pub(crate) fn start(mut command: Command, address: SocketAddr, within: bool) -> io::Result<Self> {
        command.stdout(Stdio::null()).stderr(Stdio::inherit());
        let child = command.spawn().map_err(|error| missing(&command, &error))?;
        let server = child.id();
        let mut running = Self { address, children: vec![child], server };
        until(|| TcpStream::connect(address).is_ok(), "the server does not listen")?;
        if within {
            let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children"))?;
            let only = children.split_whitespace().next().and_then(|pid| pid.parse().ok());
            running.server = only.ok_or_else(|| io::Error::other("strace has started nothing"))?;
        }
        Ok(running)
    }

    /// Starts `command` beside the server and waits until it has written a first word to its standard error.
    pub(crate) fn watch(&mut self, mut command: Command) -> io::Result<()> {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| missing(&command, &error))?;
        let err = child.stderr.take();
        self.children.push(child);
        let mut first = String::new();
        if let Some(err) = err {
            let mut err = io::BufReader::new(err);
            while !first.contains("listening on") {
                if io::BufRead::read_line(&mut err, &mut first)? == 0 {
                    return Err(io::Error::other(format!("cannot watch: {first}")));
                }
            }
            // Goes on reading, so that the watcher never waits for a reader; ends with it.
            thread::spawn(move || io::copy(&mut err, &mut io::sink()));
        }
        Ok(())
    }

    /// Processor seconds, user and system, of the server and of whatever watches it.
    pub(crate) fn cpu(&self) -> io::Result<f64> {
        let mut pids: Vec<u32> = self.children.iter().map(Child::id).collect();
        if !pids.contains(&self.server) {
            pids.push(self.server);
        }
        pids.into_iter().map(cpu_of).sum()
    }

    /// Ends the server, then its watcher.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        terminate(self.server)?;
        for (at, child) in self.children.iter_mut().enumerate() {
            if at > 0 {
                terminate(child.id())?;
            }
            until(|| !matches!(child.try_wait(), Ok(None)), "the server does not end")?;
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for child in &mut self.children {
            if matches!(child.try_wait(), Ok(None)) {
                let _ = terminate(self.server);
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

/// Not SIGINT: what a shell starts in the background ignores that.
fn terminate(pid: u32) -> io::Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::other("no such process"))?;
    Ok(kill_process(pid, Signal::TERM)?)
}

/// `utime` and `stime` of `/proc/PID/stat`, see proc(5).
#[expect(clippy::cast_precision_loss, reason = "ticks are few")]
fn cpu_of(pid: u32) -> io::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = ticks(&stat).ok_or_else(|| io::Error::other(format!("/proc/{pid}/stat: {stat}")))?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn ticks(stat: &str) -> Option<u64> {
    // The second field is the command in brackets, and may hold anything, brackets too.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

fn until(mut reached: impl FnMut() -> bool, otherwise: &str) -> io::Result<()> {
    let start = Instant::now();
    while !reached() {
        if start.elapsed() > PATIENCE {
            return Err(io::Error::other(otherwise));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn processor_time_is_found_behind_any_command() {
        let stat = "42 (a) b) R 1 42 42 0 -1 4194304 100 0 0 0 7 5 0 0 20 0 1 0 100 1 1";
        assert_eq!(super::ticks(stat), Some(12));
    }
}
