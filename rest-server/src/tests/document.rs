//! The OpenAPI document, its agreement with the server, and its page.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use bookshelf::page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE};
use jsonschema::Validator;
use serde_json::{Value, json};

use super::support::Service;

async fn document(service: &Service) -> Value {
    let response = service.get("/openapi.json", &[]).await;
    assert_eq!((response.status, response.header("content-type")), (StatusCode::OK, "application/json"));
    response.json()
}

/// Compiles the schema of a component, with the schemas that it refers to.
fn schema(document: &Value, name: &str) -> Validator {
    let schema =
        json!({ "$ref": format!("#/components/schemas/{name}"), "components": document["components"] });
    jsonschema::draft202012::new(&schema).unwrap()
}

#[tokio::test]
async fn document_lists_every_operation_once() {
    let document = document(&Service::new()).await;
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let mut ids: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let expected =
        ["createBook", "deleteBook", "getAuthor", "getBook", "listBooks", "updateBook", "watchBooks"];
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn every_reference_resolves() {
    let document = document(&Service::new()).await;
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(references.contains("#/components/schemas/Problem"), "{references:?}");
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
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
async fn document_and_server_agree_on_bodies() {
    let service = Service::new();
    let document = document(&service).await;
    let (new_book, patch) = (schema(&document, "NewBook"), schema(&document, "Patch"));
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

/// Returns `true` for every status of a valid body, 409 included: it depends on the shelf.
fn is_valid_body(status: StatusCode) -> bool {
    match status {
        StatusCode::CREATED | StatusCode::OK | StatusCode::CONFLICT => true,
        StatusCode::UNPROCESSABLE_ENTITY => false,
        other => panic!("unexpected status {other}"),
    }
}

#[tokio::test]
async fn document_and_server_agree_on_title_characters() {
    let service = Service::new();
    let patch = schema(&document(&service).await, "Patch");
    for character in ('\0'..='\u{3100}').chain(['\u{d7ff}', '\u{e000}', '\u{feff}', '🐦', char::MAX]) {
        for title in [character.to_string(), format!("a{character}"), format!(" {character}\u{3000}")] {
            let body = json!({ "title": title });
            let status = service.patch(body.to_string()).await.status;
            assert_eq!(patch.is_valid(&body), status == StatusCode::OK, "{title:?}: {status}");
        }
    }
}

#[tokio::test]
async fn document_and_server_agree_on_page_sizes() {
    let document = document(&Service::new()).await;
    let parameters = document["paths"]["/v1/books"]["get"]["parameters"].as_array().unwrap();
    let page_size = parameters.iter().find(|parameter| parameter["name"] == "page_size").unwrap();
    let schema = &page_size["schema"];
    assert_eq!((&schema["minimum"], &schema["maximum"]), (&json!(1), &json!(MAX_PAGE_SIZE)));
    assert_eq!(schema["default"], DEFAULT_PAGE_SIZE);
}

#[tokio::test]
async fn responses_match_their_schemas() {
    let service = Service::new();
    let document = document(&service).await;
    let (book, problem) = (schema(&document, "Book"), schema(&document, "Problem"));
    assert!(book.is_valid(&service.get("/v1/books/1", &[]).await.json()));
    for path in ["/v1/books/99", "/v1/books?page_size=0", "/nowhere"] {
        let response = service.get(path, &[]).await.json();
        assert!(problem.is_valid(&response), "{response}");
    }
}

#[tokio::test]
async fn page_loads_only_its_own_files() {
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
