//! `socket-trace completions`: prints shell completions.

use std::io::{self, Write as _};

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use super::{Done, Flags};

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
    pub(super) fn run(&self) -> Done {
        let (mut command, mut script) = (Flags::command(), Vec::new());
        generate(self.shell, &mut command, "socket-trace", &mut script);
        io::stdout().lock().write_all(&script)?;
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn each_shell_completes_each_subcommand() {
        for shell in Shell::value_variants() {
            let (mut command, mut script) = (Flags::command(), Vec::new());
            generate(*shell, &mut command, "socket-trace", &mut script);
            let script = String::from_utf8(script).unwrap();
            for subcommand in Flags::command().get_subcommands() {
                assert!(script.contains(subcommand.get_name()), "{shell}: {}", subcommand.get_name());
            }
        }
    }

    #[test]
    fn command_line_definition_is_valid() {
        Flags::command().debug_assert();
    }
}
