//! The `hello` message, the first message on every event stream.

use std::sync::Arc;

use page::hello::{Hello, Lane, Operation as OperationInfo, Recording};

use crate::live::operations::api::Api;
use crate::live::operations::operation::{Operation, WATCH_TITLE};
use crate::live::operations::{commands, job, plain};
use crate::live::state::State;

/// Returns the first message to a page, which describes the recordings and the operations.
pub(crate) fn hello(state: &State) -> Hello {
    let lanes = state.apis.iter().map(|api| Lane {
        api: api.name.to_owned(),
        title: api.title.to_owned(),
        address: api.address.to_string(),
        calls: job::MAX_CALLS,
    });
    let plain = [("udp", "UDP"), ("tcp", "TCP")].map(|(api, title)| Lane {
        api: api.to_owned(),
        title: title.to_owned(),
        address: state.plain.address.to_string(),
        calls: plain::MAX_CALLS,
    });
    Hello {
        boot: state.feed_id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        first: state.history.first(),
        last: *state.history.newest().borrow(),
        database: state.database.clone(),
        recordings: state.recordings.iter().map(Into::into).collect(),
        lanes: lanes.collect(),
        plain: plain.to_vec(),
        operations: operations(&state.apis),
        wire: Some(state.wire.info().clone()),
    }
}

/// Returns the first message to a page of a participant. It contains nothing about the presenter's machine that the page does
/// not show: not the address of the database, not the number of events, and not what the network of `workshop wire` lacks.
pub(crate) fn hello_of_participant(state: &State) -> Hello {
    without_machine(hello(state))
}

fn without_machine(hello: Hello) -> Hello {
    let recordings = hello.recordings.into_iter().map(|recording| Recording { pid: 0, ..recording });
    Hello { recordings: recordings.collect(), first: 0, last: 0, database: None, wire: None, ..hello }
}

/// Returns the operations with their command lines for each API.
fn operations(apis: &[Arc<Api>]) -> Vec<OperationInfo> {
    let calls = Operation::ALL.into_iter().map(|operation| OperationInfo {
        id: operation.id(),
        title: operation.title(),
        what: operation.description(),
        commands: apis
            .iter()
            .map(|api| (api.name, commands::call(operation, api.name, api.address)))
            .collect(),
    });
    let watch = OperationInfo {
        id: "watch",
        title: WATCH_TITLE,
        what: "Keeps a connection open and receives each change when it happens.",
        commands: apis.iter().map(|api| (api.name, commands::watch(api.name, api.address))).collect(),
    };
    calls.chain([watch]).collect()
}

#[cfg(test)]
mod tests {
    use page::hello::Wire;

    use super::*;

    #[test]
    fn participants_receive_nothing_about_the_machine() {
        let recording = Recording {
            label: "rest-server".to_owned(),
            name: "rest".to_owned(),
            side: "server",
            program: "workshop".to_owned(),
            pid: 7,
            started: String::new(),
            capture: 1,
        };
        let hello = Hello {
            first: 6_808,
            last: 9_000,
            database: Some("postgres://host/books".to_owned()),
            recordings: vec![recording],
            wire: Some(Wire { scenarios: Vec::new(), max_rtt: 1, max_loss: 1.0, missing: None }),
            ..Hello::default()
        };
        let Hello { first, last, database, recordings, wire, .. } = without_machine(hello);
        assert_eq!((first, last), (0, 0));
        assert!(database.is_none() && wire.is_none());
        assert_eq!((recordings[0].pid, recordings[0].label.as_str()), (0, "rest-server"));
    }
}
