//! What `@skip` and `@include` leave of an answer.

use serde_json::{Value, json};

use super::support::{JSON, Service};

#[tokio::test]
async fn a_variable_that_is_not_given_has_its_default() {
    let service = Service::new();
    let query = "query($yes:Boolean=true $no:Boolean!=false){book(id:1){
        id @include(if:$yes) title @include(if:$no) year @skip(if:$yes) ...@skip(if:$no){revision}}}";
    assert_eq!(service.data(query).await, json!({ "book": { "id": "1", "revision": 1 } }));
    let given = json!({ "query": query, "variables": { "yes": false } });
    let answer: Value = service.post(JSON, given).await.json();
    assert_eq!(answer, json!({ "data": { "book": { "year": 1990, "revision": 1 } } }));
}
