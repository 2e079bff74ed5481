//! Interprets the messages of a PostgreSQL server.

use super::super::context::Context;
use super::super::text::short_bytes;
use super::authentication;
use super::error::Report;
use super::fields::Fields;
use super::kind::Kind;
use super::rows;
use super::session::{Session, Stage};
use super::startup;
use super::statements::outcome;

/// Transaction status in a `ReadyForQuery` when no transaction is open.
const IDLE: u8 = b'I';

/// Describes a message as text, and applies its effects to the state of the connection. `more` is `true` if
/// the end of the body is missing.
pub(super) fn complete(
    kind: Kind,
    body: &[u8],
    more: bool,
    session: &mut Session,
    context: &mut Context<'_>,
) -> String {
    let mut fields = Fields::new(body);
    match kind {
        Kind::Authentication => {
            let request = fields.int32().unwrap_or_default();
            session.authentication_response = authentication::response_name(request);
            authentication::request_text(request, fields)
        }
        Kind::BackendKeyData => startup::process(&mut fields),
        Kind::ParameterStatus => {
            let name = fields.string().unwrap_or_default();
            let (value, more) = fields.string_or_rest();
            format!("{} {}", short_bytes(name, false), short_bytes(value, more)).trim().to_owned()
        }
        Kind::NegotiateProtocolVersion => {
            fields.int32().map(|minor| format!("minor version {}", minor & 0xffff)).unwrap_or_default()
        }
        Kind::RowDescription => {
            let count = fields.int16().unwrap_or_default();
            rows::columns(&mut fields, count)
        }
        Kind::ParameterDescription => count(fields.int16().unwrap_or_default(), "parameter"),
        Kind::DataRow => {
            let count = fields.int16().unwrap_or_default();
            rows::values(&mut fields, count)
        }
        Kind::CommandComplete => command_complete(&mut fields, session, context),
        Kind::EmptyQueryResponse | Kind::PortalSuspended => {
            session.exchanges.complete();
            String::new()
        }
        Kind::ErrorResponse => {
            let report = Report::parse(body);
            session.exchanges.fail(report.status(), context);
            report.text()
        }
        Kind::NoticeResponse => Report::parse(body).text(),
        Kind::NotificationResponse => {
            let _process = fields.int32();
            let channel = fields.string().unwrap_or_default();
            let (payload, more) = fields.string_or_rest();
            format!("{}: {}", short_bytes(channel, false), short_bytes(payload, more))
        }
        Kind::CopyResponse => {
            let format = if fields.byte() == Some(1) { "binary" } else { "text" };
            format!("{format}, {}", count(fields.int16().unwrap_or_default(), "column"))
        }
        Kind::CopyData => short_bytes(body.trim_ascii_end(), more),
        Kind::ReadyForQuery => ready_for_query(fields.byte(), session, context),
        _ => String::new(),
    }
}

/// Returns the statement with its outcome: `SELECT title FROM books → 14 rows`. If the statement is unknown,
/// returns the command tag.
fn command_complete(fields: &mut Fields<'_>, session: &mut Session, context: &mut Context<'_>) -> String {
    let (tag, more) = fields.string_or_rest();
    let tag = short_bytes(tag, more);
    session.exchanges.set_status(tag.clone(), context);
    match session.exchanges.complete() {
        Some(statement) => format!("{statement} → {}", outcome(&tag)),
        None => tag,
    }
}

fn ready_for_query(state: Option<u8>, session: &mut Session, context: &mut Context<'_>) -> String {
    match session.stage {
        Stage::Started => session.exchanges.end_response(context),
        Stage::Beginning | Stage::Starting => session.stage = Stage::Started,
    }
    let text = match state {
        Some(IDLE) => {
            // Portals end with their transaction.
            session.portals.clear();
            "idle"
        }
        Some(b'T') => "in transaction",
        Some(b'E') => "failed transaction",
        _ => "",
    };
    text.to_owned()
}

/// Returns a number with its unit: `2 columns`.
fn count(count: u16, unit: &str) -> String {
    match count {
        1 => format!("1 {unit}"),
        _ => format!("{count} {unit}s"),
    }
}
