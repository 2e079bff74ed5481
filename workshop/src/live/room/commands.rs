//! Command lines for participants: with the address of the presenter's machine and the name of the participant.

use std::collections::BTreeMap;

use page::hello::Operation as OperationInfo;

use super::name::Name;
use crate::live::operations::commands;
use crate::live::operations::operation::Operation;
use crate::live::state::State;

/// The operations whose command lines participants get.
const OPERATIONS: [Operation; 4] = [Operation::Get, Operation::List, Operation::Create, Operation::Author];

/// Returns the operations with their command lines. `host` is the name or address under which the participant's browser
/// has reached this machine, so the participant's terminal reaches it, too.
pub(super) fn operations(state: &State, name: &Name, host: &str) -> Vec<OperationInfo> {
    let of = |operation: Operation| OperationInfo {
        id: operation.id(),
        title: operation.title(),
        what: operation.description(),
        commands: state
            .apis
            .iter()
            .map(|api| {
                let line = commands::call(operation, api.name, api.address);
                (api.name, line.replace(&api.address.to_string(), &format!("{host}:{}", api.address.port())))
            })
            .map(|(api, line)| (api, with_name(&line, name)))
            .collect::<BTreeMap<_, _>>(),
    };
    OPERATIONS.into_iter().map(of).collect()
}

/// Adds the option that sends the name as `User-Agent`.
fn with_name(line: &str, name: &Name) -> String {
    let user_agent = name.user_agent();
    // `grpcurl` contains `curl`, and its option has another name.
    let parts = line.split("grpcurl ").map(|part| part.replace("curl ", &format!("curl -A {user_agent} ")));
    parts.collect::<Vec<_>>().join(&format!("grpcurl -user-agent {user_agent} "))
}
