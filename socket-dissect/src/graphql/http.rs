//! Parses GraphQL requests and responses in JSON: <https://graphql.github.io/graphql-over-http/draft/>.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::super::text::short;
use super::document;

/// A GraphQL request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Type and fields of the operation: `query { book }`.
    pub(crate) operation: String,
    /// Variables as JSON; empty if the request has none.
    variables: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Json<'a> {
    #[serde(borrow)]
    query: Cow<'a, str>,
    #[serde(borrow)]
    operation_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    variables: Option<&'a RawValue>,
}

impl Request {
    /// Parses the JSON body of a GraphQL request. `None` if it is not a GraphQL request.
    pub(crate) fn of_json(content: &[u8]) -> Option<Self> {
        let json: Json<'_> = serde_json::from_slice(content).ok()?;
        let operation = document::operation(&json.query, json.operation_name.as_deref())?;
        let variables = json.variables.map(|variables| short(variables.get())).unwrap_or_default();
        Some(Self { operation, variables })
    }

    /// Parses a GraphQL request in the query of a URL: `query=%7Bbook%7Btitle%7D%7D`. A POST has it in its body, and the query
    /// of its URL may be of another language.
    pub(crate) fn of_query(method: &str, query: &str) -> Option<Self> {
        if !matches!(method, "GET" | "HEAD") {
            return None;
        }
        let member = |name: &str| form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        let (_, document) = member("query")?;
        let name = member("operationName").map(|(_, name)| name);
        let operation = document::operation(&document, name.as_deref())?;
        let variables = member("variables").map(|(_, variables)| short(&variables)).unwrap_or_default();
        Some(Self { operation, variables })
    }

    /// Returns the operation and its variables.
    pub(crate) fn text(&self) -> String {
        match self.variables.as_str() {
            "" | "{}" | "null" => self.operation.clone(),
            variables => format!("{} {variables}", self.operation),
        }
    }
}

/// Returns `true` if a complete GraphQL response contains errors.
pub(crate) fn has_errors(content: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Json {
        errors: Vec<IgnoredAny>,
    }
    serde_json::from_slice(content).is_ok_and(|Json { errors }| !errors.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphql_request_is_described_by_operation_and_variables() {
        let text = |content: &str| Request::of_json(content.as_bytes()).map(|request| request.text());
        let content = r#"{"query":"query A{a}\nquery B{b}","operationName":"B","variables":{"id":"1"},"extensions":{}}"#;
        assert_eq!(text(content).as_deref(), Some(r#"query B { b } {"id":"1"}"#));
        assert_eq!(text(r#"{"query":"{a}","variables":null}"#).as_deref(), Some("query { a }"));
        for other in ["", "{", "{}", r#"{"query":{"match":1}}"#, r#"{"query":"rust books"}"#, r#"["{a}"]"#] {
            assert_eq!(text(other), None, "{other}");
        }
    }

    #[test]
    fn graphql_request_is_parsed_from_the_query_string() {
        let request =
            Request::of_query("GET", "a=b&query=%7Bbook%28id%3A1%29%7Btitle%7D%7D&variables=%7B%22a%22:1%7D");
        assert_eq!(request.map(|request| request.text()).as_deref(), Some(r#"query { book } {"a":1}"#));
        assert_eq!(Request::of_query("GET", "query=rust+books"), None);
    }

    #[test]
    fn query_string_of_a_post_is_no_graphql_request() {
        assert_eq!(Request::of_query("POST", "query=%7Bapp%3D%22shop%22%7D"), None);
    }

    #[test]
    fn response_with_errors_is_recognized() {
        let responses =
            [r#"{"data":null,"errors":[{}]}"#, r#"{"data":{}}"#, r#"{"errors":[]}"#, r#"{"errors":[{}]"#];
        assert_eq!(responses.map(|response| has_errors(response.as_bytes())), [true, false, false, false]);
    }

    #[test]
    fn deeply_nested_json_is_refused() {
        let deep = format!(r#"{{"query":"{{a}}","variables":{}}}"#, "[".repeat(100_000));
        assert_eq!(Request::of_json(deep.as_bytes()), None);
        assert!(!has_errors(format!(r#"{{"errors":[{}"#, "[".repeat(100_000)).as_bytes()));
    }
}
