//! A network between a browser and a dashboard that can die without a sign: connections stay open and carry nothing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};

/// A relay of TCP connections; it is closed when this is dropped.
pub struct Wire {
    address: String,
    /// Connections with a smaller number are dead.
    dead_below: Arc<AtomicUsize>,
    accepted: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Wire {
    /// Relays to the server at `server`, `http://127.0.0.1:PORT`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn to(server: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let server = server.trim_start_matches("http://").to_owned();
        let (dead_below, accepted) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (dead, count) = (dead_below.clone(), accepted.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let Ok(far) = TcpStream::connect(&server).await else { continue };
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(relay(near_in, far_out, number, dead.clone()));
                tokio::spawn(relay(far_in, near_out, number, dead.clone()));
            }
        });
        Ok(Self { address, dead_below, accepted, accepting })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// From here on the connections that are open carry nothing, and nobody is told. New ones work.
    pub fn kill_open_connections(&self) {
        self.dead_below.store(self.accepted.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// From here on no connection carries anything, new ones neither.
    pub fn kill_all_connections(&self) {
        self.dead_below.store(usize::MAX, Ordering::SeqCst);
    }
}

/// Copies bytes until one side closes. Bytes of a dead connection vanish.
async fn relay(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: usize, dead_below: Arc<AtomicUsize>) {
    let mut buffer = vec![0; 16 * 1_024];
    while let Ok(read) = from.read(&mut buffer).await
        && read > 0
    {
        if number >= dead_below.load(Ordering::SeqCst) && to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
