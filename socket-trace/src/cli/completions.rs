//! `socket-trace completions`: prints shell completions.

use std::io::{self, Write as _};

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use super::failed::CommandResult;

const HELP: &str = "Examples:\n  \
    socket-trace completions bash > ~/.local/share/bash-completion/completions/socket-trace\n  \
    socket-trace completions zsh > ~/.zfunc/_socket-trace\n  \
    socket-trace completions fish > ~/.config/fish/completions/socket-trace.fish";

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Completions {
    /// Shell to complete the command line in
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, command: Command) -> CommandResult {
        io::stdout().lock().write_all(script(self.shell, command).as_bytes())?;
        Ok(0)
    }
}

/// Returns the completion script of `command` for the given shell.
pub(super) fn script(shell: Shell, mut command: Command) -> String {
    let mut script = Vec::new();
    generate(shell, &mut command, "socket-trace", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
