//! The schema as text, and what it says of each thing in it.

use serde_json::Value;

use super::support::Service;

#[tokio::test]
async fn the_schema_beside_the_manifest_is_the_one_that_is_served() {
    let served = Service::new().request("GET", "/schema.graphql", "*/*").await;
    assert_eq!(served.header("content-type"), "text/plain; charset=utf-8");
    let served = String::from_utf8(served.body).unwrap();
    assert!(
        served == include_str!("../../schema.graphql"),
        "graphql-server/schema.graphql is not up to date. Read what changed, then take it from a running server:\n\
         curl http://127.0.0.1:4000/schema.graphql > graphql-server/schema.graphql"
    );
}

#[tokio::test]
async fn it_is_the_same_each_time() {
    let sdl = async || Service::new().request("GET", "/schema.graphql", "*/*").await.body;
    let first = sdl().await;
    for _ in 0..5 {
        assert_eq!(sdl().await, first);
    }
}

#[tokio::test]
async fn everything_has_a_description() {
    let query = "{__schema{
        types{name description
            fields{name description args{name description}}
            inputFields{name description}
            enumValues{name description}}
        directives{name description args{name description}}}}";
    let schema = Service::new().data(query).await;
    let mut bare = Vec::new();
    for kind in ["types", "directives"] {
        for thing in schema["__schema"][kind].as_array().unwrap() {
            // What the specification itself defines is not ours to describe.
            let name = thing["name"].as_str().unwrap();
            if !name.starts_with("__") && !["Boolean", "Float", "ID", "Int", "String"].contains(&name) {
                look(thing, "", &mut bare);
            }
        }
    }
    assert_eq!(bare, [""; 0]);
}

/// Collects what has no description, with where it stands.
fn look(thing: &Value, place: &str, bare: &mut Vec<String>) {
    let name = format!("{place}{}", thing["name"].as_str().unwrap());
    if thing["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
        bare.push(name.clone());
    }
    for part in ["fields", "args", "inputFields", "enumValues"] {
        for inner in thing[part].as_array().into_iter().flatten() {
            look(inner, &format!("{name}."), bare);
        }
    }
}
