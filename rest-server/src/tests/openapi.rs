//! The OpenAPI document, and the check that it describes a response.

use std::collections::HashMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::response::Response;

pub(super) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../openapi.json")).unwrap());

/// JSON Schema validators of the components in the OpenAPI document, by their `$ref`.
static VALIDATORS: LazyLock<HashMap<String, Validator>> = LazyLock::new(|| {
    let names = DOCUMENT["components"]["schemas"].as_object().unwrap().keys();
    let validators = names.map(|name| {
        let reference = format!("#/components/schemas/{name}");
        let schema = json!({ "$ref": reference, "components": DOCUMENT["components"] });
        (reference, jsonschema::draft202012::new(&schema).unwrap())
    });
    validators.collect()
});

pub(super) fn schema(name: &str) -> &'static Validator {
    &VALIDATORS[&format!("#/components/schemas/{name}")]
}

/// Asserts that the OpenAPI document describes the status, the media type and the body of a response.
pub(super) fn assert_documented(method: &str, path: &str, response: &Response) {
    let Some(operation) = operation(method, path) else { return };
    let status = response.status.as_u16().to_string();
    let documented = resolve(&operation["responses"][&status]);
    assert!(documented.is_object(), "{method} {path}: {status} is not in {}", operation["operationId"]);
    let Some(content) = documented["content"].as_object() else {
        return assert!(response.body.is_empty(), "{method} {path}: {status} has a body");
    };
    let media_type = response.header("content-type");
    let content = content.get(media_type).unwrap_or_else(|| panic!("{method} {path}: {media_type}"));
    if media_type.ends_with("json") && method != "HEAD" {
        let body = response.json();
        let validator = &VALIDATORS[content["schema"]["$ref"].as_str().unwrap()];
        assert!(validator.is_valid(&body), "{method} {path}: {status} {body}");
    }
}

/// Returns the operation in the OpenAPI document for a method and a path.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next()?;
    let template = match path.rsplit_once('/')? {
        _ if DOCUMENT["paths"].get(path).is_some() => path.to_owned(),
        (parent, id) if !id.is_empty() => format!("{parent}/{{id}}"),
        _ => return None,
    };
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
    DOCUMENT["paths"].get(template)?.get(method)
}

/// Resolves the `$ref` in `value`. Returns `value` itself if it has none.
fn resolve(value: &Value) -> &Value {
    let reference = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.map_or(value, |pointer| DOCUMENT.pointer(pointer).unwrap_or(&Value::Null))
}
