//! A response, and readers of its headers and body.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Response {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Returns the problem details in the body. Panics if a member is missing or wrong.
    pub(super) fn problem(&self) -> Value {
        let problem = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json", "{problem}");
        assert_eq!(problem["status"], self.status.as_u16(), "{problem}");
        for member in ["type", "title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {problem}");
        }
        problem
    }

    /// Returns the last part of the problem type, such as `invalid`, or `about:blank`.
    pub(super) fn problem_type(&self) -> String {
        let problem = self.problem();
        problem["type"].as_str().unwrap().trim_start_matches("urn:problem-type:bookshelf:").to_owned()
    }

    pub(super) fn detail(&self) -> String {
        self.problem()["detail"].as_str().unwrap().to_owned()
    }

    /// Returns the names of the invalid fields in the problem details.
    pub(super) fn invalid_fields(&self) -> Vec<String> {
        let problem = self.problem();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}
