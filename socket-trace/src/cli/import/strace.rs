//! Imports of logs of strace.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use socket_tap::format::text::printable;

use super::super::failed::{CommandResult, Failed};
use super::super::output::opened;
use super::super::private_file;
use super::super::terminal::warn;
use super::RecordingFlags;
use crate::strace::{
    Destination, ImportError, ImportOptions, Imported, Importer, Place, ThreadLogs, import_log,
    recording_name,
};

/// Imports one log.
pub(super) fn import(
    source: &str,
    reader: Box<dyn BufRead>,
    log: &Path,
    output: &Path,
    options: ImportOptions,
) -> CommandResult {
    let importer = Importer::new(destination(output, &[log.to_owned()])?, options);
    finish(source, import_log(source, reader, importer), output)
}

/// Imports the logs of several threads.
pub(super) fn import_threads(logs: &[PathBuf], output: &Path, options: ImportOptions) -> CommandResult {
    // The output is opened after the logs, so that a wrong name does not overwrite an existing file.
    let opened = ThreadLogs::open(logs).map_err(|error| failed(error, output))?;
    let importer = Importer::new(destination(output, logs)?, options);
    let source = logs.first().map(|log| log.display().to_string()).unwrap_or_default();
    finish(&source, opened.import(importer), output)
}

/// Returns the choices for an import.
pub(super) fn options(log: &Path, recording: &RecordingFlags, capture: Option<u64>) -> ImportOptions {
    let name = if log.as_os_str() == "-" { "strace".to_owned() } else { recording_name(log) };
    ImportOptions {
        name: recording.name.clone().unwrap_or(name),
        side: recording.side.map(Into::into),
        capture,
        recorder: "strace".to_owned(),
        program: None,
    }
}

fn finish(source: &str, imported: Result<Imported, ImportError>, output: &Path) -> CommandResult {
    let imported = imported.map_err(|error| failed(error, output))?;
    if imported.lacks_times {
        return Err(Failed::Usage(format!(
            "{} has no times; log with strace -ttt, see `socket-trace import --help`",
            printable(source)
        )));
    }
    if let Some(Place { source, line }) = &imported.second_log {
        return Err(Failed::Usage(format!(
            "{}, line {line}: a process makes calls after its end, so this is several logs, one after another; import each \
             by itself, or those of strace -ff together: `socket-trace import FILE.*`",
            printable(source)
        )));
    }
    report(&imported)
}

/// Returns the output, unless it is one of the logs. A file is replaced when the trace begins, so that a log that cannot be
/// imported replaces none.
fn destination(output: &Path, logs: &[PathBuf]) -> CommandResult<Destination> {
    if output.as_os_str() == "-" {
        return Ok(Destination::Stream(Box::new(io::stdout())));
    }
    if logs.iter().any(|log| private_file::is_same(opened(log), output)) {
        let name = printable(&output.display().to_string());
        return Err(Failed::Usage(format!("{name} is both a log and the output; choose another output")));
    }
    Ok(Destination::New(output.to_owned()))
}

/// Reports what the trace lacks. Returns the exit code.
pub(in super::super) fn report(imported: &Imported) -> CommandResult {
    for Place { source, line } in &imported.unreadable_at {
        warn(&format!(
            "{}, line {line}: not a line of strace, or incomplete; counted as lost",
            printable(source)
        ))?;
    }
    let more = imported.unreadable - imported.unreadable_at.len() as u64;
    if more > 0 {
        warn(&format!("{more} more lines cannot be read"))?;
    }
    if let Some(Place { source, line }) = &imported.io_uring {
        return Err(Failed::Usage(format!(
            "{}, line {line}: the program uses io_uring, and strace does not see the calls that it makes through it; switch \
             it off (Node: UV_USE_IO_URING=0; everywhere: sysctl kernel.io_uring_disabled=2) and record again",
            printable(source)
        )));
    }
    Ok(0)
}

fn failed(error: ImportError, output: &Path) -> Failed {
    match error {
        ImportError::Read { source, error } => super::read_error(&source, &error),
        ImportError::Write(error) => write_error(output, error),
        ImportError::NoThread { source } => Failed::Usage(format!(
            "{}: several logs must be those of strace -ff -o FILE, each named FILE.PID; import others one by one",
            printable(&source)
        )),
        ImportError::RelativeTimes { source } => Failed::Usage(format!(
            "{}: relative times (-r) do not show the order of several logs; log with strace -ff -ttt",
            printable(&source)
        )),
    }
}

pub(in super::super) fn write_error(output: &Path, error: io::Error) -> Failed {
    match error.kind() {
        // The reader of the pipe has closed it.
        io::ErrorKind::BrokenPipe => Failed::Output(error),
        _ => Failed::Write { name: printable(&output.display().to_string()), error },
    }
}
