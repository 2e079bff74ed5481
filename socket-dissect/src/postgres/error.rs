//! Errors and notices: <https://www.postgresql.org/docs/current/protocol-error-fields.html>.

use super::super::text::short_bytes;
use super::fields::Fields;

/// The fields of an error or notice that are shown.
#[derive(Debug, Default)]
pub(super) struct Report {
    severity: String,
    sqlstate: String,
    message: String,
}

impl Report {
    pub(super) fn parse(body: &[u8]) -> Self {
        let (mut fields, mut report) = (Fields::new(body), Self::default());
        while let Some(code @ 1..) = fields.byte() {
            let (value, is_cut) = fields.string_or_rest();
            let value = short_bytes(value, is_cut);
            match code {
                // The first one may be translated.
                b'S' if report.severity.is_empty() => report.severity = value,
                b'V' => report.severity = value,
                b'C' => report.sqlstate = value,
                b'M' => report.message = value,
                _ => {}
            }
        }
        report
    }

    /// Returns severity and SQLSTATE: `ERROR 23505`.
    pub(super) fn status(&self) -> String {
        format!("{} {}", self.severity, self.sqlstate).trim().to_owned()
    }

    pub(super) fn text(&self) -> String {
        match self.message.as_str() {
            "" => self.status(),
            message => format!("{}: {message}", self.status()),
        }
    }
}
