//! Records a TLS conversation between a rustls client and a rustls server, both the encrypted bytes and the
//! plaintext.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use socket_tap::{Origin, Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Host name in the self-signed certificate, which is valid until 2126.
pub(crate) const NAME: &str = "shop.test";
const CERTIFICATE: &[u8] = include_bytes!("certificate/certificate.der");
const KEY: &[u8] = include_bytes!("certificate/key.der");

/// Paths of the server's trace and the client's trace of a conversation.
#[derive(Debug)]
pub(crate) struct Traces {
    pub(crate) server: PathBuf,
    pub(crate) client: PathBuf,
}

/// A scripted conversation. `protocol` is negotiated by ALPN. `turns` contains the messages that client and
/// server send in turn, the client first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conversation<'a> {
    pub(crate) version: &'static SupportedProtocolVersion,
    pub(crate) protocol: &'static str,
    pub(crate) turns: &'a [&'a [u8]],
}

/// Records a scripted conversation, which client and server end with `close_notify`. Returns the paths of the traces.
pub(crate) async fn record(conversation: Conversation<'_>, directory: &Path) -> Traces {
    let traces = Traces { server: directory.join("server.jsonl"), client: directory.join("client.jsonl") };
    let server_tap = Tap::server("tls").capture(1 << 16).file(&traces.server).unwrap().start().unwrap();
    let client_tap = Tap::client("tls").capture(1 << 16).file(&traces.client).unwrap().start().unwrap();
    let listener = TapListener::bind(&server_tap, "127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::join!(serve(&server_tap, &listener, conversation), ask(&client_tap, address, conversation));
    drop(listener);
    server_tap.finish().await.unwrap();
    client_tap.finish().await.unwrap();
    traces
}

async fn serve(tap: &Tap, listener: &TapListener, conversation: Conversation<'_>) {
    let (lower, _) = listener.accept().await.unwrap();
    let over = Origin::new("tls").over(lower.sock());
    let tls = TlsAcceptor::from(server_config(conversation)).accept(lower).await.unwrap();
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(conversation.protocol.as_bytes()));
    let mut upper = TapStream::wrap(tap, tls, over);
    for (turn, text) in conversation.turns.iter().enumerate() {
        take_turn(&mut upper, text, turn % 2 == 1).await;
    }
    assert_eq!(upper.read(&mut [0]).await.unwrap(), 0);
    upper.shutdown().await.unwrap();
}

async fn ask(tap: &Tap, address: SocketAddr, conversation: Conversation<'_>) {
    let lower = TapStream::connect(tap, address).await.unwrap();
    let over = Origin::new("tls").over(lower.sock());
    let connector = TlsConnector::from(client_config());
    let tls = connector.connect(NAME.try_into().unwrap(), lower).await.unwrap();
    let mut upper = TapStream::wrap(tap, tls, over);
    for (turn, text) in conversation.turns.iter().enumerate() {
        take_turn(&mut upper, text, turn % 2 == 0).await;
    }
    upper.shutdown().await.unwrap();
    assert_eq!(upper.read(&mut [0]).await.unwrap(), 0);
}

async fn take_turn<S>(stream: &mut S, text: &[u8], speaks: bool)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    if speaks {
        stream.write_all(text).await.unwrap();
        return stream.flush().await.unwrap();
    }
    let mut heard = vec![0; text.len()];
    stream.read_exact(&mut heard).await.unwrap();
    assert!(heard == text);
}

pub(crate) fn server_config(conversation: Conversation<'_>) -> Arc<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(ring::default_provider().into());
    let mut config = (builder.with_protocol_versions(&[conversation.version]).unwrap())
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(CERTIFICATE)], PrivateKeyDer::try_from(KEY).unwrap())
        .unwrap();
    config.alpn_protocols = vec![conversation.protocol.into()];
    config.into()
}

fn client_config() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(CERTIFICATE)).unwrap();
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
    let mut config = (builder.with_safe_default_protocol_versions().unwrap())
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.into()
}
