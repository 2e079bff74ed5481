use super::*;

fn target(uri: &str) -> (String, u16) {
    let uri: Uri = uri.parse().unwrap();
    let (host, port) = host_and_port(&uri).unwrap();
    (host.to_owned(), port)
}

#[test]
fn connector_reads_host_and_port_from_uri() {
    assert_eq!(target("http://example.org/books"), ("example.org".to_owned(), 80));
    assert_eq!(target("https://example.org"), ("example.org".to_owned(), 443));
    assert_eq!(target("http://127.0.0.1:8000"), ("127.0.0.1".to_owned(), 8000));
    assert_eq!(target("http://[::1]:8000"), ("::1".to_owned(), 8000));
    assert_eq!(target("https://[2001:db8::1]/"), ("2001:db8::1".to_owned(), 443));
}

#[test]
fn connector_refuses_uri_without_host() {
    let error = host_and_port(&"/books".parse().unwrap()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}
