//! Finds the PostgreSQL messages in a capture with tshark, Wireshark's command.

use std::path::Path;

use socket_dissect::Part;

use crate::support::program::run;

/// Separator of a field's values within a packet. No statement of the tests contains it.
const SEPARATOR: &str = "^";

/// The messages and fields of a connection as text: first those to the server, then those to the client.
pub(super) type Directions = [Vec<String>; 2];

/// Returns the messages and fields that tshark finds on the server's `port`.
pub(super) fn messages(tshark: &Path, pcapng: &str, port: u16) -> Directions {
    const FIELDS: [&str; 7] = [
        "tcp.srcport",
        "pgsql.type",
        "pgsql.length",
        "pgsql.query",
        "pgsql.authtype",
        "pgsql.code",
        "pgsql.status",
    ];
    let decode = format!("tcp.port=={port},pgsql");
    let aggregator = format!("aggregator={SEPARATOR}");
    let mut arguments =
        vec!["-r", pcapng, "-d", &decode, "-Y", "pgsql", "-T", "fields", "-E", aggregator.as_str()];
    arguments.extend(FIELDS.iter().flat_map(|field| ["-e", field]));
    let mut directions = Directions::default();
    for line in run(tshark, &arguments).ok().lines() {
        let fields: Vec<Vec<&str>> =
            line.split('\t').map(|values| values.split(SEPARATOR).collect()).collect();
        let [from, types, lengths, queries, authentications, codes, states] = &fields[..] else {
            panic!("{line}")
        };
        let texts = &mut directions[usize::from(from[0].parse::<u16>().unwrap() == port)];
        texts.extend(types.iter().zip(lengths).map(|(name, length)| format!("{} {length}", renamed(name))));
        let filled = |values: &[&str], name: &str| -> Vec<String> {
            let values = values.iter().filter(|value| !value.is_empty());
            values.map(|value| format!("{name}: {value}")).collect()
        };
        texts.extend(filled(queries, "query"));
        texts.extend(filled(authentications, "authentication"));
        texts.extend(filled(codes, "code"));
        texts.extend(filled(states, "state"));
    }
    directions.map(sorted_by_kind)
}

/// Returns the messages and fields in `parts`, the messages that `socket-dissect` has found, except the
/// answer to an `SSLRequest`, which tshark does not report.
pub(super) fn comparable(parts: &[Part]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut length = 0;
    for part in parts.iter().filter(|part| part.name != "SSLResponse") {
        length = if part.begins { part.bytes } else { length + part.bytes };
        if !part.ends {
            continue;
        }
        // The length of a message does not include the type byte.
        let is_packet = matches!(part.name, "StartupMessage" | "SSLRequest" | "CancelRequest");
        texts.push(format!("{} {}", part.name, length - u64::from(!is_packet)));
        texts.extend(field(part));
    }
    sorted_by_kind(texts)
}

/// Returns the field of a dissected message that the test compares with Wireshark's output, if there is one.
fn field(part: &Part) -> Option<String> {
    let text = match (part.name, part.text.as_str()) {
        ("Query", "") => return None,
        ("Query", query) => format!("query: {query}"),
        ("Parse", text) => format!("query: {}", text.split_once(": ").unwrap().1),
        ("Authentication", kind) => format!("authentication: {}", authentication(kind)),
        ("ErrorResponse", text) => format!("code: {}", &text.split(' ').nth(1).unwrap()[..5]),
        ("ReadyForQuery", "idle") => format!("state: {}", b'I'),
        ("ReadyForQuery", "in transaction") => format!("state: {}", b'T'),
        ("ReadyForQuery", "failed transaction") => format!("state: {}", b'E'),
        _ => return None,
    };
    Some(text)
}

fn authentication(kind: &str) -> u32 {
    match kind.split(' ').next().unwrap() {
        "Ok" => 0,
        "SASL" => 10,
        "SASLContinue" => 11,
        "SASLFinal" => 12,
        _ => panic!("{kind}"),
    }
}

/// Sorts messages and fields by kind, because tshark lists the kinds in a packet separately.
fn sorted_by_kind(mut texts: Vec<String>) -> Vec<String> {
    const FIELDS: [&str; 4] = ["query: ", "authentication: ", "code: ", "state: "];
    texts.sort_by_key(|text| FIELDS.iter().position(|field| text.starts_with(field)));
    texts
}

/// Converts Wireshark's name of a message to the name in PostgreSQL's documentation.
fn renamed(name: &str) -> &str {
    match name {
        "Authentication request" => "Authentication",
        "Backend key data" => "BackendKeyData",
        "Bind completion" => "BindComplete",
        "Cancel request" => "CancelRequest",
        "Close completion" => "CloseComplete",
        "Command completion" => "CommandComplete",
        "Data row" => "DataRow",
        "Empty query" => "EmptyQueryResponse",
        "Error" => "ErrorResponse",
        "No data" => "NoData",
        "Notification" => "NotificationResponse",
        "Parameter description" => "ParameterDescription",
        "Parameter status" => "ParameterStatus",
        "Parse completion" => "ParseComplete",
        "Ready for query" => "ReadyForQuery",
        "Row description" => "RowDescription",
        "SASLInitialResponse message" => "SASLInitialResponse",
        "SASLResponse message" => "SASLResponse",
        "SSL request" => "SSLRequest",
        "Simple query" => "Query",
        "Startup message" => "StartupMessage",
        "Termination" => "Terminate",
        "Bind" | "Close" | "Describe" | "Execute" | "Parse" | "Sync" => name,
        _ => panic!("{name}"),
    }
}
