//! A message that is written in fragments, and one that is written through a buffer.

use socket_tap::{Tap, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufWriter};

use super::recorded::{Recorded, found, pair, shown};

const NUMBERS: usize = 1_000;

/// Writes a table of numbers one fragment at a time, as a serializer does.
async fn write_table(out: &mut (impl AsyncWrite + Unpin)) {
    for number in 0..NUMBERS {
        out.write_all(format!("{number:03}").as_bytes()).await.unwrap();
        out.write_all(b"\n").await.unwrap();
    }
    out.flush().await.unwrap();
}

async fn read_table(mut client: TapStream) {
    client.read_exact(&mut [0; NUMBERS * 4]).await.unwrap();
}

#[tokio::test]
async fn message_written_in_fragments_is_reported() {
    let recorded = Recorded::server("tiny-writes");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    write_table(&mut server).await;
    read_table(client).await;
    drop((server, listener));
    let report = recorded.report().await;
    let [finding] = &*report.findings else { panic!("{:?}", report.findings) };
    assert_eq!(finding.rule, "tiny-write-storm");
    // The number of bursts varies, since the machine may pause at any write.
    assert_eq!(shown(&report, 0, 0), ["write", "write", "write"]);
}

#[tokio::test]
async fn buffered_writes_are_not_reported() {
    let recorded = Recorded::server("tiny-writes-buffered");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    write_table(&mut BufWriter::new(&mut server)).await;
    read_table(client).await;
    drop((server, listener));
    assert_eq!(found(&recorded.report().await), []);
}
