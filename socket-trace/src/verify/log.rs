//! Parses the lines of an strace log: system calls by thread, with their results.
//!
//! If the log has a line of another thread between the beginning and the end of a call, strace splits the
//! call in two, `<unfinished ...>` and `<... resumed>`. Both times are kept: a file descriptor is resolved to
//! its socket when the call begins, because the kernel may reuse the number before the log shows the end of a
//! `close`.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use super::syscall::{self, Outcome};
pub use error::LogError;
pub use line::Tid;
use line::{NOT_STRACE, thread_time_and_text, unfinished};

mod error;
mod line;

/// Maximum number of bytes in a line of the log. Lines are shorter unless strace logs payload.
const MAX_LINE: u64 = 1024 * 1024;

/// A system call that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syscall {
    /// The thread that made the call.
    pub tid: Tid,
    /// Time at which the call began, in nanoseconds since 1970; `None` without `-ttt`.
    pub time: Option<u64>,
    /// Name of the system call, such as `recvfrom`.
    pub name: String,
    /// Arguments as printed by strace. Those that the kernel fills in are missing until the call ends.
    pub arguments: String,
}

/// An event in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A system call begins.
    Begins(Syscall),
    /// A system call ends with this outcome.
    Ends(Syscall, Outcome),
    /// A thread ends.
    Exits(Tid),
}

/// An strace log that is being read.
pub struct Log {
    source: String,
    lines: Box<dyn BufRead>,
    line: u64,
    text: Vec<u8>,
    /// The call in progress of each thread.
    begun: HashMap<Tid, Syscall>,
    /// The end of a call that began and ended on the line read last. It is returned next.
    next: Option<Step>,
}

impl Log {
    /// Opens an strace log.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let source = path.as_ref().display().to_string();
        match File::open(path) {
            Ok(file) => Ok(Self::read(source, Box::new(BufReader::with_capacity(1 << 16, file)))),
            Err(error) => {
                Err(LogError { source, line: 0, message: format!("the log cannot be read: {error}") })
            }
        }
    }

    /// Reads an strace log from any source; `source` is its name in messages.
    #[must_use]
    pub fn read(source: impl Into<String>, lines: Box<dyn BufRead>) -> Self {
        Self { source: source.into(), lines, line: 0, text: Vec::new(), begun: HashMap::new(), next: None }
    }

    /// Returns the name of the file that is being read.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the number of the last line read, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Reads the next beginning or end of a call; `None` at the end of the log.
    ///
    /// # Errors
    /// A line is not valid, is incomplete, or contradicts earlier lines.
    pub fn next_step(&mut self) -> Result<Option<Step>, LogError> {
        loop {
            if let Some(step) = self.next.take() {
                return Ok(Some(step));
            }
            if !self.next_line().map_err(|error| self.error(format!("the log cannot be read: {error}")))? {
                return Ok(None);
            }
            let text = std::mem::take(&mut self.text);
            let step = self.step(&text);
            self.text = text;
            if let Some(step) = step.map_err(|message| self.error(message))? {
                return Ok(Some(step));
            }
        }
    }

    /// Returns an error with `message` and the number of the last line read.
    pub(super) fn error(&self, message: impl Into<String>) -> LogError {
        LogError { source: self.source.clone(), line: self.line, message: message.into() }
    }

    fn next_line(&mut self) -> io::Result<bool> {
        self.text.clear();
        let read = (&mut self.lines).take(MAX_LINE).read_until(b'\n', &mut self.text)?;
        self.line += u64::from(read > 0);
        Ok(read > 0)
    }

    fn step(&mut self, line: &[u8]) -> Result<Option<Step>, String> {
        let line = line.strip_suffix(b"\n").ok_or("incomplete line: the log is cut short")?;
        let line = std::str::from_utf8(line).map_err(|_| NOT_STRACE)?;
        let (tid, time, text) = thread_time_and_text(line).ok_or(NOT_STRACE)?;
        if text.starts_with("--- ") {
            return Ok(None);
        }
        if let Some(end) = text.strip_prefix("+++ ") {
            let ended = end.starts_with("exited") || end.starts_with("killed");
            self.begun.remove(&tid);
            return Ok(ended.then_some(Step::Exits(tid)));
        }
        if let Some(rest) = text.strip_prefix("<... ") {
            return self.resumed(tid, rest).map(Some);
        }
        self.begins(tid, time, text).map(Some)
    }

    fn begins(&mut self, tid: Tid, time: Option<u64>, text: &str) -> Result<Step, String> {
        let (name, rest) = text.split_once('(').ok_or(NOT_STRACE)?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(NOT_STRACE.into());
        }
        if let Some(earlier) = self.begun.get(&tid) {
            return Err(format!(
                "thread {tid} begins {name} while its call of {earlier} is unfinished; lines of the log are missing",
                earlier = earlier.name
            ));
        }
        let call =
            |arguments: &str| Syscall { tid, time, name: name.to_owned(), arguments: arguments.to_owned() };
        if let Some(arguments) = unfinished(rest) {
            self.begun.insert(tid, call(arguments));
            return Ok(Step::Begins(call(arguments)));
        }
        let (arguments, outcome) = syscall::ended(rest)?;
        self.next = Some(Step::Ends(call(arguments), outcome));
        Ok(Step::Begins(call(arguments)))
    }

    fn resumed(&mut self, tid: Tid, rest: &str) -> Result<Step, String> {
        let (name, rest) = rest.split_once(" resumed>").ok_or(NOT_STRACE)?;
        let begun = self.begun.remove(&tid).filter(|begun| begun.name == name);
        let mut call = begun.ok_or_else(|| {
            format!("the call {name} resumed by thread {tid} has no beginning; lines of the log are missing")
        })?;
        call.arguments.push_str(rest);
        let complete = std::mem::take(&mut call.arguments);
        let (arguments, outcome) = syscall::ended(&complete)?;
        arguments.clone_into(&mut call.arguments);
        Ok(Step::Ends(call, outcome))
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("source", &self.source).field("line", &self.line).finish_non_exhaustive()
    }
}
