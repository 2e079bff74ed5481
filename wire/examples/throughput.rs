//! Measures how much one TCP connection transfers through the relay, how much CPU time the relay needs for it, and how
//! late delayed packets are.
//!
//! ```text
//! cargo run --release -p wire --example throughput
//! ```
//!
//! The rate depends on what else runs on the machine. The rate for each CPU that the relay uses does not.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::time::Duration;
    use wire::Options;

    wire::enter()?;
    measure::transfer("not recorded, MTU 1500", Options::new().records(0))?;
    measure::transfer("recorded, MTU 1500", Options::new())?;
    measure::transfer("not recorded, MTU 65535", Options::new().records(0).mtu(65_535))?;
    measure::transfer("not recorded, RTT 2 ms", Options::new().records(0).rtt(Duration::from_millis(2)))?;
    measure::lateness()?;
    Ok(())
}

#[cfg(target_os = "linux")]
#[expect(clippy::print_stdout, reason = "the result of the measurement")]
mod measure {
    use std::error::Error;
    use std::time::{Duration, Instant};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream, UdpSocket};
    use wire::{Impairments, Options, Wire};

    /// Number of transferred bytes.
    const BYTES: usize = 500_000_000;

    /// Transfers bytes from the client to the server.
    pub(super) fn transfer(name: &str, options: Options) -> Result<(), Box<dyn Error>> {
        let mut wire = Wire::start(options)?;
        // Recorded packets are read, as a program that writes them would do.
        let reader = wire.take_records().map(|records| std::thread::spawn(move || records.count()));
        let address = (wire.server().ipv4(), 3_000);
        let listener = wire.server().run(TcpListener::bind(address))??;
        let server = wire.server().spawn(async move {
            let (mut stream, _) = listener.accept().await?;
            let mut buffer = vec![0; 1 << 17];
            let mut received = 0;
            while received < BYTES {
                received += stream.read(&mut buffer).await?;
            }
            std::io::Result::Ok(())
        });
        let began = Instant::now();
        wire.client().run(async move {
            let mut stream = TcpStream::connect(address).await?;
            let chunk = vec![0; 1 << 17];
            let mut left = BYTES;
            while left > 0 {
                left -= stream.write(&chunk[..chunk.len().min(left)]).await?;
            }
            std::io::Result::Ok(())
        })??;
        wire.server().run(server)???;
        let seconds = began.elapsed().as_secs_f64();
        let relay = relay_seconds()?;
        let stats = wire.finish();
        let packets = stats.to_server.packets + stats.to_client.packets;
        println!(
            "{name}: {:.2} Gbit/s, {:.2} Gbit/s per CPU of the relay, {:.0} packets/s, {} retransmissions, \
             {} dropped by the kernel, {} records omitted",
            BYTES as f64 * 8.0 / seconds / 1e9,
            BYTES as f64 * 8.0 / relay / 1e9,
            packets as f64 / seconds,
            stats.to_server.retransmissions,
            stats.to_server.kernel_drops,
            stats.omitted_records,
        );
        if let Some(reader) = reader {
            println!("  {} records", reader.join().unwrap_or(0));
        }
        Ok(())
    }

    /// Returns the CPU time of the relay's thread in seconds.
    fn relay_seconds() -> Result<f64, Box<dyn Error>> {
        for thread in std::fs::read_dir("/proc/self/task")? {
            let thread = thread?.path();
            if std::fs::read_to_string(thread.join("comm"))?.trim() == "wire-relay" {
                // The first number is the time on a CPU in nanoseconds.
                let times = std::fs::read_to_string(thread.join("schedstat"))?;
                let on_cpu = times.split_ascii_whitespace().next().unwrap_or_default();
                return Ok(on_cpu.parse::<f64>()? / 1e9);
            }
        }
        Err("the relay has no thread".into())
    }

    /// Sends datagrams 1 ms apart over a line with a delay of 50 ms.
    pub(super) fn lateness() -> Result<(), Box<dyn Error>> {
        let mut wire = Wire::start(Options::new().both(Impairments::delay(Duration::from_millis(50))))?;
        let records = wire.take_records();
        let address = (wire.server().ipv4(), 3_000);
        let server = wire.server().run(UdpSocket::bind(address))??;
        wire.client().run(async move {
            let socket = UdpSocket::bind("0.0.0.0:0").await?;
            for _ in 0..1_000 {
                socket.send_to(b"hello", address).await?;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            std::io::Result::Ok(())
        })??;
        drop(server);
        wire.finish();
        let records = records.into_iter().flatten();
        let mut delays: Vec<u64> =
            records.filter_map(|record| Some((record.delivered? - record.sent) / 1_000)).collect();
        delays.sort_unstable();
        let at = |share: f64| delays.get((delays.len() as f64 * share) as usize).copied().unwrap_or(0);
        println!(
            "delay of 50 ms, in µs: shortest {}, median {}, 90 % {}, 99 % {}, longest {}",
            at(0.0),
            at(0.5),
            at(0.9),
            at(0.99),
            delays.last().copied().unwrap_or(0),
        );
        Ok(())
    }
}
