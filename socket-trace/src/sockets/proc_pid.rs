//! Reads processes and their open sockets from `/proc/PID`: proc(5).

use std::fs;
use std::io;
use std::time::Duration;

/// Returns the ids of all processes.
pub(super) fn pids() -> io::Result<impl Iterator<Item = u32>> {
    let entries = fs::read_dir("/proc")?.flatten();
    Ok(entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()))
}

/// Returns the name of a process, or `None` if it has ended.
pub(super) fn name(pid: u32) -> Option<String> {
    let name = fs::read(format!("/proc/{pid}/comm")).ok()?;
    Some(String::from_utf8_lossy(&name).trim_end_matches('\n').to_owned())
}

/// Returns the inodes of a process's open sockets. Empty if the process has ended, or belongs to another
/// user.
pub(super) fn socket_inodes(pid: u32) -> impl Iterator<Item = u64> {
    let fds = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    fds.filter_map(|fd| {
        let target = fs::read_link(fd.path()).ok()?;
        target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
    })
}

/// Returns the time since a process was started, or `None` if no process has this id.
pub(super) fn age(pid: u32) -> io::Result<Option<Duration>> {
    let Ok(stat) = fs::read(format!("/proc/{pid}/stat")) else { return Ok(None) };
    let stat = String::from_utf8_lossy(&stat);
    let Some(started) = start_ticks(&stat) else { return Ok(None) };
    let ticks_per_second = rustix::param::clock_ticks_per_second();
    let started = started.saturating_mul(1_000).checked_div(ticks_per_second).unwrap_or(0);
    Ok(Some(uptime()?.saturating_sub(Duration::from_millis(started))))
}

/// Returns the start time of a process, in clock ticks since boot: field 22 of `/proc/PID/stat`. Field 2 is a
/// name in parentheses, which may contain spaces.
fn start_ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(19)?.parse().ok()
}

fn uptime() -> io::Result<Duration> {
    let text = fs::read_to_string("/proc/uptime")?;
    let seconds = text.split_whitespace().next().and_then(|seconds| seconds.parse().ok());
    let uptime = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    uptime.ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, format!("/proc/uptime contains no time: {text:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_time_is_parsed_after_name_with_parentheses() {
        let fields = (3..=52).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(start_ticks(&format!("7 (a) b (c)) {fields}")), Some(22));
        assert_eq!(start_ticks("7 (a) R 1"), None);
    }

    #[test]
    fn own_process_is_found_in_proc() {
        let pid = std::process::id();
        assert!(pids().unwrap().any(|other| other == pid) && name(pid).is_some());
        assert!(age(pid).unwrap().is_some() && age(u32::MAX).unwrap().is_none());
    }
}
