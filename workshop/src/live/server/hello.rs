//! The `hello` message, the first message on every event stream.

use std::sync::Arc;

use page::hello::{Hello, Lane, Operation as OperationInfo};

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
        database: state.database.clone(),
        recordings: state.recordings.iter().map(Into::into).collect(),
        lanes: lanes.collect(),
        plain: plain.to_vec(),
        operations: operations(&state.apis),
        wire: Some(state.wire.info().clone()),
    }
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
