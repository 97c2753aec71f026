//! SIGTERM and SIGINT stop the process cleanly.

use tokio::signal::unix::{SignalKind, signal};

/// Resolves with the name of the signal that came.
pub(super) async fn stop() -> &'static str {
    let caught = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = caught else {
        tracing::warn!("signals cannot be caught here: the process stops only by being killed");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}
