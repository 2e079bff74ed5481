//! The command-line program `socket-trace`, with one module per subcommand.

mod choices;
mod compare;
mod completions;
mod contracts;
mod export;
mod failed;
mod import;
mod import_capture;
mod layers;
mod lint;
mod output;
mod private_file;
mod report;
mod sequence;
mod show;
mod socket_traces;
mod sockets;
mod story;
mod terminal;
mod verify;
#[cfg(feature = "watch")]
mod watch;
mod why;

use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use failed::Failed;
use terminal::{print_notice, printable_lines};

/// Reads recordings made with socket-tap
#[derive(Debug, Parser)]
#[command(name = "socket-trace", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Flags {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 success, or equal; 1 different, or findings; 2 inconclusive, an error, or wrong usage.";

#[derive(Debug, Subcommand)]
enum Command {
    Show(show::Show),
    Story(story::Story),
    #[cfg(feature = "watch")]
    Watch(watch::Watch),
    Sequence(sequence::Sequence),
    Layers(layers::Layers),
    Compare(compare::Compare),
    Verify(verify::Verify),
    Lint(lint::Lint),
    Why(why::Why),
    Sockets(sockets::Sockets),
    Import(import::Import),
    Export(export::Export),
    Report(report::ReportCommand),
    Completions(completions::Completions),
}

/// Parses the command line, runs the subcommand, and returns the exit code.
#[must_use]
pub fn run() -> ExitCode {
    let flags = match Flags::try_parse() {
        Ok(flags) => flags,
        Err(error) => return print_usage(&error),
    };
    let done = match flags.command {
        Command::Show(show) => show.run(),
        Command::Story(story) => story.run(),
        #[cfg(feature = "watch")]
        Command::Watch(watch) => watch.run(),
        Command::Sequence(sequence) => sequence.run(),
        Command::Layers(layers) => layers.run(),
        Command::Compare(compare) => compare.run(),
        Command::Verify(verify) => verify.run(),
        Command::Lint(lint) => lint.run(),
        Command::Why(why) => why.run(),
        Command::Sockets(sockets) => sockets.run(),
        Command::Import(import) => import.run(),
        Command::Export(export) => export.run(),
        Command::Report(report) => report.run(),
        Command::Completions(completions) => completions.run(Flags::command()),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        // The reader of the pipe, such as `head`, has closed it.
        Err(Failed::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failed) => {
            // Standard error may be closed.
            let _ = print_notice("error", &failed.to_string());
            ExitCode::from(2)
        }
    }
}

/// Prints help, the version, or an error in the arguments.
fn print_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        error.exit();
    }
    // Arguments may be the names of foreign files.
    let _ = writeln!(io::stderr(), "{}", printable_lines(&error.render().to_string()));
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn command_line_definition_is_consistent() {
        Flags::command().debug_assert();
    }

    #[test]
    fn each_shell_completes_each_subcommand() {
        for shell in clap_complete::Shell::value_variants() {
            let script = completions::script(*shell, Flags::command());
            for subcommand in Flags::command().get_subcommands() {
                assert!(script.contains(subcommand.get_name()), "{shell}: {}", subcommand.get_name());
            }
        }
    }
}
