use tokio::net::TcpStream;
use tokio_postgres::{Config, NoTls};

use super::*;

#[tokio::test]
async fn killed_and_stopped_servers_start_again() {
    let Some(mut server) = Postgres::start() else { return };
    query(&server).await;
    server.kill();
    assert!(TcpStream::connect(("127.0.0.1", server.port())).await.is_err());
    server.start_again();
    query(&server).await;
    server.stop();
    assert!(TcpStream::connect(("127.0.0.1", server.port())).await.is_err());
    server.start_again();
    query(&server).await;
}

async fn query(server: &Postgres) {
    let config: Config = server.url().parse().unwrap();
    let stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let row = client.query_one("SELECT 40 + 2", &[]).await.unwrap();
    assert_eq!(row.get::<_, i32>(0), 42);
    drop(client);
    connection.await.unwrap().unwrap();
}
