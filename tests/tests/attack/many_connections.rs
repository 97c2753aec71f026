//! More connections than the process may have: those of the attacker close.

use anyhow::{Result, ensure};
use tests::{http::Http, server::Server};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::support::{OPERATIONS, creation};

/// Open files that the system allows the process.
const DESCRIPTORS: u32 = 256;
/// Connections of the attacker, far more than that.
const CONNECTIONS: usize = 600;

/// Opens connections that send `request` and never read.
async fn flood(server: &Server, request: &str) -> Result<Vec<TcpStream>> {
    let host = server.address().trim_start_matches("http://");
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut connection = TcpStream::connect(host).await?;
        // The server may close it at once.
        drop(connection.write_all(request.as_bytes()).await);
        connections.push(connection);
    }
    Ok(connections)
}

async fn serves_others_during(server: &Server, request: &str) -> Result<()> {
    let held = flood(server, request).await?;
    for n in 0..5 {
        ensure!(Http::new(server.address()).get("/healthz").await?.status.is_success(), "{request:?}");
        let id = format!("t-{}-{n}", request.len());
        let answer = server.admin().post(OPERATIONS, &creation(&id, 1)).await?;
        ensure!(answer.status.is_success(), "{request:?}: {} {}", answer.status, answer.text());
    }
    drop(held);
    Ok(())
}

#[tokio::test]
async fn others_are_served_while_connections_flood_in() -> Result<()> {
    let server = Server::demo_with_descriptors(DESCRIPTORS).await?;
    let host = server.address().trim_start_matches("http://");
    let file = tests::page::wasm_of(&Http::new(server.address()).get("/").await?.text())?;
    let idle = String::new();
    let begun = format!("GET / HTTP/1.1\r\nHost: {host}\r\n");
    let unread = format!("GET {file} HTTP/1.1\r\nHost: {host}\r\n\r\n").repeat(20);
    let unsent = format!("POST /api/session HTTP/1.1\r\nHost: {host}\r\nContent-Length: 16000\r\n\r\n{{");
    for request in [idle, begun, unread, unsent] {
        serves_others_during(&server, &request).await?;
    }
    let refusals = server.log().lines().filter(|line| line.contains("could not be accepted")).count();
    ensure!(refusals <= 2, "{refusals} lines: one a minute");
    Ok(())
}
