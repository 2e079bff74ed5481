//! Cookies in header fields: RFC 6265.

use std::time::SystemTime;

use super::entry::{Cookie, NameValue};

/// Returns the cookies in the `Cookie` fields of a request.
pub(super) fn of_request(headers: &[NameValue]) -> Vec<Cookie> {
    let pairs = values(headers, "cookie").flat_map(|value| value.split(';'));
    pairs.filter_map(pair).map(|(name, value)| Cookie { name, value, ..Cookie::default() }).collect()
}

/// Returns the cookies in the `Set-Cookie` fields of a response.
pub(super) fn of_response(headers: &[NameValue]) -> Vec<Cookie> {
    values(headers, "set-cookie").filter_map(set_cookie).collect()
}

fn values<'a>(headers: &'a [NameValue], name: &'static str) -> impl Iterator<Item = &'a str> {
    let of_name = headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
    of_name.map(|header| header.value.as_str())
}

fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().to_owned())).filter(|(name, _)| !name.is_empty())
}

fn set_cookie(value: &str) -> Option<Cookie> {
    let mut parts = value.split(';');
    let (name, value) = pair(parts.next()?)?;
    let mut cookie = Cookie { name, value, ..Cookie::default() };
    for attribute in parts {
        let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let value = || Some(value.trim().to_owned());
        match name.trim().to_ascii_lowercase().as_str() {
            "path" => cookie.path = value(),
            "domain" => cookie.domain = value(),
            // HAR has another format for times. `Max-Age` has no member.
            "expires" => cookie.expires = value().and_then(|value| iso_time(&value)),
            "httponly" => cookie.http_only = true,
            "secure" => cookie.secure = true,
            "samesite" => cookie.same_site = value(),
            _ => {}
        }
    }
    Some(cookie)
}

fn iso_time(http_date: &str) -> Option<String> {
    let time: SystemTime = httpdate::parse_http_date(http_date).ok()?;
    Some(humantime::format_rfc3339_seconds(time).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, value: &str) -> NameValue {
        NameValue { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn cookies_of_a_request_are_read() {
        let headers = [header("Cookie", "a=1; b = x=y"), header("cookie", "c=; d; =e"), header("x", "f=1")];
        let cookies = of_request(&headers);
        let pairs: Vec<_> =
            cookies.iter().map(|cookie| (cookie.name.as_str(), cookie.value.as_str())).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "x=y"), ("c", "")]);
    }

    #[test]
    fn attributes_of_a_response_cookie_are_read() {
        let value = "id=1; Path=/a; domain=x.test; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly; Secure; SameSite=Lax";
        let expected = Cookie {
            name: "id".to_owned(),
            value: "1".to_owned(),
            path: Some("/a".to_owned()),
            domain: Some("x.test".to_owned()),
            expires: Some("2026-10-21T07:28:00Z".to_owned()),
            http_only: true,
            secure: true,
            same_site: Some("Lax".to_owned()),
        };
        assert_eq!(of_response(&[header("set-cookie", value)]), [expected]);
        let [cookie] = &of_response(&[header("Set-Cookie", "id=1; Expires=soon")])[..] else { panic!() };
        assert_eq!((cookie.expires.as_ref(), cookie.secure), (None, false));
    }
}
