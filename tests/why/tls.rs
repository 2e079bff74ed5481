//! Endings of TLS connections.

use std::path::PathBuf;

use socket_trace::why::{Cause, Ender, Explanation, Level};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use super::peers::run;
use super::scene::{GET, Scene, assert_ending, only};
use crate::support::program::find;
use crate::support::tls::{Conversation, record, server_config};

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// The client sends `close_notify`, then the server, and then the client its FIN.
#[tokio::test]
async fn close_notify_after_the_calls_is_a_close_of_the_client() {
    for version in [&TLS12, &TLS13] {
        let directory = TempDir::new().unwrap();
        let conversation = Conversation { version, protocol: "http/1.1", turns: &[GET, RESPONSE] };
        let traces = record(conversation, directory.path()).await;
        let explanation = only(&[&traces.server, &traces.client]);
        assert_ending(&explanation, (Ender::Client, Level::Socket, Cause::Close), &[]);
        assert_eq!((explanation.protocol, explanation.completed), (Some("HTTP/1.1"), 1));
    }
}

/// Lets curl call a server of rustls with these flags. The server records below TLS.
async fn curl(curl: PathBuf, flags: &[&str], conversation: Conversation<'_>) -> Explanation {
    let scene = Scene::new();
    let (listener, address) = scene.listener().await;
    let acceptor = TlsAcceptor::from(server_config(conversation));
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        if let Ok(mut stream) = acceptor.accept(stream).await {
            let _ = stream.read(&mut [0; 4096]).await;
        }
    });
    run(curl, &[&["-s", &format!("https://{address}/")][..], flags].concat()).await;
    serving.await.unwrap();
    scene.explained().await
}

#[tokio::test]
async fn untrusted_certificate_is_an_alert_of_the_client() {
    let Some(program) = find("curl") else { return };
    let conversation = Conversation { version: &TLS12, protocol: "http/1.1", turns: &[] };
    let explanation = curl(program, &[], conversation).await;
    assert_ending(&explanation, (Ender::Client, Level::Tls, Cause::TlsAlert), &[]);
    assert!(explanation.reason.contains("unknown_ca"), "{}", explanation.reason);
}

#[tokio::test]
async fn unsupported_version_is_an_alert_of_the_server() {
    let Some(program) = find("curl") else { return };
    let conversation = Conversation { version: &TLS13, protocol: "http/1.1", turns: &[] };
    let explanation = curl(program, &["-k", "--tls-max", "1.2"], conversation).await;
    assert_ending(&explanation, (Ender::Server, Level::Tls, Cause::TlsAlert), &[]);
    assert!(explanation.reason.contains("protocol_version"), "{}", explanation.reason);
}

/// A recording below TLS shows neither the request nor that the server did not respond.
#[tokio::test]
async fn encrypted_messages_leave_the_reason_unknown() {
    let Some(program) = find("curl") else { return };
    let conversation = Conversation { version: &TLS13, protocol: "http/1.1", turns: &[] };
    let explanation = curl(program, &["-k"], conversation).await;
    assert_eq!(
        (explanation.ended_by, explanation.cause),
        (Ender::Server, Cause::Unknown),
        "{explanation:#?}"
    );
    assert_eq!((explanation.protocol, explanation.caveats.len()), (Some("TLS"), 1));
}
