//! A server process, optionally run under strace or watched by tcpdump.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::api::cannot_run;

/// Maximum time that a server may take to start listening, or to exit.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A listening server process, and the strace or tcpdump process that watches it, if any. Dropping this value
/// kills them.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    /// Processes to stop, in this order: the server, or strace with the server as its child; then tcpdump, if
    /// it runs.
    children: Vec<Child>,
    /// Process id of the server.
    server: u32,
}

/// Returns a loopback address whose port was free at the time of the call.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

impl Running {
    /// Starts the server and waits until it listens. If `is_wrapper` is `true`, `command` is a program such
    /// as strace, which starts the server as its only child.
    pub(crate) fn start(mut command: Command, address: SocketAddr, is_wrapper: bool) -> io::Result<Self> {
        command.stdout(Stdio::null()).stderr(Stdio::inherit());
        let child = command.spawn().map_err(|error| cannot_run(&command, &error))?;
        let server = child.id();
        let mut running = Self { address, children: vec![child], server };
        wait_until(|| TcpStream::connect(address).is_ok(), "the server did not start to listen within 10 s")?;
        if is_wrapper {
            let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children"))?;
            let only = children.split_whitespace().next().and_then(|pid| pid.parse().ok());
            running.server = only.ok_or_else(|| {
                io::Error::other("strace runs, but has no child process that could be the server")
            })?;
        }
        Ok(running)
    }

    /// Starts tcpdump with `command`, and waits until it captures packets.
    pub(crate) fn watch(&mut self, mut command: Command) -> io::Result<()> {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| cannot_run(&command, &error))?;
        let err = child.stderr.take();
        self.children.push(child);
        let mut output = String::new();
        if let Some(err) = err {
            let mut err = io::BufReader::new(err);
            while !output.contains("listening on") {
                if io::BufRead::read_line(&mut err, &mut output)? == 0 {
                    return Err(io::Error::other(format!("tcpdump failed: {output}")));
                }
            }
            // Drains standard error, so that tcpdump never blocks on it. The thread ends with tcpdump.
            thread::spawn(move || io::copy(&mut err, &mut io::sink()));
        }
        Ok(())
    }

    /// Returns the CPU time in seconds (user and system) of the server, and of strace or tcpdump if one of them
    /// observes it.
    pub(crate) fn cpu_seconds(&self) -> io::Result<f64> {
        let mut pids: Vec<u32> = self.children.iter().map(Child::id).collect();
        if !pids.contains(&self.server) {
            pids.push(self.server);
        }
        pids.into_iter().map(cpu_seconds_of).sum()
    }

    /// Stops the server, then strace or tcpdump.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        terminate(self.server)?;
        for (index, child) in self.children.iter_mut().enumerate() {
            if index > 0 {
                terminate(child.id())?;
            }
            wait_until(|| !matches!(child.try_wait(), Ok(None)), "the server did not exit within 10 s")?;
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

/// Sends SIGTERM to the process. SIGINT would not work, because background processes of a shell ignore it.
fn terminate(pid: u32) -> io::Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::other("invalid process id"))?;
    Ok(kill_process(pid, Signal::TERM)?)
}

/// Returns the user and system time of a process in seconds, from `utime` and `stime` in `/proc/PID/stat`
/// (proc(5)).
#[expect(clippy::cast_precision_loss, reason = "f64 is exact for fewer than 2^52 clock ticks")]
fn cpu_seconds_of(pid: u32) -> io::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = ticks(&stat).ok_or_else(|| io::Error::other(format!("/proc/{pid}/stat: {stat}")))?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn ticks(stat: &str) -> Option<u64> {
    // The second field is the command name in brackets, which may itself contain brackets.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

/// Polls `condition` until it returns `true`. Fails with `error` after [`TIMEOUT`].
fn wait_until(mut condition: impl FnMut() -> bool, error: &str) -> io::Result<()> {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > TIMEOUT {
            return Err(io::Error::other(error));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn cpu_time_is_parsed_despite_parentheses_in_command() {
        let stat = "42 (a) b) R 1 42 42 0 -1 4194304 100 0 0 0 7 5 0 0 20 0 1 0 100 1 1";
        assert_eq!(super::ticks(stat), Some(12));
    }
}
