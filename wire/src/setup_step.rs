//! The steps that set up a network.

/// A step of the setup. The numbers travel from a child process to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Create the user namespace.
    User = 1,
    /// Set the namespace's user and group.
    Ids,
    /// Create the network namespace.
    Network,
    /// Open `/dev/net/tun`.
    Open,
    /// Create a network interface.
    Interface,
    /// All steps succeeded.
    Done,
}

impl Step {
    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::User => "creating a user namespace",
            Self::Ids => "becoming root of a user namespace",
            Self::Network => "creating a network namespace",
            Self::Open | Self::Interface | Self::Done => "creating a network interface",
        }
    }
}
