//! What is called: calls of the same operation are counted together.

use std::borrow::Cow;

use serde::Serialize;

use crate::calls::Cost;

/// The calls of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Operation {
    /// What is called; see [`name`].
    pub name: String,
    /// What its calls cost.
    pub calls: Cost,
}

impl Operation {
    pub(crate) fn new(name: String) -> Self {
        Self { name, calls: Cost::default() }
    }
}

/// The name under which a call is counted: the path of a REST call without what tells one resource from another, so
/// that `GET /v1/books/1` and `GET /v1/books/2` are the same. Names of other APIs are as they stand.
///
/// ```
/// use socket_trace::operation::name;
///
/// assert_eq!(name("GET /v1/books/7?page_size=2&page_token=x"), "GET /v1/books/{}?page_size=&page_token=");
/// assert_eq!(name("bookshelf.v1.BookshelfService/GetBook"), "bookshelf.v1.BookshelfService/GetBook");
/// ```
#[must_use]
pub fn name(operation: &str) -> Cow<'_, str> {
    let Some((method, target)) = operation.split_once(' ') else { return operation.into() };
    if !target.starts_with('/') || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return operation.into();
    }
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    if query.is_none() && !path.split('/').any(is_identifier) {
        return operation.into();
    }
    let segments = path.split('/').map(|segment| if is_identifier(segment) { "{}" } else { segment });
    let mut name = format!("{method} {}", segments.collect::<Vec<_>>().join("/"));
    if let Some(query) = query {
        let fields = query.split('&').map(|field| field.split_once('=').map_or(field, |(name, _)| name));
        name.push('?');
        name.push_str(&fields.map(|field| format!("{field}=")).collect::<Vec<_>>().join("&"));
    }
    name.into()
}

/// Whether a part of a path tells one resource from another: a number, or long and hexadecimal, such as a UUID.
fn is_identifier(segment: &str) -> bool {
    let number = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    number || segment.len() >= 16 && segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn resources_of_one_kind_share_a_name() {
        for (operation, expected) in [
            ("GET /v1/books/1", "GET /v1/books/{}"),
            ("GET /v1/books/123/pages/4", "GET /v1/books/{}/pages/{}"),
            ("DELETE /v1/books/123e4567-e89b-12d3-a456-426614174000", "DELETE /v1/books/{}"),
            ("GET /v1/books?author_id=1&page_size=5", "GET /v1/books?author_id=&page_size="),
            ("GET /v1/books?full", "GET /v1/books?full="),
            ("POST /v1/books", "POST /v1/books"),
            ("GET /", "GET /"),
            ("query { book }", "query { book }"),
            ("subscription Watch", "subscription Watch"),
            ("pkg.Service/Get1", "pkg.Service/Get1"),
            ("", ""),
        ] {
            assert_eq!(name(operation), expected);
        }
    }
}
