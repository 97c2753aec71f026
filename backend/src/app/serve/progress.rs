//! The write deadline of a connection.

use super::activity::Activity;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// While data waits for the client, it must take [`LEAST_PROGRESS`] in each such period.
const PERIOD: Duration = Duration::from_secs(30);
/// Least number of bytes taken in a period.
const LEAST_PROGRESS: usize = 16 << 10;

/// Fails writes to a client that stops reading, because unsent data holds memory.
pub struct Progress {
    stream: TcpStream,
    activity: Arc<Activity>,
    /// Runs while data waits.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Bytes written since it runs.
    written: usize,
}

impl Progress {
    /// Guards `stream`, and reports to `activity` while it waits for the client.
    pub fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity, deadline: None, written: 0 }
    }

    fn check(&mut self, cx: &mut Context<'_>, write: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match write {
            Poll::Ready(Ok(written)) if self.deadline.is_some() => {
                self.written += written;
                self.activity.output().end();
                write
            }
            Poll::Ready(_) => write,
            Poll::Pending => self.wait(cx),
        }
    }

    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.activity.output().begin();
        loop {
            let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(PERIOD)));
            if deadline.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if std::mem::take(&mut self.written) < LEAST_PROGRESS {
                let error = io::Error::new(io::ErrorKind::TimedOut, "the client does not read");
                return Poll::Ready(Err(error));
            }
            self.deadline = None;
        }
    }
}

impl AsyncRead for Progress {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Progress {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(cx, data);
        self.check(cx, write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(cx, data);
        self.check(cx, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called once everything was written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.deadline = None;
        self.written = 0;
        self.activity.output().end();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// More than the kernel keeps for a connection.
    const MUCH: usize = 64 << 20;

    async fn connected() -> (Progress, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Progress::new(listener.accept().await.unwrap().0, Arc::default()), client)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_is_given_up() {
        let (mut server, _client) = connected().await;
        let error = server.write_all(&vec![0; MUCH]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_reads_gets_everything() {
        let (mut server, mut client) = connected().await;
        let activity = server.activity.clone();
        let writing = tokio::spawn(async move {
            server.write_all(&vec![0; MUCH]).await.unwrap();
            server.flush().await.unwrap();
        });
        let mut taken = vec![0; MUCH];
        client.read_exact(&mut taken).await.unwrap();
        writing.await.unwrap();
        assert_eq!(activity.waits_since(), None);
    }
}
