//! A message written piece by piece, and through a buffer.

use socket_tap::{Tap, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufWriter};

use super::recorded::{Recorded, found, pair, shown};

const NUMBERS: usize = 1_000;

/// Writes a table of numbers the way a serializer does: each piece by itself.
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
async fn pieces_written_one_by_one_are_a_storm() {
    let recorded = Recorded::server("tiny-writes");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    write_table(&mut server).await;
    read_table(client).await;
    drop((server, listener));
    let report = recorded.report().await;
    let [finding] = &*report.findings else { panic!("{:?}", report.findings) };
    assert_eq!(finding.rule, "tiny-write-storm");
    // How many rows it makes, the machine decides: it may pause at any write.
    assert!(finding.what.contains("bytes of payload a write"), "{}", finding.what);
    assert_eq!(shown(&report, 0, 0), ["write", "write", "write"]);
}

#[tokio::test]
async fn a_buffer_cures_it() {
    let recorded = Recorded::server("tiny-writes-buffered");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    write_table(&mut BufWriter::new(&mut server)).await;
    read_table(client).await;
    drop((server, listener));
    assert_eq!(found(&recorded.report().await), []);
}
