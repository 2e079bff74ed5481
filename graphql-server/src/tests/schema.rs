//! The schema as text, and the descriptions of its types and fields.

use serde_json::Value;

use super::support::Service;

#[tokio::test]
async fn served_schema_equals_the_committed_file() {
    let served = Service::new().request("GET", "/schema.graphql", "*/*").await;
    assert_eq!(served.header("content-type"), "text/plain; charset=utf-8");
    let served = String::from_utf8(served.body).unwrap();
    assert!(
        served == include_str!("../../schema.graphql"),
        "graphql-server/schema.graphql is outdated. Review the change, then update the file from a running server:\n\
         curl http://127.0.0.1:4000/schema.graphql > graphql-server/schema.graphql"
    );
}

#[tokio::test]
async fn schema_text_is_deterministic() {
    let sdl = async || Service::new().request("GET", "/schema.graphql", "*/*").await.body;
    let first = sdl().await;
    for _ in 0..5 {
        assert_eq!(sdl().await, first);
    }
}

#[tokio::test]
async fn all_types_and_fields_have_descriptions() {
    let query = "{__schema{
        types{name description
            fields{name description args{name description}}
            inputFields{name description}
            enumValues{name description}}
        directives{name description args{name description}}}}";
    let schema = Service::new().data(query).await;
    let mut missing = Vec::new();
    for kind in ["types", "directives"] {
        for thing in schema["__schema"][kind].as_array().unwrap() {
            // The specification itself defines these.
            let name = thing["name"].as_str().unwrap();
            if !name.starts_with("__") && !["Boolean", "Float", "ID", "Int", "String"].contains(&name) {
                collect_missing(thing, "", &mut missing);
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

/// Appends the path of each type, field or argument without a description to `missing`.
fn collect_missing(thing: &Value, path: &str, missing: &mut Vec<String>) {
    let name = format!("{path}{}", thing["name"].as_str().unwrap());
    if thing["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
        missing.push(name.clone());
    }
    for part in ["fields", "args", "inputFields", "enumValues"] {
        for inner in thing[part].as_array().into_iter().flatten() {
            collect_missing(inner, &format!("{name}."), missing);
        }
    }
}
