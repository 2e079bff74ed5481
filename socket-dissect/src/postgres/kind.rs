//! Types of messages.

use super::super::direction::Direction;
use super::super::part::Class;

/// Type of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Authentication,
    AuthenticationResponse,
    BackendKeyData,
    Bind,
    Close,
    CommandComplete,
    /// `CopyInResponse`, `CopyOutResponse` or `CopyBothResponse`.
    CopyResponse,
    CopyData,
    CopyDone,
    CopyFail,
    DataRow,
    Describe,
    EmptyQueryResponse,
    ErrorResponse,
    Execute,
    Flush,
    FunctionCall,
    FunctionCallResponse,
    NegotiateProtocolVersion,
    NoticeResponse,
    NotificationResponse,
    ParameterDescription,
    ParameterStatus,
    Parse,
    PortalSuspended,
    Query,
    ReadyForQuery,
    RowDescription,
    Sync,
    Terminate,
    /// `ParseComplete`, `BindComplete`, `CloseComplete` or `NoData`.
    Acknowledgement,
}

/// A type byte, the type, and the message's name.
type Row = (u8, Kind, &'static str);

const TO_SERVER: [Row; 14] = [
    (b'B', Kind::Bind, "Bind"),
    (b'C', Kind::Close, "Close"),
    (b'D', Kind::Describe, "Describe"),
    (b'E', Kind::Execute, "Execute"),
    (b'F', Kind::FunctionCall, "FunctionCall"),
    (b'H', Kind::Flush, "Flush"),
    (b'P', Kind::Parse, "Parse"),
    (b'Q', Kind::Query, "Query"),
    (b'S', Kind::Sync, "Sync"),
    (b'X', Kind::Terminate, "Terminate"),
    (b'c', Kind::CopyDone, "CopyDone"),
    (b'd', Kind::CopyData, "CopyData"),
    (b'f', Kind::CopyFail, "CopyFail"),
    (b'p', Kind::AuthenticationResponse, "PasswordMessage"),
];

const TO_CLIENT: [Row; 24] = [
    (b'1', Kind::Acknowledgement, "ParseComplete"),
    (b'2', Kind::Acknowledgement, "BindComplete"),
    (b'3', Kind::Acknowledgement, "CloseComplete"),
    (b'A', Kind::NotificationResponse, "NotificationResponse"),
    (b'C', Kind::CommandComplete, "CommandComplete"),
    (b'D', Kind::DataRow, "DataRow"),
    (b'E', Kind::ErrorResponse, "ErrorResponse"),
    (b'G', Kind::CopyResponse, "CopyInResponse"),
    (b'H', Kind::CopyResponse, "CopyOutResponse"),
    (b'I', Kind::EmptyQueryResponse, "EmptyQueryResponse"),
    (b'K', Kind::BackendKeyData, "BackendKeyData"),
    (b'N', Kind::NoticeResponse, "NoticeResponse"),
    (b'R', Kind::Authentication, "Authentication"),
    (b'S', Kind::ParameterStatus, "ParameterStatus"),
    (b'T', Kind::RowDescription, "RowDescription"),
    (b'V', Kind::FunctionCallResponse, "FunctionCallResponse"),
    (b'W', Kind::CopyResponse, "CopyBothResponse"),
    (b'Z', Kind::ReadyForQuery, "ReadyForQuery"),
    (b'c', Kind::CopyDone, "CopyDone"),
    (b'd', Kind::CopyData, "CopyData"),
    (b'n', Kind::Acknowledgement, "NoData"),
    (b's', Kind::PortalSuspended, "PortalSuspended"),
    (b't', Kind::ParameterDescription, "ParameterDescription"),
    (b'v', Kind::NegotiateProtocolVersion, "NegotiateProtocolVersion"),
];

impl Kind {
    /// Returns the type and name of a message by its first byte.
    pub(super) fn of(direction: Direction, byte: u8) -> Option<(Self, &'static str)> {
        let rows = match direction {
            Direction::ToServer => &TO_SERVER[..],
            Direction::ToClient => &TO_CLIENT[..],
        };
        rows.iter().find(|row| row.0 == byte).map(|(_, kind, name)| (*kind, *name))
    }

    /// Returns the class of the message's body.
    pub(super) fn class(self) -> Class {
        match self {
            Self::Authentication
            | Self::AuthenticationResponse
            | Self::BackendKeyData
            | Self::NegotiateProtocolVersion
            | Self::ParameterStatus
            | Self::Terminate => Class::Connection,
            Self::CommandComplete
            | Self::CopyResponse
            | Self::Close
            | Self::Describe
            | Self::ErrorResponse
            | Self::Execute
            | Self::NoticeResponse
            | Self::ParameterDescription
            | Self::ReadyForQuery
            | Self::RowDescription => Class::Headers,
            Self::Bind
            | Self::CopyData
            | Self::CopyFail
            | Self::DataRow
            | Self::FunctionCall
            | Self::FunctionCallResponse
            | Self::NotificationResponse
            | Self::Parse
            | Self::Query => Class::Payload,
            Self::Acknowledgement
            | Self::CopyDone
            | Self::EmptyQueryResponse
            | Self::Flush
            | Self::PortalSuspended
            | Self::Sync => Class::Framing,
        }
    }

    /// Returns `true` for the data of a `COPY` and for its end.
    pub(super) fn is_copy(self) -> bool {
        matches!(self, Self::CopyData | Self::CopyDone | Self::CopyFail)
    }

    /// Returns the length of the message's body if it is the same in all messages of the type.
    pub(super) fn fixed_length(self) -> Option<u32> {
        match self {
            Self::ReadyForQuery => Some(1),
            Self::Terminate => Some(0),
            _ if self.class() == Class::Framing => Some(0),
            _ => None,
        }
    }
}
