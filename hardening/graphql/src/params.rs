//! The parameters of a request: `query`, `operationName`, `variables`, `extensions`.
//!
//! Both transports take them as a JSON object; a GET spells them out in its URL.

use async_graphql::{Request, Variables};
use serde_json::{Map, Value};

/// Makes a request of a JSON object; otherwise says what is wrong with it.
pub(crate) fn from_json(params: Value) -> Result<Request, String> {
    let mut params = match params {
        Value::Object(params) => params,
        Value::Array(_) => return Err("batches are not supported: send one request at a time".to_owned()),
        _ => return Err("a request must be a JSON object".to_owned()),
    };
    let query = text(&mut params, "query")?.ok_or("query is missing")?;
    let mut request = Request::new(query);
    request.operation_name = text(&mut params, "operationName")?;
    request.variables = Variables::from_json(object(&mut params, "variables")?);
    // No extension is supported. One that is no object is still a mistake worth telling.
    object(&mut params, "extensions")?;
    Ok(request)
}

/// Makes a request of the pairs in a URL, where `variables` and `extensions` are JSON.
pub(crate) fn from_pairs(pairs: Vec<(String, String)>) -> Result<Request, String> {
    let mut params = Map::new();
    for (name, value) in pairs {
        let value = match name.as_str() {
            // An empty name is none.
            "operationName" if value.is_empty() => Value::Null,
            "query" | "operationName" => Value::String(value),
            "variables" | "extensions" if value.is_empty() => Value::Null,
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|error| format!("{name} is not JSON: {error}"))?
            }
            _ => continue,
        };
        if params.insert(name.clone(), value).is_some() {
            return Err(format!("{name} is there twice"));
        }
    }
    from_json(Value::Object(params))
}

fn text(params: &mut Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match params.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{name} must be a string")),
    }
}

fn object(params: &mut Map<String, Value>, name: &str) -> Result<Value, String> {
    match params.remove(name) {
        None | Some(Value::Null) => Ok(Value::Object(Map::new())),
        Some(value @ Value::Object(_)) => Ok(value),
        Some(_) => Err(format!("{name} must be an object")),
    }
}
