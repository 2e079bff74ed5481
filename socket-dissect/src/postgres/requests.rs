//! Interprets the messages of a PostgreSQL client.

use super::super::context::Context;
use super::super::text::short_bytes;
use super::authentication;
use super::exchanges::Precision;
use super::fields::Fields;
use super::kind::Kind;
use super::rows;
use super::session::Session;
use super::statements::{Statement, statement};

/// Byte by which `Describe` and `Close` identify a portal. Any other byte identifies a prepared statement.
const PORTAL: u8 = b'P';

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
        Kind::Query => query(&mut fields, session, context),
        Kind::Parse => parse(&mut fields, session, context),
        Kind::Bind => bind(&mut fields, session, context),
        Kind::Execute => execute(&mut fields, session, context),
        Kind::Describe => describe(&mut fields, session, context),
        Kind::Close => close(&mut fields, session, context),
        Kind::Sync | Kind::FunctionCall => {
            session.exchanges.set_operation(format!("{kind:?}"), Precision::Named, context);
            session.exchanges.end_request();
            String::new()
        }
        Kind::CopyData => short_bytes(body.trim_ascii_end(), more),
        Kind::CopyFail => short_bytes(fields.string_or_rest().0, more),
        Kind::AuthenticationResponse if session.authentication_response == Some("SASLInitialResponse") => {
            authentication::mechanism(body).to_owned()
        }
        _ => String::new(),
    }
}

fn query(fields: &mut Fields<'_>, session: &mut Session, context: &mut Context<'_>) -> String {
    let (text, more) = fields.string_or_rest();
    let statement = statement(text, more);
    session.exchanges.set_operation(statement.to_string(), Precision::Executed, context);
    session.exchanges.execute(Some(statement.clone()));
    session.exchanges.end_request();
    statement.to_string()
}

fn parse(fields: &mut Fields<'_>, session: &mut Session, context: &mut Context<'_>) -> String {
    let Some(name) = fields.string() else { return String::new() };
    let (text, more) = fields.string_or_rest();
    let statement = statement(text, more);
    session.exchanges.set_operation(format!("Parse {statement}"), Precision::Prepared, context);
    session.prepared.insert(name, statement.clone());
    match name {
        b"" => statement.to_string(),
        name => format!("{}: {statement}", short_bytes(name, false)),
    }
}

fn bind(fields: &mut Fields<'_>, session: &mut Session, context: &mut Context<'_>) -> String {
    let (Some(portal), Some(name)) = (fields.string(), fields.string()) else { return String::new() };
    let statement = session.prepared.get(name);
    match &statement {
        Some(statement) => {
            session.portals.insert(portal, statement.clone());
            session.exchanges.set_operation(statement.to_string(), Precision::Executed, context);
        }
        None => session.portals.remove(portal),
    }
    let text = statement.map_or_else(|| named("statement", name), |statement| statement.to_string());
    let formats = fields.int16().unwrap_or_default();
    let count = fields.bytes(2 * usize::from(formats)).and_then(|_| fields.int16()).unwrap_or_default();
    match count {
        0 => text,
        _ => format!("{text} ({})", rows::values(fields, count)),
    }
}

fn execute(fields: &mut Fields<'_>, session: &mut Session, context: &mut Context<'_>) -> String {
    let Some(portal) = fields.string() else { return String::new() };
    let statement: Option<Statement> = session.portals.get(portal);
    let text = statement.as_deref().map_or_else(|| named("portal", portal), str::to_owned);
    session.exchanges.set_operation(text.clone(), Precision::Executed, context);
    session.exchanges.execute(statement);
    match fields.int32() {
        Some(most @ 1..) => format!("{text}, at most {most} rows"),
        _ => text,
    }
}

fn describe(fields: &mut Fields<'_>, session: &mut Session, context: &mut Context<'_>) -> String {
    let Some((kind, name)) = object(fields) else { return String::new() };
    session.exchanges.set_operation(format!("Describe {}", kind_name(kind)), Precision::Named, context);
    named(kind_name(kind), name)
}

fn close(fields: &mut Fields<'_>, session: &mut Session, context: &mut Context<'_>) -> String {
    let Some((kind, name)) = object(fields) else { return String::new() };
    match kind {
        PORTAL => session.portals.remove(name),
        _ => session.prepared.remove(name),
    }
    session.exchanges.set_operation(format!("Close {}", kind_name(kind)), Precision::Named, context);
    named(kind_name(kind), name)
}

fn object<'a>(fields: &mut Fields<'a>) -> Option<(u8, &'a [u8])> {
    Some((fields.byte()?, fields.string()?))
}

fn kind_name(kind: u8) -> &'static str {
    if kind == PORTAL { "portal" } else { "statement" }
}

/// Returns the kind and the name of a statement or portal. The name may be empty.
fn named(kind: &str, name: &[u8]) -> String {
    format!("{kind} {}", short_bytes(name, false)).trim_end().to_owned()
}
