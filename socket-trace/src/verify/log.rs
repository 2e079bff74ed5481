//! The lines of a log of strace: which thread began which system call, and how it ended.
//!
//! Another thread's line may come between the beginning and the end of a call; strace then cuts the call in two,
//! `<unfinished ...>` and `<... resumed>`. Both moments are kept: which socket a file descriptor stands for is decided
//! when a call begins, because the kernel may give the number to another socket before a `close` is seen to end.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use super::syscall::{self, Outcome};

/// A thread, by the number that the kernel gave it.
pub type Tid = u32;

/// No line of strace is longer, unless it was asked for payload.
const MAX_LINE: u64 = 1024 * 1024;

/// Why a log cannot be read.
#[derive(Debug)]
pub struct LogError {
    /// The file.
    pub source: String,
    /// The line's number, from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong, and what to do about it.
    pub what: String,
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.source, self.what),
            line => write!(f, "{}, line {line}: {}", self.source, self.what),
        }
    }
}

impl std::error::Error for LogError {}

/// A system call: as much of it as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syscall {
    /// Who calls.
    pub tid: Tid,
    /// When it began, in nanoseconds since the epoch; `None` without `-ttt`.
    pub time: Option<u64>,
    /// Its name.
    pub name: String,
    /// Its arguments, as strace prints them. When it begins, those that the kernel fills in are missing.
    pub arguments: String,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A call begins.
    Begins(Syscall),
    /// A call has ended.
    Ends(Syscall, Outcome),
    /// A thread has ended.
    Exits(Tid),
}

/// A log that is being read.
pub struct Log {
    source: String,
    lines: Box<dyn BufRead>,
    line: u64,
    text: Vec<u8>,
    /// Calls that have begun.
    begun: HashMap<Tid, Syscall>,
    /// The end of the call that began on the same line.
    next: Option<Step>,
}

impl Log {
    /// Opens a log.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let source = path.as_ref().display().to_string();
        match File::open(path) {
            Ok(file) => Ok(Self::read(source, Box::new(BufReader::with_capacity(1 << 16, file)))),
            Err(error) => Err(LogError { source, line: 0, what: format!("cannot be read: {error}") }),
        }
    }

    /// Reads a log from anywhere; `source` names it in messages.
    #[must_use]
    pub fn read(source: impl Into<String>, lines: Box<dyn BufRead>) -> Self {
        Self { source: source.into(), lines, line: 0, text: Vec::new(), begun: HashMap::new(), next: None }
    }

    /// Where it is read from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The number of the line that was read last, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// What happens next; `None` at the end.
    ///
    /// # Errors
    /// When a line is not one of strace, breaks off, or does not go with those before it.
    pub fn next_step(&mut self) -> Result<Option<Step>, LogError> {
        loop {
            if let Some(step) = self.next.take() {
                return Ok(Some(step));
            }
            if !self.next_line().map_err(|error| self.error(format!("cannot be read: {error}")))? {
                return Ok(None);
            }
            let text = std::mem::take(&mut self.text);
            let step = self.step(&text);
            self.text = text;
            if let Some(step) = step.map_err(|what| self.error(what))? {
                return Ok(Some(step));
            }
        }
    }

    /// An error at the line that was read last.
    pub(super) fn error(&self, what: impl Into<String>) -> LogError {
        LogError { source: self.source.clone(), line: self.line, what: what.into() }
    }

    fn next_line(&mut self) -> io::Result<bool> {
        self.text.clear();
        let read = (&mut self.lines).take(MAX_LINE).read_until(b'\n', &mut self.text)?;
        self.line += u64::from(read > 0);
        Ok(read > 0)
    }

    fn step(&mut self, line: &[u8]) -> Result<Option<Step>, String> {
        let line = line.strip_suffix(b"\n").ok_or("the line breaks off: the log is cut short")?;
        let line = std::str::from_utf8(line).map_err(|_| NOT_STRACE)?;
        let (tid, time, said) = thread_time_and_text(line).ok_or(NOT_STRACE)?;
        if said.starts_with("--- ") {
            return Ok(None);
        }
        if let Some(end) = said.strip_prefix("+++ ") {
            let ended = end.starts_with("exited") || end.starts_with("killed");
            self.begun.remove(&tid);
            return Ok(ended.then_some(Step::Exits(tid)));
        }
        if let Some(rest) = said.strip_prefix("<... ") {
            return self.resumed(tid, rest).map(Some);
        }
        self.begins(tid, time, said).map(Some)
    }

    fn begins(&mut self, tid: Tid, time: Option<u64>, said: &str) -> Result<Step, String> {
        let (name, rest) = said.split_once('(').ok_or(NOT_STRACE)?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(NOT_STRACE.into());
        }
        if let Some(earlier) = self.begun.get(&tid) {
            return Err(format!(
                "thread {tid} begins {name} before its {} has ended: lines are missing",
                earlier.name
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
            format!("thread {tid} ends a {name} that never began: the log lacks its beginning")
        })?;
        call.arguments.push_str(rest);
        let whole = std::mem::take(&mut call.arguments);
        let (arguments, outcome) = syscall::ended(&whole)?;
        arguments.clone_into(&mut call.arguments);
        Ok(Step::Ends(call, outcome))
    }
}

const NOT_STRACE: &str =
    "not a line of `strace -f -o FILE`; `socket-trace verify --help` has the whole command";

/// `1234 1795384260.010622 close(4) = 0`: the time may be missing.
fn thread_time_and_text(line: &str) -> Option<(Tid, Option<u64>, &str)> {
    let (tid, rest) = line.split_once(' ')?;
    let (tid, rest) = (tid.parse().ok()?, rest.trim_start());
    let is_time = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b':');
    match rest.split_once(' ') {
        Some((time, text)) if is_time(time) => Some((tid, since_epoch(time), text.trim_start())),
        _ => Some((tid, None, rest)),
    }
}

/// The nanoseconds of `1795384260.010622`. The other flags of strace print a time of day, or the time since the line before.
fn since_epoch(word: &str) -> Option<u64> {
    const YEAR_2001: u64 = 1_000_000_000;
    let (seconds, micros) = word.split_once('.')?;
    let (seconds, micros): (u64, u64) = (seconds.parse().ok()?, micros.parse().ok()?);
    (seconds >= YEAR_2001 && word.len() - word.find('.')? == 7)
        .then(|| seconds.saturating_mul(1_000_000_000).saturating_add(micros * 1000))
}

/// The arguments of a call that has not ended; it will be resumed, or its thread ends.
fn unfinished(rest: &str) -> Option<&str> {
    ["<unfinished ...>", "<detached ...>"].iter().find_map(|mark| rest.strip_suffix(mark)).map(str::trim_end)
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("source", &self.source).field("line", &self.line).finish_non_exhaustive()
    }
}
