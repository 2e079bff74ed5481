//! Totals of the API calls of each operation, such as `GET /v1/books/{}`.

use std::borrow::Cow;

use serde::Serialize;

use super::call_cost::CallCost;

/// Totals of the API calls of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Operation {
    /// Name of the operation; see [`operation_name`].
    pub name: String,
    /// Cost of the API calls of the operation.
    pub calls: CallCost,
}

impl Operation {
    pub(super) fn new(name: String) -> Self {
        Self { name, calls: CallCost::default() }
    }
}

/// Returns the name of the operation for which an API call is counted.
///
/// In the path of a REST call, identifiers and query values are replaced by placeholders, so that `GET /v1/books/1` and
/// `GET /v1/books/2` count as one operation. Names of other APIs are unchanged.
///
/// ```
/// use socket_trace::summary::operation_name;
///
/// assert_eq!(operation_name("GET /v1/books/7?page_size=2&page_token=x"), "GET /v1/books/{}?page_size=&page_token=");
/// assert_eq!(operation_name("bookshelf.v1.BookshelfService/GetBook"), "bookshelf.v1.BookshelfService/GetBook");
/// ```
#[must_use]
pub fn operation_name(call: &str) -> Cow<'_, str> {
    let Some((method, target)) = call.split_once(' ') else { return call.into() };
    if !target.starts_with('/') || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return call.into();
    }
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    if query.is_none() && !path.split('/').any(is_identifier) {
        return call.into();
    }
    let mut name = String::with_capacity(call.len() + 1);
    name.push_str(method);
    let mut before = ' ';
    for segment in path.split('/') {
        name.push(before);
        name.push_str(if is_identifier(segment) { "{}" } else { segment });
        before = '/';
    }
    before = '?';
    for field in query.into_iter().flat_map(|query| query.split('&')) {
        name.push(before);
        name.push_str(field.split_once('=').map_or(field, |(name, _)| name));
        name.push('=');
        before = '&';
    }
    name.into()
}

/// Returns `true` if a path segment identifies one resource: a number, or a long hexadecimal string such as a
/// UUID.
fn is_identifier(segment: &str) -> bool {
    let number = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    number || segment.len() >= 16 && segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::operation_name;

    #[test]
    fn identifiers_and_query_values_become_placeholders() {
        for (call, expected) in [
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
            assert_eq!(operation_name(call), expected);
        }
    }
}
