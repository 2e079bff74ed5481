//! The exit codes of the commands.

use std::process::ExitCode;

use server_kit::stderr::print_line;

/// The error of a command.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Returns the exit code of a command. Prints its error, with the remedy if this machine cannot run the network.
#[must_use]
pub fn code(command: &str, result: Result<(), Error>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    print_line(format_args!("{command}: error: {error}"));
    let wire = error.downcast_ref::<wire::Error>();
    for remedy in wire.and_then(wire::Error::remedy).into_iter().flat_map(str::lines) {
        print_line(format_args!("  {remedy}"));
    }
    ExitCode::from(if wire.is_some_and(|error| error.missing().is_some()) { 2 } else { 1 })
}
