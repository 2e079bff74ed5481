//! The OpenAPI document matches the server, and a page displays it.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::StatusCode;
use bookshelf::model::{MAX_TITLE, YEARS};
use bookshelf::page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE};
use jsonschema::Validator;
use serde_json::{Value, json};

use super::support::{Response, Service};

static DOCUMENT: LazyLock<Value> =
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

fn schema(name: &str) -> &'static Validator {
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

#[tokio::test]
async fn openapi_document_is_served_unchanged() {
    let response = Service::new().get("/openapi.json", &[]).await;
    assert_eq!((response.status, response.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(response.json(), *DOCUMENT);
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    assert_eq!(DOCUMENT["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn openapi_document_lists_every_operation_once() {
    let paths = DOCUMENT["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let mut ids: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let expected =
        ["createBook", "deleteBook", "getAuthor", "getBook", "listBooks", "updateBook", "watchBooks"];
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn server_supports_every_method_in_openapi_document() {
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let (method, path) = (method.to_uppercase(), path.replace("{id}", "1"));
            let response = Service::new().send_head(&method, &path, &[], Body::empty()).await;
            assert_ne!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_reference_in_openapi_document_resolves() {
    let mut references = BTreeSet::new();
    collect(&DOCUMENT, &mut references);
    assert!(references.contains("#/components/schemas/Problem"), "{references:?}");
    for reference in references {
        assert!(DOCUMENT.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| collect(value, references));
        }
        Value::Array(elements) => elements.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

#[tokio::test]
async fn openapi_document_and_server_accept_same_bodies() {
    let service = Service::new();
    let (new_book, patch) = (schema("NewBook"), schema("Patch"));
    let complete = json!({ "title": "t", "author_id": 1, "year": 2000 });
    let mut bodies = vec![json!({}), json!([]), json!("title"), json!(null), complete.clone()];
    let values = [
        json!(null),
        json!(""),
        json!("é".repeat(200)),
        json!("é".repeat(201)),
        json!(-3001),
        json!(-3000),
        json!(0),
        json!(1),
        json!(1.0),
        json!(1.5),
        json!(8),
        json!(2100),
        json!(2101),
        json!(4294967296_u64),
        json!(1e300),
        json!([1]),
        json!({}),
    ];
    for name in ["title", "author_id", "year", "id"] {
        for value in &values {
            bodies.push(json!({ name: value }));
            let mut body = complete.clone();
            body[name] = value.clone();
            bodies.push(body);
        }
        let mut body = complete.clone();
        body.as_object_mut().unwrap().remove(name);
        bodies.push(body);
    }
    for body in bodies {
        let created = service.post(body.to_string()).await.status;
        assert_eq!(new_book.is_valid(&body), is_valid_body(created), "POST {body}: {created}");
        let changed = service.patch(body.to_string()).await.status;
        assert_eq!(patch.is_valid(&body), is_valid_body(changed), "PATCH {body}: {changed}");
    }
}

/// Returns `true` for the statuses of requests with a valid body: 200, 201, and 409 if the author does not
/// exist. Returns `false` for 422.
fn is_valid_body(status: StatusCode) -> bool {
    match status {
        StatusCode::CREATED | StatusCode::OK | StatusCode::CONFLICT => true,
        StatusCode::UNPROCESSABLE_ENTITY => false,
        other => panic!("unexpected status {other}"),
    }
}

#[tokio::test]
async fn openapi_document_and_server_accept_same_titles() {
    let service = Service::new();
    let patch = schema("Patch");
    for character in ('\0'..='\u{3100}').chain(['\u{d7ff}', '\u{e000}', '\u{feff}', '🐦', char::MAX]) {
        for title in [character.to_string(), format!("a{character}"), format!(" {character}\u{3000}")] {
            let body = json!({ "title": title });
            let status = service.patch(body.to_string()).await.status;
            assert_eq!(patch.is_valid(&body), status == StatusCode::OK, "{title:?}: {status}");
        }
    }
}

#[test]
fn openapi_document_states_the_limits_of_bookshelf() {
    let parameters = DOCUMENT["paths"]["/v1/books"]["get"]["parameters"].as_array().unwrap();
    let page_size = &parameters.iter().find(|parameter| parameter["name"] == "page_size").unwrap()["schema"];
    assert_eq!((&page_size["minimum"], &page_size["maximum"]), (&json!(1), &json!(MAX_PAGE_SIZE)));
    assert_eq!(page_size["default"], DEFAULT_PAGE_SIZE);
    let schemas = &DOCUMENT["components"]["schemas"];
    assert_eq!(schemas["Title"]["maxLength"], MAX_TITLE);
    assert_eq!(
        (&schemas["Year"]["minimum"], &schemas["Year"]["maximum"]),
        (&json!(YEARS.start()), &json!(YEARS.end()))
    );
    assert_eq!(schemas["Positive"]["maximum"], u32::MAX);
}

#[tokio::test]
async fn documentation_page_loads_only_its_own_files() {
    let service = Service::new();
    let page = service.get("/docs", &[]).await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"));
    let html = String::from_utf8(page.body).unwrap();
    let mut links = 0;
    for attribute in ["src=\"", "href=\""] {
        for link in html.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()) {
            if link != "data:," {
                assert_eq!(service.get(link, &[]).await.status, StatusCode::OK, "{link}");
                links += 1;
            }
        }
    }
    assert_eq!(links, 5);
    let script = service.get("/docs/assets/swagger-ui-5.35.0.js", &[]).await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
}
