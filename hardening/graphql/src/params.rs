//! Parameters of a GraphQL request: `query`, `operationName`, `variables`, `extensions`.
//!
//! They are the members of a JSON object in the body of a POST or in the payload of a `subscribe` message. A
//! GET has them in its query string.

use std::collections::HashMap;

use async_graphql::{Request, Variables};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;

/// Reads a request from JSON. The error is a message for the client.
pub(crate) fn from_json(json: &[u8]) -> Result<Request, String> {
    /// The members of the JSON object as JSON text. They are parsed one by one, so that an error message
    /// names the invalid member.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Params<'a> {
        #[serde(borrow)]
        query: Option<&'a RawValue>,
        #[serde(borrow)]
        operation_name: Option<&'a RawValue>,
        #[serde(borrow)]
        variables: Option<&'a RawValue>,
        #[serde(borrow)]
        extensions: Option<&'a RawValue>,
    }

    fn member<T: DeserializeOwned>(name: &str, json: Option<&RawValue>) -> Result<Option<T>, String> {
        let value = json.map(|json| serde_json::from_str(json.get())).transpose();
        value.map_err(|error| format!("{name}: {error}"))
    }

    // serde would also read the members from an array, in their order.
    match json.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => return Err("batches are not supported: send one request at a time".to_owned()),
        Some(b'{') => {}
        _ => return Err("a request must be a JSON object".to_owned()),
    }
    let params: Params<'_> =
        serde_json::from_slice(json).map_err(|error| format!("invalid JSON: {error}"))?;
    request(
        member("query", params.query)?,
        member("operationName", params.operation_name)?,
        member("variables", params.variables)?,
        member("extensions", params.extensions)?,
    )
}

/// Reads a request from the query string of a URL. The error is a message for the client.
pub(crate) fn from_pairs(pairs: Vec<(String, String)>) -> Result<Request, String> {
    fn set<T>(name: &str, member: &mut Option<T>, value: T) -> Result<(), String> {
        match member.replace(value) {
            None => Ok(()),
            Some(_) => Err(format!("parameter {name} occurs twice")),
        }
    }

    fn json<T: DeserializeOwned>(name: &str, text: &str) -> Result<Option<T>, String> {
        let text = if text.is_empty() { "null" } else { text };
        serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))
    }

    let (mut query, mut operation_name, mut variables, mut extensions) = (None, None, None, None);
    for (name, value) in pairs {
        match name.as_str() {
            "query" => set(&name, &mut query, value)?,
            "operationName" => set(&name, &mut operation_name, value)?,
            "variables" => set(&name, &mut variables, json(&name, &value)?)?,
            "extensions" => set(&name, &mut extensions, json(&name, &value)?)?,
            _ => {}
        }
    }
    let operation_name = operation_name.filter(|name| !name.is_empty());
    request(query, operation_name, variables.flatten(), extensions.flatten())
}

/// Builds a request. `extensions` must be an object, but is ignored.
fn request(
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Variables>,
    _extensions: Option<HashMap<String, IgnoredAny>>,
) -> Result<Request, String> {
    let mut request = Request::new(query.ok_or("parameter query is missing")?);
    request.operation_name = operation_name;
    request.variables = variables.unwrap_or_default();
    Ok(request)
}
