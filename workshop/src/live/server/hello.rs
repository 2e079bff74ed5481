//! What a browser is told first.

use page::hello::{Hello, Lane};

use crate::live::Live;
use crate::live::operations::datagrams::{self, Plain};
use crate::live::operations::{operation as operations, run};

impl Live {
    /// Who records, and what can be done.
    pub(crate) fn hello(&self) -> Hello {
        let lanes = self.apis.iter().map(|api| Lane {
            api: api.name.to_owned(),
            title: api.title.to_owned(),
            address: api.address.to_string(),
            calls: run::MOST_CALLS,
        });
        Hello {
            boot: self.boot.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            first: self.history.first(),
            recordings: self.recordings.iter().map(Into::into).collect(),
            lanes: lanes.collect(),
            plain: [("udp", "UDP"), ("tcp", "TCP")].map(|(api, title)| self.plain.lane(api, title)).to_vec(),
            operations: operations::told(&self.apis),
        }
    }
}

impl Plain {
    fn lane(&self, api: &str, title: &str) -> Lane {
        Lane {
            api: api.to_owned(),
            title: title.to_owned(),
            address: self.address.to_string(),
            calls: datagrams::MOST_CALLS,
        }
    }
}
